"""The law of a classification space: N(0, I) restricted to every cut.

Directions of its samples have the law of directions uniform on cone and ball. An elastic cut
multiplies the density by ``exp(-C max(0, violation))``. That is a hard cut at a random depth:
lowered by an exponential variable of rate C, drawn anew every sweep.
"""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.space.cuts import HalfspaceCuts
from cutplane.space.version_space import VersionSpace

#: A quarter of the ellipse: the trajectory after which a particle forgets where it was.
LONGEST = np.pi / 2


def durations(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Random lengths of trajectories, which keep moves from going round in circles."""
    return LONGEST * rng.uniform(0.5, 1.0, shape)


def random_depths(cuts: HalfspaceCuts, prediction: Array, rng: np.random.Generator) -> Array:
    """Depth of every cut given the predictions (C, k): hard, or lowered by an exponential."""
    elastic = np.isfinite(cuts.price)
    if not elastic.any():
        return np.broadcast_to(cuts.depth, prediction.shape)
    rate = np.where(elastic, cuts.price, 1.0)
    violation = np.maximum(cuts.depth - cuts.y * prediction, 0)
    lowered = violation + rng.standard_exponential(prediction.shape) / rate
    return cuts.depth - np.where(elastic, lowered, 0.0)


def halfspaces(space: VersionSpace) -> HalfspaceCuts:
    """The cuts of a classification space.

    Raises
    ------
    InvalidInputError
        The space has slabs (regression).
    """
    if not isinstance(space.cuts, HalfspaceCuts):
        raise InvalidInputError("a regression space arrived; sample it with HitAndRunChains")
    return space.cuts
