"""What a regressor says in the units of y: deviations and intervals."""

import numpy as np
import pytest

from cutplane import CuttingPlaneRegressor
from cutplane.errors import InvalidInputError


def table(n, noise, seed=0, skewed=False):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    y = X[:, 0] + np.abs(X[:, 1]) + noise * rng.normal(size=n)
    return X, np.exp(y) if skewed else y


def fitted(X, y, **options):
    return CuttingPlaneRegressor(hidden=(60,), random_state=0, **options).fit(X, y)


@pytest.mark.parametrize("skewed", [False, True])
def test_intervals_hold_as_many_labels_as_they_say(skewed):
    for coverage in (0.5, 0.9):
        held = []
        for seed in range(6):
            X, y = table(140, 0.5, seed, skewed=skewed)
            low, high = fitted(X[:40], y[:40]).predict_interval(X[40:], coverage)
            held.append(np.mean((low <= y[40:]) & (y[40:] <= high)))
        assert np.mean(held) == pytest.approx(coverage, abs=0.08)


def test_intervals_are_around_the_prediction_and_nested():
    X, y = table(40, 0.3, skewed=True)
    model = fitted(X, y, target_transform="log")
    (low, high), (lower, higher) = model.predict_interval(X, 0.5), model.predict_interval(X, 0.95)
    assert np.all((lower < low) & (low < model.predict(X)) & (high < higher))


def test_the_deviation_of_exact_values_is_small_where_they_are_known():
    X, y = table(40, 0.0)
    model = fitted(X, y, noise=0.0, epsilon=1e-2)
    at_labels = model.predict(X, return_std=True)[1] / model.y_scale_
    assert np.all(at_labels < 1e-2)
    far = model.predict(4 * X, return_std=True)[1] / model.y_scale_
    assert np.median(far) > 10 * np.median(at_labels)


def test_the_deviation_is_of_the_function_and_not_of_the_noise():
    X, y = table(200, 1.0)
    model = fitted(X, y)
    std = model.predict(X, return_std=True)[1]
    assert 0.3 < model.noise_ < 0.8  # of a target of variance 2.4
    assert np.mean(std) < 0.8 * model.noise_ * model.y_scale_


def test_the_deviation_of_a_logarithm_is_that_of_its_draws():
    X, y = table(40, 0.3, skewed=True)
    model = fitted(X, y, target_transform="log")
    std = model.predict(X[:5], return_std=True)[1]
    deviation = model.spread(X[:5])
    draws = np.random.default_rng(0).normal(size=(20_000, 1))
    drawn = model.values(model.scores(X[:5]) + draws * deviation)
    np.testing.assert_allclose(std, drawn.std(axis=0), rtol=0.03)


def test_intervals_need_a_law_that_predicts():
    X, y = table(30, 0.1)
    with pytest.raises(InvalidInputError, match="use center='gravity'"):
        fitted(X, y, center="analytic").predict_interval(X)
    with pytest.raises(InvalidInputError, match="use final_solve=None"):
        fitted(X, y, final_solve="ridge").predict_interval(X)
    with pytest.raises(InvalidInputError, match="between 0 and 1"):
        fitted(X, y).predict_interval(X, coverage=90)


def test_a_stored_regressor_keeps_its_transform(tmp_path):
    X, y = table(30, 0.1, skewed=True)
    model = fitted(X, y, target_transform="log")
    model.save(tmp_path / "model.npz")
    again = CuttingPlaneRegressor.load(tmp_path / "model.npz")
    assert again.target_transform_ == model.target_transform_
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(again.predict_interval(X), model.predict_interval(X))
