"""The Newton system of the final solve: a gate tree whose leaves carry cones.

A leaf with penalty ``beta |u|`` has the covariance of its second-order cone,
``H = eta^2 (I + 2 a a^T)`` at the Nesterov-Todd scaling point (mathematics (6.4)), where the leaves
of a center have ``I / tau``; ``W = multiplier / slack`` of the sign rows stands in place of
``lambda^2``. The sweep is that of every tree system; here are the factors of its nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutplane._types import Array
from cutplane.final.cone_scaling import ConeScaling
from cutplane.final.leaf_rows import LeafRows
from cutplane.newton.nodes import RowNodes
from cutplane.newton.small_matrices import (
    add_to_diagonals,
    apply,
    inverse_root,
    root_by_qr,
    triangular,
)
from cutplane.newton.tree_system import Node, Risen, Root, TreeSystem
from cutplane.space.gate_tree import GateTree, Layer

#: Matrix entries handled at once, few enough to stay in cache.
_CHUNK = 2**14


def cone_system(
    tree: GateTree,
    leaf_rows: LeafRows | None,
    cones: ConeScaling,
    stiffness: Sequence[Array],
    reach: Array,
) -> TreeSystem:
    """Factor ``A H A^T + diag(1 / W)`` over a tree whose classes count once.

    Parameters
    ----------
    tree : GateTree
        k rows in R^r; every ``count`` is one.
    leaf_rows : LeafRows or None
        Sign rows of the leaves; None for a tree without any.
    cones : ConeScaling
        Of the m_1 leaves.
    stiffness : sequence of ndarray
        Entry l of shape (m_{l+1}, k): multiplier over slack of every sign row; empty for a
        tree without sign rows.
    reach : ndarray of shape (k,)
        What the prediction of a row is multiplied by.

    Returns
    -------
    TreeSystem
        Its root is the squared loss: ``f = y - n q``.
    """
    curvature = np.full(tree.n_rows, float(tree.n_rows))
    if leaf_rows is None:
        return TreeSystem((), Root(_free_covariance(tree, cones), curvature, reach))
    if len(tree.layers) == 1:
        node = _single_layer(tree, leaf_rows, cones, stiffness[0])
        return TreeSystem((node,), Root(node.message()[0], curvature, reach))
    nodes = [FactorNodes(tree.layers[0], leaf_rows.mapped(cones.root()), stiffness[0])]
    for layer, own in zip(tree.layers[1:], stiffness[1:], strict=True):
        # By QR, not from the covariance: small columns keep their relative accuracy.
        nodes.append(FactorNodes(layer, triangular(nodes[-1].signed), own))
    return TreeSystem(nodes, Root(nodes[-1].message()[0], curvature, reach))


def _single_layer(
    tree: GateTree, leaf_rows: LeafRows, cones: ConeScaling, stiffness: Array
) -> Node:
    """Leaves under the root: by rows where these are no more than weights, else by factors."""
    k, r = tree.rows.shape
    if r < k:
        return FactorLeaves(tree.layers[0], leaf_rows, cones.root(), stiffness)
    along = np.sqrt(2.0) * (cones.axis @ tree.rows.T)
    covariance = tree.gram + along[:, :, None] * along[:, None, :]
    covariance *= (cones.eta**2)[:, None, None]
    return RowNodes(tree.layers[0], covariance, np.sqrt(stiffness))


def _free_covariance(tree: GateTree, cones: ConeScaling) -> Array:
    """Covariance of the prediction when only cones hold the leaves; (k, k)."""
    mask = tree.layers[0].signed_mask * cones.eta[:, None]
    along = np.sqrt(2.0) * mask * (cones.axis @ tree.rows.T)
    return tree.gram * (mask.T @ mask) + along.T @ along


class FactorNodes:
    """Nodes of one of several layers by a factor of their covariance: ``S = Z^T Z``.

    Without its sign rows a node has ``S0 = L^T L``; with them
    ``S = (S0^-1 + W)^-1 = L^T (I + L W L^T)^-1 L``. Nodes above have stiff rows too: they
    get the factor, (m, r, k), never weights or a difference of covariances.

    Parameters
    ----------
    layer : Layer
    factor : ndarray of shape (m, r, k)
        L.
    stiffness : ndarray of shape (m, k)
        Diagonal of W.

    Attributes
    ----------
    signed : ndarray of shape (m / A, A * r, k)
        Z as the parents see it.
    """

    def __init__(self, layer: Layer, factor: Array, stiffness: Array):
        self.layer, self.stiffness = layer, stiffness
        self.Z = np.linalg.inv(root_by_qr(factor * np.sqrt(stiffness)[:, None, :])) @ factor
        _, r, k = self.Z.shape
        signed = self.Z.reshape(-1, layer.width, r, k) * layer.signed_mask[None, :, None, :]
        self.signed = signed.reshape(-1, layer.width * r, k)

    def message(self) -> Array:
        return self.signed.transpose(0, 2, 1) @ self.signed

    def up(self, residual: Array, below: Array | None) -> Risen:
        own = apply(self.Z, self.stiffness * (residual if below is None else residual - below))
        sent = (own.reshape(self.signed.shape[0], 1, -1) @ self.signed)[:, 0]
        if below is not None:
            sent = sent + self.layer.gather(below)
        return Risen(residual, below, own, sent)

    def down(self, risen: Risen, force: Array) -> tuple[Array, Array]:
        own = risen.own + apply(self.signed, force).reshape(risen.own.shape)
        change = (own[:, None, :] @ self.Z)[:, 0]
        if risen.below is not None:
            change = change + risen.below
        return self.stiffness * (risen.residual - change), change


class FactorLeaves:
    """Leaves of a single hidden layer, which speak to the root through their weights.

    A leaf has the covariance ``S = Z^T Z`` over its sign rows. Without them it has
    ``L^T L``; with them ``S = L^T (I + L W L^T)^-1 L``. Z is kept, although S has rank r,
    because a row that must vanish has small entries in Z: recomputing them from weights
    leaves an error that the row's stiffness blows up. The root has no sign rows, so what is
    sent there may go through the factor ``V`` of the weights.

    Parameters
    ----------
    layer : Layer
    rows : LeafRows
        p sign rows of each leaf.
    root : ndarray of shape (m, r, r)
        Root of each cone's covariance over the weights.
    stiffness : ndarray of shape (m, p)
        Diagonal of W.
    """

    def __init__(self, layer: Layer, rows: LeafRows, root: Array, stiffness: Array):
        self.layer, self.rows, self.stiffness = layer, rows.rows, stiffness
        factor = rows.mapped(root)
        weighted = factor * np.sqrt(stiffness)[:, None, :]
        information = weighted @ weighted.transpose(0, 2, 1)
        add_to_diagonals(information, 1.0)
        inner = inverse_root(information)
        self.Z, self.V = inner @ factor, inner @ root

    def message(self) -> Array:
        (m, r, _), k = self.V.shape, self.rows.shape[0]
        total = np.zeros((k, k))
        size = max(1, _CHUNK // (r * k))
        for first in range(0, m, size):
            few = slice(first, first + size)
            sent = (self.V[few].reshape(-1, r) @ self.rows.T).reshape(-1, r, k)
            sent *= self.layer.mask[few, None, :]
            flat = sent.reshape(-1, k)
            total += flat.T @ flat
        return total[None]

    def up(self, residual: Array, below: Array | None) -> Risen:
        own = apply(self.Z, self.stiffness * residual)
        weights = (own[:, None, :] @ self.V)[:, 0]
        sent = np.vecdot(self.layer.signed_mask.T @ weights, self.rows)[None]
        return Risen(residual, below, own, sent)

    def down(self, risen: Risen, force: Array) -> tuple[Array, Array]:
        pulls = self.layer.signed_mask @ (force[0, :, None] * self.rows)
        own = risen.own + apply(self.V, pulls)
        change = (own[:, None, :] @ self.Z)[:, 0]
        return self.stiffness * (risen.residual - change), change
