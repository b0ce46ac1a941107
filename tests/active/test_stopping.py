"""Stopping rules: each alone, and combined by | and &."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.active.stopping import (
    Budget,
    Plateau,
    SmallVersionSpace,
    StablePredictions,
    StoppingRule,
)
from cutplane.errors import InvalidInputError


class Says(StoppingRule):
    """Stops, or not, and counts how often it was asked."""

    def __init__(self, answer):
        self.answer, self.n_calls = answer, 0

    def __call__(self, learner):
        self.n_calls += 1
        return self.answer


def pool(n=60, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, (X[:, 0] + X[:, 1] > 0.3).astype(int)


def learner(X, **options):
    model = CuttingPlaneClassifier(hidden=(15,), random_state=0)
    return ActiveLearner(model, X, random_state=0, **options)


@pytest.mark.parametrize("a", [False, True])
@pytest.mark.parametrize("b", [False, True])
def test_or_and_and(a, b):
    assert (Says(a) | Says(b))(None) is (a or b)
    assert (Says(a) & Says(b))(None) is (a and b)
    assert (Says(a) | (Says(b) & Says(a)))(None) is (a or (b and a))


def test_both_rules_see_every_answer():
    first, second = Says(True), Says(True)
    (first | second)(None)
    (first & second)(None)
    assert first.n_calls == second.n_calls == 2


def test_budget():
    X, y = pool()
    result = run(learner(X), ColumnOracle(y), budget=60, stop=Budget(12))
    assert result.n_labels_ == 12
    with pytest.raises(InvalidInputError, match="at least 1"):
        Budget(0)


def test_the_budget_of_the_run_holds_too():
    X, y = pool()
    assert run(learner(X), ColumnOracle(y), budget=8, stop=Budget(30)).n_labels_ == 8


class Scored:
    """A learner whose model has the scores of a list, one after the other."""

    is_fitted = True

    def __init__(self, scores):
        self._scores = iter(scores)
        self.scorer_, self.domain = self, SimpleNamespace(names=None)

    def score(self, X, y):
        return next(self._scores)


def stops_at(rule, learner, n):
    return next((i for i in range(n) if rule(learner)), None)


def test_plateau_counts_answers_without_an_improvement():
    scores = [0.5, 0.6, 0.6, 0.7, 0.7, 0.7, 0.7]
    assert stops_at(Plateau([[0.0]], [0], patience=3), Scored(scores), 7) == 6
    assert stops_at(Plateau([[0.0]], [0], patience=1), Scored(scores), 7) == 2
    assert stops_at(Plateau([[0.0]], [0], patience=3, min_gain=0.15), Scored(scores), 7) == 6
    assert stops_at(Plateau([[0.0]], [0], patience=2, min_gain=0.15), Scored(scores), 7) == 2


def test_plateau_on_a_real_run():
    X, y = pool(150)
    rule = Plateau(*pool(100, seed=9), patience=5)
    result = run(learner(X), ColumnOracle(y), budget=150, stop=rule)
    assert 5 < result.n_labels_ < 150


class Predicts:
    """A learner whose model predicts the rows of a list, one after the other."""

    is_fitted = True

    def __init__(self, predictions, labels=(0, 1), *, is_regression=False):
        self._predictions = iter(predictions)
        self.scorer_, self.X_pool, self.labels_ = self, np.zeros((4, 1)), np.array(labels)
        self.probe_rows, self.is_regression = self.X_pool, is_regression

    def predict(self, X):
        return np.array(next(self._predictions))


@pytest.mark.parametrize("names", [(0, 1), ("a", "b"), (False, True), (0.0, 1.0)])
def test_stable_predictions_counts_the_share_that_changes(names):
    a, b = names
    changes = [[a, a, a, a], [a, a, a, b], [a, a, a, b], [a, a, a, b]]
    assert stops_at(StablePredictions(patience=2, tol=0.1), Predicts(changes, names), 4) == 3
    assert stops_at(StablePredictions(patience=2, tol=0.25), Predicts(changes, names), 4) == 2
    assert stops_at(StablePredictions(patience=3, tol=0.1), Predicts(changes, names), 4) is None


def test_stable_predictions_of_a_regressor_are_in_deviations_of_the_labels():
    values = [[0.0, 0, 0, 0], [0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]]
    for unit in (1e-6, 1.0, 1e6):
        scaled = [[unit * x for x in row] for row in values]
        labels = unit * np.array([-1.0, 1.0])
        for tol, stop in ((0.05, 2), (0.2, 1)):
            values_seen = Predicts(scaled, labels, is_regression=True)
            assert stops_at(StablePredictions(patience=1, tol=tol), values_seen, 3) == stop


def test_rules_wait_for_a_model():
    X, _ = pool()
    cold = learner(X)
    for rule in (Plateau(*pool()), StablePredictions(patience=1), SmallVersionSpace(1e9)):
        assert rule(cold) is False


def test_a_version_space_becomes_small():
    """On y = x the networks left agree after a few labels; the stricter rule comes later."""
    x = np.linspace(-1, 1, 60)[:, None]

    def labels_at(ratio):
        model = CuttingPlaneRegressor(hidden=(20,), random_state=0)
        result = run(
            ActiveLearner(model, x, random_state=0),
            ColumnOracle(x[:, 0]),
            budget=60,
            stop=SmallVersionSpace(ratio),
        )
        return result.n_labels_

    loose, strict = labels_at(0.3), labels_at(0.03)
    assert 1 < loose < strict < 60


@pytest.mark.parametrize("rule", [StablePredictions(patience=3), SmallVersionSpace(0.05)])
def test_rules_work_in_a_domain(rule):
    """Not on the points told so far, where the networks agree by construction."""
    model = CuttingPlaneClassifier(hidden=(15,), activation="relu", random_state=0)
    asker = ActiveLearner(model, domain=([-1, -1], [1, 1]), random_state=0)
    result = run(asker, lambda points: (points[:, 0] > 0.1).astype(int), budget=12, stop=rule)
    assert result.n_labels_ > 3


def test_held_out_rows_may_be_a_table():
    X, y = pool()
    frame = pd.DataFrame(X, columns=["a", "b"])
    rule = Plateau(frame, pd.Series(y), patience=3)
    result = run(learner(frame), ColumnOracle(y), budget=20, stop=rule)
    assert result.is_fitted
