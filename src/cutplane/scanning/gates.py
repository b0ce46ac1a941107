"""The gates of an arrangement in single precision, those that repeat another one once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index, Pattern, Rows
from cutplane.space.arrangement import Arrangement
from cutplane.space.inputs import Inputs

Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Gates:
    """Distinct gates of every layer.

    Attributes
    ----------
    layers : tuple of ndarray of float32
        Entry l of shape (n_features_l, U_l), the innermost first; a feature that repeats another
        one is read with it.
    counts : tuple of ndarray of float32
        How often each occurs in the arrangement, (U_l,).
    first : tuple of ndarray of int
        Where each stands there first, (U_l,).
    inputs : Inputs
    """

    layers: tuple[NDArray[np.float32], ...]
    counts: tuple[NDArray[np.float32], ...]
    first: tuple[Index, ...]
    inputs: Inputs

    @classmethod
    def of(cls, arrangement: Arrangement) -> Gates:
        """Those of an arrangement."""
        raise NotImplementedError

    def is_same(self, other: Gates) -> bool:
        """Whether blocks look alike through others."""
        raise NotImplementedError

    def patterns(self, rows: Rows, appended: NDArray[np.float32]) -> list[Pattern]:
        """Which distinct gates are on for rows (n, n_features); entry l of shape (n, U_l)."""
        raise NotImplementedError
