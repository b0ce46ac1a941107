"""What "auto" means: the center and the units that go with the network (record 0033)."""

from __future__ import annotations

import numpy as np

AUTO = "auto"


def center_of_network(
    center: str, activation: str, hidden: int | tuple[int, ...], cost: float | str | None
) -> str:
    """The center's name: "auto" is gravity, but analytic with sign rows or a price."""
    if center != AUTO:
        return center
    return "gravity" if cost is None and not _has_sign_rows(activation, hidden) else "analytic"


def units_of_network(units: str, activation: str, gated: str, *, fit_intercept: bool) -> str:
    """The units' name: "auto" is ``gated`` for those with an intercept, else halfspaces."""
    if units != AUTO:
        return units
    return gated if activation == "gated_relu" and fit_intercept else "halfspaces"


def _has_sign_rows(activation: str, hidden: int | tuple[int, ...]) -> bool:
    return activation == "relu" and np.size(hidden) > 0
