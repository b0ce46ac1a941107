"""One size of a problem, and what a question takes there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier
from harness import Stopwatch
from scale_suite import pools
from scale_suite.phases import ExtraMemory, phases

NETWORKS = ("relu", "gated", "deep")
CENTERS = ("analytic", "gravity")
#: Gates of the second layer of deep networks; the first has an eighth of the others' gates.
_SECOND = 12
#: A pool of more bytes is not made.
MOST_BYTES = 2e9


@dataclass(frozen=True)
class Cell:
    """The size of a problem.

    Attributes
    ----------
    network : {"relu", "gated", "deep"}
        "deep" is relu with two layers.
    center : {"analytic", "gravity"}
    labels, rows, columns : int
        Labels held; rows and columns of the pool.
    gates : int
        Of the only hidden layer; "deep" has ``(gates / 8, 12)``.
    """

    network: str
    center: str
    labels: int = 200
    rows: int = 10_000
    columns: int = 64
    gates: int = 200

    def model(self) -> CuttingPlaneClassifier:
        """The estimator, its other settings as they are."""
        return CuttingPlaneClassifier(
            hidden=(self.gates // 8, _SECOND) if self.network == "deep" else (self.gates,),
            activation="gated_relu" if self.network == "gated" else "relu",
            center=self.center,
            random_state=0,
        )

    @property
    def too_large(self) -> str:
        """Why the cell is not measured; empty if it may be."""
        size = 4.0 * self.rows * self.columns
        if size > MOST_BYTES:
            return f"the pool has {size / 1e9:.0f} GB"
        if self.labels + 10 > self.rows:
            return "more labels than rows"
        return ""

    def is_beyond(self, other: Cell) -> bool:
        """Whether this is at least as large as another of the same network and center."""
        mine = (self.labels, self.rows, self.columns, self.gates)
        its = (other.labels, other.rows, other.columns, other.gates)
        same = (self.network, self.center) == (other.network, other.center)
        return same and all(a >= b for a, b in zip(mine, its, strict=True))


def measure(cell: Cell, folder: Path) -> dict[str, float]:
    """Seconds of the first labels, of one more, and of a question by its phases; and memory.

    All labels but the last are told at once. The first question looks at the pool for the first
    time, the one after one more label is what counts.
    """
    pool = pools.mapped(folder, cell.rows, cell.columns)
    unit = Stopwatch()
    for _ in range(2):
        unit.time(lambda: pools.product(pool))
    watch = Stopwatch()
    with ExtraMemory() as memory:
        learner = ActiveLearner(cell.model(), pool, random_state=0)
        teacher = pools.Teacher.of(cell.columns)
        held = np.arange(cell.labels)
        labels = teacher.label(pool[: cell.labels])
        watch.time(lambda: learner.tell(held, labels))
        rows = watch.time(learner.ask)
        watch.time(lambda: learner.tell(rows, teacher.label(pool[rows])))
        found = phases(learner.ask)
    fit, first, learn = watch.elapsed
    found = {"learn": learn, **found}
    return {
        "product": min(unit.elapsed),
        "fit": fit,
        "first question": first,
        **found,
        "question": sum(found.values()),
        "mb": memory.mb,
    }
