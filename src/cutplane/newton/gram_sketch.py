"""The sketch of the Gram matrix, and leaves factored by it.

Rows share a mean, so their Gram matrix G has a few large eigenvalues and a bulk: it is near
``delta I + Q Q^T`` with Q of few columns, and then a leaf needs one small q x q matrix. With
``W = diag(lambda^2)`` and ``e = 1 / (1 + delta lambda^2)`` its covariance is

    S = delta diag(e) + diag(e) Q C Q^T diag(e),   C = (I + Q^T W diag(e) Q)^-1,

as mathematics (3.22) says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from cutplane._types import Array, Floats
from cutplane.newton.small_matrices import add_to_diagonals, eliminated, outer_squares
from cutplane.newton.tree_system import Risen
from cutplane.space.gate_tree import GateTree, Layer

#: Rows of at most this many features are represented exactly.
EXACT_RANK = 5
#: Eigenvalues of G above this are kept. A row's own curvature 1 / lambda^2 is about 1.
LARGE_EIGENVALUE = 1.5
#: With more rows, more of them: the sketch may be as dear as it saves products.
MAX_RANK, _ROWS_FOR_ONE = 8, 40


@dataclass(frozen=True)
class GramSketch:
    """``G ~ delta I + Q Q^T`` with Q (k, q); exact where delta is 0 (mathematics (3.21))."""

    delta: float
    basis: Array

    @classmethod
    def of(cls, tree: GateTree) -> GramSketch:
        """Large eigenpairs of the tree's Gram matrix, and the mean of the others."""
        k, d = tree.rows.shape
        if d <= EXACT_RANK:
            return cls(0.0, tree.rows)
        most = k if k <= EXACT_RANK else min(k, d, max(MAX_RANK, k // _ROWS_FOR_ONE))
        eigenvalues, vectors = _largest_eigenpairs(tree, most)
        if k <= EXACT_RANK:
            return cls(0.0, vectors * np.sqrt(np.maximum(eigenvalues, 0)))
        q = max(int((eigenvalues > LARGE_EIGENVALUE).sum()), 1)
        rest = float(np.trace(tree.gram)) - float(eigenvalues[-q:].sum())
        delta = max(rest / (k - q), 1e-3)
        excess = np.sqrt(np.maximum(eigenvalues[-q:] - delta, 0))
        return cls(delta, np.ascontiguousarray(vectors[:, -q:] * excess))

    @property
    def exact(self) -> bool:
        """Whether nothing of the Gram matrix is left out."""
        return self.delta == 0


def _largest_eigenpairs(tree: GateTree, n: int) -> tuple[Array, Array]:
    """Eigenvalues of the Gram matrix, ascending, and eigenvectors (k, n): the n largest."""
    k, d = tree.rows.shape
    if n <= d < k:  # those of the d x d matrix, which has the same
        weighed = tree.rows if tree.metric is None else tree.rows * np.sqrt(tree.metric)
        eigenvalues, turned = eigh(weighed.T @ weighed, subset_by_index=(d - n, d - 1))
        lengths = np.sqrt(np.maximum(eigenvalues, np.finfo(float).tiny))
        return eigenvalues, weighed @ (turned / lengths)
    eigenvalues, vectors = eigh(tree.gram, subset_by_index=(k - n, k - 1))
    return eigenvalues, vectors


class SketchedLeaves:
    """Leaves under a sketch, in the precision of ``lam``.

    Parameters
    ----------
    layer : Layer
    sketch : GramSketch
    lam : ndarray of shape (m, k)
        Multipliers of the sign rows.
    tau : float
        Curvature of the ball barrier.
    """

    def __init__(self, layer: Layer, sketch: GramSketch, lam: Floats, tau: float):
        self.dtype = lam.dtype.type
        self.layer = layer if lam.dtype == layer.mask.dtype else layer.single
        Q = self.basis = (sketch.basis / np.sqrt(tau)).astype(self.dtype)
        self.basis_t = np.ascontiguousarray(Q.T)
        self.delta = self.dtype(sketch.delta / tau)
        self.exact = sketch.exact
        weight = self.stiffness = lam * lam
        if not self.exact:
            self.e = 1 / (1 + self.delta * weight)
            self.diagonal = self.delta * self.e
            weight = weight * self.e
        k, q = Q.shape
        pairs = (Q[:, :, None] * Q[:, None, :]).reshape(k, q * q)
        information = (pairs.T @ weight.T).reshape(q, q, -1)
        information[np.diag_indices(q)] += 1
        self.inverse_root = eliminated(information)  # C = R^T R of each leaf; (q, q, m)

    def message(self) -> Array:
        (k, q), m, width = self.basis.shape, self.stiffness.shape[0], self.layer.width
        mask = np.sqrt(self.layer.count)[:, None] * self.layer.mask
        p = m // width
        root: Floats = self.inverse_root.reshape(q, q, p, width).transpose(2, 1, 0, 3)
        root = root.reshape(p, q, q * width)
        Z: Floats = (self.basis @ root).reshape(p, k, q, width)
        scale = mask[None] if self.exact else mask * self.layer.grouped(self.e)
        Z *= np.ascontiguousarray(scale.transpose(0, 2, 1))[:, :, None, :]
        S: Array = outer_squares(Z.reshape(p, k, q * width)).astype(np.float64)
        if not self.exact:
            diagonal = self.layer.grouped(self.diagonal)
            add_to_diagonals(S, np.einsum("ak,pak->pk", mask * mask, diagonal))
        return S

    def up(self, residual: Floats, below: Floats | None) -> Risen:
        change = self.apply(self.stiffness * residual)
        return Risen(residual, below, change, self.layer.gather(change))

    def down(self, risen: Risen, force: Floats) -> tuple[Floats, Floats]:
        change = risen.own + self.apply(self.layer.scatter(force.astype(self.dtype)))
        return self.stiffness * (risen.residual - change), change

    def apply(self, force: Floats) -> Floats:
        """``S`` times a force on every leaf; (m, k)."""
        pushed = force if self.exact else force * self.e
        t = self.basis_t @ pushed.T
        t = np.einsum("jim,im->jm", self.inverse_root, t)
        t = np.einsum("jim,jm->im", self.inverse_root, t)
        out: Floats = t.T @ self.basis_t
        if not self.exact:
            out *= self.e
            out += self.diagonal * force
        return out
