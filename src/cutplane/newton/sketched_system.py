"""The Newton system of a gate tree without a factorization for each leaf.

A product with ``H = A A^T / tau + diag(h)`` costs one matrix product with the Gram matrix G of
the rows; factoring H costs one k x k inverse for each leaf. Rows share a mean, so G has a few
large eigenvalues and a bulk, and the tree system with the *sketch* ``delta I + Q Q^T`` in place
of G is close to H but needs only one q x q matrix for each leaf. With
``e = 1 / (1 + delta lambda^2)`` a leaf's covariance is

    S = delta diag(e) + diag(e) Q C Q^T diag(e),   C = (I + Q^T diag(lambda^2 e) Q)^-1.

Conjugate gradients preconditioned by it need two to six products for each Newton step. Rows of
few features have delta = 0: the sketch is exact and one pass solves the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from cutplane._types import Floats
from cutplane.newton.tree_system import Step, TreeSystem, _Node
from cutplane.space.gate_tree import GateTree, Layer

#: Rows of at most this many features are represented exactly.
EXACT_RANK = 5
#: Eigenvalues of G above this are kept. A row's own curvature 1 / lambda^2 is about 1.
LARGE_EIGENVALUE = 1.5
MAX_RANK = 8
#: Conjugate gradients stop when one more step lowers the error by less than this, relatively.
FORCING = 0.1
#: With more products the sketch is no use, as multipliers are extreme: factor the tree instead.
MAX_PRODUCTS = 15
#: Below about this many multiplications a factorization is as quick.
SMALL = 2e6


@dataclass(frozen=True)
class GramSketch:
    """``G ~ delta I + Q Q^T`` with Q of shape (k, q); exact where delta is 0."""

    delta: float
    basis: Floats

    @classmethod
    def of(cls, tree: GateTree) -> GramSketch:
        """Large eigenpairs of the tree's Gram matrix, and the mean of the others."""
        k, d = tree.rows.shape
        if d <= EXACT_RANK:
            return cls(0.0, tree.rows)
        eigenvalues, vectors = tree.gram_spectrum
        if k <= EXACT_RANK:
            return cls(0.0, vectors * np.sqrt(np.maximum(eigenvalues, 0)))
        large = int((eigenvalues > LARGE_EIGENVALUE).sum())
        q = min(max(large, 1), MAX_RANK)
        delta = max(float(eigenvalues[:-q].mean()), 1e-3)
        excess = np.sqrt(np.maximum(eigenvalues[-q:] - delta, 0))
        return cls(delta, np.ascontiguousarray(vectors[:, -q:] * excess))

    def astype(self, dtype: type) -> GramSketch:
        """The same sketch in another precision."""
        return GramSketch(self.delta, self.basis.astype(dtype))


class SketchedLeaves:
    """The leaf layer under a sketch, in the precision of ``lam`` (m, k)."""

    def __init__(self, sketch: GramSketch, lam: Floats, tau: float):
        Q = self.basis = (sketch.basis / np.sqrt(tau)).astype(lam.dtype)
        self.basis_t = np.ascontiguousarray(Q.T)
        self.delta = lam.dtype.type(sketch.delta / tau)
        self.exact = sketch.delta == 0
        weight = self.lam2 = lam * lam
        if not self.exact:
            self.e = 1 / (1 + self.delta * weight)
            self.diagonal = self.delta * self.e
            weight = weight * self.e
        k, q = Q.shape
        pairs = (Q[:, :, None] * Q[:, None, :]).reshape(k, q * q)
        self.root = _inverse_root((pairs.T @ weight.T).reshape(q, q, -1))

    def message(self, layer: Layer) -> Floats:
        """Covariance that the parents receive; (m / A, k, k)."""
        (k, q), m, width = self.basis.shape, self.lam2.shape[0], layer.width
        mask = (np.sqrt(layer.count)[:, None] * layer.mask).astype(self.lam2.dtype)
        p = m // width
        root = self.root.reshape(q, q, p, width).transpose(2, 0, 1, 3).reshape(p, q, q * width)
        Z = (self.basis @ root).reshape(p, k, q, width)
        scale = mask[None] if self.exact else mask * self.e.reshape(p, width, k)
        Z *= np.ascontiguousarray(scale.transpose(0, 2, 1))[:, :, None, :]
        flat = Z.reshape(p, k, q * width)
        S = _outer_squares(flat).astype(np.float64)
        if not self.exact:
            rows = np.arange(k)
            diagonal = self.diagonal.reshape(p, width, k)
            S[:, rows, rows] += np.einsum("ak,pak->pk", mask * mask, diagonal)
        return S

    def apply(self, force: Floats) -> Floats:
        """``S`` times a force on every leaf; (m, k)."""
        pushed = force if self.exact else force * self.e
        t = self.basis_t @ pushed.T
        t = np.einsum("ijm,im->jm", self.root, t)
        t = np.einsum("ijm,jm->im", self.root, t)
        out: Floats = t.T @ self.basis_t
        if not self.exact:
            out *= self.e
            out += self.diagonal * force
        return out


