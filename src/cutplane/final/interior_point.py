"""A primal-dual interior-point method on the gate tree, for the final solve.

Most leaves are zero at the optimum, and a point near the central path shows which long
before it is optimal: they leave the problem on the way. ``final_solve`` checks in the end
that they belong outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cutplane._types import Array, Index
from cutplane.final.cone_nodes import cone_system
from cutplane.final.cone_problem import ConeProblem, Iterate, norms, start
from cutplane.final.cone_scaling import ConeScaling, divide, dot, longest_step, squared_size
from cutplane.newton.tree_system import TreeSystem
from cutplane.space.row_values import RowValues

#: Share of the way to the boundary that a step may go.
_STEP = 0.99
#: Centrality corrections per factorization, the step length each aims to gain, the length
#: that needs none, and the range of products (in units of their target) they leave alone
#: (Gondzio 1996).
_CORRECTIONS, _GAIN, _LONG, _RANGE = 2, 0.3, 0.85, (0.1, 10.0)
#: Relative gap below which steps are refined: always in deep trees, whose layers stretch
#: rounding errors; with one layer while slacks and values differ by more than the second.
_LATE, _MET = 1e-2, 1e-9
#: Refinements of each layer of a deep tree: after one, how near a solve comes still depends on
#: how the processor rounds.
_DEEP_ROUNDS = 2
#: Relative gap below which units may leave.
_EARLY = 0.5
#: The strength (``Iterate.strength``; one is on the fence) below which units leave, in units
#: of bound over gap, with which the strength of living units grows, and its largest value.
_DEAD, _FENCE = 0.05, 0.3
#: Units that stay in any case: so many for each labelled row, but of a wide layer at most a
#: share. Below the last number there is nothing to gain.
_SPARE, _SHARE, _NARROW = 2, 0.25, 32


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


class Result(NamedTuple):
    """Outcome of the interior-point method.

    Attributes
    ----------
    problem : ConeProblem
        What is left of the problem.
    columns : ndarray of int
        Units of the first layer, by their place under their parent, that are left.
    point : Iterate
        The best one: dual feasible, its slacks agree with its values to ``tol``.
    n_iter : int
    status : str
        "optimal", "max_iter", or "stalled" when rounding errors stopped the progress.
    """

    problem: ConeProblem
    columns: Index
    point: Iterate
    n_iter: int
    status: str


def interior_point(
    p: ConeProblem, columns: Index, tol: float, max_iter: int, *, drop: bool
) -> Result:
    """Mehrotra's predictor-corrector with centrality corrections.

    Parameters
    ----------
    p : ConeProblem
    columns : ndarray of int
        Units of the first layer to begin with.
    tol : float
        Largest duality gap, relative to the objective.
    max_iter : int
    drop : bool
        Whether units that look like zero leave the problem on the way.

    Returns
    -------
    Result
    """
    p = p.restricted(columns)
    point = start(p)
    best, least = Result(p, columns, point, 0, "stalled"), np.inf
    for n_iter in range(max_iter + 1):
        objective, gap = point.gap(p)
        gap = abs(gap) / objective
        error = max(gap, point.infeasibility()) if gap < _LATE else gap
        now = Result(p, columns, point, n_iter, "optimal")
        if error <= tol:
            return now
        if error < least:
            best, least = now, error
        elif least < _LATE and not error < 100 * least:
            return best._replace(n_iter=n_iter, status="stalled")
        if drop and gap < _EARLY:
            alive = _alive(p, point, gap)
            if alive.size < 0.9 * columns.size:
                p, columns = p.restricted(alive), columns[alive]
                point = point.restricted(p, alive)
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                point = _step(p, point, gap)
        except np.linalg.LinAlgError:
            return best._replace(n_iter=n_iter, status="stalled")
    return best._replace(n_iter=max_iter, status="max_iter")


def _alive(p: ConeProblem, point: Iterate, gap: float) -> Index:
    """Units of the first layer that may be needed, under any parent."""
    strongest = point.strength(p).reshape(-1, p.width).max(axis=0)
    most = max(_NARROW, int(_SHARE * p.width))
    spare = min(p.width, _SPARE * p.tree.n_rows, most)
    fence = min(_FENCE, _DEAD * (1 - gap) / gap, np.partition(strongest, -spare)[-spare])
    return np.flatnonzero(strongest >= fence)


def _step(p: ConeProblem, point: Iterate, gap: float) -> Iterate:
    """One iteration: predict, correct, center, move."""
    newton = _Newton.at(p, point)
    mu = point.mean_product(p)
    affine = newton.direction(_Aim(-point.tau, -point.u, [-s for s in point.s]))
    target = mu * (1 - newton.longest(affine)) ** 3
    aim = newton.corrected(affine, target)
    step = newton.direction(aim)
    length = newton.longest(step)
    for _ in range(_CORRECTIONS):
        if length > _LONG:
            break
        aim = newton.centered(aim, step, min(1.0, length + _GAIN), target)
        better = newton.direction(aim)
        reached, before = newton.longest(better), length
        if reached > length:
            step, length = better, reached
        if reached < before + 0.1 * _GAIN:
            break
    # A cone stretches rounding errors of the pulls: meet the sign rows again, in each layer.
    is_deep = len(p.tree.layers) > 1
    if gap < _LATE and (is_deep or point.infeasibility() > _MET):
        for _ in range(_DEEP_ROUNDS * len(p.tree.layers) if is_deep else 1):
            step = newton.refine(step)
        length = newton.longest(step)
    return newton.move(step, min(1.0, _STEP * length))


@dataclass(frozen=True)
class _Newton:
    """The linearized optimality conditions at one iterate."""

    p: ConeProblem
    point: Iterate
    cones: ConeScaling
    system: TreeSystem
    stiffness: list[Array]  # of the sign rows
    scaled: tuple[Array, Array]  # W^-1 x = W z
    both: tuple[Array, Array, Array]  # x above z: first entries, vectors, x_0^2 - |x|^2
    inverses: Array  # of all entries of s and lam

    @classmethod
    def at(cls, p: ConeProblem, point: Iterate) -> _Newton:
        m = point.tau.size
        first = np.concatenate([point.tau, np.full(m, p.beta)])
        vectors = np.concatenate([point.u, -point.g])
        size = squared_size(first, vectors)
        cones = ConeScaling.at(point.tau, point.u, first[m:], vectors[m:], (size[:m], size[m:]))
        stiffness = [lam / s for s, lam in zip(point.s, point.lam, strict=True)]
        system = cone_system(p.tree, p.leaf_rows, cones, stiffness, p.reach)
        scaled = cones.scale(first[m:], vectors[m:])
        inverses = 1 / _flat([*point.s, *point.lam])
        return cls(p, point, cones, system, stiffness, scaled, (first, vectors, size), inverses)

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
        z0, z = cones.scale(np.full(x0.size, self.p.beta), -(point.g + length * step.g))
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
        return self._met(aim, *self._forces(aim, self.point.q))

    def refine(self, step: _Direction) -> _Direction:
        """Add forces until the step meets the sign rows and ``f = y - n q``."""
        forces, q = self._forces(step, self.point.q + step.q)
        more = self._met(_Aim(step.tau, step.u, step.s), forces, q)
        lam = [old + new for old, new in zip(step.lam, forces, strict=True)]
        return more._replace(lam=lam, q=step.q + q, g=step.g + more.g)

    def _forces(self, step: _Aim | _Direction, q: Array) -> tuple[list[Array], Array]:
        """Forces that remove what is left of the residuals after a step."""
        p, point = self.p, self.point
        values, prediction = p.values(point.u + step.u)
        residuals = [s + ds - value for s, ds, value in zip(point.s, step.s, values, strict=True)]
        root = p.y - p.y.size * q - prediction
        forces = self.system.solve(RowValues(root, tuple(residuals))).forces
        return list(forces.layers), forces.root

    def _met(self, aim: _Aim, forces: list[Array], q: Array) -> _Direction:
        """The step of these forces, whose linearized products are those of ``aim``."""
        g = self.p.pulls(forces, q)
        dtau, du = self.cones.squared(g)
        moved = zip(aim.s, forces, self.stiffness, strict=True)
        s = [ds - dlam / w for ds, dlam, w in moved]
        return _Direction(aim.tau + dtau, aim.u + du, s, forces, q, g)

    def longest(self, step: _Direction) -> float:
        """Step length, at most one, at which the first variable reaches its boundary."""
        first, vectors, size = self.both
        dfirst = np.concatenate([step.tau, np.zeros_like(step.tau)])
        dvectors = np.concatenate([step.u, -step.g])
        length = longest_step(first, vectors, dfirst, dvectors, size)
        worst = float((self.inverses * _flat([*step.s, *step.lam])).min(initial=-1.0))
        return min(length, -1 / worst)

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


def _flat(arrays: list[Array]) -> Array:
    """All entries in one row; empty without arrays."""
    return np.concatenate([np.empty(0), *(a.ravel() for a in arrays)])


def _towards(product: Array, target: float) -> Array:
    """Change that brings products into range, never a large decrease."""
    low, high = _RANGE[0] * target, _RANGE[1] * target
    return np.maximum(np.clip(product, low, high) - product, -high)
