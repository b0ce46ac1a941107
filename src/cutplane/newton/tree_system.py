"""The Newton system of a gate tree, factored in time linear in the number of leaves.

With one row per prediction and per sign row, the dual Newton matrix is
``H = A A^T / tau + diag(h)``, where A maps leaf weights to row values and h is the
curvature of the rows' barriers (``1 / lambda^2`` for a sign row). Eliminating the tree
from the leaves to the root leaves one k x k matrix per node (mathematics 3): with
``W = diag(lambda^2)`` and S0 the covariance that the children send,

    K = (I + W^1/2 S0 W^1/2)^-1,   S = W^-1/2 (I - K) W^-1/2.

Leaves with fewer weights than rows use their rank: ``S = X (tau I + X^T W X)^-1 X^T``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from cutplane._types import Array
from cutplane.space.gate_tree import GateTree, Layer

#: Below this order LAPACK's batched inverse beats a blocked one.
_BLOCK = 24
#: Matrix entries handled at once by one thread, small enough to stay in its cache.
_CHUNK_ENTRIES = 2**18


def inverse_spd(A: Array) -> Array:
    """Inverses of a stack of symmetric positive definite matrices, (m, k, k).

    Above a small order, recursive 2 x 2 blocks, because batched matrix products run
    several times faster than batched LAPACK factorizations.
    """
    k = A.shape[-1]
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


def _regularized_inverse(covariance: Array, lam: Array) -> Array:
    """``(I + diag(lam) S0 diag(lam))^-1`` of every node, in cache-sized chunks on all cores."""
    m, k = lam.shape
    out = np.empty((m, k, k))
    diagonal = np.arange(k)

    def invert(chunk: slice) -> None:
        scale = lam[chunk]
        scaled = scale[:, :, None] * covariance[chunk]
        scaled *= scale[:, None, :]
        scaled[:, diagonal, diagonal] += 1.0
        out[chunk] = inverse_spd(scaled)

    size = max(1, _CHUNK_ENTRIES // max(1, k * k))
    chunks = [slice(start, start + size) for start in range(0, m, size)]
    if len(chunks) < 3:
        for chunk in chunks:
            invert(chunk)
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(invert, chunks))
    return out


class _Node:
    """Nodes of one layer whose children's covariance S0 is a full (m, k, k) stack."""

    def __init__(self, covariance: Array, lam: Array):
        self.lam = lam
        self.covariance = covariance
        self.K = _regularized_inverse(covariance, lam)

    def message(self, layer: Layer) -> Array:
        """Covariance that the parents receive; (m / A, k, k)."""
        k = self.lam.shape[1]
        v = (np.sqrt(layer.count)[:, None] * layer.mask) / self.lam.reshape(-1, layer.width, k)
        K = self.K.reshape(-1, layer.width, k, k)
        S0 = -np.einsum("pai,paij,paj->pij", v, K, v)
        diagonal = np.arange(k)
        S0[:, diagonal, diagonal] += np.einsum("pai,pai->pi", v, v)
        return S0

    def up(self, residual: Array, b0: Array | None) -> Array:
        """Value change b of the nodes before any force arrives from above; (m, k)."""
        self.b0 = np.zeros_like(residual) if b0 is None else b0
        self.own = self.force(residual - self.b0)
        return self.b0 + _apply(self.covariance, self.own)

    def force(self, residual: Array) -> Array:
        """``(diag(lambda^-2) + S0)^-1`` times a residual, without a difference of large terms."""
        return self.lam * _apply(self.K, self.lam * residual)

    def down(self, force: Array) -> Array:
        """Value change S d caused by a force from above; (m, k)."""
        scaled = force / self.lam
        return (scaled - _apply(self.K, scaled)) / self.lam

    def step(self, incoming: Array) -> tuple[Array, Array]:
        """Own force and value change under a force from above."""
        own = self.own - self.force(_apply(self.covariance, incoming))
        return own, self.b0 + _apply(self.covariance, own + incoming)


class _RankNode:
    """Leaves with fewer weights than rows: ``S = Z Z^T`` with Z of shape (m, k, d)."""

    def __init__(self, rows: Array, lam: Array, tau: float):
        self.lam = lam
        self.rows = rows
        weighted = rows.T[None] * (lam**2)[:, None, :]
        information = weighted @ rows
        diagonal = np.arange(rows.shape[1])
        information[:, diagonal, diagonal] += tau
        self.root = np.linalg.inv(np.linalg.cholesky(information)).transpose(0, 2, 1)

    def message(self, layer: Layer) -> Array:
        k, d = self.rows.shape
        Z = self.rows @ self.root
        Z = Z.reshape(-1, layer.width, k, d)
        Z = Z * (np.sqrt(layer.count)[:, None] * layer.mask)[None, :, :, None]
        flat = np.ascontiguousarray(Z.transpose(0, 2, 1, 3)).reshape(Z.shape[0], k, -1)
        return flat @ flat.transpose(0, 2, 1)

    def up(self, residual: Array, b0: Array | None) -> Array:
        return self.down(self.lam**2 * residual)

    def down(self, force: Array) -> Array:
        moved = _apply(self.root.transpose(0, 2, 1), force @ self.rows)
        return _apply(self.root, moved) @ self.rows.T


