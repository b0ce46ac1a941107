"""The analytic center by dual Newton (mathematics 3).

Minimize ``1/2 |theta|^2 - sum log(slack)`` (a cone: classification) or
``-log(R^2 - |theta|^2) - sum log(slack)`` (regression) over the leaf weights theta. The
unknowns are the multipliers, one positive number for each row; weights follow by
``theta = A^T w / tau``. Any positive multipliers are a valid start, so a new cut needs no
phase 1, and an empty version space shows as a Farkas certificate.
"""

from __future__ import annotations

import numpy as np

from cutplane.blas import one_thread
from cutplane.newton.center import Center, Multipliers
from cutplane.newton.dual_point import DualPoint, NormAlong, balanced, ball, evaluate, move
from cutplane.newton.farkas import FARKAS_MARGIN, check_empty, empty_error, total_force
from cutplane.newton.memory import check_size
from cutplane.newton.sketched_system import SketchedSystem, worthwhile
from cutplane.newton.starts import cold_start, warm_start
from cutplane.newton.tree_system import Step, TreeSystem
from cutplane.space.version_space import VersionSpace

#: A squared decrement may be this far below zero by rounding at the exact center.
_ROUNDING = 1e-24


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
    with one_thread():
        return _newton(space, start, tol, max_iter)


def _newton(space: VersionSpace, start: Center | None, tol: float, max_iter: int) -> Center:
    begin = cold_start(space) if start is None else warm_start(space, start.multipliers)
    point = balanced(space, evaluate(space, begin.root, begin.sign))
    decrement, n_iter, status = np.inf, 0, "max_iter"
    tol *= np.sqrt(space.cuts.height)
    sketched = space.kernel is None and worthwhile(space.tree)
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before = decrement
        try:
            step, decrement, accuracy = _newton_step(space, point, sketched)
        except np.linalg.LinAlgError:  # multipliers too large for double precision
            raise empty_error(space, point) from None
        if np.isnan(decrement):  # rounding has eaten the step
            decrement = before
            if not sketched and np.isinf(space.cost) and before > 1:
                raise empty_error(space, point)
            if not sketched:
                status = "inaccurate"
                break
            sketched = False
            continue
        if decrement < tol:
            status = "optimal"
            break
        # A sketch that fails, or converges slowly near the center, is not tried again.
        sketched = sketched and accuracy < 1 and not (before < 0.25 and decrement > 0.3 * before)
        relative = decrement / space.cuts.concordance
        length = 1.0 if relative < 0.25 else _line_search(space, point, step)
        point = move(space, point, step, length)
        check_empty(space, point)
        if relative < 0.25 and decrement * max(accuracy, relative) / (1 - relative) ** 2 < tol:
            status = "optimal"  # a full step squares the decrement, up to the step's accuracy
            break
    return _center(space, point, n_iter, decrement, status)


def _newton_step(
    space: VersionSpace, point: DualPoint, sketched: bool
) -> tuple[Step, float, float]:
    """Newton direction in the multipliers, and the Newton decrement."""
    tree, cuts = space.tree, space.cuts
    tau, curl = ball(space, point.squared_norm)
    curvature = cuts.curvature(point.root)
    system: TreeSystem | SketchedSystem
    if sketched:
        system = SketchedSystem(tree, point.sign, curvature, tau)
    else:
        system = TreeSystem(tree, point.sign, curvature, tau, space.kernel)
    sign_residuals = [
        layer.signed(1 / lam) - value
        for layer, lam, value in zip(tree.layers, point.sign, point.values, strict=False)
    ]
    root_residual = -cuts.gradient(point.root) - point.prediction
    step = system.solve(sign_residuals, root_residual)
    if curl > 0:
        step = _add_rank_one(space, system, point, step, tau, curl)
    squared = float(root_residual @ step.root_force)
    for residual, force, count in zip(
        sign_residuals, step.sign_forces, space.multiplicity, strict=True
    ):
        squared += float(count @ np.einsum("mk,mk->m", residual, force))
    accuracy = system.accuracy if isinstance(system, SketchedSystem) else 0.0
    if squared < -_ROUNDING:
        return step, np.nan, accuracy
    return step, float(np.sqrt(max(squared, 0.0))), accuracy


def _add_rank_one(
    space: VersionSpace,
    system: TreeSystem | SketchedSystem,
    point: DualPoint,
    step: Step,
    tau: float,
    curl: float,
) -> Step:
    """Sherman-Morrison for ``H - curl * v v^T``, v the row values of A^T w (regression)."""
    v_values = [tau * value for value in point.values]
    v_root = tau * point.prediction
    other = system.solve(v_values, v_root)

    def inner(s: Step) -> float:
        total = float(v_root @ s.root_force)
        for v, force, count in zip(v_values, s.sign_forces, space.multiplicity, strict=True):
            total += float(count @ np.einsum("mk,mk->m", v, force))
        return total

    factor = curl * inner(step) / (1 - curl * inner(other))
    return Step(
        [a + factor * b for a, b in zip(step.sign_forces, other.sign_forces, strict=True)],
        step.root_force + factor * other.root_force,
        [a + factor * b for a, b in zip(step.values, other.values, strict=True)],
        step.prediction + factor * other.prediction,
    )


def _line_search(space: VersionSpace, point: DualPoint, step: Step) -> float:
    """Minimize the dual objective along the step by safeguarded scalar Newton."""
    tree, cuts = space.tree, space.cuts
    ratios = [
        layer.signed(force) / lam
        for layer, force, lam in zip(tree.layers, step.sign_forces, point.sign, strict=False)
    ]
    counts = space.multiplicity
    longest = cuts.max_step(point.root, step.root_force)
    for ratio in ratios:
        longest = min(longest, 1 / max(float(-ratio.min(initial=0.0)), 1e-300))
    quadratic = NormAlong.of(space, point, step)

    def derivatives(a: float) -> tuple[float, float]:
        w = point.root + a * step.root_force
        first, second = quadratic.derivatives(a)
        first += float(cuts.gradient(w) @ step.root_force)
        second += float(cuts.curvature(w) @ step.root_force**2)
        for ratio, count in zip(ratios, counts, strict=True):
            shrunk = ratio / (1 + a * ratio)
            first -= float(count @ shrunk.sum(axis=1))
            second += float(count @ np.einsum("mk,mk->m", shrunk, shrunk))
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
            target = (low + high) / 2 if np.isfinite(high) else 2 * a
        if abs(target - a) <= 0.05 * a:
            return target
        a = target
    return a


def _center(
    space: VersionSpace, point: DualPoint, n_iter: int, decrement: float, status: str
) -> Center:
    tau, _ = ball(space, point.squared_norm)
    scale = 1.0
    if space.is_cone and np.sqrt(point.squared_norm) < FARKAS_MARGIN * total_force(space, point):
        scale = 0.0  # labels that cancel exactly leave rounding errors, not a direction
    elif space.is_cone and point.squared_norm > 0:
        n = space.n_rows + space.n_sign_rows
        scale = space.radius * float(np.sqrt(n / (n + 2) / point.squared_norm))
    return Center(
        multipliers=Multipliers(point.root, point.sign, space.tree, tau),
        prediction=point.prediction * space.lengths * scale,
        scale=scale,
        n_iter=n_iter,
        decrement=decrement,
        status=status,
    )
