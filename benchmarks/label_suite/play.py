"""One run: a learner, a counting oracle and a label budget."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from cutplane.active.oracle import ColumnOracle
from cutplane.active.selection import diverse
from label_suite.learners import Learner
from label_suite.metrics import Answers, classification_metrics, regression_metrics
from label_suite.problems import Problem


@dataclass(frozen=True)
class Schedule:
    """How many labels there are, and after how many the model is refitted and tested.

    Attributes
    ----------
    budget : int
    batch : int
        Labels between two fits, the same for all methods of a data set.
    every : int
        Labels between two tests.
    first : int
        Labels asked before the method's own questions, at least; classification goes on
        until two classes are known.
    is_random : bool
        Whether all rows are drawn at random, so that methods differ by what they learn alone.
    """

    budget: int
    batch: int
    every: int
    first: int
    is_random: bool = False

    def changed(self, labels: int | None, every: int | None, train: str) -> Schedule:
        """The schedule with another budget, tested after every so many labels."""
        new = replace(self, is_random=train == "random")
        if labels is not None:
            new = replace(new, budget=labels)
        if every is not None:
            new = replace(new, every=every)
        # random rows need no fit between two tests
        return replace(new, batch=new.every if new.is_random else min(new.batch, new.every))


SCHEDULES = {
    "binary": Schedule(budget=60, batch=1, every=4, first=2),
    "multiclass": Schedule(budget=100, batch=4, every=4, first=4),
    "regression": Schedule(budget=60, batch=1, every=4, first=4),
}


def play(learner: Learner, problem: Problem, schedule: Schedule, seed: int) -> dict:
    """Ask, answer, tell and test until the budget is spent or the pool is exhausted.

    The first rows depend on the pool and the seed alone, so every method has the same ones:
    the most central row, then k-means++ draws, until the schedule's first labels are in and
    two classes are known.

    Returns
    -------
    dict
        ``rows`` in the order asked, ``n_labels`` and one list per metric at the tests, and
        ``cpu_seconds`` of asking and learning (testing not counted).
    """
    schedule = replace(schedule, budget=min(schedule.budget, len(problem.X_pool)))
    oracle = ColumnOracle(problem.y_pool)
    order = _order(problem, schedule, seed)
    run: dict = {"rows": [], "n_labels": [], "cpu_seconds": 0.0}
    labels: list = []
    while len(labels) < schedule.budget:
        n = len(labels)
        begin = time.process_time()
        if schedule.is_random:
            asked = order[n : n + _round_size(n, schedule)]
        elif _is_cold(labels, schedule, problem):
            asked = order[n : n + 1]
        else:
            asked = learner.ask(_round_size(n, schedule))
        answers = oracle(asked)
        learner.tell(asked, answers)
        run["cpu_seconds"] += time.process_time() - begin
        run["rows"] += asked.tolist()
        labels += answers.tolist()
        if len(labels) % schedule.every == 0:
            run["n_labels"].append(len(labels))
            for name, value in _test(learner, problem, labels).items():
                run.setdefault(name, []).append(value)
    if not oracle.n_asked == len(set(run["rows"])) == schedule.budget:
        raise RuntimeError(f"{oracle.n_asked} labels were read for {len(set(run['rows']))} rows")
    return run


def _order(problem: Problem, schedule: Schedule, seed: int) -> np.ndarray:
    """Pool rows that do not depend on the method: the first ones, or all where they are random."""
    rng = np.random.default_rng([seed, 2])
    if schedule.is_random:
        return rng.permutation(len(problem.X_pool))[: schedule.budget]
    return diverse(problem.X_pool, problem.X_pool[:0], schedule.budget, rng)


def _is_cold(labels: list, schedule: Schedule, problem: Problem) -> bool:
    if len(labels) < schedule.first:
        return True
    return not problem.is_regression and len(set(labels)) < 2


def _round_size(n_labels: int, schedule: Schedule) -> int:
    """Up to the next multiple of the batch, so that all methods are tested alike."""
    size = schedule.batch - n_labels % schedule.batch
    return min(size, schedule.budget - n_labels)


def _test(learner: Learner, problem: Problem, labels: list) -> dict[str, float]:
    if problem.is_regression:
        return regression_metrics(problem.y_test, learner.predict(problem.X_test))
    if len(set(labels)) < 2:
        answers = Answers.always(labels[0], len(problem.X_test), probable=learner.is_probable)
    else:
        answers = learner.answers(problem.X_test)
    return classification_metrics(problem.y_test, answers)
