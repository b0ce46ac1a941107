"""The Newton system of the final solve: a gate tree whose leaves carry cones.

Where ``tree_system`` gives every leaf the covariance ``I / tau``, a leaf with penalty
``beta |u|`` has that of its second-order cone, ``H = eta^2 (I + 2 a a^T)`` at the
Nesterov-Todd scaling point (design 3.6). The elimination from the leaves to the root is
the same, with ``W = multiplier / slack`` of the sign rows in place of ``lambda^2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from cutplane.gate_tree import GateTree, Layer
from cutplane.tree_system import _Node

Array = NDArray[np.float64]


def dot(a: Array, b: Array) -> Array:
    """Inner products of matching rows; (m, r), (m, r) -> (m,)."""
    return np.einsum("mr,mr->m", a, b)


@dataclass(frozen=True)
class Cones:
    """Nesterov-Todd scaling of m second-order cones (Vandenberghe 2010, section 5.4).

    With ``w = (w_0, a)`` and ``J = diag(1, -I)`` the scaling matrix squared is
    ``W^2 = eta^2 (2 w w^T - J)``; it maps the dual point z to the primal point x. Points are
    pairs (scalars (m,), vectors (m, r)).

    Attributes
    ----------
    eta, w0 : ndarray of shape (m,)
    axis : ndarray of shape (m, r)
        The vectors a.
    """

    eta: Array
    w0: Array
    axis: Array

    @classmethod
    def at(cls, tau: Array, u: Array, z0: Array, z: Array) -> Cones:
        """Scaling of the primal point (tau, u) and the dual point (z0, z)."""
        size_x, size_z = np.sqrt(_squared_size(tau, u)), np.sqrt(_squared_size(z0, z))
        ratio = (tau * z0 + dot(u, z)) / (size_x * size_z)
        gamma = np.sqrt(2 * (1 + ratio))
        axis = (u / size_x[:, None] - z / size_z[:, None]) / gamma[:, None]
        return cls(np.sqrt(size_x / size_z), np.sqrt(1 + dot(axis, axis)), axis)

    def scale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W v``."""
        along = dot(self.axis, v)
        factor = v0 + along / (1 + self.w0)
        moved = v + factor[:, None] * self.axis
        return self.eta * (self.w0 * v0 + along), self.eta[:, None] * moved

    def unscale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W^-1 v``."""
        along = dot(self.axis, v)
        factor = along / (1 + self.w0) - v0
        moved = v + factor[:, None] * self.axis
        return (self.w0 * v0 - along) / self.eta, moved / self.eta[:, None]

    def root(self) -> Array:
        """``H^1/2`` of every leaf; (m, r, r)."""
        stretch = 2 / (1 + np.sqrt(1 + 2 * dot(self.axis, self.axis)))
        out = (stretch[:, None] * self.axis)[:, :, None] * self.axis[:, None, :]
        diagonal = np.arange(self.axis.shape[1])
        out[:, diagonal, diagonal] += 1.0
        return self.eta[:, None, None] * out


def _squared_size(v0: Array, v: Array) -> Array:
    """``v_0^2 - |v|^2`` without cancellation."""
    norm = np.sqrt(dot(v, v))
    return (v0 - norm) * (v0 + norm)


def divide(l0: Array, l1: Array, r0: Array, r1: Array) -> tuple[Array, Array]:
    """Solve ``l o v = r`` in the algebra of second-order cones."""
    v0 = (l0 * r0 - dot(l1, r1)) / _squared_size(l0, l1)
    return v0, (r1 - v0[:, None] * l1) / l0[:, None]


def longest_step(t: Array, v: Array, dt: Array, dv: Array) -> float:
    """Largest step that keeps every ``|v| <= t``; infinite when nothing blocks."""
    a = dt**2 - dot(dv, dv)
    b = t * dt - dot(v, dv)
    c = _squared_size(t, v)
    discriminant = b**2 - a * c
    root = np.sqrt(np.maximum(discriminant, 0.0))
    # Smallest positive root of a x^2 + 2 b x + c, by the form that does not cancel.
    blocks = (a < 0) | ((b < 0) & (discriminant > 0))
    over, under = np.where(b < 0, c, root + b), np.where(b < 0, root - b, -a)
    return float((over[blocks] / under[blocks]).min(initial=np.inf))


class _NarrowLeaves:
    """Leaves with fewer weights than rows: ``S = Z^T Z`` with Z of shape (m, r, k).

    Z is kept, although S has rank r, because a row that must vanish has small entries in Z:
    recomputing them from weights would leave an error that its stiffness blows up.
    """

    def __init__(self, rows: Array, cones: Cones, stiffness: Array):
        self.stiffness = stiffness
        factor = (cones.root().reshape(-1, rows.shape[1]) @ rows.T).reshape(
            -1, rows.shape[1], rows.shape[0]
        )
        weighted = factor * np.sqrt(stiffness)[:, None, :]
        information = weighted @ weighted.transpose(0, 2, 1)
        diagonal = np.arange(rows.shape[1])
        information[:, diagonal, diagonal] += 1.0
        self.Z = np.linalg.inv(np.linalg.cholesky(information)) @ factor

    def message(self, layer: Layer) -> Array:
        """Covariance that the parents receive; (m / A, k, k)."""
        m, r, k = self.Z.shape
        signed = self.Z.reshape(-1, layer.width, r, k) * layer.signed_mask[None, :, None, :]
        self.sent = signed.reshape(-1, layer.width * r, k)
        return self.sent.transpose(0, 2, 1) @ self.sent

    def up(self, residual: Array, layer: Layer, b0: Array | None) -> tuple[Array, Array]:
        """Coordinates of the value change so far, and its sum over each parent's children."""
        own = np.einsum("mrk,mk->mr", self.Z, self.stiffness * residual)
        grouped = own.reshape(self.sent.shape[0], 1, -1)
        return own, (grouped @ self.sent)[:, 0]

    def down(self, own: Array, layer: Layer, force: Array) -> Array:
        """Value change, given the force (m / A, k) on the parents."""
        own = own + (self.sent @ force[:, :, None]).reshape(own.shape)
        return np.einsum("mrk,mr->mk", self.Z, own)


