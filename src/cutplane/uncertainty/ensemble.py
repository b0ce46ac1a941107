"""What the networks of a version space say of a row: shares of votes and deviations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from cutplane._types import Array, Rows
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.score_law import ScoreLaw

#: Scores held at once.
_CHUNK_ENTRIES = 2**22


class Ensemble(ABC):
    """Networks of the version spaces of one estimator.

    Parameters
    ----------
    spaces : sequence of VersionSpace
        One for each score, on the same labelled rows.
    n_samples : int
        Networks sampled; 0 for the normal law.
    noise : ndarray of shape (D, q)
        Of :class:`ScoreLaw`.
    """

    def __init__(self, spaces: Sequence[VersionSpace], n_samples: int, noise: Array):
        self.spaces, self.n_samples, self.noise = spaces, n_samples, noise

    @abstractmethod
    def law(self, X: Rows) -> ScoreLaw:
        """Scores of rows (n, n_features)."""

    def over(self, X: Rows, function: Callable[[ScoreLaw], Array]) -> Array:
        """A function of the scores' law, (n, ...), some rows at a time."""
        size = max(1, _CHUNK_ENTRIES // self.noise.size)
        starts = range(0, X.shape[0], size)
        return np.concatenate([function(self.law(X[begin : begin + size])) for begin in starts])

    def std(self, X: Rows) -> Array:
        """Standard deviation of the scores; (n, q)."""
        return self.over(X, lambda law: law.std)

    def shares(self, X: Rows) -> Array:
        """Share of the networks that predict each class; (n, n_classes)."""
        return self.over(X, lambda law: law.shares)

    @cached_property
    def labelled(self) -> Array:
        """The labelled rows; (k, n_features)."""
        return self.spaces[0].rows[:, : self.spaces[0].arrangement.n_features]

    @cached_property
    def unit(self) -> Array:
        """Mean absolute score of each network on the labelled rows; (D,)."""
        size = np.abs(self.law(self.labelled).draws).mean(axis=(1, 2))
        return np.where(size > 0, size, 1.0)
