"""The analytic center by dual Newton (mathematics 3).

Minimize ``1/2 |theta|^2 - sum log(slack)`` (a cone: classification) or
``-log(R^2 - |theta|^2) - sum log(slack)`` (regression) over the leaf weights theta. The
unknowns are the multipliers, one positive number for each row; weights follow by
``theta = A^T w / tau``. Any positive multipliers are a valid start, so a new cut needs no
phase 1, and an empty version space shows as a Farkas certificate.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from cutplane.arrays import HOST, to_numpy
from cutplane.blas import one_thread
from cutplane.newton.center import Center, Multipliers
from cutplane.newton.directions import FULL, Directions
from cutplane.newton.dual_point import DualPoint, line_search
from cutplane.newton.farkas import check_empty, empty_error
from cutplane.newton.gram_sketch import GramSketch
from cutplane.newton.kernel_directions import KernelDirections
from cutplane.newton.memory import check_size
from cutplane.newton.sketched_system import worthwhile
from cutplane.newton.starts import cold_start, warm_start
from cutplane.newton.tree_system import Step
from cutplane.space.version_space import VersionSpace


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
    with one_thread(), np.errstate(over="ignore", invalid="ignore"):
        return _newton(space, start, tol, max_iter)


def _newton(space: VersionSpace, start: Center | None, tol: float, max_iter: int) -> Center:
    begin = space.place.moved(_begin(space.home, start).forces(space.home.operator))
    point = DualPoint.at(space, begin).balanced(space)
    directions = _directions(space)
    decrement, n_iter, status = np.inf, 0, "max_iter"
    tol *= float(np.sqrt(space.cuts.height))
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before = decrement
        try:
            newton = directions.at(point)
        except np.linalg.LinAlgError:  # multipliers too large for double precision
            raise empty_error(space, point) from None
        if np.isnan(newton.decrement):  # rounding has eaten the step
            if np.isinf(space.cost) and before > 1:
                raise empty_error(space, point)
            status = "inaccurate"
            break
        decrement = newton.decrement
        if decrement < tol:
            status = "optimal"
            break
        relative = decrement / space.cuts.concordance
        length = 1.0 if relative < FULL else line_search(space, point, newton.step)
        point = _moved(space, point, newton.step, length)
        if newton.left(relative) < tol:
            status = "optimal"
            break
    return _center(space, point, n_iter, decrement, status)


def _directions(space: VersionSpace) -> Directions | KernelDirections:
    """The way to Newton's directions that takes least."""
    if KernelDirections.pays(space):
        return KernelDirections(space)
    return Directions(space, GramSketch.of(space.tree) if worthwhile(space) else None)


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
