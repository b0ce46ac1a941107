"""The analytic center by dual Newton (design 3.3).

Minimize ``1/2 |theta|^2 - sum log(slack)`` (a cone: classification) or
``-log(R^2 - |theta|^2) - sum log(slack)`` (regression) over the leaf weights theta. The
unknowns are the multipliers, one positive number for each row; weights follow by
``theta = A^T w / tau``. Any positive multipliers are a valid start, so a new cut needs no
phase 1, and an empty version space shows as a Farkas certificate.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from cutplane.centers.center import Center, Multipliers
from cutplane.centers.starts import cold_start, warm_start
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.sketched_system import SketchedSystem, worthwhile
from cutplane.tree_system import Step, TreeSystem, leaf_storage
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]

#: |A^T lambda| / sum(lambda) below this certifies that no network has a larger margin.
FARKAS_MARGIN = 1e-7
#: A squared decrement may be this far below zero by rounding at the exact center.
_ROUNDING = 1e-24


@dataclass(frozen=True)
class _Point:
    """Multipliers with what the Newton step needs of them."""

    root: Array
    sign: tuple[Array, ...]
    values: list[Array]
    prediction: Array
    squared_norm: float  # |A^T w|^2


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
    _check_size(space)
    with _blas().limit(limits=1, user_api="blas"):
        return _solve(space, start, tol, max_iter)


@functools.cache
def _blas() -> ThreadpoolController:
    """Every product here is small: a second BLAS thread gains little and waits busily."""
    return ThreadpoolController()


def _solve(space: VersionSpace, start: Center | None, tol: float, max_iter: int) -> Center:
    begin = cold_start(space) if start is None else warm_start(space, start.multipliers)
    point = _balance(space, _evaluate(space, begin.root, begin.sign))
    decrement, n_iter, status = np.inf, 0, "max_iter"
    sketched = space.kernel is None and worthwhile(space.tree)
    for n_iter in range(1, max_iter + 1):  # noqa: B007
        before = decrement
        try:
            step, decrement, accuracy = _newton_step(space, point, sketched)
        except np.linalg.LinAlgError:  # multipliers too large for double precision
            raise _empty(space, point) from None
        if np.isnan(decrement):  # rounding has eaten the step
            decrement = before
            if not sketched and np.isinf(space.cost) and before > 1:
                raise _empty(space, point)
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
        point = _move(space, point, step, length)
        _check_empty(space, point)
        if relative < 0.25 and decrement * max(accuracy, relative) / (1 - relative) ** 2 < tol:
            status = "optimal"  # a full step squares the decrement, up to the step's accuracy
            break
    return _center(space, point, n_iter, decrement, status)


def _check_size(space: VersionSpace) -> None:
    """Refuse a tree whose Newton system would not fit into memory."""
    if not space.has_sign_rows:
        return
    nodes, (k, d) = space.tree.n_nodes, space.rows.shape
    numbers = nodes[0] * (leaf_storage(k, d) + 8 * k) + sum(nodes[1:]) * k * (2 * k + 8)
    if 8 * numbers > 0.5 * _memory():
        raise InvalidInputError(
            f"{space.arrangement.n_leaves} leaves ({nodes[0]} pattern classes on {k} labelled "
            f"rows) need about {8e-9 * numbers:.0f} GB, this machine has {1e-9 * _memory():.0f}; "
            "use fewer patterns per layer (leaves are the product of 2 * P_l), or "
            "activation='gated_relu', whose cost does not grow with them"
        )


def _memory() -> int:
    """Physical memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _newton_step(space: VersionSpace, point: _Point, sketched: bool) -> tuple[Step, float, float]:
    """Newton direction in the multipliers, and the Newton decrement."""
    tree, cuts = space.tree, space.cuts
    tau, curl = _ball(space, point.squared_norm)
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
        step = _add_rank_one(system, point, step, tau, curl)
    squared = float(root_residual @ step.root_force)
    for residual, force, count in zip(
        sign_residuals, step.sign_forces, tree.multiplicity, strict=False
    ):
        squared += float(count @ np.einsum("mk,mk->m", residual, force))
    accuracy = system.accuracy if isinstance(system, SketchedSystem) else 0.0
    if squared < -_ROUNDING:
        return step, np.nan, accuracy
    return step, float(np.sqrt(max(squared, 0.0))), accuracy


