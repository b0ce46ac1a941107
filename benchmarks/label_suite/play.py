"""One run: a learner, a counting oracle and a label budget."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from cutplane.active.oracle import ColumnOracle
from cutplane.active.selection import diverse
from label_suite.learners import Learner
from label_suite.metrics import classification_metrics, one_class_metrics, regression_metrics
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
    """

    budget: int
    batch: int
    every: int
    first: int


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
    budget = min(schedule.budget, len(problem.X_pool))
    schedule = replace(schedule, budget=budget)
    oracle = ColumnOracle(problem.y_pool)
    firsts = diverse(
        problem.X_pool,
        problem.X_pool[:0],
        budget,
        np.random.default_rng([seed, 2]),
    )
    run: dict = {"rows": [], "n_labels": [], "cpu_seconds": 0.0}
    labels: list = []
    while len(run["rows"]) < schedule.budget:
        begin = time.process_time()
        if _is_cold(labels, schedule, problem):
            asked = firsts[len(run["rows"]) : len(run["rows"]) + 1]
        else:
            asked = learner.ask(_round_size(len(run["rows"]), schedule))
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
        return one_class_metrics(problem.y_test, labels[0])
    classes, scores = learner.scores(problem.X_test)
    predicted = learner.predict(problem.X_test)
    return classification_metrics(problem.y_test, predicted, classes, scores)
