"""What questions ask of a fitted estimator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cutplane._types import Array, Rows
from cutplane.scanning.passing import Passing
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.prior import GatedRows, Shared
from cutplane.uncertainty.scoring import Scoring


class Askable(Scoring, Protocol):
    """An estimator that scores many rows in passing, and a few closely."""

    def passing(self, model: str | None = None, *, room: int = 0) -> Passing:
        """What a pass needs to score rows by one of the estimator's networks."""
        ...

    def closely(self, X: Rows, shared: Sequence[Shared] = ()) -> GatedRows:
        """Rows in double precision, as the version space reads them, some of them known."""
        ...

    def close_scores(self, rows: GatedRows, model: str | None = None) -> Array:
        """Scores of such rows by one of the estimator's networks; (n, q)."""
        ...

    def close_deviation(self, rows: GatedRows) -> Array:
        """Deviation of the first score before any label, up to a factor; (n,)."""
        ...

    def joint_laws(
        self,
        rows: GatedRows,
        reference: Callable[[], GatedRows],
        *,
        decides: bool,
        sharp: bool = False,
    ) -> list[JointLaw]:
        """Law of every score, of some rows and of reference rows."""
        ...
