"""The Newton system of the final solve: a gate tree whose leaves carry cones.

Where ``tree_system`` gives every leaf the covariance ``I / tau``, a leaf with penalty
``beta |u|`` has that of its second-order cone, ``H = eta^2 (I + 2 a a^T)`` at the
Nesterov-Todd scaling point (mathematics 6). The elimination from the leaves to the root is
the same, with ``W = multiplier / slack`` of the sign rows in place of ``lambda^2``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.linalg

from cutplane._types import Array
from cutplane.final.cones import Cones
from cutplane.final.leaf_rows import LeafRows
from cutplane.newton.small_matrices import inverse_root, root_by_qr, triangular
from cutplane.newton.tree_system import _Node
from cutplane.space.gate_tree import GateTree, Layer

#: Matrix entries handled at once, few enough to stay in cache.
_CHUNK = 2**14


def _inverse_root(weighted: Array) -> Array:
    """Inverse root of ``I + F F^T`` for every F of shape (r, p)."""
    information = weighted @ weighted.transpose(0, 2, 1)
    diagonal = np.arange(weighted.shape[1])
    information[:, diagonal, diagonal] += 1.0
    return inverse_root(information)


class _Leaves:
    """Leaves of a single hidden layer, which speak to the root through their weights.

    A leaf has the covariance ``S = Z^T Z`` over its sign rows. Without them it has
    ``L^T L``; with them ``S = L^T (I + L W L^T)^-1 L``. Z is kept, although S has rank r,
    because a row that must vanish has small entries in Z: recomputing them from weights
    leaves an error that the row's stiffness blows up. The root has no sign rows, so what is
    sent there may go through the factor ``V`` of the weights.
    """

    def __init__(self, tree: GateTree, rows: LeafRows, root: Array, stiffness: Array):
        self.rows, self.layer, self.stiffness = tree.rows, tree.layers[0], stiffness
        factor = rows.mapped(root)
        inner = _inverse_root(factor * np.sqrt(stiffness)[:, None, :])
        self.Z, self.V = inner @ factor, inner @ root

    def message(self, layer: Layer) -> Array:
        """Covariance that the root receives; (1, k, k)."""
        m, r, _ = self.V.shape
        k = self.rows.shape[0]
        total = np.zeros((k, k))
        size = max(1, _CHUNK // (r * k))
        for first in range(0, m, size):
            few = slice(first, first + size)
            sent = (self.V[few].reshape(-1, r) @ self.rows.T).reshape(-1, r, k)
            sent *= layer.mask[few, None, :]
            flat = sent.reshape(-1, k)
            total += flat.T @ flat
        return total[None]

    def up(self, residual: Array, b0: Array | None) -> Array:
        """Change before any force arrives from above, in the coordinates of Z; (m, r)."""
        return (self.Z @ (self.stiffness * residual)[:, :, None])[:, :, 0]

    def gather(self, own: Array) -> Array:
        """Sum of the changes; (1, k)."""
        weights = (own[:, None, :] @ self.V)[:, 0]
        return np.vecdot(self.layer.signed_mask.T @ weights, self.rows)[None]

    def down(self, own: Array, force: Array) -> Array:
        """Value change when the root receives a force (1, k)."""
        pulls = self.layer.signed_mask @ (force[0, :, None] * self.rows)
        own = own + (self.V @ pulls[:, :, None])[:, :, 0]
        return (own[:, None, :] @ self.Z)[:, 0]


class _Nodes:
    """Nodes of one of several layers by a factor of their covariance: ``S = Z^T Z``.

    Without its sign rows a node has ``S0 = L^T L``; with them
    ``S = (S0^-1 + W)^-1 = L^T (I + L W L^T)^-1 L``. Nodes above have stiff rows too: they
    get the factor, (m, r, k), never weights or a difference of covariances.
    """

    def __init__(self, factor: Array, stiffness: Array):
        self.stiffness = stiffness
        self.Z = np.linalg.inv(root_by_qr(factor * np.sqrt(stiffness)[:, None, :])) @ factor

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
    leaf_rows : LeafRows or None
        Sign rows of the leaves; None for a tree without any.
    cones : Cones
        Scaling of the m_1 leaves.
    stiffness : sequence of ndarray
        Entry l of shape (m_{l+1}, k): multiplier over slack of every sign row; empty for a
        tree without sign rows.
    reach : ndarray of shape (k,)
        What the prediction of a row is multiplied by.
    """

    def __init__(
        self,
        tree: GateTree,
        leaf_rows: LeafRows | None,
        cones: Cones,
        stiffness: Sequence[Array],
        reach: Array,
    ):
        self.tree, self.reach, self.stiffness = tree, reach, stiffness
        self.nodes: list[_Nodes | _Leaves | _WideLeaves] = []
        covariance = np.empty(0) if stiffness else _free_covariance(tree, cones)[None]
        node: _Nodes | _Leaves | _WideLeaves
        sent: Array = np.empty(0)
        for level, (layer, own) in enumerate(zip(tree.layers, stiffness, strict=False)):
            if level == 0 and leaf_rows is not None:
                node = _leaves(tree, leaf_rows, cones, own)
            else:
                # By QR, not from the covariance: small columns keep their relative accuracy.
                node = _Nodes(triangular(sent), own)
            self.nodes.append(node)
            covariance = node.message(layer)
            if isinstance(node, _Nodes):
                sent = node.sent
        root = reach[:, None] * covariance[0] * reach
        # The squared loss: f = y - n q.
        root.flat[:: tree.n_rows + 1] += tree.n_rows
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


def _leaves(
    tree: GateTree, rows: LeafRows, cones: Cones, stiffness: Array
) -> _Nodes | _Leaves | _WideLeaves:
    """Leaves by the factors that inner nodes need, or by rows when these are fewer."""
    k, r = tree.rows.shape
    if r == k and len(tree.layers) == 1:
        return _WideLeaves(tree, cones, stiffness)
    if len(tree.layers) == 1:
        return _Leaves(tree, rows, cones.root(), stiffness)
    return _Nodes(rows.mapped(cones.root()), stiffness)


def _free_covariance(tree: GateTree, cones: Cones) -> Array:
    """Covariance of the prediction when only cones hold the leaves; (k, k)."""
    mask = tree.layers[0].signed_mask * cones.eta[:, None]
    along = np.sqrt(2.0) * mask * (cones.axis @ tree.rows.T)
    return tree.gram * (mask.T @ mask) + along.T @ along
