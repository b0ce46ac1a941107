"""Kernels on stacks of small matrices, (m, r, r): products, inverses and inverse roots.

In NumPy by the ways that are fastest on a few cores; elsewhere by the library's own batched ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtri

from cutplane._types import Array, Floats
from cutplane.arrays import cholesky, cholesky_each, namespace, solve_lower

T = TypeVar("T")

#: Up to this order, eliminating all matrices at once beats one LAPACK call for each.
_ELIMINATED = 8
#: Below this order LAPACK's batched inverse beats a blocked one.
_BLOCK = 24
#: Matrix entries handled at once by one thread, small enough to stay in its cache; and on a device.
_CHUNK_ENTRIES, _DEVICE_ENTRIES = 2**18, 2**27


def apply(matrices: Floats, vectors: Floats) -> Floats:
    """Stacked products, (m, r, k) times (m, k); one symmetric (k, k) serves all vectors."""
    if matrices.ndim == 2:
        return vectors @ matrices
    product: Floats = matrices @ vectors[:, :, None]
    return product[:, :, 0]


def outer_squares(stack: Floats) -> Floats:
    """``F F^T`` of every matrix; a single one is recognised as symmetric by BLAS."""
    if stack.shape[0] == 1:
        product: Floats = stack[0] @ stack[0].T
        return product[None]
    return stack @ stack.transpose(0, 2, 1)


def add_to_diagonals(stack: Floats, value: Floats | float) -> None:
    """Add numbers, (m, r) or one for all, to the diagonals in place."""
    if isinstance(stack, np.ndarray):
        diagonal = np.arange(stack.shape[-1])
        stack[..., diagonal, diagonal] += value
    else:
        stack += identity(stack) * (value if isinstance(value, float) else value[..., None])


def set_diagonals(stack: Floats, value: Floats) -> None:
    """Put numbers, (m, r), on the diagonals in place."""
    if isinstance(stack, np.ndarray):
        diagonal = np.arange(stack.shape[-1])
        stack[..., diagonal, diagonal] = value
    else:
        stack[...] = namespace(stack).where(identity(stack) > 0, value[..., None], stack)


def diagonals(stack: Floats) -> Floats:
    """Diagonals of every matrix; (m, r)."""
    found: Floats = namespace(stack).linalg.diagonal(stack)
    return found


def quadratic(rows: Floats, matrices: Floats) -> Floats:
    """``z M z`` for every row z of (m, k, r), with M of (m, r, r); (m, k)."""
    products: Floats = namespace(rows).vecdot(rows @ matrices, rows)
    return products


def column_dots(one: Floats, other: Floats) -> Floats:
    """Inner products of the columns of two stacks (p, i, j); (p, j)."""
    if isinstance(one, np.ndarray):
        return np.einsum("pij,pij->pj", one, other)
    products: Floats = namespace(one).sum(one * other, axis=1)
    return products


def scaled_sum(K: Floats, v: Floats) -> Floats:
    """``sum_a diag(v) K diag(v)`` of matrices (p, a, k, k) and numbers (p, a, k); (p, k, k)."""
    if isinstance(K, np.ndarray):
        return np.einsum("pai,paij,paj->pij", v, K, v)
    total: Floats = namespace(K).sum(v[..., :, None] * K * v[..., None, :], axis=1)
    return total


def inverse_spd(A: Array) -> Array:
    """Inverses of symmetric positive definite matrices.

    Above a small order, recursive 2 x 2 blocks, because batched matrix products run
    several times faster than batched LAPACK factorizations.
    """
    k = A.shape[-1]
    if not isinstance(A, np.ndarray):
        inverse: Array = namespace(A).linalg.inv(A)
        return inverse
    if k <= _BLOCK:
        return np.asarray(np.linalg.inv(A), dtype=np.float64)
    half = k // 2
    P = inverse_spd(A[:, :half, :half])
    B = A[:, half:, :half]
    BP = B @ P
    out = np.empty_like(A)
    schur = A[:, half:, half:] - BP @ B.transpose(0, 2, 1)
    Q = out[:, half:, half:] = inverse_spd(schur)
    QBP = Q @ BP
    out[:, half:, :half] = -QBP
    out[:, :half, half:] = -QBP.transpose(0, 2, 1)
    out[:, :half, :half] = P + BP.transpose(0, 2, 1) @ QBP
    return out


def invert_roots(stack: Array) -> Array:
    """Turn every ``R R^T`` into ``R^-1``, R lower triangular, in place; log determinants, (m,).

    One LAPACK call after the other, for orders at which that beats steps on all matrices at once.
    Not a number where rounding has made a matrix indefinite.
    """
    if not isinstance(stack, np.ndarray):
        xp, root = namespace(stack), cholesky_each(stack)
        stack[...] = solve_lower(root.mT, identity(stack) + xp.zeros_like(stack))
        total: Array = 2 * xp.sum(xp.log(diagonals(root)), axis=-1)
        return total
    log_determinant = np.zeros(len(stack))
    for i, own in enumerate(stack if stack.size else ()):
        upper, failed = dpotrf(own.T, overwrite_a=True)
        if failed:
            own[:], log_determinant[i] = np.nan, np.nan
        else:
            log_determinant[i] = 2 * np.log(np.diag(upper)).sum()
            dtrtri(upper, overwrite_c=True)
    return log_determinant


def in_chunks(work: Callable[[slice], T], each: Floats, entries: int) -> list[T]:
    """Call ``work`` on slices of what has a row for each matrix, of so many entries each.

    On all cores in NumPy; elsewhere the device has cores of its own.
    """
    at_home, m = isinstance(each, np.ndarray), each.shape[0]
    size = max(1, (_CHUNK_ENTRIES if at_home else _DEVICE_ENTRIES) // max(1, entries))
    chunks = [slice(start, min(start + size, m)) for start in range(0, m, size)]
    if len(chunks) < 3 or not at_home:
        return [work(chunk) for chunk in chunks]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, chunks))


def in_halves(work: Callable[[slice], T], n: int) -> list[T]:
    """What ``work`` makes of the two halves of n rows, side by side.

    BLAS's own threads wait busily, and are at a loss where others use the cores as well.
    """
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, (slice(n // 2), slice(n // 2, n))))


def regularized_inverse(covariance: Array, lam: Array) -> Array:
    """``(I + diag(lam) S diag(lam))^-1`` for every row of lam (m, k), on all cores.

    ``covariance`` is (m, k, k), or (k, k) for all.
    """
    xp, (m, k) = namespace(lam), lam.shape
    out = xp.empty((m, k, k), dtype=lam.dtype, device=lam.device)
    shared = covariance.ndim == 2

    def invert(chunk: slice) -> None:
        scale = lam[chunk, :]
        scaled = scale[:, :, None] * (covariance if shared else covariance[chunk, ...])
        scaled *= scale[:, None, :]
        add_to_diagonals(scaled, 1.0)
        out[chunk, ...] = inverse_spd(scaled)

    in_chunks(invert, lam, k * k)
    return out


def identity(stack: Floats) -> Floats:
    """The identity of a stack's order, where it is and in its precision; (r, r)."""
    like = {"dtype": stack.dtype, "device": stack.device}
    identity: Floats = namespace(stack).eye(stack.shape[-1], **like)
    return identity


