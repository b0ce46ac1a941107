"""What holds for everybody who answers: task, range, suggestions, overlap, budget."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Literal

from cutplane.errors import InvalidInputError

Task = Literal["classification", "regression"]
Suggest = Literal["off", "after", "key"]
#: When a suggestion may be seen: never, after the answer, or on a key before it.
SUGGEST = ("off", "after", "key")
TASKS = ("classification", "regression")


@dataclass(frozen=True)
class Rules:
    """How a table is labelled; the same for everybody, and the same after a restart.

    Attributes
    ----------
    task : {"classification", "regression"}
    low, high : float or None
        Least and largest value that may be told; None for no bound. Regression.
    suggest : {"off", "after", "key"}
        When people may see what the model would answer.
    blind : float, default=0.2
        Share of rows whose suggestion nobody sees before the answer.
    overlap : float, default=0.0
        Share of rows that are asked of a second person.
    n_unknown : int, default=1
        People who do not know until a row is closed for all.
    tolerance : float, default=0.0
        Values at most so far apart agree, in the units of the target. Regression.
    lease_seconds : float, default=600
        How long a question stays with whom it was given to.
    budget : int or None
        Answers that people may give; None for no bound.
    seed : int, default=0
        Decides which rows are blind and which are asked twice.
    takes_names : bool, default=False
        Whether the model learns who gave which label (classification with a center of gravity).
    """

    task: Task = "classification"
    low: float | None = None
    high: float | None = None
    suggest: Suggest = "off"
    blind: float = 0.2
    overlap: float = 0.0
    n_unknown: int = 1
    tolerance: float = 0.0
    lease_seconds: float = 600.0
    budget: int | None = None
    seed: int = 0
    takes_names: bool = False

    def __post_init__(self) -> None:
        if self.task not in TASKS or self.suggest not in SUGGEST:
            raise InvalidInputError(
                f"task {self.task!r} and suggest {self.suggest!r} arrived; tasks are "
                f"{' and '.join(TASKS)}, and suggest is one of {', '.join(SUGGEST)}"
            )
        for name in ("blind", "overlap"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInputError(
                    f"{name}={getattr(self, name)!r} arrived; give a share from 0 to 1"
                )
        if self.n_unknown < 1 or (self.budget is not None and self.budget < 0):
            raise InvalidInputError(
                f"n_unknown={self.n_unknown} and budget={self.budget} arrived; give at least 1, "
                "and at least 0"
            )
        if not 0 < self.lease_seconds < math.inf or not 0 <= self.tolerance < math.inf:
            raise InvalidInputError(
                f"lease_seconds={self.lease_seconds!r} and tolerance={self.tolerance!r} arrived; "
                "give a finite time above 0, and a finite distance of at least 0"
            )
        self._check_range()

    def _check_range(self) -> None:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if bounds and self.task == "classification":
            raise InvalidInputError("low and high are for values, and these are classes; leave out")
        if not all(map(math.isfinite, bounds)) or bounds != sorted(bounds):
            raise InvalidInputError(
                f"values from {self.low!r} to {self.high!r} arrived; give finite bounds, the lower "
                "one first"
            )

    @property
    def is_regression(self) -> bool:
        """Whether labels are values."""
        return self.task == "regression"

    def is_blind(self, row: int) -> bool:
        """Whether nobody sees a suggestion for a row before the answer."""
        return self._draw("blind", row) < self.blind

    def is_overlap(self, row: int) -> bool:
        """Whether a row is asked of a second person."""
        return self._draw("overlap", row) < self.overlap

    def _draw(self, what: str, row: int) -> float:
        """Uniform in [0, 1), the same in every process."""
        digest = hashlib.sha256(f"{what} {self.seed} {row}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48
