"""One run: our questions until the pool is used up, and two models tested on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVC

from cutplane import ActiveLearner, CuttingPlaneClassifier
from harness import one_thread
from published_suite.protocol import N_FIRST, Problem
from published_suite.unfinished import Course, Unfinished


@dataclass(frozen=True)
class Pace:
    """How many rows are asked for at once.

    Attributes
    ----------
    alone_to : int
        Up to so many labels a question is one row, as in the published protocol.
    together : int
        Rows of a question beyond.
    """

    alone_to: int
    together: int

    def counts(self, n_pool: int) -> list[int]:
        """Labels held at each test."""
        alone = range(N_FIRST, min(self.alone_to, n_pool))
        beyond = range(max(self.alone_to, N_FIRST), n_pool, self.together)
        return [*alone, *beyond, n_pool]


@one_thread
def play(problem: Problem, seed: int, pace: Pace, unfinished: Unfinished) -> Course:
    """Ask, answer and test, from where a killed process stopped.

    Returns
    -------
    dict of lists
        ``n_labels`` at each test, the accuracy ``whole`` of the learner's own model and ``svm`` of
        theirs on the same labels, CPU ``seconds`` of each question with what was learnt of it; and
        ``rows`` in the order told.
    """
    learner, course = unfinished.read(problem.X_pool) or begun(problem, seed)
    for n_labels in pace.counts(len(problem.y_pool))[len(course["n_labels"]) :]:
        begin = time.process_time()
        if wanted := n_labels - learner.n_labels_:
            rows = learner.ask(wanted)
            learner.tell(rows, problem.y_pool[rows])
        seconds = time.process_time() - begin
        course["n_labels"].append(n_labels)
        course["seconds"].append(round(seconds, 4))
        course["whole"].append(learner.estimator_.score(problem.X_test, problem.y_test))
        course["svm"].append(
            problem.svm(learner.labels_rows_).score(problem.X_test, problem.y_test)
        )
        unfinished.write(learner, course)
    return course | {"rows": learner.labels_rows_.tolist()}


def begun(problem: Problem, seed: int) -> tuple[ActiveLearner, Course]:
    """The learner, nothing but defaults, with the first labels; and a course without tests."""
    model = CuttingPlaneClassifier(random_state=seed)
    learner = ActiveLearner(model, problem.X_pool, random_state=seed)
    learner.tell(np.arange(N_FIRST), problem.y_pool[:N_FIRST])
    return learner, {name: [] for name in ("n_labels", "seconds", "whole", "svm")}


@one_thread
def uncertainty(problem: Problem) -> list[float]:
    """Their uncertainty sampling played again: accuracies at 20, 21, ... labels, two classes.

    The SVM asks for the row with the smallest \\|decision function\\| and is tested itself.
    """
    held, left = np.split(np.arange(len(problem.y_pool)), [N_FIRST])
    accuracies = []
    while True:
        model: SVC = problem.svm(held)
        accuracies.append(model.score(problem.X_test, problem.y_test))
        if not left.size:
            return accuracies
        nearest = np.argmin(np.abs(model.decision_function(problem.X_pool[left])))
        held, left = np.append(held, left[nearest]), np.delete(left, nearest)
