"""Nodes of a tree system by their k rows, and leaves by their d weights.

With ``W = diag(lambda^2)`` and S0 the covariance that the children send (the Gram matrix over
tau for leaves), the covariance of a node that holds its sign rows is (mathematics (3.15))

    S = W^-1/2 (I - K) W^-1/2,   K = (I + W^1/2 S0 W^1/2)^-1.

Leaves with fewer weights than rows use their rank: ``S = X (tau I + X^T W X)^-1 X^T``
(mathematics (3.16)).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutplane._types import Array, Floats
from cutplane.newton.small_matrices import add_to_diagonals, apply, regularized_inverse
from cutplane.newton.tree_system import Node, Risen, Root, TreeSystem
from cutplane.space.gate_tree import Layer
from cutplane.space.operator import Operator


def tree_system(
    operator: Operator, multipliers: Sequence[Array], curvature: Array, tau: float = 1.0
) -> TreeSystem:
    """Factor ``A A^T / tau + diag(h)``.

    Parameters
    ----------
    operator : Operator
        A, for k rows.
    multipliers : sequence of ndarray
        Entry l of shape (m_{l+1}, k): multipliers of the sign rows, of either sign;
        ``h = 1 / lambda^2``.
    curvature : ndarray of shape (k,)
        h of the prediction rows.
    tau : float
        Curvature of the ball barrier.

    Returns
    -------
    TreeSystem
    """
    if not operator.layers:
        return TreeSystem((), Root(operator.covariance / tau, curvature))
    return grown(leaf_nodes(operator, multipliers[0], tau), operator, multipliers, curvature)


def grown(
    leaves: Node, operator: Operator, multipliers: Sequence[Array], curvature: Array
) -> TreeSystem:
    """The system over leaves that are factored already; inner nodes by rows."""
    nodes, covariance = [leaves], leaves.message()
    for layer, lam in zip(operator.layers[1:], multipliers[1:], strict=True):
        nodes.append(RowNodes(layer, covariance, lam))
        covariance = nodes[-1].message()
    return TreeSystem(nodes, Root(covariance[0], curvature))


def leaf_nodes(operator: Operator, lam: Array, tau: float) -> RowNodes | WeightLeaves:
    """Leaves by rows or by weights, whichever is faster."""
    rows, layer = operator.tree.rows, operator.layers[0]
    if _by_weights(*rows.shape):
        return WeightLeaves(layer, rows, lam, tau)
    return RowNodes(layer, operator.covariance / tau, lam)


def leaf_storage(k: int, d: int) -> int:
    """Numbers kept for each leaf's factorization."""
    return d * d if _by_weights(k, d) else k * k


def _by_weights(k: int, d: int) -> bool:
    """Whether k rows exceed d weights by enough for two more products to pay."""
    return k > 1.5 * d


class RowNodes:
    """Nodes by the k x k covariance of their rows.

    Parameters
    ----------
    layer : Layer
    covariance : ndarray of shape (m, k, k), or (k, k) when all nodes share it
        S0, of the nodes' values without their sign rows.
    lam : ndarray of shape (m, k)
        Square roots of the sign rows' stiffness ``1 / h``.
    """

    def __init__(self, layer: Layer, covariance: Array, lam: Array):
        self.layer, self.covariance, self.lam = layer, covariance, lam
        self.K = regularized_inverse(covariance, lam)

    def message(self) -> Array:
        k = self.lam.shape[1]
        weight = np.sqrt(self.layer.count)[:, None] * self.layer.mask
        v = weight / self.layer.grouped(self.lam)
        K = self.K.reshape(-1, self.layer.width, k, k)
        S0 = -np.einsum("pai,paij,paj->pij", v, K, v)
        add_to_diagonals(S0, np.einsum("pai,pai->pi", v, v))
        return S0

    def up(self, residual: Floats, below: Floats | None) -> Risen:
        own = self._force(residual if below is None else residual - below)
        change = apply(self.covariance, own)
        if below is not None:
            change += below
        return Risen(residual, below, own, self.layer.gather(change))

    def down(self, risen: Risen, force: Floats) -> tuple[Floats, Floats]:
        incoming = self.layer.scatter(force)
        own = risen.own - self._force(apply(self.covariance, incoming))
        change = apply(self.covariance, own + incoming)
        return own, change if risen.below is None else change + risen.below

    def _force(self, residual: Floats) -> Floats:
        """``(diag(lambda^-2) + S0)^-1`` times a residual, without a difference of large terms."""
        return self.lam * apply(self.K, self.lam * residual)


class WeightLeaves:
    """Leaves with fewer weights than rows: ``S = Z Z^T`` with Z of shape (m, k, d).

    Parameters
    ----------
    layer : Layer
    rows : ndarray of shape (k, d)
    lam : ndarray of shape (m, k)
        Multipliers of the sign rows.
    tau : float
    """

    def __init__(self, layer: Layer, rows: Array, lam: Array, tau: float):
        self.layer, self.rows, self.stiffness = layer, rows, lam**2
        information = (rows.T[None] * self.stiffness[:, None, :]) @ rows
        add_to_diagonals(information, tau)
        self.root = np.linalg.inv(np.linalg.cholesky(information)).transpose(0, 2, 1)

    def message(self) -> Array:
        (k, d), layer = self.rows.shape, self.layer
        Z = (self.rows @ self.root).reshape(-1, layer.width, k, d)
        Z = Z * (np.sqrt(layer.count)[:, None] * layer.mask)[None, :, :, None]
        flat = np.ascontiguousarray(Z.transpose(0, 2, 1, 3)).reshape(Z.shape[0], k, -1)
        return flat @ flat.transpose(0, 2, 1)

    def up(self, residual: Floats, below: Floats | None) -> Risen:
        change = self._moved(self.stiffness * residual)
        return Risen(residual, below, change, self.layer.gather(change))

    def down(self, risen: Risen, force: Floats) -> tuple[Floats, Floats]:
        change = risen.own + self._moved(self.layer.scatter(force))
        return self.stiffness * (risen.residual - change), change

    def _moved(self, force: Floats) -> Floats:
        """S times a force on every leaf; (m, k)."""
        moved = apply(self.root.transpose(0, 2, 1), force @ self.rows)
        return apply(self.root, moved) @ self.rows.T
