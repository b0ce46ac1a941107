"""Open rows that are alike, to be answered together."""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike

from cutplane.active.events import Label
from cutplane.active.ledger import Ledger


class Group(NamedTuple):
    """Rows near each other for which the model predicts one class.

    Attributes
    ----------
    label : class or None
        None before a model, and of values.
    rows : tuple of int
        The middle one first, then by distance from it.
    """

    label: Label | None
    rows: tuple[int, ...]


def similar(ledger: Ledger, row: int, n: int, closed: ArrayLike) -> tuple[int, ...]:
    """Up to n open rows nearest to a row and predicted alike, nearest first; not the row itself."""
    raise NotImplementedError


def groups(ledger: Ledger, n: int, closed: ArrayLike) -> tuple[Group, ...]:
    """Up to n groups of twelve open rows, apart from each other and from what has labels."""
    raise NotImplementedError
