"""Deviations over the version space shrink with labels and have the scale of the scores."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from cutplane import CuttingPlaneRegressor

ACTIVATIONS = ["relu", "gated_relu"]


@pytest.mark.slow
@pytest.mark.parametrize("n_samples", [0, 200])
def test_std_of_a_regressor_shrinks_with_labels(n_samples):
    X = np.random.default_rng(0).uniform(-1, 1, size=(60, 2))
    y = X[:, 0] ** 2 + X[:, 1]
    means = []
    for k in (4, 12, 40):
        model = CuttingPlaneRegressor(hidden=(20,), activation="gated_relu", random_state=0)
        model.fit(X[:k], y[:k], X_pool=X)
        predicted, std = model.predict(X, return_std=True, n_samples=n_samples)
        np.testing.assert_array_equal(predicted, model.predict(X))
        assert std.shape == (60,)
        means.append(std.mean() / model.y_scale_)
    assert means[0] > means[1] > means[2]


@pytest.mark.slow
@pytest.mark.parametrize("cost", [100.0, np.inf])
@pytest.mark.parametrize("hidden", [(), (30,)])
def test_std_of_a_regressor_is_that_of_the_ball_and_small_on_its_labels(cost, hidden):
    """Labels nearly fix their rows; sampled and in closed form the rest is the ball's."""
    X = np.random.default_rng(0).normal(size=(60, 5))
    y = X @ [1.0, -2.0, 0.5, 0.0, 1.0]
    k = 4 if hidden == () else 20
    model = CuttingPlaneRegressor(
        hidden=hidden, activation="gated_relu", cost=cost, random_state=0
    ).fit(X[:k], y[:k], X_pool=X)
    sampled, closed = (model.predict(X, return_std=True, n_samples=n)[1] for n in (256, 0))
    few = 0.01 if np.isinf(cost) else 0.4
    assert np.median(sampled[:k]) < 0.01 * np.median(sampled[k:])
    assert np.median(closed[:k]) < few * np.median(closed[k:])
    np.testing.assert_allclose(np.median(closed[k:] / sampled[k:]), 1, atol=0.25)


@pytest.mark.parametrize("cost", [10.0, 100.0, np.inf])
@pytest.mark.parametrize("epsilon", [1e-3, 0.1])
def test_networks_are_within_reach_of_the_slabs_at_any_price(cost, epsilon):
    """Whatever the price, which is in units of a prior far wider than the labels."""
    X = np.random.default_rng(0).normal(size=(10, 3))
    y = X[:, 0] + np.abs(X[:, 1])
    model = CuttingPlaneRegressor((30,), cost=cost, epsilon=epsilon, random_state=0).fit(X, y)
    std = model.predict(X, return_std=True, n_samples=64)[1] / model.y_scale_
    assert np.median(std) < 3 * epsilon


@pytest.mark.slow
def test_slabs_too_narrow_for_a_loose_center_are_sampled_from_a_better_one():
    X, y = load_diabetes(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:30]
    model = CuttingPlaneRegressor(activation="gated_relu", cost=np.inf, random_state=0)
    model.fit(X[rows], y[rows], X_pool=X)
    std = model.predict(X[rows], return_std=True, n_samples=32)[1]
    assert std.max() < 0.01 * y.std()


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_std_of_a_classifier_falls_relative_to_its_scores(activation, two_classes, classifier):
    X, y = two_classes
    doubts = []
    for k in (4, 15, 50):
        model = classifier(activation).fit(X[:k], y[:k], X_pool=X)
        scores, std = model.decision_function(X, return_std=True, n_samples=100)
        np.testing.assert_array_equal(scores, model.decision_function(X))
        assert std.shape == scores.shape
        doubts.append(np.mean(std) / np.mean(np.abs(scores)))
    assert doubts[0] > doubts[1] > doubts[2]


def test_std_has_the_scale_of_the_scores(two_classes, classifier):
    """Another radius scales the center and its deviation alike; the samples have none."""
    X, y = two_classes
    small = classifier(radius=1.0, cost=np.inf).fit(X[:12], y[:12])
    large = classifier(radius=7.0, cost=np.inf).fit(X[:12], y[:12])
    ratio = large.decision_function(X) / small.decision_function(X)
    stds = [m.decision_function(X, return_std=True)[1] for m in (small, large)]
    np.testing.assert_allclose(stds[1] / stds[0], ratio, rtol=1e-3)


def test_std_has_a_column_for_every_class(three_classes, classifier):
    X, y = three_classes
    scores, std = classifier().fit(X[:12], y[:12]).decision_function(X, return_std=True)
    assert scores.shape == std.shape == (60, 3)
    assert (std > 0).any()
