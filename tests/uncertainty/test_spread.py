"""Spread: the Gaussian-process formula on gated arrangements, an upper bound on ReLU ones."""

import numpy as np
import pytest
from scipy import sparse

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.gain import variance_reduction
from cutplane.uncertainty.prior import GatedRows
from cutplane.uncertainty.spread import Spread

HIDDEN = [(), (5,), (3, 2), (2, 2, 2)]


def spaces(hidden, *, gated, regression):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(10, 2))
    arrangement = sample_arrangement(X, hidden, rng)
    if regression:
        y = X[:, 0]
        return VersionSpace.regression(arrangement, X, y, epsilon=0.3, radius=5.0, gated=gated)
    y = np.where(X[:, 0] > 0.1, 1.0, -1.0)
    return VersionSpace.classification(arrangement, X, y, gated=gated)


def hessian(space, center, leaf_features, *, with_sign_rows):
    """Hessian of the barrier over all leaf weights: tau I + sum of a a^T * (multiplier's)."""
    A = leaf_features(space.patterns, space.tree.rows)
    weight = 1 / space.cuts.curvature(center.multipliers.root)
    H = center.multipliers.tau * np.eye(A.shape[1]) + (A.T * weight) @ A
    if with_sign_rows:
        full = GateTree.without_classes(space.tree.rows, space.patterns)
        shape = (space.arrangement.n_leaves, space.rows.shape[1])
        theta = center.weights / center.scale
        slack = np.concatenate(
            [
                layer.signed(value).ravel()
                for layer, value in zip(
                    full.layers, full.values(theta @ full.rows.T)[0], strict=True
                )
            ]
        )
        columns = []
        for unit in np.eye(H.shape[0]):
            values, _ = full.values(unit.reshape(shape) @ full.rows.T)
            columns.append(np.concatenate([v.ravel() for v in values]))
        S = np.array(columns).T / slack[:, None]
        H += S.T @ S
    return H


def laplace(space, center, X, leaf_features, *, with_sign_rows):
    H = hessian(space, center, leaf_features, with_sign_rows=with_sign_rows)
    arrangement = space.arrangement
    phi = leaf_features(arrangement.patterns(X), arrangement.inputs.of(X))
    std = np.sqrt(np.einsum("nj,nj->n", phi, np.linalg.solve(H, phi.T).T)) * center.scale
    # the uniform law on the ball of N weights weighs the barrier N/2 times
    return std if space.cuts.is_cone else std / np.sqrt(H.shape[0] / 2)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("regression", [False, True])
def test_is_the_laplace_approximation_without_sign_rows(hidden, regression, leaf_features):
    space = spaces(hidden, gated=True, regression=regression)
    center = analytic_center(space, tol=1e-10)
    X = np.random.default_rng(1).normal(size=(20, 2)) * 2
    expected = laplace(space, center, X, leaf_features, with_sign_rows=False)
    np.testing.assert_allclose(Spread.around(space, center).deviation(X), expected, rtol=1e-4)


@pytest.mark.parametrize("hidden", HIDDEN[1:])
@pytest.mark.parametrize("regression", [False, True])
def test_is_an_upper_bound_with_sign_rows(hidden, regression, leaf_features):
    space = spaces(hidden, gated=False, regression=regression)
    center = analytic_center(space, tol=1e-10)
    X = np.random.default_rng(1).normal(size=(20, 2)) * 2
    tight = laplace(space, center, X, leaf_features, with_sign_rows=True)
    assert (Spread.around(space, center).deviation(X) >= tight * (1 - 1e-6)).all()


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_a_label_shrinks_the_spread_most_where_it_was_given(activation):
    rng = np.random.default_rng(2)
    X = rng.uniform(-1, 1, size=(40, 1))
    options = {"center": "analytic", "activation": activation, "random_state": 0}
    model = CuttingPlaneRegressor(hidden=(30,), **options)
    model.fit(X[:5], np.sin(3 * X[:5, 0]), X_pool=X)
    before = model.spread(X)
    assert before[:5].max() < before[5:].max()
    asked = 5 + int(np.argmax(before[5:]))
    model.partial_fit(X[[asked]], np.sin(3 * X[[asked], 0]))
    after = model.spread(X)
    assert after[asked] < 0.2 * before[asked]
    assert np.argmax(after) != asked


