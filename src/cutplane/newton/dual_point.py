"""One set of multipliers, and everything about it that Newton's method needs.

The dual objective is ``B*(A^T w) + sum psi(w) - sum log(lambda)``, where B* is the conjugate
of the ball's barrier (``space.ball``), psi that of the cuts, and ``w = sigma lambda`` on the
sign rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cutplane.arrays import namespace, smallest
from cutplane.newton.tree_system import Step
from cutplane.space.ball import Ball
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class DualPoint:
    """Multipliers with what the Newton step needs of them.

    Attributes
    ----------
    forces : RowValues
        The signed multipliers w.
    values : RowValues
        Values of the rows at the weights ``A^T w / tau``.
    squared_norm : float
        ``|A^T w|^2``.
    """

    forces: RowValues
    values: RowValues
    squared_norm: float

    @classmethod
    def at(cls, space: VersionSpace, forces: RowValues) -> DualPoint:
        """Evaluate signed multipliers."""
        values = space.operator.apply(forces)
        squared = values.dot(forces)
        tau, _ = space.ball.curvature(squared)
        if tau != 1.0:
            values = values / tau
        return cls(forces, values, max(squared, 0.0))

    def moved(self, space: VersionSpace, step: Step, length: float) -> DualPoint:
        """The point ``length`` along a step."""
        return DualPoint.at(space, self.forces.plus(step.forces, length))

    def balanced(self, space: VersionSpace) -> DualPoint:
        """Scale the sign rows' multipliers as the ball wants them."""
        if not self.forces.layers:
            return self
        n = space.n_rows + space.operator.n_sign_rows
        factor = space.ball.balance(n, self.squared_norm)
        if factor == 1.0:
            return self
        layers = (factor * own for own in self.forces.layers)
        return DualPoint.at(space, self.forces.with_layers(*layers))


@dataclass(frozen=True)
class NormAlong:
    """The ball's part of the dual objective along a step, a function of |A^T w|^2."""

    ball: Ball
    constant: float
    linear: float
    square: float

    @classmethod
    def of(cls, space: VersionSpace, point: DualPoint, step: Step) -> NormAlong:
        """``|A^T w|^2`` from a point along a step."""
        tau, _ = space.ball.curvature(point.squared_norm)
        linear = tau * point.values.dot(step.forces)
        square = tau * step.values.dot(step.forces)
        return cls(space.ball, point.squared_norm, linear, square)

    def derivatives(self, a: float) -> tuple[float, float]:
        """First and second derivative in the step length a."""
        first = self.linear + a * self.square
        squared = max(self.constant + 2 * a * self.linear + a * a * self.square, 0.0)
        tau, curl = self.ball.curvature(squared)
        return first / tau, self.square / tau - curl * first * first


def line_search(space: VersionSpace, point: DualPoint, step: Step) -> float:
    """Minimize the dual objective along the step by safeguarded scalar Newton."""
    cuts, root, change = space.cuts, point.forces.root, step.forces.root
    xp, layers = namespace(root), zip(step.forces.layers, point.forces.layers, strict=True)
    ratios = [force / own for force, own in layers]
    longest = cuts.max_step(root, change)
    for ratio in ratios:
        longest = min(longest, 1 / max(-smallest(ratio, 0.0), 1e-300))
    norm = NormAlong.of(space, point, step)

    def derivatives(a: float) -> tuple[float, float]:
        w = root + a * change
        first, second = norm.derivatives(a)
        first += float(cuts.gradient(w) @ change)
        second += float(cuts.curvature(w) @ change**2)
        for ratio, count in zip(ratios, point.forces.count, strict=True):
            shrunk = ratio / (1 + a * ratio)
            first -= float(count @ xp.sum(shrunk, axis=1))
            second += float(count @ xp.vecdot(shrunk, shrunk))
        return first, second

    low, high = 0.0, longest
    a = min(1.0, 0.99 * longest)
    for _ in range(20):
        first, second = derivatives(a)
        if first > 0:
            high = a
        else:
            low = a
        if second <= 0:  # huge multipliers of an empty set; their forces tell
            return a
        target = a - first / second
        if not low < target < high:
            target = (low + high) / 2 if math.isfinite(high) else 2 * a
        if abs(target - a) <= 0.05 * a:
            return target
        a = target
    return a