def eliminated(M: Floats) -> Floats:
    """``R^-1`` with ``M = R R^T`` and R lower triangular; matrices on the last axis, (r, r, m).

    Gaussian elimination of all matrices at once, their number being the contiguous axis. M is
    overwritten.
    """
    r = M.shape[0]
    Z = np.zeros_like(M)
    Z[np.diag_indices(r)] = 1.0
    with np.errstate(all="ignore"):  # the pivots tell
        for j in range(r - 1):
            column = (M[j + 1 :, j] / M[j, j])[:, None]
            Z[j + 1 :, : j + 1] -= column * Z[j, : j + 1]
            M[j + 1 :, j + 1 :] -= column * M[j, j + 1 :]
    pivots = M[np.diag_indices(r)]
    if not pivots.min(initial=np.inf) > 0:
        raise np.linalg.LinAlgError("matrix is not positive definite")
    Z /= np.sqrt(pivots)[:, None]
    return Z


def inverse_cholesky(A: Array) -> Array:
    """``R^-1`` with ``A = R R^T`` and R lower triangular; (m, r, r)."""
    inverse: Array = namespace(A).linalg.inv(cholesky(A))
    return inverse


def inverse_root(information: Array) -> Array:
    """``R^-1`` with ``information = R R^T`` and R lower triangular; (m, r, r)."""
    if information.shape[1] > _ELIMINATED:
        return inverse_cholesky(information)
    # a copy always: with one matrix the turned view is contiguous already
    Z = eliminated(np.array(information.transpose(1, 2, 0), order="C"))
    return np.ascontiguousarray(Z.transpose(2, 0, 1))


def inverse_by_root(information: Array) -> Array:
    """Inverses of positive definite matrices that are many and of small order."""
    if information.shape[1] > _ELIMINATED:
        return inverse_spd(information)
    root = inverse_root(information)
    return root.transpose(0, 2, 1) @ root


def root_by_qr(weighted: Array) -> Array:
    """R with ``I + F F^T = R R^T`` for every F (r, p), without squaring the condition number.

    Several times as dear as a Cholesky factor of the sum.
    """
    m, r, _ = weighted.shape
    identity = np.broadcast_to(np.eye(r), (m, r, r))
    stacked = np.concatenate([weighted.transpose(0, 2, 1), identity], axis=1)
    return triangular(stacked).transpose(0, 2, 1)


def triangular(stacked: Array) -> Array:
    """R of the QR factorization of every matrix."""
    return np.asarray(np.linalg.qr(stacked, mode="r"))