def test_a_label_shrinks_the_law_of_gravity_most_where_it_was_given():
    """Hypotheses with noise leave more of it open than a slab does."""
    rng = np.random.default_rng(2)
    X = rng.uniform(-1, 1, size=(40, 1))
    model = CuttingPlaneRegressor(hidden=(30,), random_state=0)
    model.fit(X[:5], np.sin(3 * X[:5, 0]), X_pool=X)
    before = model.spread(X)
    asked = 5 + int(np.argmax(before[5:]))
    model.partial_fit(X[[asked]], np.sin(3 * X[[asked], 0]))
    after = model.spread(X)
    assert after[asked] < 0.5 * before[asked]
    assert np.argmax(after) != asked


def test_chunks_and_sparse_rows_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 4))
    X[np.abs(X) < 0.6] = 0
    clf = CuttingPlaneClassifier(hidden=(8,), random_state=0).fit(X, X[:, 0] > 0.2)
    whole = clf.spread(X)
    monkeypatch.setattr("cutplane.uncertainty.prior._CHUNK_ENTRIES", 100)
    np.testing.assert_allclose(clf.spread(X), whole)
    np.testing.assert_allclose(clf.spread(sparse.csr_matrix(X)), whole)


def test_several_classes_have_one_column_each():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(40, 2))
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    clf = CuttingPlaneClassifier(hidden=(8,), random_state=0).fit(X, y)
    assert clf.spread(X).shape == clf.scores(X).shape == (40, 3)


def blocks(space, center, leaf_features, rows):
    """Covariance of the prediction over rows, at the solver's scale, from the whole Hessian."""
    H = hessian(space, center, leaf_features, with_sign_rows=False)
    phi = leaf_features(space.arrangement.patterns(rows), space.arrangement.inputs.of(rows))
    return phi @ np.linalg.solve(H, phi.T)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_regression_sums_what_one_more_slab_explains(hidden, leaf_features):
    """The variance at r given x with noise n falls by cov(x, r)^2 / (var(x) + n)."""
    space = spaces(hidden, gated=True, regression=True)
    center = analytic_center(space, tol=1e-10)
    X = np.random.default_rng(1).normal(size=(12, 2))
    covariance = blocks(space, center, leaf_features, X)
    noise = np.median(space.cuts.curvature(center.multipliers.root) * space.lengths**2)
    expected = []
    for x in range(12):
        after = covariance - np.outer(covariance[x], covariance[x]) / (covariance[x, x] + noise)
        expected.append(np.trace(covariance[4:, 4:]) - np.trace(after[4:, 4:]))
    rows, others = GatedRows.of(space, X), GatedRows.of(space, X[4:])
    found = variance_reduction(
        Spread.around(space, center).joint(rows, None, lambda: (others, None))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_classification_weighs_rows_by_how_open_their_class_is(leaf_features):
    space = spaces((5,), gated=True, regression=False)
    center = analytic_center(space, tol=1e-10)
    X = np.random.default_rng(1).normal(size=(12, 2))
    score = center.scale * np.linspace(-3, 3, 12)
    rows = GatedRows.of(space, X)
    found = variance_reduction(
        Spread.around(space, center).joint(rows, score, lambda: (rows, score))
    )
    covariance = blocks(space, center, leaf_features, X)
    variance = np.diag(covariance)
    f = score / center.scale
    weight = np.exp(-(f**2) / (2 * variance)) / variance
    # The halfspace through x at distance |f|: its multiplier mu solves mu (|f| + v mu) = 1.
    mu = (-np.abs(f) + np.sqrt(f**2 + 4 * variance)) / (2 * variance)
    expected = covariance**2 @ weight / (variance + mu**-2.0)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_lonely_row_tells_less_than_one_among_many():
    """The spread is largest at the outlier, the reduction of the variance is not."""
    rng = np.random.default_rng(5)
    X = np.vstack([rng.uniform(-1, 1, size=(40, 2)), [[6.0, -6.0]]])
    model = CuttingPlaneRegressor(hidden=(50,), random_state=0)
    model.fit(X[:4], X[:4, 0], X_pool=X)
    assert np.argmax(model.spread(X)) == 40
    space = model.version_space_
    spread = Spread.around(space, analytic_center(space))
    reference = GatedRows.of(space, X[4:40])
    law = spread.joint(GatedRows.of(space, X), None, lambda: (reference, None))
    assert np.argmax(variance_reduction(law)) < 40
