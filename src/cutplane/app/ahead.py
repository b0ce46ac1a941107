"""Questions prepared ahead: what would be asked if the answer were this or that."""

from __future__ import annotations

from dataclasses import dataclass

from cutplane._types import Metadata


@dataclass(frozen=True)
class Ready:
    """Rows that may be asked now.

    Attributes
    ----------
    rows : tuple of int
        Positions in the pool, best first; at least eight where so many are open.
    rng : dict
        State of the generator that chose them, for the details of the event ``asked``.
    source : {"model", "cover"}
        Whether a model chose the first ones, or they cover the pool before there is one.
    n_events : int
        Events that they know of.
    n_chosen : int
        So many rows come from ``source``; those after them are any open ones, for times when
        people answer faster than is learnt.
    why_none : str
        A sentence where there are no rows.
    """

    rows: tuple[int, ...]
    rng: Metadata
    source: str
    n_events: int
    n_chosen: int
    why_none: str = ""

    def reason(self, row: int) -> str:
        """Why a row is asked: "model" or "cover"."""
        return self.source if row in self.rows[: self.n_chosen] else "cover"
