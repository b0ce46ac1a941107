"""A primal-dual interior-point method on the gate tree, for the final solve.

The problem is ``min 1/(2n) |f - y|^2 + beta sum |u|`` with sign rows ``sigma T >= 0``. Each
leaf is a second-order cone: primal point (tau, u), dual point (beta, -g) with the pull
``g = X^T w_leaf`` of the forces of design 3.3; ``q = (y - f) / n`` is the force on the
prediction. Every iterate is dual feasible, so each carries a lower bound of the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane.cone_system import Cones, ConeSystem, divide, dot, longest_step
from cutplane.gate_tree import GateTree

Array = NDArray[np.float64]

#: Share of the way to the boundary that a step may go.
_STEP = 0.99
#: Centrality corrections per factorization, the step length each aims to gain, and the
#: range of products (in units of their target) it leaves alone (Gondzio 1996).
_CORRECTIONS, _GAIN, _RANGE = 2, 0.3, (0.1, 10.0)
#: Relative gap below which steps are refined.
_LATE = 1e-2
#: Values below this are compared with it; the largest target is 1.
_NEGLIGIBLE = 1e-3


@dataclass(frozen=True)
class ConeProblem:
    """Data of the final solve, in units where the longest row and the largest target are 1.

    Attributes
    ----------
    tree : GateTree
        Every class counts once: a class of c equal units is one unit c times as large, and
        neither the sign rows (cones) nor the penalty (a norm) can tell.
    reach : ndarray of shape (k,)
        Length of each original row; the rows of the tree have length 1.
    y : ndarray of shape (k,)
    beta : float
    signed : bool
        Whether there are sign rows.
    """

    tree: GateTree
    reach: Array
    y: Array
    beta: float
    signed: bool

    def pulls(self, sign: Sequence[Array], q: Array) -> Array:
        """Pull g of the signed forces on every leaf; (m_1, r)."""
        if not self.signed:
            sign = [np.zeros((m, self.tree.n_rows)) for m in self.tree.n_nodes]
        return self.tree.forces(self.reach * q, sign) @ self.tree.rows

    def values(self, u: Array) -> tuple[list[Array], Array]:
        """Values of the nodes with sign rows, and the prediction, of leaf weights (m_1, r)."""
        values, prediction = self.tree.values(u @ self.tree.rows.T)
        return values if self.signed else [], self.reach * prediction

    def objective(self, u: Array, prediction: Array) -> float:
        """Penalized squared error of leaf weights."""
        error = prediction - self.y
        return float(error @ error) / (2 * self.y.size) + self.beta * float(norms(u).sum())

    def lower_bound(self, q: Array) -> float:
        """Dual objective of a dual feasible force."""
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


class _Direction(NamedTuple):
    tau: Array
    u: Array
    s: list[Array]
    lam: list[Array]
    q: Array
    g: Array


class _Aim(NamedTuple):
    """Right-hand sides of the linearized products, cones in original coordinates."""

    tau: Array
    u: Array
    s: list[Array]


def start(p: ConeProblem) -> Iterate:
    """No force on the prediction, multipliers that pull at most half of beta, equal products."""
    m = p.tree.n_nodes[0]
    shapes = zip(p.tree.layers, p.tree.n_nodes, strict=True) if p.signed else ()
    lam = [layer.signed(np.ones((nodes, p.tree.n_rows))) for layer, nodes in shapes]
    q = np.zeros_like(p.y)
    pull = float(norms(p.pulls(lam, q)).max(initial=0.0))
    lam = [own * (p.beta / (2 * pull) if pull > 0 else 1.0) for own in lam]
    products = m + sum(own.size for own in lam)
    # The objective is the gap to close; weights of 1, whatever beta, are long enough.
    mu = min(float(p.y @ p.y) / (2 * p.y.size) / products, p.beta)
    tau = np.full(m, 2 * mu / p.beta)
    u = np.zeros((m, p.tree.rows.shape[1]))
    return Iterate.of(p, tau, u, [mu / own for own in lam], lam, q)


def interior_point(p: ConeProblem, tol: float, max_iter: int) -> tuple[Iterate, int, str]:
    """Mehrotra's predictor-corrector with centrality corrections.

    Returns
    -------
    point : Iterate
        The best one: dual feasible, its slacks agree with its values to ``tol``.
    n_iter : int
    status : str
        "optimal", "max_iter", or "stalled" when rounding errors stopped the progress.
    """
    point = best = start(p)
    least = np.inf
    for n_iter in range(max_iter + 1):
        objective, gap = point.gap(p)
        error = max(abs(gap) / objective, point.infeasibility())
        if error <= tol:
            return point, n_iter, "optimal"
        if error < least:
            best, least = point, error
        elif least < _LATE and not error < 100 * least:
            return best, n_iter, "stalled"
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                point = _step(p, point, refine=abs(gap) < _LATE * objective)
        except np.linalg.LinAlgError:
            return best, n_iter, "stalled"
    return best, max_iter, "max_iter"


def _step(p: ConeProblem, point: Iterate, *, refine: bool) -> Iterate:
    """One iteration: predict, correct, center, move."""
    newton = _Newton.at(p, point)
    mu = point.mean_product(p)
    affine = newton.direction(_Aim(-point.tau, -point.u, [-s for s in point.s]))
    target = mu * (1 - newton.longest(affine)) ** 2
    aim = newton.corrected(affine, target)
    step = newton.direction(aim)
    length = newton.longest(step)
    for _ in range(_CORRECTIONS):
        if length > 0.95:
            break
        aim = newton.centered(aim, step, min(1.0, length + _GAIN), target)
        better = newton.direction(aim)
        reached = newton.longest(better)
        if reached > length:
            step = better
        if reached < length + 0.1 * _GAIN:
            break
        length = reached
    # A cone stretches rounding errors of the pulls: meet the sign rows again, in each layer.
    for _ in p.tree.layers if refine else ():
        step = newton.refine(step)
    return newton.move(step, min(1.0, _STEP * newton.longest(step)))


@dataclass(frozen=True)
class _Newton:
    """The linearized optimality conditions at one iterate."""

    p: ConeProblem
    point: Iterate
    cones: Cones
    system: ConeSystem
    beta: Array
    scaled: tuple[Array, Array]  # W^-1 x = W z

    @classmethod
    def at(cls, p: ConeProblem, point: Iterate) -> _Newton:
        beta = np.full(point.tau.size, p.beta)
        cones = Cones.at(point.tau, point.u, beta, -point.g)
        stiffness = [lam / s for lam, s in zip(point.lam, point.s, strict=True)]
        system = ConeSystem(p.tree, cones, stiffness, p.reach)
        return cls(p, point, cones, system, beta, cones.scale(beta, -point.g))

    def corrected(self, affine: _Direction, target: float) -> _Aim:
        """Aim at products of ``target``, less the predictor's second-order error."""
        x0, x = self.cones.unscale(affine.tau, affine.u)
        z0, z = self.cones.scale(np.zeros_like(affine.tau), -affine.g)
        l0, l1 = self.scaled
        r0 = target - (l0**2 + dot(l1, l1)) - (x0 * z0 + dot(x, z))
        r1 = -2 * l0[:, None] * l1 - x0[:, None] * z - z0[:, None] * x
        c0, c1 = self.cones.scale(*divide(l0, l1, r0, r1))
        pairs = zip(affine.s, affine.lam, self.point.lam, self.point.s, strict=True)
        return _Aim(c0, c1, [(target - ds * dlam) / lam - s for ds, dlam, lam, s in pairs])

    def centered(self, aim: _Aim, step: _Direction, length: float, target: float) -> _Aim:
        """Pull products that a step of this length would put far from target towards it."""
        point, cones = self.point, self.cones
        x0, x = cones.unscale(point.tau + length * step.tau, point.u + length * step.u)
        z0, z = cones.scale(self.beta, -(point.g + length * step.g))
        product, turn = x0 * z0 + dot(x, z), x0[:, None] * z + z0[:, None] * x
        radius = norms(turn)
        high = _towards(product + radius, target)
        low = _towards(product - radius, target)
        along = (high - low) / (2 * np.maximum(radius, 1e-300))
        c0, c1 = cones.scale(*divide(*self.scaled, (high + low) / 2, along[:, None] * turn))
        signs = [
            c + _towards((s + length * ds) * (lam + length * dlam), target) / lam
            for c, s, ds, lam, dlam in zip(aim.s, point.s, step.s, point.lam, step.lam, strict=True)
        ]
        return _Aim(aim.tau + c0, aim.u + c1, signs)

    def direction(self, aim: _Aim) -> _Direction:
        """Solve for the step whose linearized products are those of ``aim``."""
        lam = [np.zeros_like(s) for s in aim.s]
        return self.refine(_Direction(*aim, lam, np.zeros_like(self.p.y), np.zeros_like(aim.u)))

    def refine(self, step: _Direction) -> _Direction:
        """Add forces until the step meets the sign rows and ``f = y - n q``."""
        p, point = self.p, self.point
        values, prediction = p.values(point.u + step.u)
        residuals = [s + ds - value for s, ds, value in zip(point.s, step.s, values, strict=True)]
        root_residual = p.y - p.y.size * (point.q + step.q) - prediction
        return self._add(step, *self.system.solve(residuals, root_residual))

    def _add(self, step: _Direction, forces: list[Array], q: Array) -> _Direction:
        """Change the forces, and the primal variables with them."""
        cones, g = self.cones, self.p.pulls(forces, q)
        along = 2 * cones.eta**2 * dot(cones.axis, g)
        moved = zip(step.s, forces, self.system.stiffness, strict=True)
        return _Direction(
            tau=step.tau + cones.w0 * along,
            u=step.u + cones.eta[:, None] ** 2 * g + along[:, None] * cones.axis,
            s=[ds - dlam / w for ds, dlam, w in moved],
            lam=[old + new for old, new in zip(step.lam, forces, strict=True)],
            q=step.q + q,
            g=step.g + g,
        )

    def longest(self, step: _Direction) -> float:
        """Step length, at most one, at which the first variable reaches its boundary."""
        point = self.point
        length = min(
            1.0,
            longest_step(point.tau, point.u, step.tau, step.u),
            longest_step(self.beta, -point.g, np.zeros_like(self.beta), -step.g),
        )
        pairs = [*zip(point.s, step.s, strict=True), *zip(point.lam, step.lam, strict=True)]
        fastest = max((float((-change / own).max(initial=0.0)) for own, change in pairs), default=0)
        return min(length, 1 / max(fastest, 1.0))

    def move(self, step: _Direction, length: float) -> Iterate:
        point = self.point
        return Iterate.of(
            self.p,
            point.tau + length * step.tau,
            point.u + length * step.u,
            [s + length * ds for s, ds in zip(point.s, step.s, strict=True)],
            [lam + length * dlam for lam, dlam in zip(point.lam, step.lam, strict=True)],
            point.q + length * step.q,
        )


def _towards(product: Array, target: float) -> Array:
    """Change that brings products into range, never a large decrease."""
    low, high = _RANGE[0] * target, _RANGE[1] * target
    return np.maximum(np.clip(product, low, high) - product, -high)