def _apply(matrices: Array, vectors: Array) -> Array:
    """Stacked matrix-vector products, (m, k, k) times (m, k)."""
    return (matrices @ vectors[:, :, None])[:, :, 0]


@dataclass(frozen=True)
class Step:
    """Solution of the Newton system.

    Attributes
    ----------
    sign_forces : list of ndarray
        Entry l of shape (m_{l+1}, k): change of the signed multipliers.
    root_force : ndarray of shape (k,)
        Change of the prediction rows' signed multipliers.
    values : list of ndarray
        Entry l of shape (m_{l+1}, k): change of the nodes' values.
    prediction : ndarray of shape (k,)
        Change of f.
    """

    sign_forces: list[Array]
    root_force: Array
    values: list[Array]
    prediction: Array


class TreeSystem:
    """Factorization of ``A A^T / tau + diag(h)``; solve it for many right-hand sides.

    Parameters
    ----------
    tree : GateTree
        k rows, L leaf classes in R^d.
    multipliers : sequence of ndarray
        Entry l of shape (m_{l+1}, k): positive multipliers of the sign rows.
    root_curvature : ndarray of shape (k,)
        Second derivative of the prediction rows' conjugate barrier.
    tau : float
        Curvature of the ball barrier.
    kernel : ndarray of shape (k, k), optional
        Covariance of the prediction for a tree without sign rows (linear and gated).
    """

    def __init__(
        self,
        tree: GateTree,
        multipliers: Sequence[Array],
        root_curvature: Array,
        tau: float = 1.0,
        kernel: Array | None = None,
    ):
        self.tree = tree
        self.nodes: list[_Node | _RankNode] = []
        covariance = np.empty(0) if kernel is None else kernel / tau
        for level, layer in enumerate(tree.layers if kernel is None else ()):
            lam = multipliers[level]
            node = _leaves(tree, lam, tau) if level == 0 else _Node(covariance, lam)
            self.nodes.append(node)
            covariance = node.message(layer)
        S = covariance.reshape(tree.n_rows, tree.n_rows)
        self.prediction_covariance = S
        scale = 1 / np.sqrt(root_curvature)
        self._root_scale = scale
        scaled = scale[:, None] * S * scale
        scaled[np.diag_indices_from(scaled)] += 1.0
        self._root = scipy.linalg.cho_factor(scaled, check_finite=False)

    def solve(self, sign_residuals: Sequence[Array], root_residual: Array) -> Step:
        """Solve ``H p = r``.

        Parameters
        ----------
        sign_residuals : sequence of ndarray
            Entry l of shape (m_{l+1}, k).
        root_residual : ndarray of shape (k,)

        Returns
        -------
        Step
        """
        tree, gathered = self.tree, []
        b0 = None
        for node, layer, residual in zip(self.nodes, tree.layers, sign_residuals, strict=False):
            own = node.up(residual, b0)
            gathered.append(own)
            b0 = tree.gather(layer, own)
        b = np.zeros_like(root_residual) if b0 is None else b0[0]
        scaled = self._root_scale * (root_residual - b)
        solved = scipy.linalg.cho_solve(self._root, scaled, check_finite=False)
        root_force = self._root_scale * solved
        prediction = b + self.prediction_covariance @ root_force

        forces: list[Array] = []
        values: list[Array] = []
        incoming = root_force[None]
        for level in range(len(self.nodes) - 1, -1, -1):
            node, layer = self.nodes[level], tree.layers[level]
            incoming = tree.scatter(layer, incoming)
            if isinstance(node, _Node):
                own, change = node.step(incoming)
            else:
                change = gathered[level] + node.down(incoming)
                own = node.lam**2 * (sign_residuals[level] - change)
            forces.append(own)
            values.append(change)
            incoming = incoming + own
        return Step(forces[::-1], root_force, values[::-1], prediction)


def _leaves(tree: GateTree, lam: Array, tau: float) -> _Node | _RankNode:
    """Factor the leaves by rows or by weights, whichever is faster."""
    k, d = tree.rows.shape
    if _by_weights(k, d):
        return _RankNode(tree.rows, lam, tau)
    return _Node(np.broadcast_to(tree.gram / tau, (lam.shape[0], k, k)), lam)


def _by_weights(k: int, d: int) -> bool:
    """Whether k rows exceed d weights by enough for two more products to pay."""
    return k > 1.5 * d


def leaf_storage(k: int, d: int) -> int:
    """Numbers kept for each leaf's factorization."""
    return d * d if _by_weights(k, d) else k * k
