"""The Chebyshev center: against CVXPY, a soft-margin machine, and every other center."""

import numpy as np
import pytest

from cutplane.centers.chebyshev import chebyshev_center
from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3)]
BOTH = [(hidden, gated) for hidden in HIDDEN for gated in (False, True)]


@pytest.mark.parametrize(("hidden", "gated"), BOTH)
def test_chebyshev_agrees_with_cvxpy(problem, dense_rows, flat_weights, margins, hidden, gated):
    cp = pytest.importorskip("cvxpy")
    space = problem(hidden, gated=gated, radius=2.0)
    center = chebyshev_center(space)
    rows = dense_rows(space)
    theta, depth = cp.Variable(rows.shape[1]), cp.Variable()
    inside = [rows @ theta >= depth * np.linalg.norm(rows, axis=1), cp.norm(theta) + depth <= 2]
    cp.Problem(cp.Maximize(depth), inside).solve(solver="CLARABEL")
    weights = flat_weights(space, center)
    assert center.status == "optimal"
    np.testing.assert_allclose(margins(space, center).min(), depth.value, atol=1e-7)
    np.testing.assert_allclose(np.linalg.norm(weights) + depth.value, 2.0, atol=1e-7)
    np.testing.assert_allclose(weights, theta.value, atol=2e-4)


@pytest.mark.parametrize(("hidden", "gated"), BOTH)
def test_chebyshev_prediction_is_that_of_its_weights(
    problem, dense_rows, flat_weights, hidden, gated
):
    space = problem(hidden, gated=gated)
    center = chebyshev_center(space)
    own = dense_rows(space)[: space.n_rows] @ flat_weights(space, center)
    np.testing.assert_allclose(center.prediction, space.y * own * space.lengths, atol=1e-12)


def test_chebyshev_of_a_deeper_tree_beats_every_other_center(problem, dense_rows):
    space = problem((3, 2, 2))
    best, other = chebyshev_center(space), analytic_center(space)
    rows = dense_rows(space)
    lengths = np.linalg.norm(rows, axis=1)
    rng = np.random.default_rng(0)
    theta = best.weights.ravel() / np.linalg.norm(best.weights)
    nearby = theta + 1e-3 * rng.normal(size=(200, theta.size)) / np.sqrt(theta.size)
    nearby = np.vstack([nearby, other.weights.ravel()])
    nearby /= np.linalg.norm(nearby, axis=1)[:, None]
    worst = (nearby @ rows.T / lengths).min(axis=1)
    assert worst.max() < (rows @ theta / lengths).min()


def test_elastic_chebyshev_is_a_soft_margin_machine(linear, dense_rows, flat_weights):
    cp = pytest.importorskip("cvxpy")
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(12, 3)), rng.choice([-1.0, 1.0], 12)
    space = linear(X, y, cost=0.7)
    center = chebyshev_center(space)
    rows = dense_rows(space)
    theta = cp.Variable(3)
    hinge = cp.sum(cp.pos(1 - rows @ theta))
    cp.Problem(cp.Minimize(cp.sum_squares(theta) / 2 + 0.7 * hinge)).solve(solver="CLARABEL")
    expected = theta.value / (1 + np.linalg.norm(theta.value))
    assert (rows @ expected).min() < 0  # noisy labels: some cut is violated
    np.testing.assert_allclose(flat_weights(space, center), expected, atol=1e-6)


def test_labels_that_cancel_leave_the_elastic_chebyshev_center_at_zero(linear):
    space = linear([[1.0, 0.0], [1.0, 0.0]], [1.0, -1.0], cost=1.0)
    np.testing.assert_array_equal(chebyshev_center(space).prediction, 0)


def test_chebyshev_refuses_regression():
    arrangement = sample_arrangement(np.eye(2), (), np.random.default_rng(0))
    space = VersionSpace.regression(arrangement, np.eye(2), [0.0, 1.0], epsilon=0.1)
    with pytest.raises(InvalidInputError, match="regression"):
        chebyshev_center(space)
