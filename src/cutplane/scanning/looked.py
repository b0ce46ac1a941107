"""What a question looked at closely, for the next one: many of its rows are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cutplane._types import Index
from cutplane.uncertainty.prior import GatedRows, Shared


class Close(NamedTuple):
    """Rows that are looked at closely.

    Attributes
    ----------
    places : ndarray of int of shape (m,)
    rows : GatedRows
        In double precision, as the version space reads them.
    """

    places: Index
    rows: GatedRows

    def shared(self, places: Index) -> Shared:
        """Which of these rows are in some places."""
        order = np.argsort(self.places)
        at = np.searchsorted(self.places, places, sorter=order)
        at = order[np.minimum(at, order.size - 1)]
        return Shared(self.rows, np.where(self.places[at] == places, at, -1))


@dataclass(frozen=True)
class Looked:
    """What is kept of the rows of a source from one question to the next; pickles hold nothing.

    Attributes
    ----------
    close : sequence of Close
        What the last question looked at.
    reference : GatedRows, optional
        The reference rows.
    """

    close: Sequence[Close] = ()
    reference: GatedRows | None = None

    def __reduce__(self) -> tuple[type[Looked], tuple[()]]:
        return Looked, ()

    def shared(self, places: Index) -> list[Shared]:
        """What is known of rows in some places."""
        return [own.shared(places) for own in self.close if own.places.size]