class _WideNodes:
    """Nodes whose covariance S0 is a full stack (m, k, k): inner nodes, and wide leaves."""

    def __init__(self, tree: GateTree, covariance: Array, stiffness: Array):
        self.tree = tree
        self.node = _Node(covariance, np.sqrt(stiffness))

    def message(self, layer: Layer) -> Array:
        return self.node.message(layer)

    def up(self, residual: Array, layer: Layer, b0: Array | None) -> tuple[Array, Array]:
        own = self.node.up(residual, b0)
        return own, self.tree.gather(layer, own)

    def down(self, own: Array, layer: Layer, force: Array) -> Array:
        return own + self.node.down(self.tree.scatter(layer, force))


class ConeSystem:
    """Factorization of ``A H A^T + diag(1 / W)`` over a tree whose classes count once.

    Parameters
    ----------
    tree : GateTree
        k rows in R^r; every ``count`` is one.
    cones : Cones
        Scaling of the m_1 leaves.
    stiffness : sequence of ndarray
        Entry l of shape (m_{l+1}, k): multiplier over slack of every sign row; empty for a
        tree without sign rows.
    reach : ndarray of shape (k,)
        What the prediction of a row is multiplied by.
    """

    def __init__(self, tree: GateTree, cones: Cones, stiffness: Sequence[Array], reach: Array):
        self.tree, self.reach, self.stiffness = tree, reach, stiffness
        self.nodes: list[_WideNodes | _NarrowLeaves] = []
        covariance = None if stiffness else _free_covariance(tree, cones)[None]
        for level, (layer, own) in enumerate(zip(tree.layers, stiffness, strict=False)):
            if level == 0:
                node = _leaves(tree, cones, own)
            else:
                node = _WideNodes(tree, covariance, own)
            self.nodes.append(node)
            covariance = node.message(layer)
        root = reach[:, None] * covariance[0] * reach
        # The squared loss: f = y - n q.
        root[np.diag_indices_from(root)] += tree.n_rows
        self._root = scipy.linalg.cho_factor(root, check_finite=False)

    def solve(
        self, sign_residuals: Sequence[Array], root_residual: Array
    ) -> tuple[list[Array], Array]:
        """Forces on the sign rows and on the prediction that remove the residuals."""
        layers, states = self.tree.layers, []
        b0 = None
        for node, layer, residual in zip(self.nodes, layers, sign_residuals, strict=False):
            own, b0 = node.up(residual, layer, b0)
            states.append(own)
        b = 0.0 if b0 is None else self.reach * b0[0]
        root = scipy.linalg.cho_solve(self._root, root_residual - b, check_finite=False)
        incoming = (self.reach * root)[None]
        forces: list[Array] = []
        for level in range(len(self.nodes) - 1, -1, -1):
            change = self.nodes[level].down(states[level], layers[level], incoming)
            forces.append(self.stiffness[level] * (sign_residuals[level] - change))
            if level > 0:
                incoming = self.tree.scatter(layers[level], incoming) + forces[-1]
        return forces[::-1], root


def _leaves(tree: GateTree, cones: Cones, stiffness: Array) -> _WideNodes | _NarrowLeaves:
    """Factor the leaves by rows or by weights, whichever is smaller."""
    if tree.rows.shape[1] < tree.n_rows:
        return _NarrowLeaves(tree.rows, cones, stiffness)
    along = np.sqrt(2.0) * (cones.axis @ tree.rows.T)
    covariance = tree.gram + along[:, :, None] * along[:, None, :]
    covariance *= (cones.eta**2)[:, None, None]
    return _WideNodes(tree, covariance, stiffness)


def _free_covariance(tree: GateTree, cones: Cones) -> Array:
    """Covariance of the prediction when only cones hold the leaves; (k, k)."""
    mask = tree.layers[0].signed_mask * cones.eta[:, None]
    along = np.sqrt(2.0) * mask * (cones.axis @ tree.rows.T)
    return tree.gram * (mask.T @ mask) + along.T @ along
