"""Farkas certificates: multipliers that prove a version space empty (mathematics (3.19))."""

from __future__ import annotations

import numpy as np

from cutplane.arrays import to_numpy
from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.dual_point import DualPoint
from cutplane.space.version_space import VersionSpace


def check_empty(space: VersionSpace, point: DualPoint) -> None:
    """Raise when the multipliers certify that no network satisfies every cut (Farkas)."""
    if np.isfinite(space.cost) and not space.operator.layers:
        return  # every multiplier has its price, and no cut must hold
    norm, support = float(np.sqrt(point.squared_norm)), space.cuts.support(point.forces.root)
    if space.ball.excludes(norm, point.forces.one_norm(), support):
        raise empty_error(space, point)


def empty_error(space: VersionSpace, point: DualPoint) -> EmptyVersionSpaceError:
    """The error that names the labels carrying the certificate."""
    force = np.abs(to_numpy(point.forces.root))
    carries = (force > 0.01 * force.max()) & (force > 1e-4 * point.forces.one_norm())
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