def _add_rank_one(
    system: TreeSystem | SketchedSystem, point: _Point, step: Step, tau: float, curl: float
) -> Step:
    """Sherman-Morrison for ``H - curl * v v^T``, v the row values of A^T w (regression)."""
    v_values = [tau * value for value in point.values]
    v_root = tau * point.prediction
    other = system.solve(v_values, v_root)

    def inner(s: Step) -> float:
        total = float(v_root @ s.root_force)
        for v, force, count in zip(v_values, s.sign_forces, system.tree.multiplicity, strict=False):
            total += float(count @ np.einsum("mk,mk->m", v, force))
        return total

    factor = curl * inner(step) / (1 - curl * inner(other))
    return Step(
        [a + factor * b for a, b in zip(step.sign_forces, other.sign_forces, strict=True)],
        step.root_force + factor * other.root_force,
        [a + factor * b for a, b in zip(step.values, other.values, strict=True)],
        step.prediction + factor * other.prediction,
    )


def _line_search(space: VersionSpace, point: _Point, step: Step) -> float:
    """Minimize the dual objective along the step by safeguarded scalar Newton."""
    tree, cuts = space.tree, space.cuts
    ratios = [
        layer.signed(force) / lam
        for layer, force, lam in zip(tree.layers, step.sign_forces, point.sign, strict=False)
    ]
    counts = tree.multiplicity if ratios else ()
    longest = cuts.max_step(point.root, step.root_force)
    for ratio in ratios:
        longest = min(longest, 1 / max(float(-ratio.min(initial=0.0)), 1e-300))
    quadratic = _NormAlong.of(space, point, step)

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
        target = a - first / second
        if not low < target < high:
            target = (low + high) / 2 if np.isfinite(high) else 2 * a
        if abs(target - a) <= 0.05 * a:
            return target
        a = target
    return a


@dataclass(frozen=True)
class _NormAlong:
    """The ball's part of the dual objective along a step, a function of |A^T w|^2."""

    radius: float | None
    constant: float
    linear: float
    square: float

    @classmethod
    def of(cls, space: VersionSpace, point: _Point, step: Step) -> _NormAlong:
        tau, _ = _ball(space, point.squared_norm)
        linear = float(point.prediction @ step.root_force)
        square = float(step.prediction @ step.root_force)
        for value, change, force, count in zip(
            point.values, step.values, step.sign_forces, space.tree.multiplicity, strict=False
        ):
            linear += float(count @ np.einsum("mk,mk->m", value, force))
            square += float(count @ np.einsum("mk,mk->m", change, force))
        radius = None if space.is_cone else space.radius
        return cls(radius, point.squared_norm, tau * linear, tau * square)

    def derivatives(self, a: float) -> tuple[float, float]:
        """First and second derivative in the step length a."""
        first = self.linear + a * self.square
        if self.radius is None:
            return first, self.square
        squared = max(self.constant + 2 * a * self.linear + a * a * self.square, 0.0)
        tau, curl = _ball_of(self.radius, squared)
        return first / tau, self.square / tau - curl * first * first


def _ball(space: VersionSpace, squared_norm: float) -> tuple[float, float]:
    """Curvature tau of the barrier at the point, and its rank-one coefficient."""
    if space.is_cone:
        return 1.0, 0.0
    return _ball_of(space.radius, squared_norm)


def _ball_of(radius: float, squared_norm: float) -> tuple[float, float]:
    """Conjugate of ``-log(R^2 - |theta|^2)`` at g = A^T w: gradient ``g / tau``.

    Its Hessian is ``I / tau - curl * g g^T``.
    """
    s = float(np.sqrt(1 + radius**2 * squared_norm))
    tau = (1 + s) / radius**2
    return tau, 1 / (s * tau * tau)


