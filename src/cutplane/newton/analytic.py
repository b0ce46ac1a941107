"""The analytic center by dual Newton (mathematics 3).

Minimize ``1/2 |theta|^2 - sum log(slack)`` (a cone: classification) or
``-log(R^2 - |theta|^2) - sum log(slack)`` (regression) over the leaf weights theta. The
unknowns are the multipliers, one positive number for each row; weights follow by
``theta = A^T w / tau``. Any positive multipliers are a valid start, so a new cut needs no
phase 1, and an empty version space shows as a Farkas certificate.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from cutplane.arrays import HOST, to_numpy
from cutplane.blas import threads_for
from cutplane.newton.center import Center, Multipliers
from cutplane.newton.dual_point import DualPoint, line_search
from cutplane.newton.farkas import check_empty, empty_error
from cutplane.newton.gram_sketch import GramSketch
from cutplane.newton.memory import check_size
from cutplane.newton.nodes import tree_system
from cutplane.newton.sketched_system import (
    FORCING,
    SketchedSystem,
    SketchFailedError,
    sketched_tree,
    worthwhile,
)
from cutplane.newton.starts import cold_start, warm_start
from cutplane.newton.tree_system import Step, TreeSystem
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: A squared decrement may be this far below zero by rounding at the exact center.
_ROUNDING = 1e-24
#: Decrement below which Newton's method takes full steps.
_FULL = 0.25


def analytic_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-8,
    max_iter: int = 100,
) -> Center:
    """Analytic center of a version space by dual Newton with an exact line search.

    Parameters
    ----------
    space : VersionSpace
        k cuts over a gate tree of L leaves in R^d.
    start : Center, optional
        A center of the same arrangement and the first k' <= k cuts, to start warm from.
    tol : float, default=1e-8
        Stop when the Newton decrement (dimensionless) is below this.
    max_iter : int, default=100
        Newton iterations.

    Returns
    -------
    Center

    Raises
    ------
    EmptyVersionSpaceError
        No network of this arrangement satisfies every cut.
    InvalidInputError
        The tree has more leaves than fit into half of this machine's memory.

    References
    ----------
    Boyd and Vandenberghe, Convex Optimization (2004), 8.5.3 and 9.6.
    """
    check_size(space)
    # multipliers that grow without end overflow before they prove the set empty
    with (
        threads_for(0 if space.operator.layers else space.n_rows),
        np.errstate(over="ignore", invalid="ignore"),
    ):
        return _newton(space, start, tol, max_iter)


def _newton(space: VersionSpace, start: Center | None, tol: float, max_iter: int) -> Center:
    begin = space.place.moved(_begin(space.home, start).forces(space.home.operator))
    point = DualPoint.at(space, begin).balanced(space)
    sketch = GramSketch.of(space.tree) if worthwhile(space) else None
    decrement, n_iter, status = np.inf, 0, "max_iter"
    tol *= float(np.sqrt(space.cuts.height))
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before = decrement
        try:
            newton = _direction(space, point, sketch)
        except np.linalg.LinAlgError:  # multipliers too large for double precision
            raise empty_error(space, point) from None
        if np.isnan(newton.decrement):  # rounding has eaten the step
            if sketch is not None:
                sketch = None
                continue
            if np.isinf(space.cost) and before > 1:
                raise empty_error(space, point)
            status = "inaccurate"
            break
        decrement = newton.decrement
        if decrement < tol:
            status = "optimal"
            break
        # A sketch that fails, or converges slowly near the center, is not tried again.
        if newton.sketch_failed or (before < _FULL and decrement > 0.3 * before):
            sketch = None
        relative = decrement / space.cuts.concordance
        length = 1.0 if relative < _FULL else line_search(space, point, newton.step)
        point = _moved(space, point, newton.step, length)
        if newton.left(relative) < tol:
            status = "optimal"
            break
    return _center(space, point, n_iter, decrement, status)


def _begin(space: VersionSpace, start: Center | None) -> Multipliers:
    """Multipliers of an earlier center, or those of none."""
    if start is not None:
        with suppress(np.linalg.LinAlgError):  # multipliers that no solve ends with, from a file
            return warm_start(space, start.multipliers)
    return cold_start(space)


def _moved(space: VersionSpace, point: DualPoint, step: Step, length: float) -> DualPoint:
    """The next point, where nothing says that the multipliers would grow without end."""
    with np.errstate(over="ignore", invalid="ignore"):
        moved = point.moved(space, step, length)
    if not np.isfinite(moved.squared_norm):
        raise empty_error(space, point)
    check_empty(space, moved)
    return moved


@dataclass(frozen=True)
class _Direction:
    """Newton's direction in the multipliers.

    Attributes
    ----------
    step : Step
    decrement : float
        NaN where rounding has eaten the step.
    accuracy : float
        Relative error of the step; 0 by a factored tree.
    sketch_failed : bool
        Whether a sketch was tried in vain, and the tree factored instead.
    """

    step: Step
    decrement: float
    accuracy: float = 0.0
    sketch_failed: bool = False

    def left(self, relative: float) -> float:
        """Bound of the decrement after a full step; ``relative`` is the one before, in its unit.

        A full step squares it, up to the step's accuracy.
        """
        if relative >= _FULL:
            return np.inf
        return self.decrement * max(self.accuracy, relative) / (1 - relative) ** 2


def _direction(space: VersionSpace, point: DualPoint, sketch: GramSketch | None) -> _Direction:
    """Solve Newton's system, by the sketch if there is one and it succeeds."""
    tau, _ = space.ball.curvature(point.squared_norm)
    curvature, multipliers = space.cuts.curvature(point.forces.root), point.forces.layers
    if sketch is not None:
        arguments = (space.operator, sketch, multipliers, curvature, tau)
        try:
            if sketch.exact:
                return _Direction(*_solve(space, point, sketched_tree(*arguments)))
            return _Direction(*_solve(space, point, SketchedSystem(*arguments)), FORCING)
        except (SketchFailedError, np.linalg.LinAlgError):
            pass
    system = tree_system(space.operator, multipliers, curvature, tau)
    return _Direction(*_solve(space, point, system), sketch_failed=sketch is not None)


def _solve(
    space: VersionSpace, point: DualPoint, system: TreeSystem | SketchedSystem
) -> tuple[Step, float]:
    """Newton step and decrement: ``lambda slack = 1`` on sign rows, ``f + psi'(w) = 0`` above."""
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
    return step, float(np.sqrt(max(squared, 0.0))) if squared >= -_ROUNDING else np.nan


def _center(
    space: VersionSpace, point: DualPoint, n_iter: int, decrement: float, status: str
) -> Center:
    tau, _ = space.ball.curvature(point.squared_norm)
    n = space.n_rows + space.operator.n_sign_rows
    scale = space.ball.scale(n, point.squared_norm, point.forces.one_norm())
    home, forces = space.home, HOST.moved(point.forces)
    sign = tuple(home.operator.signed(forces.layers))
    return Center(
        multipliers=Multipliers(forces.root, sign, home.tree, tau),
        prediction=to_numpy(point.values.root) * space.lengths * scale,
        scale=scale,
        n_iter=n_iter,
        decrement=decrement,
        status=status,
    )
