"""What questions and ensembles ask of a fitted estimator."""

from __future__ import annotations

from typing import Protocol

from cutplane._types import Array, Rows
from cutplane.uncertainty.ensemble import Ensemble


class Scoring(Protocol):
    """An estimator that scores rows and says how far the networks left differ."""

    def scores(self, X: Rows, model: str | None = None) -> Array:
        """Scores of rows by one of the estimator's networks; (n,) or (n, n_classes)."""
        ...

    def spread(self, X: Rows) -> Array:
        """Standard deviation of the scores over the version space; same shape."""
        ...

    def variance_reduction(
        self, X: Rows, reference: Rows, margins: tuple[Array, Array] | None = None
    ) -> Array:
        """Expected reduction of the variance on reference rows by a label of each row; (n,)."""
        ...

    def ensemble(self, n_samples: int | None = None) -> Ensemble:
        """Networks of the version space."""
        ...
