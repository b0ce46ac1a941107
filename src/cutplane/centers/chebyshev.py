"""The Chebyshev center: the network whose smallest margin is largest.

The largest ball inside cone and ball of radius R: ``max t`` with ``slack_i >= t |row_i|`` and
``|theta| + t <= R``. Its direction is that of ``min 1/2 |theta|^2`` with
``slack_i >= |row_i|`` (a support vector machine on the gate tree), its length follows from
the margin (mathematics 9). It is solved by a primal-dual interior point method whose Newton matrix
``A A^T + diag(slack / lambda)`` is the tree system.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cutplane._types import Array
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center, Multipliers
from cutplane.newton.memory import check_size
from cutplane.newton.nodes import tree_system
from cutplane.space.ball import FARKAS_MARGIN
from cutplane.space.cuts import HalfspaceCuts
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

_SHORTEN = 0.95  # step to the boundary
_CENTRING = 0.2


@dataclass(frozen=True)
class _Rows:
    """One family of rows: a layer's sign rows, or the prediction rows.

    Attributes
    ----------
    lam, slack : ndarray
        Multiplier and slack of each row; positive.
    room : ndarray
        Multiplier of the bound ``lam <= price``; 0 where the price is infinite.
    goal : ndarray
        Length of the row, the slack that is asked for.
    price : ndarray
    count : ndarray
        Units that each row stands for.
    """

    lam: Array
    slack: Array
    room: Array
    goal: Array
    price: Array
    count: Array

    @classmethod
    def hard(cls, goal: Array, count: Array) -> _Rows:
        """Rows without a price, each with a slack of its length."""
        return cls(1 / goal, goal, np.zeros_like(goal), goal, np.full_like(goal, np.inf), count)

    @property
    def gap(self) -> Array:
        """``price - lam``, 1 where the price is infinite."""
        return np.where(np.isinf(self.price), 1.0, self.price - self.lam)

    @property
    def curvature(self) -> Array:
        return self.slack / self.lam + self.room / self.gap

    @property
    def n_pairs(self) -> float:
        """Complementary pairs, those of every unit counted."""
        return float((self.count * (1.0 + np.isfinite(self.price))).sum())

    def complementarity(self) -> float:
        return float((self.count * (self.lam * self.slack + self.room * self.gap)).sum())

    def residual(self, values: Array, mu: float) -> Array:
        """Right-hand side of the Newton system for signed values; see the module."""
        bound = np.where(np.isinf(self.price), 0.0, mu / self.gap)
        return self.goal - values + mu / self.lam - bound

    def step(self, dlam: Array, mu: float) -> tuple[Array, Array, Array, float]:
        """Changes of the three unknowns and the longest allowed step."""
        dslack = (mu - self.slack * dlam) / self.lam - self.slack
        elastic = np.isfinite(self.price)
        droom = np.where(elastic, (mu + self.room * dlam) / self.gap - self.room, 0.0)
        ratios = [-dlam / self.lam, -dslack / self.slack]
        ratios.append(np.where(elastic, dlam / self.gap, 0.0))
        ratios.append(np.where(elastic, -droom / np.where(elastic, self.room, 1.0), 0.0))
        worst = max(float(ratio.max(initial=0.0)) for ratio in ratios)
        return dlam, dslack, droom, min(1.0, _SHORTEN / max(worst, 1e-300))

    def move(self, change: tuple[Array, Array, Array, float], length: float) -> _Rows:
        dlam, dslack, droom, _ = change
        return replace(
            self,
            lam=self.lam + length * dlam,
            slack=self.slack + length * dslack,
            room=self.room + length * droom,
        )


def chebyshev_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-8,
    max_iter: int = 100,
) -> Center:
    """Center of the largest ball inside a classification space.

    Parameters
    ----------
    space : VersionSpace
        Neutral classification cuts. An elastic cut is a soft margin: its multiplier is at
        most its price, and it may be violated.
    start : Center, optional
        Ignored: interior points of the last problem are poor starts of the next.
    tol : float, default=1e-8
        Stop when the duality gap, and the violation in row lengths of the margin asked, are
        below this share.
    max_iter : int, default=100

    Returns
    -------
    Center
        Its direction has the largest margin ``m`` (smallest slack over row length, at
        length 1), and its length is ``R / (1 + m)``. ``decrement`` is the last gap. With
        status "max_iter" a hard cut may still be violated.

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut with a positive margin.
    InvalidInputError
        The space is a regression, its cuts are deep or shallow, or it has too many leaves
        for this machine's memory.

    References
    ----------
    Boyd and Vandenberghe, Convex Optimization (2004), 8.5.1; Wright, Primal-Dual
    Interior-Point Methods (1997), chapter 5.
    """
    problem = _Problem(space, _neutral(space))
    check_size(space)
    rows = problem.first_rows()
    values, squared = problem.values(rows)
    n_pairs = sum(r.n_pairs for r in rows)
    gap, n_iter, status = np.inf, 0, "max_iter"
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        mu = _CENTRING * sum(r.complementarity() for r in rows) / max(n_pairs, 1.0)
        try:
            rows = problem.step(rows, values, mu)
        except np.linalg.LinAlgError:  # multipliers too large for double precision
            break
        values, squared = problem.values(rows)
        _check_empty(space, rows, squared)
        gap = sum(r.complementarity() for r in rows) / max(_asked(rows), 1e-300)
        gap = max(gap, _infeasibility(rows, values))
        if gap < tol:
            status = "optimal"
            break
    if status != "optimal":
        analytic_center(space, tol=1e-2)  # its certificate of emptiness is the sharper one
    # theta asks slacks of one row length, so its margin at length 1 is 1 / |theta|.
    scale = 0.0 if _cancels(rows, squared) else space.radius / (1 + np.sqrt(squared))
    y = problem.cuts.y
    own = Multipliers(y * rows[-1].lam, tuple(r.lam for r in rows[:-1]), space.tree, 1.0)
    prediction = y * values[-1] * space.lengths * scale
    return Center(own, prediction, float(scale), n_iter, gap, status)


def _neutral(space: VersionSpace) -> HalfspaceCuts:
    """The cuts, if they are neutral halfspaces."""
    cuts = space.cuts
    if not isinstance(cuts, HalfspaceCuts) or np.any(cuts.depth):
        raise InvalidInputError(
            "the Chebyshev center is computed for neutral classification cuts; use "
            "center='analytic' for regression and for deep or shallow cuts"
        )
    return cuts


@dataclass(frozen=True)
class _Problem:
    """The support vector machine of a version space; its families are layers, then the root."""

    space: VersionSpace
    cuts: HalfspaceCuts

    def first_rows(self) -> list[_Rows]:
        """Multipliers and slacks 1, well inside every bound."""
        tree, multiplicity = self.space.tree, self.space.operator.multiplicity
        squared, goals = np.ones(tree.n_rows), []
        for layer in tree.layers:
            goals.append(np.sqrt(np.maximum(squared, 1.0)))
            squared = squared * (layer.count @ layer.mask)
        rows = [
            _Rows.hard(np.tile(goal, (count.size, 1)), count[:, None])
            for goal, count in zip(goals[: len(multiplicity)], multiplicity, strict=True)
        ]
        goal, price = np.sqrt(np.maximum(squared, 1.0)), self.cuts.price
        lam = np.minimum(1 / goal, price / 2)
        room = np.where(np.isinf(price), 0.0, goal)
        return [*rows, _Rows(lam, goal.copy(), room, goal, price, np.ones_like(goal))]

    def values(self, rows: list[_Rows]) -> tuple[list[Array], float]:
        """Signed values of every row at the weights of the multipliers, and ``|theta|^2``."""
        forces = self._signed([r.lam for r in rows])
        values = self.space.operator.apply(forces)
        return self._unsigned(values), max(values.dot(forces), 0.0)

    def step(self, rows: list[_Rows], values: list[Array], mu: float) -> list[_Rows]:
        """One primal-dual step towards complementarity ``mu``."""
        scaled = [1 / np.sqrt(r.curvature) for r in rows[:-1]]
        system = tree_system(self.space.operator, scaled, rows[-1].curvature)
        residuals = [r.residual(v, mu) for r, v in zip(rows, values, strict=True)]
        changes = self._unsigned(system.solve(self._signed(residuals)).forces)
        steps = [r.step(change, mu) for r, change in zip(rows, changes, strict=True)]
        length = min(step[3] for step in steps)
        return [r.move(step, length) for r, step in zip(rows, steps, strict=True)]

    def _signed(self, families: list[Array]) -> RowValues:
        """Numbers of the families times the signs that their rows require."""
        operator = self.space.operator
        return operator.row_values(self.cuts.y * families[-1], operator.signed(families[:-1]))

    def _unsigned(self, values: RowValues) -> list[Array]:
        """The way back; signs are their own inverses."""
        return [*self.space.operator.signed(values.layers), self.cuts.y * values.root]


def _infeasibility(rows: list[_Rows], values: list[Array]) -> float:
    """Largest violation of ``value - goal = slack - room``, in row lengths."""
    return max(
        float((np.abs(v - r.goal - r.slack + r.room) / r.goal).max(initial=0.0))
        for r, v in zip(rows, values, strict=True)
    )


def _check_empty(space: VersionSpace, rows: list[_Rows], squared: float) -> None:
    """Raise when the multipliers certify that no network has a positive margin."""
    priced = np.isfinite(space.cost) and not space.operator.layers
    if priced or not _cancels(rows, squared):
        return
    force = rows[-1].lam
    support = np.flatnonzero(force > 0.01 * force.max(initial=0.0)).tolist()
    raise EmptyVersionSpaceError(
        f"no network of this arrangement satisfies every cut with a margin: labels of rows "
        f"{', '.join(map(str, support[:10]))} contradict each other (rows counted in the order "
        "they were labelled); use more gates or a finite cost",
        support,
    )


def _asked(rows: list[_Rows]) -> float:
    """Multipliers times the slacks asked for: ``|theta|^2`` at the optimum of hard cuts."""
    return sum(float((r.count * r.goal * r.lam).sum()) for r in rows)


def _cancels(rows: list[_Rows], squared: float) -> bool:
    """Whether the multipliers' forces cancel to rounding."""
    return bool(np.sqrt(squared) < FARKAS_MARGIN * _asked(rows))
