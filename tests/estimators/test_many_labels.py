"""Estimators whose labels are too many for their kernel; here from 60 on."""

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators import promising as parts
from cutplane.estimators.approximation import Approximation
from cutplane.estimators.classifier import CuttingPlaneClassifier as Classifier
from cutplane.space import operator as operators

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 4))
Y = X[:, 0] + 0.4 * np.abs(X[:, 1]) + 0.2 * RNG.normal(size=400) > 0.3
K = 160


def few(monkeypatch):
    monkeypatch.setattr(operators, "EXACT", 60)
    monkeypatch.setattr(operators, "LEAST", 40)
    monkeypatch.setattr(parts, "_SEARCHED", 60)


def fitted(kind=CuttingPlaneClassifier, y=Y, **options):
    return kind(hidden=20, random_state=0, **options).fit(X[:K], y[:K], X_pool=X)


@pytest.fixture
def both(monkeypatch):
    exact = fitted()
    few(monkeypatch)
    return exact, fitted()


def test_few_labels_are_not_approximated():
    assert fitted().approximation_ is None


def test_what_is_approximated_is_said(both):
    found = both[1].approximation_
    assert 40 <= found.rank < K
    assert 0 < found.share_left <= 0.05
    assert 0 < found.deviation_error < 0.3
    assert Approximation(**found.as_dict()) == found
    assert f"{found.rank} of the labelled rows" in found.sentence


def test_predictions_are_near(both):
    exact, near = both
    at = X[K:]
    assert np.mean(exact.predict(at) == near.predict(at)) > 0.98
    np.testing.assert_allclose(
        near.predict_proba(at)[:, 1], exact.predict_proba(at)[:, 1], atol=0.08
    )
    np.testing.assert_allclose(
        near.left_out_probabilities_, exact.left_out_probabilities_, atol=0.15
    )


def test_a_file_gives_the_same_model(both, tmp_path):
    near = both[1]
    near.save(tmp_path / "model.npz")
    again = Classifier.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(again.predict_proba(X), near.predict_proba(X))
    assert again.approximation_ == near.approximation_


def test_questions_are_asked_and_learnt(monkeypatch):
    few(monkeypatch)
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=20, random_state=0), X, random_state=0)
    learner.tell(np.arange(58), Y[:58])
    for _ in range(5):
        rows = learner.ask()
        learner.tell(rows, Y[rows])
    assert learner.estimator_.approximation_ is not None
    assert learner.ask(3).size == 3


def test_several_classes_weights_and_annotators(monkeypatch):
    few(monkeypatch)
    three = Y.astype(int) + (X[:, 2] > 0.5)
    model = CuttingPlaneClassifier(hidden=20, random_state=0)
    model.fit(
        X[:K], three[:K], sample_weight=np.arange(K) % 3, annotator=np.arange(K) % 2, X_pool=X
    )
    assert model.approximation_ is not None
    assert model.score(X[K:], three[K:]) > 0.7


def test_values(monkeypatch):
    y = X[:, 0] + 0.4 * np.abs(X[:, 1]) + 0.1 * RNG.normal(size=400)
    exact = fitted(CuttingPlaneRegressor, y)
    few(monkeypatch)
    near = fitted(CuttingPlaneRegressor, y)
    assert near.approximation_ is not None
    assert near.score(X[K:], y[K:]) > exact.score(X[K:], y[K:]) - 0.02


def test_hypotheses_without_hope_on_a_part_are_not_compared(monkeypatch, both):
    exact, near = both
    compared = set(near.evidence_.hypotheses)
    assert compared < set(exact.evidence_.hypotheses)
    assert {own.slope for own in compared} == {1.0, 0.0}
    best = exact.evidence_.hypotheses[exact.evidence_.kept[0]]
    assert best in compared


def test_export_knows_the_law(both, tmp_path):
    near = both[1]
    explained = near._scores[0].members[0].explained
    assert explained.matrix.shape == (K, near._scores[0].members[0].space.operator.low_rank.rank)
