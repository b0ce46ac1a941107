"""Labels that the others contradict."""

from __future__ import annotations

from typing import NamedTuple

from cutplane.active.events import Label
from cutplane.active.ledger import Ledger


class Odd(NamedTuple):
    """A label, and how probable the other labels hold it to be.

    Of values the probability is that of being as far from the prediction, or farther.
    """

    row: int
    label: Label
    probability: float


def odd(ledger: Ledger, limit: int) -> tuple[Odd, ...]:
    """Labels that the others contradict most, by leave-one-out, the least probable first."""
    raise NotImplementedError
