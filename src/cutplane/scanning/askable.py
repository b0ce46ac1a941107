"""What questions ask of a fitted estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cutplane._types import Array, Rows
from cutplane.scanning.passing import Passing
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.scoring import Scoring


class Askable(Scoring, Protocol):
    """An estimator that scores many rows in passing, and a few closely."""

    def passing(self, model: str | None = None, *, room: int = 0) -> Passing:
        """What a pass needs to score rows by one of the estimator's networks."""
        ...

    def prior_deviation(self, X: Rows) -> Array:
        """Deviation of a score of rows before any label, up to a factor; (n,)."""
        ...

    def joint_laws(
        self, X: Rows, reference: Callable[[], Rows], *, decides: bool, sharp: bool = False
    ) -> list[JointLaw]:
        """Law of every score, of some rows and of reference rows."""
        ...
