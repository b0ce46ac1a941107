"""Labels that are left out: values and probabilities by the others, and the error they show."""

import numpy as np
import pytest

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import InvalidInputError
from cutplane.estimators.leave_one_out import ErrorEstimate


def bumps(n, noise, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    return X, 5 + 10 * (X[:, 0] + np.abs(X[:, 1]) + noise * rng.normal(size=n))


def regressor(**options):
    return CuttingPlaneRegressor(hidden=(30,), random_state=0, **options)


def test_a_value_left_out_is_predicted_as_if_it_had_not_been_told():
    """All labels decide unit and hypotheses, so nearly so."""
    X, y = bumps(40, 0.3)
    mean, deviation = regressor().fit(X, y).left_out_
    for row in (0, 7, 20):
        others = np.arange(40) != row
        model = regressor().fit(X[others], y[others], X_pool=X)
        assert mean[row] == pytest.approx(model.predict(X[[row]])[0], abs=0.5 * deviation[row])
    within = np.abs(y - mean) < 2 * deviation
    assert 0.85 < within.mean() <= 1


def test_the_error_of_labels_left_out_is_that_of_other_rows():
    ratios = []
    for seed in range(6):
        X, y = bumps(260, 0.3, seed)
        model = regressor().fit(X[:60], y[:60])
        missed = np.sqrt(np.mean((model.predict(X[60:]) - y[60:]) ** 2))
        found = model.error_estimate_
        assert found.low < found.rmse < found.high
        assert found.n_labels == 60
        ratios.append(found.rmse / missed)
    assert np.mean(ratios) == pytest.approx(1, abs=0.15)


def test_without_a_law_there_is_no_estimate():
    X, y = bumps(20, 0.3)
    model = regressor(center="analytic").fit(X, y)
    with pytest.raises(InvalidInputError, match="use center='gravity'"):
        _ = model.error_estimate_


def test_probabilities_of_labels_left_out():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    for labels in (y, np.where(y == "a", "a", "b")):
        model = CuttingPlaneClassifier(hidden=(30,), random_state=0).fit(X, labels)
        found = model.left_out_probabilities_
        assert found.shape == (60, len(set(labels)))
        np.testing.assert_allclose(found.sum(axis=1), 1)
        hits = model.labelled_classes_[found.argmax(axis=1)] == labels
        wrong = model._wrong_labels
        if wrong == 0:
            assert hits.mean() == model.accuracy_estimate_.accuracy
        own = found[np.arange(60), np.searchsorted(model.labelled_classes_, labels)]
        told = model.predict_proba(X)[np.arange(60), np.searchsorted(model.classes_, labels)]
        assert np.mean(told - own) > 0  # a label speaks for itself


def test_an_estimate_counts_labels_as_often_as_they_weigh():
    missed, weight = np.array([1.0, -2.0, 0.5]), np.array([1.0, 2.0, 1.0])
    found = ErrorEstimate.of(missed, weight)
    assert found.rmse == pytest.approx(np.sqrt((1 + 2 * 4 + 0.25) / 4))
    assert found.n_labels == pytest.approx(16 / 6)
    assert found.low < found.rmse < found.high


def test_one_label_says_nothing_about_the_error():
    for missed in (3.0, 0.0):
        found = ErrorEstimate.of(np.array([missed]), np.ones(1))
        assert found == ErrorEstimate(missed, 0.0, np.inf, 1.0)


def test_errors_of_any_size():
    huge = ErrorEstimate.of(np.array([1e200, -3e200]), np.ones(2))
    assert huge.rmse == pytest.approx(np.sqrt(5) * 1e200)
    assert ErrorEstimate.of(np.zeros(4), np.ones(4)) == ErrorEstimate(0.0, 0.0, 0.0, 4.0)


def test_the_interval_holds_the_error_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        found = ErrorEstimate.of(rng.normal(size=50), np.ones(50))
        held.append(found.low <= 1 <= found.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)
