"""Newton's directions of one solve: by the sketch as long as it is of use, else by the tree.

Building the preconditioner of conjugate gradients is as dear as many of their products. One is
kept from step to step while Newton's method converges, as its matrix then hardly changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cutplane._types import Floats
from cutplane.newton.dual_point import DualPoint
from cutplane.newton.gram_sketch import GramSketch
from cutplane.newton.nodes import tree_system
from cutplane.newton.sketched_system import (
    FORCING,
    SketchedSystem,
    SketchFailedError,
    sketched_tree,
)
from cutplane.newton.tree_system import Step, TreeSystem
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: Decrement below which Newton's method takes full steps.
FULL = 0.25
#: A preconditioner is kept as long as every step divides the decrement by this at least.
KEEPS = 4.0
#: The sketch is given up where a full step divides the decrement by less.
SLOW = 0.3
#: A squared decrement may be this far below zero by rounding at the exact center.
_ROUNDING = 1e-24


@dataclass(frozen=True)
class Direction:
    """Newton's direction in the multipliers.

    Attributes
    ----------
    step : Step
    decrement : float
        NaN where rounding has eaten the step.
    accuracy : float
        Relative error of the step; 0 by a factored tree.
    """

    step: Step
    decrement: float
    accuracy: float = 0.0

    def left(self, relative: float) -> float:
        """Bound of the decrement after a full step; ``relative`` is the one before, in its unit.

        A full step squares it, up to the step's accuracy.
        """
        if relative >= FULL:
            return np.inf
        return self.decrement * max(self.accuracy, relative) / (1 - relative) ** 2


class System(Protocol):
    """What solves Newton's matrix."""

    def solve(self, residual: RowValues) -> Step:
        """The solution, perhaps up to an error."""
        ...


class Directions:
    """Where Newton's method goes, asked at one point after the other.

    Parameters
    ----------
    space : VersionSpace
    sketch : GramSketch or None
        Of its tree, where that is worthwhile.
    """

    def __init__(self, space: VersionSpace, sketch: GramSketch | None):
        self._space, self._sketch = space, sketch
        self._kept: TreeSystem | None = None
        self._was_kept = False
        self._before = np.nan

    def at(self, point: DualPoint) -> Direction:
        """The direction at a point.

        Raises
        ------
        numpy.linalg.LinAlgError
            Multipliers are too large for double precision.
        """
        found = self._sketched(point)
        if found is None or np.isnan(found.decrement):
            self._kept = None
            if found is not None:
                self._sketch = None
            found = self._factored(point)
        self._judge(found.decrement)
        return found

    def _judge(self, decrement: float) -> None:
        """Whether the preconditioner is kept for the next point, and the sketch at all."""
        if self._before < FULL and decrement > SLOW * self._before and not self._was_kept:
            self._sketch = None
        if not decrement * KEEPS <= self._before:  # nor at the first point
            self._kept = None
        self._before = decrement

    def _sketched(self, point: DualPoint) -> Direction | None:
        """By the sketch; None where there is none, or it is too far off at this point."""
        if self._sketch is None:
            return None
        arguments = (self._space.operator, self._sketch, *_matrix(self._space, point))
        try:
            if self._sketch.exact:
                return solved(self._space, point, sketched_tree(*arguments))
            self._was_kept = self._kept is not None
            system = SketchedSystem(*arguments, preconditioner=self._kept)
            self._kept = system.preconditioner
            return solved(self._space, point, system, FORCING)
        except (SketchFailedError, np.linalg.LinAlgError):
            was_kept, self._kept = self._was_kept, None
            return self._sketched(point) if was_kept else None

    def _factored(self, point: DualPoint) -> Direction:
        system = tree_system(self._space.operator, *_matrix(self._space, point))
        return solved(self._space, point, system)


def _matrix(space: VersionSpace, point: DualPoint) -> tuple[tuple[Floats, ...], Floats, float]:
    """What Newton's matrix is made of: multipliers, curvature of the cuts, and of the ball."""
    tau, _ = space.ball.curvature(point.squared_norm)
    return point.forces.layers, space.cuts.curvature(point.forces.root), tau


def solved(
    space: VersionSpace,
    point: DualPoint,
    system: System,
    accuracy: float = 0.0,
) -> Direction:
    """Newton's step and decrement: ``lambda slack = 1`` on sign rows, ``f + psi'(w) = 0`` above."""
    forces = point.forces
    barrier = RowValues(
        -space.cuts.gradient(forces.root), tuple(1 / own for own in forces.layers), forces.count
    )
    residual = barrier - point.values
    step = system.solve(residual)
    tau, curl = space.ball.curvature(point.squared_norm)
    if curl > 0:  # mathematics (3.11), with v the row values of A^T w
        v = point.values * tau
        other = system.solve(v)
        factor = curl * v.dot(step.forces) / (1 - curl * v.dot(other.forces))
        step = Step(step.forces.plus(other.forces, factor), step.values.plus(other.values, factor))
    squared = residual.dot(step.forces)
    decrement = float(np.sqrt(max(squared, 0.0))) if squared >= -_ROUNDING else np.nan
    return Direction(step, decrement, accuracy)
