"""What ensembles ask of a fitted estimator."""

from __future__ import annotations

from typing import Protocol

from cutplane._types import Array, Rows
from cutplane.uncertainty.ensemble import Ensemble


class Scoring(Protocol):
    """An estimator that scores rows and says how far the networks left differ."""

    @property
    def n_scores(self) -> int:
        """One, or one for each class."""
        ...

    def scores(self, X: Rows, model: str | None = None) -> Array:
        """Scores of rows by one of the estimator's networks; (n,) or (n, n_classes)."""
        ...

    def spread(self, X: Rows) -> Array:
        """Standard deviation of the scores over the version space; same shape."""
        ...

    def ensemble(self, n_samples: int | None = None) -> Ensemble:
        """Networks of the version space."""
        ...
