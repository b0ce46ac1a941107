"""What every sampler is: chains that sweep, and count by the work that a sweep does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from cutplane._types import Array
from cutplane.space.cuts import HalfspaceCuts, SlabCuts


class Paced(Protocol):
    """Chains that say how much a sweep of theirs counts.

    Attributes
    ----------
    pace : int
        Sweeps that the next one counts for: one that moves a whole tree does the work of
        several leaf by leaf.
    """

    @property
    def pace(self) -> int:
        """Sweeps that the next one counts for."""
        ...


class Chains(Paced, Protocol):
    """C chains that sample one version space side by side.

    Attributes
    ----------
    acceptance : float
        Share of the last sweep's proposals that were taken.
    cuts : HalfspaceCuts or SlabCuts
        The cuts of the law, read anew in every sweep.
    """

    acceptance: float

    @property
    def cuts(self) -> HalfspaceCuts | SlabCuts:
        """The cuts that the chains keep to, in the units of their law."""
        ...

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        """Move every chain once; ``adapt`` may tune the moves (burn-in only)."""
        ...

    def lower(self, by: Array) -> None:
        """Leave so much more room on each row (k,), inf for any, from the next sweep on."""
        ...

    @property
    def values(self) -> Array:
        """Leaf values (C, L, k), or predictions (C, k) without sign rows."""
        ...

    @property
    def prediction(self) -> Array:
        """f on the labelled unit rows; (C, k)."""
        ...


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
