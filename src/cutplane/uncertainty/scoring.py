"""What questions and ensembles ask of a fitted estimator."""

from __future__ import annotations

from typing import Protocol

from cutplane._types import Array, Floats, Index, Rows
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.kept_pool import KeptPool


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

    def passing_scores(self, pool: KeptPool, model: str | None = None) -> Floats:
        """Scores of all rows of a pool, at least in single precision; (n, q)."""
        ...

    def passing_deviation(self, pool: KeptPool) -> Floats:
        """Deviation of a score over all rows before any label, up to a factor; (n,)."""
        ...

    def joint_laws(
        self, pool: KeptPool, at: Index, *, decides: bool, sharp: bool = False
    ) -> list[JointLaw]:
        """Law of every score, of some rows of a pool and of its reference rows."""
        ...

    def ensemble(self, n_samples: int | None = None) -> Ensemble:
        """Networks of the version space."""
        ...
