"""Farkas certificates: multipliers that prove a version space empty."""

from __future__ import annotations

import numpy as np

from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.dual_point import DualPoint
from cutplane.space.version_space import VersionSpace

#: |A^T lambda| / sum(lambda) below this certifies that no network has a larger margin.
FARKAS_MARGIN = 1e-7


def check_empty(space: VersionSpace, point: DualPoint) -> None:
    """Raise when the multipliers certify that no network satisfies every cut (Farkas)."""
    norm = float(np.sqrt(point.squared_norm))
    if space.is_cone:
        priced = np.isfinite(space.cost) and not space.has_sign_rows
        empty = not priced and norm < FARKAS_MARGIN * total_force(space, point)
    else:
        hard = np.isinf(space.cost)
        empty = hard and space.cuts.support(point.root) > norm * space.radius
    if empty:
        raise empty_error(space, point)


def total_force(space: VersionSpace, point: DualPoint) -> float:
    """Sum of all multipliers, every unit counted."""
    total = float(np.abs(point.root).sum())
    for lam, count in zip(point.sign, space.multiplicity, strict=False):
        total += float(count @ lam.sum(axis=1))
    return total


def empty_error(space: VersionSpace, point: DualPoint) -> EmptyVersionSpaceError:
    """The error that names the labels carrying the certificate."""
    force = np.abs(point.root)
    carries = (force > 0.01 * force.max()) & (force > 1e-4 * total_force(space, point))
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
