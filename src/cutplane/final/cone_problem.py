"""The final solve as a conic problem on the gate tree, and its primal-dual points.

The problem is ``min 1/(2n) |f - y|^2 + beta sum |u|`` with sign rows ``sigma T >= 0``. Each
leaf is a second-order cone: primal point (tau, u), dual point (beta, -g) with the pull
``g = X^T w_leaf`` of the forces of mathematics (2.6); ``q = (y - f) / n`` is the force on the
prediction. Every iterate is dual feasible, so each carries a lower bound of the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cutplane._types import Array, Index
from cutplane.final.cone_scaling import dot
from cutplane.final.leaf_rows import LeafRows
from cutplane.space.gate_tree import GateTree, Layer

#: Values below this are compared with it; the largest target is 1.
_NEGLIGIBLE = 1e-3
#: Sign rows that a leaf keeps, for each dimension of its weights.
_NEAREST = 6


@dataclass(frozen=True)
class ConeProblem:
    """Data of the final solve, in units where the longest row and the largest target are 1.

    Attributes
    ----------
    tree : GateTree
        Every class counts once: a class of c equal units is one unit c times as large, and
        neither the sign rows (cones) nor the penalty (a norm) can tell.
    reach : ndarray of shape (k,)
        Length of each original row, times the root of how often it counts; the rows of the
        tree have length 1.
    y : ndarray of shape (k,)
    beta : float
    leaf_rows : LeafRows or None
        Sign rows of the leaves; None where no node has any.
    """

    tree: GateTree
    reach: Array
    y: Array
    beta: float
    leaf_rows: LeafRows | None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers whose nodes have sign rows, innermost first."""
        return self.tree.layers if self.leaf_rows is not None else ()

    @property
    def width(self) -> int:
        """Units of the first layer under each parent; 1 for a linear model."""
        return self.tree.layers[0].width if self.tree.layers else 1

    def restricted(self, columns: Index) -> ConeProblem:
        """The problem in which only these units of the first layer exist."""
        if columns.size == self.width:
            return self
        first, *above = self.tree.layers
        few = Layer(first.mask[columns], first.sign[columns], first.count[columns], first.member)
        tree = GateTree(self.tree.rows, (few, *above))
        leaf_rows = self.leaf_rows and self.leaf_rows.restricted(columns)
        return replace(self, tree=tree, leaf_rows=leaf_rows)

    def nearest(self) -> ConeProblem:
        """The problem in which leaves keep only the sign rows nearest to their center.

        Only for one hidden layer: nodes above need the leaves' values on all rows.
        """
        k, r = self.tree.rows.shape
        if self.leaf_rows is None or len(self.tree.layers) != 1 or k <= _NEAREST * r:
            return self
        return replace(self, leaf_rows=self.leaf_rows.nearest_rows(_NEAREST * r))

    def multipliers(self) -> list[Array]:
        """Signed multipliers near the center of the leaves' cones, with pulls below beta.

        Rows of inner nodes get multipliers that leave it so.
        """
        if self.leaf_rows is None:
            return []
        k, nodes = self.tree.n_rows, self.tree.n_nodes
        center = np.tile(self.leaf_rows.center, (nodes[0] // self.width, 1))
        above = [
            layer.signed(np.ones((m, k)))
            for layer, m in zip(self.tree.layers[1:], nodes[1:], strict=True)
        ]
        pulls = self.pulls([np.zeros_like(center), *above], np.zeros_like(self.y))
        inner = float(norms(pulls).max(initial=0.0))
        # A pull of beta sqrt(p / (p + 1)) balances the cone against the p sign rows.
        p = center.shape[1]
        room = self.beta * (1 - np.sqrt(p / (p + 1.0))) / 2
        return [center * self.beta / np.sqrt(p + 1.0), *(own * (room / inner) for own in above)]

    def pulls(self, sign: Sequence[Array], q: Array) -> Array:
        """Pull g of the signed forces on every leaf; (m_1, r)."""
        force = (self.reach * q)[None]
        if not self.tree.layers:
            return force @ self.tree.rows
        first, *above = self.tree.layers
        for layer, own in zip(reversed(above), reversed(sign[1:]), strict=True):
            force = layer.scatter(force) + own
        pulls = first.signed_mask @ (force[:, :, None] * self.tree.rows)
        pulls = pulls.reshape(-1, self.tree.rows.shape[1])
        return pulls if self.leaf_rows is None else pulls + self.leaf_rows.pulls(sign[0])

    def values(self, u: Array) -> tuple[list[Array], Array]:
        """Values of the nodes with sign rows, and the prediction, of leaf weights (m_1, r)."""
        rows = self.tree.rows
        if not self.tree.layers:
            return [], self.reach * (rows @ u[0])
        first, *above = self.tree.layers
        total = first.signed_mask.T @ u.reshape(-1, first.width, rows.shape[1])
        current = np.vecdot(total, rows)
        values = [] if self.leaf_rows is None else [self.leaf_rows.values(u)]
        for layer in above:  # none without sign rows
            values.append(current)
            current = layer.gather(current)
        return values, self.reach * current[0]

    def objective(self, u: Array, prediction: Array) -> float:
        """Penalized squared error of leaf weights."""
        error = prediction - self.y
        return float(error @ error) / (2 * self.y.size) + self.beta * float(norms(u).sum())

    def lower_bound(self, q: Array) -> float:
        """Dual objective of a dual feasible force (mathematics (6.2))."""
        return float(q @ self.y) - self.y.size / 2 * float(q @ q)


def norms(vectors: Array) -> Array:
    """Euclidean lengths of rows; (m, r) -> (m,)."""
    return np.sqrt(dot(vectors, vectors))


@dataclass(frozen=True)
class Iterate:
    """Primal variables tau, u, s and dual variables lam, q, with what follows from them.

    Slacks s and multipliers lam carry the sign that their row requires: s is then compared
    with values, and lam with forces, as they are.
    """

    tau: Array
    u: Array
    s: list[Array]
    lam: list[Array]
    q: Array
    g: Array
    values: list[Array]
    prediction: Array

    @classmethod
    def of(
        cls, p: ConeProblem, tau: Array, u: Array, s: list[Array], lam: list[Array], q: Array
    ) -> Iterate:
        """Evaluate the pulls and the values."""
        return cls(tau, u, s, lam, q, p.pulls(lam, q), *p.values(u))

    def restricted(self, p: ConeProblem, columns: Index) -> Iterate:
        """The point without the other units of the first layer; p is the problem left."""
        n_parents = p.tree.n_nodes[0] // columns.size

        def few(a: Array) -> Array:
            grouped = a.reshape(n_parents, -1, *a.shape[1:])
            return grouped[:, columns].reshape(-1, *a.shape[1:])

        s, lam = [few(a) for a in self.s[:1]], [few(a) for a in self.lam[:1]]
        return Iterate.of(p, few(self.tau), few(self.u), s + self.s[1:], lam + self.lam[1:], self.q)

    def strength(self, p: ConeProblem) -> Array:
        """Which leaves live: their share of the objective over their room to beta; (m_1,).

        Near the optimum the product of the two is the barrier parameter, so one of them goes
        to zero; both are compared in units in which they are at most one.
        """
        objective, _ = self.gap(p)
        return norms(self.u) * p.beta / (objective * (1 - norms(self.g) / p.beta))

    def mean_product(self, p: ConeProblem) -> float:
        """Mean of the products of primal and dual variables, the barrier parameter."""
        total = p.beta * float(self.tau.sum()) - float(np.vdot(self.u, self.g))
        total += sum(float(np.vdot(a, b)) for a, b in zip(self.s, self.lam, strict=True))
        return total / (self.tau.size + sum(s.size for s in self.s))

    def gap(self, p: ConeProblem) -> tuple[float, float]:
        """Objective, and how far it is from the lower bound."""
        objective = p.objective(self.u, self.prediction)
        return objective, objective - p.lower_bound(self.q)

    def infeasibility(self) -> float:
        """Largest mismatch of slacks and values, relative to the largest value."""
        largest = max((float(abs(v).max(initial=0.0)) for v in self.values), default=0.0)
        worst = max(
            (float(abs(s - v).max(initial=0.0)) for s, v in zip(self.s, self.values, strict=True)),
            default=0.0,
        )
        return worst / max(largest, _NEGLIGIBLE)


def start(p: ConeProblem) -> Iterate:
    """Near the central path with no force on the prediction.

    There the weights of a leaf are a multiple of the analytic center of its cone.
    """
    nodes = p.tree.n_nodes or (1,)
    q = np.zeros_like(p.y)
    products = nodes[0]
    lam = p.multipliers()
    products += sum(a.size for a in lam)
    # The objective is the gap to close; weights of 1, whatever beta, are long enough.
    mu = min(0.1 * float(p.y @ p.y) / (2 * p.y.size) / products, p.beta)
    g = p.pulls(lam, q)
    size = p.beta**2 - dot(g, g)
    return Iterate.of(
        p, mu * p.beta / size, mu * g / size[:, None], [mu / own for own in lam], lam, q
    )
