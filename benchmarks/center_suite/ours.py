"""Ours on one case, timed in rounds so that rivals can be timed in between."""

from __future__ import annotations

import numpy as np

from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.space.arrangement import Arrangement
from cutplane.space.version_space import VersionSpace
from harness import Stopwatch, one_thread

#: Newton decrement; the objective is then within about 1e-6 (absolute) of its minimum.
OUR_TOLERANCE = 1e-3


class OurTimings:
    """Stopwatches of four tasks: solving all, solving it tightly, the center alone, one label more.

    Parameters
    ----------
    arrangement : Arrangement
    X : ndarray of shape (k, n_features)
    y : ndarray of shape (k,)
    """

    def __init__(self, arrangement: Arrangement, X: np.ndarray, y: np.ndarray):
        space = VersionSpace.classification(arrangement, X, y)
        held = VersionSpace.classification(arrangement, X[:-1], y[:-1])
        before = analytic_center(held, tol=OUR_TOLERANCE)

        def total(tol: float) -> Center:
            center = analytic_center(VersionSpace.classification(arrangement, X, y), tol=tol)
            _ = center.weights  # writing out all leaf weights counts
            return center

        def add_label() -> Center:
            grown = held.with_labels(X[-1:], y[-1:])
            return analytic_center(grown, before, tol=OUR_TOLERANCE)

        self._tasks = {
            "total": lambda: total(OUR_TOLERANCE),
            "tight": lambda: total(1e-8),
            "center": lambda: analytic_center(space, tol=OUR_TOLERANCE),
            "warm": add_label,
        }
        self.times = {name: Stopwatch() for name in self._tasks}
        self.last = {name: task() for name, task in self._tasks.items()}  # loads modules

    @one_thread
    def round(self, repeats: int) -> None:
        """Time every task a few times more."""
        for name, task in self._tasks.items():
            for _ in range(repeats):
                self.last[name] = self.times[name].time(task)
