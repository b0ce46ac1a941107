"""The final solve in the units' sizes: a ridge regression that is one ReLU network."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import InvalidInputError
from cutplane.final.ridge_solve import BETAS, ridge_solve
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace
from cutplane.tables.datasets import load_dataset

HIDDEN = [(), (30,), (12, 8), (8, 6, 5)]


def space(hidden, k=15, fit_intercept=True, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 3))
    arrangement = sample_arrangement(X, hidden, rng, fit_intercept=fit_intercept)
    y = np.sign(rng.normal(size=k))
    return VersionSpace.classification(arrangement, X[:k], y), X, y


def unit_features(arrangement, X):
    """Outputs of the random network that the gates are, the last gates at unit length."""
    features = arrangement.inputs.of(X)
    for gate in arrangement.gates:
        features, last = np.maximum(features @ gate, 0), gate
    return features / np.linalg.norm(last, axis=0) if arrangement.gates else features


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_is_ridge_regression_on_the_features_of_the_gates(hidden, fit_intercept):
    held, X, y = space(hidden, fit_intercept=fit_intercept)
    features = unit_features(held.arrangement, X)
    known = features[: y.size]
    penalty = 0.1 * np.einsum("ij,ij->", known, known) / y.size
    expected = Ridge(alpha=penalty, fit_intercept=False).fit(known, y).predict(features)
    np.testing.assert_allclose(ridge_solve(held, y, beta=0.1)(X), expected, atol=1e-9)


@pytest.mark.parametrize("hidden", HIDDEN[1:])
def test_units_are_gates_so_the_sign_rows_hold_everywhere(hidden):
    held, X, y = space(hidden)
    network = ridge_solve(held, y)
    features = held.arrangement.inputs.of(X)
    for weights, pattern in zip(network.weights, held.arrangement.patterns(X), strict=False):
        values = features @ weights
        np.testing.assert_array_equal(values >= 0, pattern == 1)
        features = np.maximum(values, 0)


def test_a_small_penalty_interpolates_where_units_outnumber_labels():
    held, X, y = space((200,))
    np.testing.assert_allclose(ridge_solve(held, y, beta=1e-6)(X[: y.size]), y, atol=1e-2)


@pytest.mark.slow
def test_the_default_penalty_has_the_least_leave_one_out_error():
    held, X, y = space((30,))
    noisy = X[: y.size, 0] + 0.3 * y
    features = unit_features(held.arrangement, X[: y.size])
    unit = np.einsum("ij,ij->", features, features) / y.size
    errors = []
    for beta in BETAS:
        model = Ridge(alpha=beta * unit, fit_intercept=False)
        left_out = cross_val_predict(model, features, noisy, cv=LeaveOneOut())
        errors.append(np.sum((left_out - noisy) ** 2))
    best = BETAS[int(np.argmin(errors))]
    assert BETAS[0] < best < BETAS[-1]
    np.testing.assert_allclose(
        ridge_solve(held, noisy)(X), ridge_solve(held, noisy, beta=best)(X), rtol=1e-9
    )


@pytest.mark.parametrize("beta", [0.0, -1.0, np.nan])
def test_a_penalty_that_is_not_positive_is_refused(beta):
    held, _, y = space((5,))
    with pytest.raises(InvalidInputError, match="expected a positive number"):
        ridge_solve(held, y, beta=beta)


def test_targets_and_row_scale():
    held, X, y = space((40,))
    np.testing.assert_allclose(ridge_solve(held, 3 * y)(X), 3 * ridge_solve(held, y)(X), rtol=1e-9)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_an_estimator_predicts_by_it(activation):
    data = load_dataset("moons")
    clf = CuttingPlaneClassifier(
        (50,), activation=activation, final_solve="ridge", random_state=0
    ).fit(data.X[:60], data.y[:60])
    np.testing.assert_allclose(clf.network_(data.X), clf.decision_function(data.X))
    assert clf.score(data.X[60:], data.y[60:]) > 0.85
    expected = ridge_solve(clf.version_space_, clf.version_space_.y)(data.X)
    np.testing.assert_allclose(clf.scores(data.X), expected)
    assert not np.allclose(clf.scores(data.X, "center"), expected)


@pytest.mark.slow
def test_a_regressor_and_several_classes_have_it_too():
    x = np.linspace(-1, 1, 60)[:, None]
    model = CuttingPlaneRegressor((60,), final_solve="ridge", random_state=0)
    assert model.fit(x[::3], x[::3, 0] ** 2).score(x, x[:, 0] ** 2) > 0.999
    wine = load_dataset("wine")
    X = (wine.X - wine.X.mean(axis=0)) / wine.X.std(axis=0)
    clf = CuttingPlaneClassifier((50,), final_solve="ridge", random_state=0)
    clf.fit(X[::2], wine.y[::2])
    assert clf.score(X[1::2], wine.y[1::2]) > 0.9
    assert len(clf.network_) == 3


def test_it_is_saved_with_the_estimator(tmp_path):
    data = load_dataset("moons")
    clf = CuttingPlaneClassifier((20,), final_solve="ridge", random_state=0)
    clf.fit(data.X[:40], data.y[:40]).save(tmp_path / "model.npz")
    again = CuttingPlaneClassifier.load(tmp_path / "model.npz")
    assert again.final_solve == "ridge"
    np.testing.assert_allclose(again.scores(data.X), clf.scores(data.X))


def test_another_solve_is_refused():
    with pytest.raises(InvalidInputError, match="final_solve='lasso' arrived"):
        CuttingPlaneClassifier(final_solve="lasso").fit([[0.0], [1.0]], [0, 1])


@pytest.mark.slow
def test_the_spiral_is_learnt_by_30_questions():
    """Frontier questions of the ridge network: 20 test rows right, over three seeds."""
    data = load_dataset("spiral")
    right = []
    for seed in range(3):
        rows = np.random.default_rng(seed).permutation(100)
        pool, test = rows[:80], rows[80:]
        clf = CuttingPlaneClassifier(center="analytic", final_solve="ridge", random_state=seed)
        learner = ActiveLearner(clf, data.X[pool], query="frontier", random_state=seed)
        while learner.n_labels_ < 30:
            asked = learner.ask()
            learner.tell(asked, data.y[pool[asked]])
        right.append(learner.estimator_.score(data.X[test], data.y[test]))
    assert np.mean(right) >= 0.95