def _evaluate(space: VersionSpace, root: Array, sign: Sequence[Array]) -> _Point:
    """Values of every node at the weights that the multipliers stand for."""
    tree = space.tree
    signed = [layer.signed(lam) for layer, lam in zip(tree.layers, sign, strict=False)]
    values: list[Array] = []
    if space.kernel is not None:
        prediction = space.kernel @ root
    else:
        force = tree.forces(root, signed)
        narrow = tree.rows.shape[1] < tree.n_rows
        leaf = (force @ tree.rows) @ tree.rows.T if narrow else force @ tree.gram
        values, prediction = tree.values(leaf)
    squared = float(prediction @ root)
    for value, force, count in zip(values, signed, tree.multiplicity, strict=False):
        squared += float(count @ np.einsum("mk,mk->m", value, force))
    tau, _ = _ball(space, squared)
    if tau != 1.0:
        values, prediction = [value / tau for value in values], prediction / tau
    return _Point(root, tuple(sign), values, prediction, max(squared, 0.0))


def _move(space: VersionSpace, point: _Point, step: Step, length: float) -> _Point:
    sign = [
        lam + length * layer.signed(force)
        for layer, lam, force in zip(space.tree.layers, point.sign, step.sign_forces, strict=False)
    ]
    return _evaluate(space, point.root + length * step.root_force, sign)


def _balance(space: VersionSpace, point: _Point) -> _Point:
    """Scale the sign multipliers so that ``|theta|^2`` is the number of halfspaces.

    At the center of a cone it is: ``theta . grad = 0`` reads ``|theta|^2 = sum(lambda slack)``.
    """
    if not point.sign or point.squared_norm == 0 or not space.is_cone:
        return point
    factor = np.sqrt((space.n_rows + space.n_sign_rows) / point.squared_norm)
    return _evaluate(space, point.root, [factor * lam for lam in point.sign])


def _check_empty(space: VersionSpace, point: _Point) -> None:
    """Raise when the multipliers certify that no network satisfies every cut (Farkas)."""
    norm = float(np.sqrt(point.squared_norm))
    if space.is_cone:
        priced = np.isfinite(space.cost) and not space.has_sign_rows
        empty = not priced and norm < FARKAS_MARGIN * _total(space, point)
    else:
        hard = np.isinf(space.cost)
        empty = hard and space.cuts.support(point.root) > norm * space.radius
    if empty:
        raise _empty(space, point)


def _total(space: VersionSpace, point: _Point) -> float:
    """Sum of all multipliers, every unit counted."""
    total = float(np.abs(point.root).sum())
    for lam, count in zip(point.sign, space.tree.multiplicity, strict=False):
        total += float(count @ lam.sum(axis=1))
    return total


def _empty(space: VersionSpace, point: _Point) -> EmptyVersionSpaceError:
    """The error that names the labels carrying the certificate."""
    force = np.abs(point.root)
    carries = (force > 0.01 * force.max()) & (force > 1e-4 * _total(space, point))
    rows = np.flatnonzero(carries)
    if rows.size == 0:
        named = "its sign rows contradict each other"
    elif rows.size == 1:
        named = f"no unit can give row {rows[0]} its label"
    else:
        named = f"labels of rows {', '.join(map(str, rows[:10]))} contradict each other"
    patterns = " x ".join(map(str, space.arrangement.n_patterns)) or "linear"
    return EmptyVersionSpaceError(
        f"no network of this arrangement ({patterns} patterns) satisfies every cut: {named} "
        "(rows counted in the order they were labelled); use more gates or a finite cost",
        rows.tolist(),
    )


def _center(
    space: VersionSpace, point: _Point, n_iter: int, decrement: float, status: str
) -> Center:
    tau, _ = _ball(space, point.squared_norm)
    scale = 1.0
    if space.is_cone and np.sqrt(point.squared_norm) < FARKAS_MARGIN * _total(space, point):
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
