"""Square roots of many small positive definite matrices at once, and their inverses."""

from __future__ import annotations

import numpy as np

from cutplane._types import Array

#: Up to this order, eliminating all matrices at once beats one LAPACK call for each.
SMALL = 8


def inverse_root(information: Array) -> Array:
    """``R^-1`` with ``information = R R^T`` and R lower triangular; (m, r, r)."""
    r = information.shape[1]
    if r > SMALL:
        return np.asarray(np.linalg.inv(np.linalg.cholesky(information)))
    # Gaussian elimination of all matrices at once; their number is the last, contiguous axis.
    M = np.ascontiguousarray(information.transpose(1, 2, 0))
    Z = np.zeros_like(M)
    Z[np.diag_indices(r)] = 1.0
    for j in range(r - 1):
        column = (M[j + 1 :, j] / M[j, j])[:, None]
        Z[j + 1 :, : j + 1] -= column * Z[j, : j + 1]
        M[j + 1 :, j + 1 :] -= column * M[j, j + 1 :]
    pivots = M[np.diag_indices(r)]
    if not pivots.min(initial=np.inf) > 0:
        raise np.linalg.LinAlgError("matrix is not positive definite")
    Z /= np.sqrt(pivots)[:, None]
    return np.ascontiguousarray(Z.transpose(2, 0, 1))


def root_by_qr(weighted: Array) -> Array:
    """The same without squaring the condition number, at several times the cost."""
    m, r, _ = weighted.shape
    identity = np.broadcast_to(np.eye(r), (m, r, r))
    stacked = np.concatenate([weighted.transpose(0, 2, 1), identity], axis=1)
    return triangular(stacked).transpose(0, 2, 1)


def triangular(stacked: Array) -> Array:
    """R of the QR factorization of every matrix."""
    return np.asarray(np.linalg.qr(stacked, mode="r"))
