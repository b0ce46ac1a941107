"""The regressor: slabs, targets of any unit, noise."""

import numpy as np
import pytest

from cutplane.errors import EmptyVersionSpaceError

HIDDEN = [(), (15,), (6, 4), (4, 3, 2), (3, 2, 2, 2)]
ACTIVATIONS = ["relu", "gated_relu"]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_hard_slabs_leave_every_target_inside_epsilon(regressor, affine, hidden, activation):
    X, _ = affine()
    y = 3 * X[:, 0] - 2 * X[:, 1] + 40
    model = regressor(hidden, activation=activation, cost=np.inf, epsilon=0.05).fit(X, y)
    error = np.abs(model.predict(X) - y)
    assert error.max() < 0.05 * y.std()
    assert model.version_space_.contains(model.center_.weights)
    assert np.linalg.norm(model.center_.weights) < model.radius


def test_an_empty_slab_is_named(regressor, affine):
    X, _ = affine()
    y = X[:, 0].copy()
    X[1] = X[0]
    y[0], y[1] = 0.0, 5.0
    with pytest.raises(EmptyVersionSpaceError):
        regressor(cost=np.inf).fit(X, y)
    assert np.isfinite(regressor().fit(X, y).predict(X)).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_parabola_is_learnt(regressor, activation):
    x = np.linspace(-1, 1, 100)[:, None]
    model = regressor((100,), activation=activation).fit(x[::8], x[::8, 0] ** 2, X_pool=x)
    assert np.sqrt(np.mean((model.predict(x) - x[:, 0] ** 2) ** 2)) < 0.05


def test_noise_is_smoothed_by_elastic_slabs(regressor):
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-1, 1, 80))[:, None]
    clean = np.sin(3 * x[:, 0])
    noisy = clean + 0.3 * rng.standard_normal(80)
    options = {"activation": "relu"}
    soft = regressor((50,), cost=100.0, **options).fit(x, noisy)
    strict = regressor((50,), cost=1e5, **options).fit(x, noisy)
    error = [np.sqrt(np.mean((m.predict(x) - clean) ** 2)) for m in (soft, strict)]
    assert error[0] < error[1]
    assert error[0] < 0.15


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("factor", "shift"), [(1e6, 0.0), (1e-6, 3.0), (2.0, -1e4)])
def test_targets_have_no_unit(regressor, affine, activation, factor, shift):
    X, _ = affine()
    y = np.sin(X[:, 0])
    plain = regressor(activation=activation, tol=1e-8).fit(X, y).predict(X)
    other = regressor(activation=activation, tol=1e-8).fit(X, factor * y + shift).predict(X)
    np.testing.assert_allclose((other - shift) / factor, plain, atol=1e-4)


@pytest.mark.parametrize("hidden", HIDDEN[:4])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_warm_regression_is_one_fit(regressor, affine, hidden, activation):
    X, _ = affine()
    y = X[:, 0] ** 2
    options = {"activation": activation, "tol": 1e-9, "epsilon": 0.05}
    once = regressor(hidden, **options).fit(X, y)
    parts = regressor(hidden, **options)
    for rows in (slice(0, 1), slice(1, 10), slice(10, 20)):
        parts.partial_fit(X[rows], y[rows], X_pool=X)
    np.testing.assert_allclose(parts.predict(X), once.predict(X), atol=1e-5)


def test_constant_and_single_targets(regressor, affine):
    X, _ = affine()
    np.testing.assert_allclose(regressor().fit(X, np.full(20, 7.0)).predict(X), 7.0, atol=0.1)
    np.testing.assert_allclose(regressor().fit(X, np.zeros(20)).predict(X), 0.0, atol=0.1)
    assert regressor().fit(X[:1], [5.0]).predict(X[:1])[0] == pytest.approx(5.0, abs=0.05)


def test_one_target_is_one_column(regressor, affine):
    X, _ = affine()
    with pytest.raises(ValueError, match="1d array"):
        regressor().fit(X, np.ones((20, 2)))
