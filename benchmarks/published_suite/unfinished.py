"""A run that is not finished, on disk: a killed process goes on with it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from numpy.typing import NDArray

from cutplane import ActiveLearner
from cutplane.atomic import replacing

#: What was found on the way: lists of one length, by name.
Course = dict[str, list]


class Unfinished:
    """The learner and its course so far, in two files.

    Parameters
    ----------
    path : Path
        Without an ending.
    stamp : str
        Code and settings; what another one began is begun anew.
    every : float, default=30.0
        Seconds between two writes.
    """

    def __init__(self, path: Path, stamp: str, every: float = 30.0):
        self.learner = path.with_suffix(".learner.npz")
        self.course = path.with_suffix(".course.json")
        self.stamp, self.every = stamp, every
        self._written = time.monotonic()

    def read(self, X_pool: NDArray) -> tuple[ActiveLearner, Course] | None:
        """Learner and course at the same number of labels; None where nothing was written."""
        if not (self.learner.exists() and self.course.exists()):
            return None
        held = json.loads(self.course.read_text(encoding="utf-8"))
        if held["stamp"] != self.stamp:
            self.remove()
            return None
        learner = ActiveLearner.load(self.learner, X_pool)
        # the course is written first, so it has all that the learner knows, and perhaps more
        n_tests = held["course"]["n_labels"].index(learner.n_labels_) + 1
        return learner, {name: values[:n_tests] for name, values in held["course"].items()}

    def write(self, learner: ActiveLearner, course: Course) -> None:
        """Write both, when it is time."""
        if time.monotonic() - self._written < self.every:
            return
        self.learner.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.course) as file:
            file.write(json.dumps({"stamp": self.stamp, "course": course}).encode())
        learner.save(self.learner, with_pool=False)
        print(f"  {self.course.parent.name}: {learner.n_labels_:,} labels", flush=True)
        self._written = time.monotonic()

    def remove(self) -> None:
        """Remove both: the run is finished, or another one."""
        self.learner.unlink(missing_ok=True)
        self.course.unlink(missing_ok=True)
