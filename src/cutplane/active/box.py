"""The box that synthesized questions lie in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cutplane._types import Array
from cutplane.errors import InvalidInputError


class Box:
    """A box of points, the domain of synthesized questions.

    Parameters
    ----------
    low, high : array-like of shape (n_features,)
        Finite bounds with ``low < high`` in every coordinate.

    Raises
    ------
    InvalidInputError
        The bounds are not finite, not of one length, or not in order.
    """

    def __init__(self, low: ArrayLike, high: ArrayLike):
        self.low = np.atleast_1d(np.asarray(low, dtype=float))
        self.high = np.atleast_1d(np.asarray(high, dtype=float))
        if self.low.shape != self.high.shape or self.low.ndim != 1:
            raise InvalidInputError(
                f"bounds of shapes {self.low.shape} and {self.high.shape} arrived; the domain is "
                "a pair (low, high) of equally long vectors"
            )
        finite = np.isfinite(self.low).all() and np.isfinite(self.high).all()
        if not (finite and (self.low < self.high).all()):
            raise InvalidInputError("the domain needs finite bounds with low < high everywhere")

    def points(self, n: int, rng: np.random.Generator) -> Array:
        """n points spread evenly over the box (scrambled Halton); (n, n_features)."""
        from scipy.stats import qmc  # most learners have no box, and it takes half a second

        unit = qmc.Halton(self.low.size, rng=rng).random(n)
        return self.low + unit * (self.high - self.low)

    def segment(self, point: Array, direction: Array) -> tuple[Array, Array]:
        """Ends of the longest segment through a point of the box along a direction."""
        with np.errstate(divide="ignore", invalid="ignore"):
            to_low = (self.low - point) / direction
            to_high = (self.high - point) / direction
        ahead = np.where(direction == 0, np.inf, np.maximum(to_low, to_high)).min()
        behind = np.where(direction == 0, -np.inf, np.minimum(to_low, to_high)).max()
        ends = point + behind * direction, point + ahead * direction
        return np.clip(ends[0], self.low, self.high), np.clip(ends[1], self.low, self.high)
