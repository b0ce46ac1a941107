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

#: Up to this order, eliminating all matrices at once beats one LAPACK call for each.
SMALL = 8


def dot(a: Array, b: Array) -> Array:
    """Inner products of matching rows; (m, r), (m, r) -> (m,)."""
    return np.vecdot(a, b)


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
    def at(cls, tau: Array, u: Array, z0: Array, z: Array, sizes: tuple[Array, Array]) -> Cones:
        """Scaling of the primal point (tau, u) and the dual point (z0, z)."""
        size_x, size_z = np.sqrt(sizes[0]), np.sqrt(sizes[1])
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


def squared_size(v0: Array, v: Array) -> Array:
    """``v_0^2 - |v|^2`` without cancellation."""
    norm = np.sqrt(dot(v, v))
    return (v0 - norm) * (v0 + norm)


def divide(l0: Array, l1: Array, r0: Array, r1: Array) -> tuple[Array, Array]:
    """Solve ``l o v = r`` in the algebra of second-order cones."""
    v0 = (l0 * r0 - dot(l1, r1)) / squared_size(l0, l1)
    return v0, (r1 - v0[:, None] * l1) / l0[:, None]


def longest_step(t: Array, v: Array, dt: Array | float, dv: Array, size: Array) -> float:
    """Largest step that keeps every ``|v| <= t``, with ``size = t^2 - |v|^2``; may be infinite."""
    a = dt * dt - dot(dv, dv)
    b = t * dt - dot(v, dv)
    root = np.sqrt(np.maximum(b * b - a * size, 0.0))
    # The inverse of the smallest positive root of a x^2 + 2 b x + size: with t > |v|, and the
    # other root negative or larger, it is the largest of (-b + root) / size.
    fastest = float(((root - b) / size).max(initial=0.0))
    return 1 / fastest if fastest > 0 else np.inf


class _FactoredNodes:
    """Nodes of one layer by a factor of their covariance: ``S = Z^T Z``, Z (m, r, k).

    Without its sign rows a node has ``S0 = L^T L``; with them
    ``S = (S0^-1 + W)^-1 = L^T (I + L W L^T)^-1 L``. Z is kept, although S has rank r, because
    a row that must vanish has small entries in Z: recomputing them from weights, or as a
    difference of covariances, leaves an error that the row's stiffness blows up.
    """

    def __init__(self, factor: Array, stiffness: Array, *, by_qr: bool = False):
        self.stiffness = stiffness
        weighted = factor * np.sqrt(stiffness)[:, None, :]
        if by_qr:
            self.Z = np.linalg.inv(_root_by_qr(weighted)) @ factor
        else:
            information = weighted @ weighted.transpose(0, 2, 1)
            diagonal = np.arange(factor.shape[1])
            information[:, diagonal, diagonal] += 1.0
            self.Z = inverse_root(information) @ factor

    def message(self, layer: Layer) -> Array:
        """Covariance that the parents receive; (m / A, k, k)."""
        _, r, k = self.Z.shape
        signed = self.Z.reshape(-1, layer.width, r, k) * layer.signed_mask[None, :, None, :]
        self.sent = signed.reshape(-1, layer.width * r, k)
        return self.sent.transpose(0, 2, 1) @ self.sent

    def up(self, residual: Array, b0: Array | None) -> Array:
        """Value change before any force arrives from above, in the coordinates of Z; (m, r)."""
        force = self.stiffness * (residual if b0 is None else residual - b0)
        return (self.Z @ force[:, :, None])[:, :, 0]

    def gather(self, own: Array) -> Array:
        """Sum of the children's changes; (m / A, k)."""
        return (own.reshape(self.sent.shape[0], 1, -1) @ self.sent)[:, 0]

    def down(self, own: Array, force: Array) -> Array:
        """Value change when the parents receive a force (m / A, k)."""
        own = own + (self.sent @ force[:, :, None]).reshape(own.shape)
        return (own[:, None, :] @ self.Z)[:, 0]


def inverse_root(information: Array) -> Array:
    """``R^-1`` with ``information = R R^T`` and R lower triangular; (m, r, r)."""
    r = information.shape[1]
    if r > SMALL:
        return np.asarray(np.linalg.inv(np.linalg.cholesky(information)))
    # Gaussian elimination of all matrices at once; their number is the last, contiguous axis.
    M = np.ascontiguousarray(information.transpose(1, 2, 0))
    Z = np.zeros_like(M)
    for j in range(r):
        if not (M[j, j] > 0).all():
            raise np.linalg.LinAlgError("matrix is not positive definite")
        scale = 1 / np.sqrt(M[j, j])
        Z[j, j] = 1.0
        Z[j, : j + 1] *= scale
        column = scale * M[j + 1 :, j]
        Z[j + 1 :, : j + 1] -= column[:, None] * Z[j, : j + 1]
        M[j + 1 :, j + 1 :] -= column[:, None] * column
    return Z.transpose(2, 0, 1)


