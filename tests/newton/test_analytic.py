"""The analytic center: against CVXPY, dense Newton and permutations."""

from dataclasses import replace

import numpy as np
import pytest

from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_is_stationary_for_the_primal_problem(labelled, dense_rows, hidden):
    arrangement, X, y = labelled(hidden)
    space = VersionSpace.classification(arrangement, X, y)
    center = analytic_center(space, tol=1e-9)
    rows = dense_rows(space)
    rows[: space.n_rows] *= y[:, None]
    theta = (center.weights / center.scale).ravel()
    slack = rows @ theta
    assert slack.min() > 0
    np.testing.assert_allclose(theta, rows.T @ (1 / slack), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("hidden", HIDDEN[:4])
def test_agrees_with_cvxpy(labelled, dense_rows, hidden):
    cp = pytest.importorskip("cvxpy")
    arrangement, X, y = labelled(hidden)
    space = VersionSpace.classification(arrangement, X, y)
    center = analytic_center(space, tol=1e-9)
    rows = dense_rows(space)
    rows[: space.n_rows] *= y[:, None]
    theta = cp.Variable(rows.shape[1])
    cp.Problem(cp.Minimize(cp.sum_squares(theta) / 2 - cp.sum(cp.log(rows @ theta)))).solve(
        solver="CLARABEL"
    )
    ours = (center.weights / center.scale).ravel()

    def objective(t):
        return t @ t / 2 - np.log(rows @ t).sum()

    np.testing.assert_allclose(ours, theta.value, atol=1e-4)
    assert objective(ours) <= objective(theta.value) + 1e-6 * abs(objective(theta.value))


@pytest.mark.parametrize("hidden", HIDDEN[:2])
def test_regression_agrees_with_cvxpy(labelled, dense_rows, hidden):
    cp = pytest.importorskip("cvxpy")
    arrangement, X, _ = labelled(hidden)
    y, epsilon, radius = np.sin(X[:, 0]), 0.5, 3.0
    space = VersionSpace.regression(arrangement, X, y, epsilon=epsilon, radius=radius)
    center = analytic_center(space, tol=1e-9)
    rows = dense_rows(space)
    prediction = rows[: space.n_rows] * space.lengths[:, None]
    theta = cp.Variable(rows.shape[1])
    residual = prediction @ theta - y
    ball = cp.reshape(radius**2 - cp.sum_squares(theta), (1,), order="C")
    barrier = cp.sum(cp.log(epsilon - residual)) + cp.sum(cp.log(epsilon + residual))
    barrier += cp.sum(cp.log(ball))
    if rows.shape[0] > space.n_rows:
        barrier += cp.sum(cp.log(rows[space.n_rows :] @ theta))
    cp.Problem(cp.Maximize(barrier)).solve(solver="CLARABEL")
    np.testing.assert_allclose(center.weights.ravel(), theta.value, atol=1e-4)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_regression_is_stationary_inside_the_ball(labelled, dense_rows, hidden):
    arrangement, X, _ = labelled(hidden)
    y, epsilon, radius = np.sin(X[:, 0]), 0.5, 5.0
    space = VersionSpace.regression(arrangement, X, y, epsilon=epsilon, radius=radius)
    center = analytic_center(space, tol=1e-9)
    assert space.contains(center.weights)
    rows, theta = dense_rows(space), center.weights.ravel()
    rows[: space.n_rows] *= space.lengths[:, None]
    value = rows @ theta
    residual = value[: space.n_rows] - y
    force = -2 * residual / (epsilon**2 - residual**2)
    force = np.concatenate([force, 1 / value[space.n_rows :]])
    ball = 2 * theta / (radius**2 - theta @ theta)
    np.testing.assert_allclose(ball, rows.T @ force, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_center_does_not_depend_on_the_order_of_cuts(labelled, hidden, gated):
    arrangement, X, y = labelled(hidden, seed=3)
    order = np.random.default_rng(1).permutation(len(y))
    centers = [
        analytic_center(
            VersionSpace.classification(arrangement, X[rows], y[rows], gated=gated, cost=5.0),
            tol=1e-10,
        )
        for rows in (np.arange(len(y)), order)
    ]
    np.testing.assert_allclose(centers[0].weights, centers[1].weights, atol=1e-8)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_center_lies_in_the_version_space_and_the_ball(labelled, hidden):
    arrangement, X, y = labelled(hidden)
    space = VersionSpace.classification(arrangement, X, y, radius=2.5)
    center = analytic_center(space)
    assert space.contains(center.weights)
    n = space.n_rows + space.operator.n_sign_rows
    assert np.linalg.norm(center.weights) == pytest.approx(2.5 * np.sqrt(n / (n + 2)))


def test_pattern_classes_change_nothing(dense_rows):
    """The center of 200 units that fall into few classes equals the dense optimum."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 2))
    arrangement = sample_arrangement(X, (200,), rng)
    y = np.where(X[:5, 0] > 0, 1.0, -1.0)
    space = VersionSpace.classification(arrangement, X[:5], y)
    assert space.tree.layers[0].width < 2 * arrangement.n_patterns[0]
    center = analytic_center(space, tol=1e-10)
    rows = dense_rows(space)
    rows[:5] *= y[:, None]
    theta = (center.weights / center.scale).ravel()
    np.testing.assert_allclose(theta, rows.T @ (1 / (rows @ theta)), rtol=1e-6, atol=1e-9)


def test_large_price_is_the_hard_center(labelled):
    arrangement, X, y = labelled((6,))
    hard = analytic_center(VersionSpace.classification(arrangement, X, y), tol=1e-9)
    elastic = analytic_center(VersionSpace.classification(arrangement, X, y, cost=1e8), tol=1e-9)
    np.testing.assert_allclose(hard.weights, elastic.weights, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("hidden", [(6,), (12, 8)])
def test_row_scale_does_not_move_the_direction(hidden):
    """A halfspace does not depend on the length of its row."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(9, 3))
    y = np.where(X[:, 0] > 0, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng, fit_intercept=False)
    base = analytic_center(VersionSpace.classification(arrangement, X, y), tol=1e-9).weights
    for factor in (1e-150, 1e-6, 1e6, 1e150):
        scaled = VersionSpace.classification(arrangement, factor * X, y)
        np.testing.assert_allclose(analytic_center(scaled, tol=1e-9).weights, base, atol=1e-7)


@pytest.mark.parametrize("n_features", [2, 40])
def test_both_leaf_factorizations_agree(n_features):
    """Few features use the rank of the leaves, many use the Gram matrix."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20, n_features))
    y = np.where(X[:, 0] > 0, 1.0, -1.0)
    arrangement = sample_arrangement(X, (5,), rng)
    space = VersionSpace.classification(arrangement, X, y)
    padded = np.hstack([space.rows, np.zeros((20, 50))])
    center = analytic_center(space, tol=1e-9)
    wide = replace(space, rows=padded)
    np.testing.assert_allclose(
        analytic_center(wide, tol=1e-9).weights[:, : n_features + 1], center.weights, atol=1e-7
    )


@pytest.mark.parametrize("regression", [False, True])
def test_gated_networks_of_many_layers_never_write_their_nodes_out(regression):
    """Four layers of 200 gates have 10^10 leaves; their center needs the k x k kernel only."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 5))
    arrangement = sample_arrangement(X, (200,) * 4, rng)
    y = X[:, 0] * X[:, 1]
    if regression:
        space = VersionSpace.regression(
            arrangement, X, y, epsilon=1e-3, cost=100.0, radius=10.0, gated=True
        )
    else:
        space = VersionSpace.classification(arrangement, X, np.sign(y), gated=True)
    center = analytic_center(space, tol=1e-3)
    prediction = space.operator.covariance @ center.multipliers.root / center.multipliers.tau
    if regression:
        # Unit rows: predictions and targets are divided by the lengths.
        assert np.abs(prediction * space.lengths - y).max() < 0.05
    else:
        assert (prediction * np.sign(y) > 0).all()