def _outer_squares(stack: Floats) -> Floats:
    """``F F^T`` of every matrix; a single one is recognised as symmetric by BLAS."""
    if stack.shape[0] == 1:
        product: Floats = stack[0] @ stack[0].T
        return product[None]
    return stack @ stack.transpose(0, 2, 1)


def _inverse_root(information: Floats) -> Floats:
    """Upper triangular R with ``R R^T = (I + information)^-1``; (q, q, m), q small."""
    q = information.shape[0]
    low = np.zeros_like(information)
    inverse = np.zeros_like(information)
    for j in range(q):
        column = information[j:, j].copy()
        column[0] += 1
        for i in range(j):
            column -= low[j:, i] * low[j, i]
        low[j:, j] = column / np.sqrt(column[0])
        inverse[j, j] = 1 / low[j, j]
        for i in range(j):
            inverse[i, j] = -(low[j, i:j] * inverse[i, i:j]).sum(axis=0) * inverse[j, j]
    return inverse


def worthwhile(tree: GateTree) -> bool:
    """Whether to try the sketch before factoring every leaf."""
    k, d = tree.rows.shape
    leaves = tree.n_nodes[0] if tree.layers else 0
    return leaves > 0 and (d <= EXACT_RANK or leaves * k * min(k, d) ** 2 > SMALL)