def _root_by_qr(weighted: Array) -> Array:
    """The same without squaring the condition number, at several times the cost."""
    m, r, _ = weighted.shape
    identity = np.broadcast_to(np.eye(r), (m, r, r))
    stacked = np.concatenate([weighted.transpose(0, 2, 1), identity], axis=1)
    return _triangular(stacked).transpose(0, 2, 1)


def _triangular(stacked: Array) -> Array:
    """R of the QR factorization of every matrix."""
    return np.asarray(np.linalg.qr(stacked, mode="r"))


class _WideLeaves:
    """Leaves with more weights than rows, by their covariance over the rows."""

    def __init__(self, tree: GateTree, cones: Cones, stiffness: Array):
        self.tree, self.layer = tree, tree.layers[0]
        along = np.sqrt(2.0) * (cones.axis @ tree.rows.T)
        covariance = tree.gram + along[:, :, None] * along[:, None, :]
        covariance *= (cones.eta**2)[:, None, None]
        self.node = _Node(covariance, np.sqrt(stiffness))

    def message(self, layer: Layer) -> Array:
        return self.node.message(layer)

    def up(self, residual: Array, b0: Array | None) -> Array:
        return self.node.up(residual, b0)

    def gather(self, own: Array) -> Array:
        return self.tree.gather(self.layer, own)

    def down(self, own: Array, force: Array) -> Array:
        return own + self.node.down(self.tree.scatter(self.layer, force))


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
        self.nodes: list[_FactoredNodes | _WideLeaves] = []
        covariance = np.empty(0) if stiffness else _free_covariance(tree, cones)[None]
        node: _FactoredNodes | _WideLeaves
        sent: Array = np.empty(0)
        for level, (layer, own) in enumerate(zip(tree.layers, stiffness, strict=False)):
            if level == 0:
                node = _leaves(tree, cones, own)
            else:
                # By QR, not from the covariance: small columns keep their relative accuracy.
                node = _FactoredNodes(_triangular(sent), own, by_qr=True)
            self.nodes.append(node)
            covariance = node.message(layer)
            if isinstance(node, _FactoredNodes):
                sent = node.sent
        root = reach[:, None] * covariance[0] * reach
        # The squared loss: f = y - n q.
        root[np.diag_indices_from(root)] += tree.n_rows
        self._root, failed = scipy.linalg.lapack.dpotrf(root, lower=1, overwrite_a=1)
        if failed:
            raise np.linalg.LinAlgError("matrix is not positive definite")

    def solve(
        self, sign_residuals: Sequence[Array], root_residual: Array
    ) -> tuple[list[Array], Array]:
        """Forces on the sign rows and on the prediction that remove the residuals."""
        layers = self.tree.layers
        states: list[Array] = []
        sums: list[Array | None] = []
        b0: Array | None = None
        for node, residual in zip(self.nodes, sign_residuals, strict=True):
            states.append(node.up(residual, b0))
            total = node.gather(states[-1])
            if b0 is not None:
                total = total + self.tree.gather(layers[len(sums)], b0)
            sums.append(b0)
            b0 = total
        b: Array | float = 0.0 if b0 is None else self.reach * b0[0]
        root = scipy.linalg.lapack.dpotrs(self._root, root_residual - b, lower=1)[0]
        incoming = (self.reach * root)[None]
        forces: list[Array] = []
        for level in range(len(self.nodes) - 1, -1, -1):
            change = self.nodes[level].down(states[level], incoming)
            below = sums[level]
            if below is not None:
                change += below
            forces.append(self.stiffness[level] * (sign_residuals[level] - change))
            if level > 0:
                incoming = self.tree.scatter(layers[level], incoming) + forces[-1]
        return forces[::-1], root


def _leaves(tree: GateTree, cones: Cones, stiffness: Array) -> _FactoredNodes | _WideLeaves:
    """Leaves by the factors that inner nodes need, or by rows when these are fewer."""
    k, r = tree.rows.shape
    if r == k and len(tree.layers) == 1:
        return _WideLeaves(tree, cones, stiffness)
    factor = (cones.root().reshape(-1, r) @ tree.rows.T).reshape(-1, r, k)
    return _FactoredNodes(factor, stiffness, by_qr=len(tree.layers) > 1)


def _free_covariance(tree: GateTree, cones: Cones) -> Array:
    """Covariance of the prediction when only cones hold the leaves; (k, k)."""
    mask = tree.layers[0].signed_mask * cones.eta[:, None]
    along = np.sqrt(2.0) * mask * (cones.axis @ tree.rows.T)
    return tree.gram * (mask.T @ mask) + along.T @ along
