"""Points of a box, synthesized or drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array

from cutplane._types import Array, Arrays, Index, Metadata, Rows
from cutplane.active.box import Box
from cutplane.active.domain import Domain
from cutplane.active.offer import Offer
from cutplane.active.synthesis import SYNTHESIZED, synthesize
from cutplane.errors import InvalidInputError
from cutplane.network import AnyNetwork
from cutplane.scanning.arrays import ArraySource

#: Points of a box that the gates are sampled on, and that a strategy ranks.
_BOX_POINTS = 1024
#: The first questions are chosen from fewer points, at least so many, and so many for each.
_FIRST_POINTS, _FIRST_POINTS_EACH = 64, 8


class BoxDomain(Domain):
    """Points of a box, synthesized or drawn; told ones have numbers in the order they came.

    Parameters
    ----------
    box : Box
    seed : int, default=0
        Decides the points that the gates are sampled on.
    """

    kind = "box"
    searched = SYNTHESIZED
    n_rows = 0

    def __init__(self, box: Box, seed: int = 0):
        self.box = box
        self._probe = box.points(_BOX_POINTS, np.random.default_rng(seed))
        self.source = ArraySource(self._probe, memory=0)

    def seeded(self, seed: int) -> BoxDomain:
        return BoxDomain(self.box, seed)

    def probe(self, n_rows: int) -> Array:
        """Points spread over the box."""
        return self._probe

    def checked(self, questions: ArrayLike, n_rows: int) -> Array:
        if np.size(questions) == 0:
            return np.empty((0, self.box.low.size))
        try:
            points: Array = check_array(questions, dtype=np.float64)
        except ValueError as error:
            raise InvalidInputError(f"points arrived that are none: {error}") from error
        if points.shape[1] != self.box.low.size:
            raise InvalidInputError(
                f"points of shape {points.shape} arrived; expected (n, {self.box.low.size}), one "
                "label for each"
            )
        return points + 0.0  # no negative zeros

    def columns(self, questions: NDArray) -> Array:
        return questions

    def numbers(self, questions: NDArray, n_told: int) -> Index:
        return np.arange(n_told, n_told + len(questions), dtype=np.intp)

    def told_rows(self, questions: NDArray) -> Array:
        return questions

    def offer(
        self,
        closed: NDArray,
        n: int,
        rng: np.random.Generator,
        *,
        is_first: bool,
        candidates: NDArray | None = None,
    ) -> Offer:
        first = max(_FIRST_POINTS, _FIRST_POINTS_EACH * n)
        points = candidates
        if points is None:
            points = self.box.points(first if is_first else _BOX_POINTS, rng)
        return Offer(ArraySource(points, memory=0), np.empty(0, dtype=np.intp), points)

    def search(
        self,
        query: str,
        networks: Sequence[AnyNetwork],
        n: int,
        known: NDArray,
        rng: np.random.Generator,
    ) -> Array:
        for _ in range(n):
            known = np.vstack([known, synthesize(query, networks, self.box, known, rng)])
        return known[-n:]

    def extended(self, X_new: Rows) -> tuple[Domain, Metadata]:
        raise InvalidInputError("a box has all its points; rows are added to a pool")

    def described(self, n_rows: int) -> Metadata:
        return {"kind": self.kind, "low": self.box.low.tolist(), "high": self.box.high.tolist()}

    def check_same(self, described: Metadata, added: Sequence[str], labelled: NDArray) -> None:
        if described != self.described(0):
            raise InvalidInputError(
                f"a domain from {self.box.low.tolist()} to {self.box.high.tolist()} arrived, and "
                f"the labels are about {_in_words(described)}; pass that"
            )

    def to_arrays(self, *, with_pool: bool = True) -> Arrays:
        return {}


def _in_words(described: Metadata) -> str:
    if described["kind"] == "pool":
        return f"a pool of {described['n_rows']} rows"
    return f"one from {described['low']} to {described['high']}"