class SketchedSystem:
    """``A A^T / tau + diag(h)`` of a tree with sign rows; same use as :class:`TreeSystem`.

    The iterations run in single precision: the residuals that Newton's method computes are in
    double precision, so a rounded step costs accuracy nowhere.
    """

    def __init__(
        self,
        tree: GateTree,
        multipliers: Sequence[Floats],
        root_curvature: Floats,
        tau: float = 1.0,
    ):
        self._arguments = (tree, multipliers, root_curvature, tau)
        sketch = GramSketch.of(tree)
        self.exact = sketch.delta == 0
        self.dtype: Any = np.float64 if self.exact else np.float32
        self.tree, self.root_curvature = tree, root_curvature
        self.signed: list[Floats] = [layer.signed_mask.astype(self.dtype) for layer in tree.layers]
        self.counted: list[Floats] = [
            layer.counted_mask.astype(self.dtype) for layer in tree.layers
        ]
        lam: list[Floats] = [own.astype(self.dtype) for own in multipliers]
        self.leaves = SketchedLeaves(sketch, lam[0], tau)
        covariance = self.leaves.message(tree.layers[0])
        self.inner: list[_Node] = []
        for own, layer in zip(multipliers[1:], tree.layers[1:], strict=True):
            self.inner.append(_Node(covariance, own))
            covariance = self.inner[-1].message(layer)
        self.covariance = covariance[0]
        H = self.covariance + np.diag(root_curvature)
        self.factor = scipy.linalg.cho_factor(H, check_finite=False)
        self.lam2: list[Floats] = [self.leaves.lam2] + [np.square(own) for own in lam[1:]]
        self.stiffness = [1 / own for own in self.lam2]
        self.gram: Floats = (tree.gram / tau).astype(self.dtype)
        self.accuracy = 0.0 if self.exact else FORCING

    def solve(self, sign_residuals: Sequence[Floats], root_residual: Floats) -> Step:
        """Solve ``H p = r``, to a relative error of ``accuracy`` in the norm of H."""
        if self.exact:
            forces, root_force, values, prediction = self._pass(sign_residuals, root_residual)
            return Step(forces, root_force, values, prediction)
        with np.errstate(all="ignore"):  # a breakdown is detected, and then the tree is factored
            step = self._conjugate_gradients(sign_residuals, root_residual)
        if step is None:
            self.accuracy = 1.0
            step = TreeSystem(*self._arguments).solve(sign_residuals, root_residual)
        return step

    def _conjugate_gradients(
        self, sign_residuals: Sequence[Floats], root_residual: Floats
    ) -> Step | None:
        """None after a breakdown or too many products."""
        r, r_root = [own.astype(self.dtype) for own in sign_residuals], root_residual.copy()
        x, x_root = [np.zeros_like(own) for own in r], np.zeros_like(r_root)
        v, v_root = [np.zeros_like(own) for own in r], np.zeros_like(r_root)
        p: list[Floats] = []
        gain = rho = 0.0
        for _ in range(MAX_PRODUCTS):
            z, z_root, _, _ = self._pass(r, r_root)
            before, rho = rho, self._inner(r, r_root, z, z_root)
            if not p:
                p, p_root = z, z_root
            else:
                for own, new in zip(p, z, strict=True):
                    own *= rho / before
                    own += new
                p_root = z_root + (rho / before) * p_root
            values, prediction = self._values(p, p_root)
            product = [
                h * own + value for h, own, value in zip(self.stiffness, p, values, strict=True)
            ]
            product_root = self.root_curvature * p_root + prediction
            curvature = self._inner(p, p_root, product, product_root)
            if not (np.isfinite(rho) and curvature > 0):
                return None
            alpha = rho / curvature
            for sums, terms in ((x, p), (v, values)):
                for own, term in zip(sums, terms, strict=True):
                    own += alpha * term
            x_root, v_root = x_root + alpha * p_root, v_root + alpha * prediction
            gain += alpha * rho
            if alpha * rho <= FORCING**2 * gain:
                double = [[own.astype(np.float64) for own in part] for part in (x, v)]
                return Step(double[0], x_root, double[1], v_root)
            for own, term in zip(r, product, strict=True):
                own -= alpha * term
            r_root = r_root - alpha * product_root
        return None

    def _pass(
        self, r: Sequence[Floats], r_root: Floats
    ) -> tuple[list[Floats], Floats, list[Floats], Floats]:
        """Solve with the sketch in place of the Gram matrix: up the tree, down the tree."""
        pulled = [own * weight for own, weight in zip(r, self.lam2, strict=True)]
        changes = [self.leaves.apply(pulled[0])]
        gathered = self._gather(0, changes[0])
        for level, node in enumerate(self.inner, 1):
            changes.append(node.up(r[level], gathered))
            gathered = self._gather(level, changes[level])
        b = gathered[0].astype(np.float64)
        root_force = scipy.linalg.cho_solve(self.factor, r_root - b, check_finite=False)
        prediction = b + self.covariance @ root_force if self.exact else b
        force = root_force[None]
        for level in range(len(r) - 1, -1, -1):
            force = self._scatter(level, force)
            if level:
                pulled[level], changes[level] = self.inner[level - 1].step(force)
                force = force + pulled[level]
            else:
                changes[0] += self.leaves.apply(force)
                pulled[0] -= self.lam2[0] * changes[0]
        return pulled, root_force, changes, prediction

    def _values(self, p: Sequence[Floats], p_root: Floats) -> tuple[list[Floats], Floats]:
        """``A A^T p / tau``."""
        force = p_root[None]
        for level in range(len(p) - 1, -1, -1):
            force = self._scatter(level, force)
            force += p[level]
        values = []
        current = force @ self.gram
        for level in range(len(p)):
            values.append(current)
            current = self._gather(level, current)
        return values, current[0].astype(np.float64)

    def _gather(self, level: int, values: Floats) -> Floats:
        counted = self.counted[level]
        return np.einsum("ak,pak->pk", counted, values.reshape(-1, *counted.shape))

    def _scatter(self, level: int, force: Floats) -> Floats:
        pushed = self.signed[level][None] * force[:, None, :].astype(self.dtype)
        return pushed.reshape(-1, force.shape[1])

    def _inner(
        self, a: Sequence[Floats], a_root: Floats, b: Sequence[Floats], b_root: Floats
    ) -> float:
        total = float(a_root @ b_root)
        for x, y, count in zip(a, b, self.tree.multiplicity, strict=True):
            total += float(count @ np.einsum("mk,mk->m", x, y))
        return total
