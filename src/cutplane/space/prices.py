"""What the elastic price is counted in (mathematics (4.5))."""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.space.cuts import HalfspaceCuts, PredictionCuts, SlabCuts
from cutplane.space.labels import Labels


def halfspaces(labels: Labels, cost: float, variance: Array) -> PredictionCuts:
    """Cuts of classification, prices in units of a typical hard multiplier.

    On the ball alone f is a centred variable of the given variance, (k,), the number of units
    that are on. A hard halfspace then has a multiplier of 1 / standard deviation.
    """
    price = labels.weight * cost / np.sqrt(np.maximum(variance, 1.0))
    return HalfspaceCuts(labels.y, price, labels.depth)


def slabs(
    labels: Labels, cost: float, variance: Array, epsilon: float, lengths: Array, tau: float
) -> PredictionCuts:
    """Slabs of unit rows, prices in units of the force that moves f by one unit of the target.

    That force is tau / variance, where the sign rows have pushed the weights against the ball
    until its curvature tau is about their number. ``lengths`` (k,) are the rows' own.
    """
    price = labels.weight * cost * tau / (np.maximum(variance, 1.0) * lengths)
    return SlabCuts(labels.y / lengths, epsilon / lengths, price)
