"""Counting sweeps: one that moves a whole tree does the work of several leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Paced(Protocol):
    """Chains that say how much a sweep of theirs counts.

    Attributes
    ----------
    pace : int
        Sweeps that the next one counts for.
    """

    @property
    def pace(self) -> int: ...


def paced(chains: Paced, sweeps: int) -> Iterator[int]:
    """Count so many sweeps, by the pace of the chains that the caller moves.

    Yields
    ------
    int
        Sweeps counted before this one.
    """
    done = 0
    while done < sweeps:
        pace = chains.pace
        yield done
        done += pace
