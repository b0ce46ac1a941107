"""Questions by the votes of the networks left."""

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneRegressor


def test_volume_split_asks_where_the_votes_are_even(two_classes, classifier, ask_as):
    X, y = two_classes
    model = classifier().fit(X[:10], y[:10])
    share = model.predict_proba(X, "version_space")[:, 1]
    best = np.argmax(ask_as("volume_split", model, X, X[:10]))
    assert best == np.argmin(np.abs(share - 0.5))


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
def test_a_row_that_hard_cuts_fix_is_asked_last(name, some_classes, classifier, ask_as):
    X, y = some_classes
    model = classifier(cost=np.inf).fit(X[:6], y[:6], X_pool=X)
    utilities = ask_as(name, model, X, X[:6])
    assert utilities[:6].mean() < np.median(utilities[6:])


def test_disagreement_is_a_divergence(three_classes, classifier, ask_as):
    X, y = three_classes
    model = classifier().fit(X[:12], y[:12])
    utilities = ask_as("disagreement", model, X, X[:12])
    assert utilities.min() >= 0
    assert utilities.max() <= np.log(3)


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
def test_queries_of_a_regressor_are_its_std(name, ask_as):
    X = np.random.default_rng(0).uniform(-1, 1, size=(30, 2))
    model = CuttingPlaneRegressor(hidden=(10,), activation="gated_relu", random_state=0)
    model.fit(X[:5], X[:5, 0])
    std = model.predict(X, return_std=True)[1] / model.y_scale_
    np.testing.assert_allclose(ask_as(name, model, X, X[:5]), std)


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
@pytest.mark.parametrize("kind", ["two", "three", "regression"])
def test_learners_ask_by_them(name, kind, two_classes, three_classes, classifier):
    X, y = three_classes if kind == "three" else two_classes
    model = classifier()
    if kind == "regression":
        y = X[:, 0]
        model = CuttingPlaneRegressor(hidden=(8,), activation="gated_relu")
    runs = []
    for _ in range(2):
        learner = ActiveLearner(model, X, query=name, batch_size=3, random_state=0)
        while learner.n_labels_ < 12:
            rows = learner.ask()
            learner.tell(rows, y[rows])
        runs.append(learner.labels_rows_.tolist())
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 12


@pytest.mark.parametrize("name", ["volume_split", "disagreement"])
def test_points_of_a_box_are_asked_by_them(name, classifier):
    learner = ActiveLearner(classifier(), query=name, domain=([-1, -1], [1, 1]), random_state=0)
    while learner.n_labels_ < 8:
        points = learner.ask(2)
        learner.tell(points, points[:, 0] > 0.1)
    assert np.abs(learner.ask(2)).max() <= 1
