"""The analytic center: against CVXPY, dense Newton, permutations, and empty sets."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from cutplane import CuttingPlaneRegressor
from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


def problem(hidden, *, k=9, seed=0):
    """Labels of an affine function: realizable by every arrangement with an intercept."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 2))
    y = np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0)
    return sample_arrangement(X, hidden, rng), X, y


def dense_rows(space):
    """Every prediction and sign row as a dense matrix, by probing unit weights."""
    tree = GateTree.without_classes(space.tree.rows, space.patterns)
    shape = (space.arrangement.n_leaves, space.rows.shape[1])
    columns = []
    for unit in np.eye(shape[0] * shape[1]):
        values, prediction = tree.values(unit.reshape(shape) @ tree.rows.T)
        signs = [layer.signed(v).ravel() for layer, v in zip(tree.layers, values, strict=True)]
        columns.append(np.concatenate([prediction, *signs]))
    return np.array(columns).T


@pytest.mark.parametrize("hidden", HIDDEN)
def test_is_stationary_for_the_primal_problem(hidden):
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y)
    center = analytic_center(space, tol=1e-9)
    rows = dense_rows(space)
    rows[: space.n_rows] *= y[:, None]
    theta = (center.weights / center.scale).ravel()
    slack = rows @ theta
    assert slack.min() > 0
    np.testing.assert_allclose(theta, rows.T @ (1 / slack), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("hidden", HIDDEN[:4])
def test_agrees_with_cvxpy(hidden):
    cp = pytest.importorskip("cvxpy")
    arrangement, X, y = problem(hidden)
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
def test_regression_agrees_with_cvxpy(hidden):
    cp = pytest.importorskip("cvxpy")
    arrangement, X, _ = problem(hidden)
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
def test_regression_is_stationary_inside_the_ball(hidden):
    arrangement, X, _ = problem(hidden)
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
def test_center_does_not_depend_on_the_order_of_cuts(hidden, gated):
    arrangement, X, y = problem(hidden, seed=3)
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
@pytest.mark.parametrize("gated", [False, True])
def test_warm_start_reaches_the_same_center(hidden, gated):
    arrangement, X, y = problem(hidden, seed=4)
    space = VersionSpace.classification(arrangement, X[:1], y[:1], gated=gated)
    center = analytic_center(space, tol=1e-10)
    for i in range(1, len(y)):
        space = space.with_labels(X[i : i + 1], y[i : i + 1])
        center = analytic_center(space, center, tol=1e-10)
    cold = analytic_center(VersionSpace.classification(arrangement, X, y, gated=gated), tol=1e-10)
    np.testing.assert_allclose(center.weights, cold.weights, atol=1e-8)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_center_lies_in_the_version_space_and_the_ball(hidden):
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y, radius=2.5)
    center = analytic_center(space)
    assert space.contains(center.weights)
    n = space.n_rows + space.operator.n_sign_rows
    assert np.linalg.norm(center.weights) == pytest.approx(2.5 * np.sqrt(n / (n + 2)))


def test_pattern_classes_change_nothing():
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


@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
def test_contradiction_under_hard_cuts_names_the_labels(hidden):
    arrangement, X, y = problem(hidden)
    X[7], y[7] = X[2], -y[2]
    space = VersionSpace.classification(arrangement, X, y)
    with pytest.raises(EmptyVersionSpaceError, match="contradict") as error:
        analytic_center(space)
    assert error.value.rows == (2, 7)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_contradiction_is_bought_under_elastic_cuts(hidden):
    arrangement, X, y = problem(hidden)
    X[7], y[7] = X[2], -y[2]
    center = analytic_center(VersionSpace.classification(arrangement, X, y, cost=3.0))
    assert center.status == "optimal"
    assert np.isfinite(center.weights).all()


def test_empty_slabs_are_certified():
    arrangement, X, _ = problem((4,))
    X[1] = X[0]
    y = np.linspace(-1, 1, len(X))
    space = VersionSpace.regression(arrangement, X, y, epsilon=1e-3, radius=5.0)
    with pytest.raises(EmptyVersionSpaceError) as error:
        analytic_center(space)
    assert {0, 1} <= set(error.value.rows)


def test_a_linear_model_of_too_many_hard_numbers_is_empty():
    """Thirty narrow slabs in eleven dimensions: multipliers grow until curvature underflows."""
    X, y = load_diabetes(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:30]
    model = CuttingPlaneRegressor(hidden=(), cost=np.inf)
    with pytest.raises(EmptyVersionSpaceError):
        model.fit(X[rows], y[rows])


@pytest.mark.parametrize("X", [[[2.0]], np.eye(2), [[3.0, 4.0]]])
def test_an_exact_cold_start_is_the_center(X):
    """Orthogonal rows have their center in closed form, where the decrement is zero."""
    X = np.array(X)
    arrangement = sample_arrangement(X, (), np.random.default_rng(0), fit_intercept=False)
    space = VersionSpace.classification(arrangement, X, np.ones(len(X)))
    center = analytic_center(space)
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    np.testing.assert_allclose(center.weights / center.scale, [unit.sum(axis=0)])


def test_large_price_is_the_hard_center():
    arrangement, X, y = problem((6,))
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
