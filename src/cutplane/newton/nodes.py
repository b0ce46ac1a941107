"""Nodes of a tree system by their k rows, and leaves by their d weights.

With ``W = diag(lambda^2)`` and S0 the covariance that the children send (the Gram matrix over
tau for leaves), the covariance of a node that holds its sign rows is (mathematics (3.15))

    S = W^-1/2 (I - K) W^-1/2,   K = (I + W^1/2 S0 W^1/2)^-1.

Leaves with fewer weights than rows use their rank: ``S = X (tau I + X^T W X)^-1 X^T``
(mathematics (3.16)).

Both also say what the rows above leave of it (mathematics 11): a parent whose children send S0
has the covariance ``S0 - S0 R S0`` under the rows of the whole tree, and each child with mask m
``S - S m R m S``. R is the parent's *reduction*.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from cutplane._types import Array, Floats
from cutplane.arrays import namespace, rows_at, weighted_sum
from cutplane.newton.near_root import NearRoot
from cutplane.newton.small_matrices import (
    add_to_diagonals,
    apply,
    diagonals,
    in_chunks,
    inverse_cholesky,
    quadratic,
    regularized_inverse,
    scaled_sum,
    set_diagonals,
)
from cutplane.newton.tree_system import Node, Risen, Root, TreeSystem
from cutplane.space.gate_tree import Layer
from cutplane.space.near_operator import NearOperator
from cutplane.space.operator import Operator

#: Below this product of stiffness and variance, ``1 - K`` is a difference of near numbers.
_SOFT = 1e-3


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
    if isinstance(operator, NearOperator):
        return TreeSystem((), NearRoot(operator.kernel, curvature, tau))
    if not operator.layers:
        return TreeSystem((), Root(operator.covariance / tau, curvature))
    return grown(leaf_nodes(operator, multipliers[0], tau), operator, multipliers, curvature)


def grown(
    leaves: Node, operator: Operator, multipliers: Sequence[Array], curvature: Array
) -> TreeSystem:
    """The system over leaves that are factored already; inner nodes by rows."""
    inner, covariance = inner_nodes(leaves, operator, multipliers)
    return TreeSystem([leaves, *inner], Root(covariance, curvature))


def inner_nodes(
    leaves: Node, operator: Operator, multipliers: Sequence[Array]
) -> tuple[list[RowNodes], Array]:
    """Nodes over leaves that are factored already, and the covariance that the root receives."""
    nodes, covariance = [], leaves.message()
    for layer, lam in zip(operator.layers[1:], multipliers[1:], strict=True):
        nodes.append(RowNodes(layer, covariance, lam))
        covariance = nodes[-1].message()
    return nodes, covariance[0, ...]


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
        xp, k = namespace(self.lam), self.lam.shape[1]
        weight = xp.sqrt(self.layer.count)[:, None] * self.layer.mask
        v = weight / self.layer.grouped(self.lam)
        S0 = -scaled_sum(xp.reshape(self.K, (-1, self.layer.width, k, k)), v)
        set_diagonals(S0, weighted_sum(weight**2, self.layer.grouped(self._variance)))
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

    def variance(self, above: Array) -> Array:
        """Variances of the values, (m, k), under the parents' reductions (mathematics (11.10))."""
        out = namespace(self.lam).empty_like(self.lam)

        def work(nodes: slice) -> None:
            own, inverse = self._variance[nodes, :], 1 / self.lam[nodes, :]
            R, mask = _seen_from(self.layer, nodes, above)
            S = self._scaled(nodes, -inverse, inverse)
            set_diagonals(S, own)
            out[nodes, :] = own - quadratic(S * mask[:, None, :], R)

        in_chunks(work, self.lam, self.lam.shape[1] ** 2)
        return out

    def reduction(self, above: Array) -> Array:
        """Reductions of the nodes, (m, k, k), for their children (mathematics (11.9))."""
        out = namespace(self.K).empty_like(self.K)

        def work(nodes: slice) -> None:
            lam = self.lam[nodes, :]
            R, mask = _seen_from(self.layer, nodes, above)
            passed = self._scaled(nodes, lam, mask / lam)  # (I + W S0)^-1 m
            out[nodes, ...] = passed @ R @ passed.mT + self._scaled(nodes, lam, lam)

        in_chunks(work, self.lam, self.lam.shape[1] ** 2)
        return out

    def log_determinant(self) -> Array:
        """``log det (I + W^1/2 S0 W^1/2)`` of every node; (m,)."""
        log_determinant: Array = -namespace(self.K).linalg.slogdet(self.K)[1]
        return log_determinant

    @cached_property
    def _variance(self) -> Array:
        """Diagonals of S, (m, k), to full precision also where a row has hardly any stiffness."""
        xp, K, prior = namespace(self.K), diagonals(self.K), diagonals(self.covariance)
        stiff = (1 - K) / self.lam**2
        soft = self.lam**2 * prior < _SOFT
        if not xp.any(soft):
            return stiff
        # mathematics (11.6)
        return xp.where(soft, apply(self.K * self.covariance, self.lam) / self.lam, stiff)

    def _scaled(self, nodes: slice, left: Array, right: Array) -> Array:
        """``diag(left) K diag(right)``."""
        scaled = left[:, :, None] * self.K[nodes, ...]
        scaled *= right[:, None, :]
        return scaled

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
        self.layer, self.rows, self.stiffness, self.tau = layer, rows, lam**2, tau
        information = (rows.T[None, ...] * self.stiffness[:, None, :]) @ rows
        add_to_diagonals(information, tau)
        self.root = inverse_cholesky(information).mT

    def message(self) -> Array:
        xp, (k, d), layer = namespace(self.rows), self.rows.shape, self.layer
        Z = xp.reshape(self.rows @ self.root, (-1, layer.width, k, d))
        Z = Z * (xp.sqrt(layer.count)[:, None] * layer.mask)[None, :, :, None]
        flat = xp.reshape(xp.permute_dims(Z, (0, 2, 1, 3)), (Z.shape[0], k, -1))
        return flat @ flat.mT

    def up(self, residual: Floats, below: Floats | None) -> Risen:
        change = self._moved(self.stiffness * residual)
        return Risen(residual, below, change, self.layer.gather(change))

    def down(self, risen: Risen, force: Floats) -> tuple[Floats, Floats]:
        change = risen.own + self._moved(self.layer.scatter(force))
        return self.stiffness * (risen.residual - change), change

    def variance(self, above: Array) -> Array:
        """Variances of the values, (m, k), under the parents' reductions (mathematics (11.10))."""
        xp, (k, d) = namespace(self.rows), self.rows.shape
        out = xp.empty_like(self.stiffness)

        def work(nodes: slice) -> None:
            R, mask = _seen_from(self.layer, nodes, above)
            Z = self.rows @ self.root[nodes, ...]
            seen = Z * mask[:, :, None]
            reduced = seen.mT @ (R @ seen)
            out[nodes, :] = xp.vecdot(Z, Z) - quadratic(Z, reduced)

        in_chunks(work, self.stiffness, k * max(k, d))
        return out

    def log_determinant(self) -> Array:
        """``log det (I + X^T W X / tau)`` of every leaf; (m,)."""
        xp, d = namespace(self.root), self.rows.shape[1]
        return -2 * xp.sum(xp.log(diagonals(self.root)), axis=1) - d * math.log(self.tau)

    def _moved(self, force: Floats) -> Floats:
        """S times a force on every leaf; (m, k)."""
        moved = apply(self.root.mT, force @ self.rows)
        return apply(self.root, moved) @ self.rows.T


def _seen_from(layer: Layer, nodes: slice, above: Array) -> tuple[Array, Array]:
    """Reductions of some nodes' parents, and the masks through which these see them, (n, k)."""
    number = np.arange(nodes.start, nodes.stop)
    parents = above if above.shape[0] == 1 else rows_at(above, number // layer.width)
    return parents, rows_at(layer.mask, number % layer.width)
