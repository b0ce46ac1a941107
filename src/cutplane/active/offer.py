"""What may be asked now, of rows that need not be in memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.scanning.arrays import Taken
from cutplane.scanning.source import Source

#: Rows that the first questions are chosen from.
_FIRST_ROWS = 20_000
#: So many candidates, or such a share of the rows, are read alone.
_FEW, _FEW_SHARE = 2**14, 1 / 16


class Offer(NamedTuple):
    """What may be asked now.

    Attributes
    ----------
    source : Source
        Rows that strategies look at.
    closed : ndarray of int
        Sorted places of those that are not on offer.
    questions : ndarray of shape (n_rows,), or (n_rows, n_features), or None
        What ``ask`` returns of each row; None for its place.
    """

    source: Source
    closed: Index
    questions: NDArray | None = None

    @property
    def size(self) -> int:
        """Rows on offer."""
        return self.source.n_rows - self.closed.size

    @property
    def places(self) -> Index:
        """Places of all rows on offer; as many as the pool has, so only where they are needed."""
        return np.delete(np.arange(self.source.n_rows), self.closed)

    def places_at(self, positions: Index) -> Index:
        """Places of the rows with these positions among those on offer."""
        open_before = self.closed - np.arange(self.closed.size)
        return positions + np.searchsorted(open_before, positions, side="right")

    def drawn(self, n: int, rng: np.random.Generator) -> Index:
        """Places of n different rows on offer, drawn at random; no array as long as the pool."""
        return self.places_at(rng.choice(self.size, size=n, replace=False))

    def questions_at(self, places: Index) -> NDArray:
        """What ``ask`` returns of some rows."""
        return places if self.questions is None else self.questions[places]


def offered(
    source: Source,
    closed: NDArray,
    rng: np.random.Generator,
    *,
    is_first: bool,
    candidates: NDArray | None = None,
) -> Offer:
    """What may be asked of the rows of a source, each once.

    Few candidates are read alone. ``is_first``: there is no model, and 20,000 rows stand for more.
    """
    none = np.empty(0, dtype=np.intp)
    closed = np.unique(closed).astype(np.intp)
    if candidates is not None:
        left = np.setdiff1d(candidates, closed)
        if left.size <= max(_FEW, _FEW_SHARE * source.n_rows):
            return Offer(Taken(source, left), none, left)
        closed = np.delete(np.arange(source.n_rows), left)
    offer = Offer(source, closed)
    if is_first and offer.size > _FIRST_ROWS:
        few = np.sort(offer.drawn(_FIRST_ROWS, rng))
        return Offer(Taken(source, few), none, few)
    return offer
