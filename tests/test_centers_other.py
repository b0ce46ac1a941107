"""Chebyshev, gravity and ellipsoid centers: against CVXPY, closed forms and rejection."""

import sys

import numpy as np
import pytest

from cutplane.arrangement import Arrangement, sample_arrangement
from cutplane.centers.analytic import analytic_center
from cutplane.centers.chebyshev import chebyshev_center
from cutplane.centers.ellipsoid import MAX_WEIGHTS, max_volume_ellipsoid_center
from cutplane.centers.gravity import gravity_center
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.gate_tree import GateTree
from cutplane.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3)]
SMALL = [((), False), ((2,), False), ((2,), True), ((1, 1), False)]
BOTH = [(hidden, gated) for hidden in HIDDEN for gated in (False, True)]


def problem(hidden, *, k=9, seed=0, **options):
    """Labels of an affine function: realizable by every arrangement with an intercept."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 2))
    y = np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng)
    return VersionSpace.classification(arrangement, X, y, **options)


def linear(X, y, **options):
    """A linear model without intercept: the cone ``y * X theta >= 0`` itself."""
    arrangement = Arrangement((), False, np.shape(X)[1])
    return VersionSpace.classification(arrangement, X, y, **options)


def wedge(radius=1.0):
    """One unit of each sign on one input: weights a >= 0, b >= 0, a - b >= 0."""
    arrangement = Arrangement((np.ones((1, 1)),), False, 1)
    return VersionSpace.classification(arrangement, [[2.0]], [1.0], radius=radius)


def dense_rows(space):
    """Hard cuts ``rows @ theta >= 0`` over unit rows, by probing; prediction rows first."""
    tree = GateTree.without_classes(space.tree.rows, space.patterns)
    shape = (space.arrangement.n_leaves, space.rows.shape[1])
    columns = []
    for unit in np.eye(shape[0] * shape[1]):
        values, prediction = tree.values(unit.reshape(shape) @ tree.rows.T)
        signs = [layer.signed(v).ravel() for layer, v in zip(tree.layers, values, strict=True)]
        columns.append(np.concatenate([space.y * prediction, *signs]))
    rows = np.array(columns).T
    rows = rows if space.has_sign_rows else rows[: space.n_rows]
    return rows[np.linalg.norm(rows, axis=1) > 0]  # a node without children on is 0


def flat_weights(space, center):
    """Weights (n,) of a center, a gated one's from its coefficients."""
    if space.has_sign_rows:
        return center.weights.ravel()
    rows = dense_rows(space)[: space.n_rows]
    return rows.T @ (space.y * center.coefficients)


def margins(space, center):
    rows = dense_rows(space)
    return rows @ flat_weights(space, center) / np.linalg.norm(rows, axis=1)


# Chebyshev


@pytest.mark.parametrize(("hidden", "gated"), BOTH)
def test_chebyshev_agrees_with_cvxpy(hidden, gated):
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
def test_chebyshev_prediction_is_that_of_its_weights(hidden, gated):
    space = problem(hidden, gated=gated)
    center = chebyshev_center(space)
    own = dense_rows(space)[: space.n_rows] @ flat_weights(space, center)
    np.testing.assert_allclose(center.prediction, space.y * own * space.lengths, atol=1e-12)


def test_chebyshev_of_a_deeper_tree_beats_every_other_center():
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


def test_elastic_chebyshev_is_a_soft_margin_machine():
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


def test_labels_that_cancel_leave_the_elastic_chebyshev_center_at_zero():
    space = linear([[1.0, 0.0], [1.0, 0.0]], [1.0, -1.0], cost=1.0)
    np.testing.assert_array_equal(chebyshev_center(space).prediction, 0)


@pytest.mark.parametrize(("hidden", "gated"), [((), False), ((3,), False), ((3,), True)])
@pytest.mark.parametrize(
    "center", [chebyshev_center, gravity_center, max_volume_ellipsoid_center]
)
def test_contradictory_hard_labels_are_named(center, hidden, gated):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    X = np.array([[1.0, 2.0], [-1.0, 1.0], [1.0, 2.0]])
    arrangement = sample_arrangement(X, hidden, np.random.default_rng(0))
    space = VersionSpace.classification(arrangement, X, [1, 1, -1], gated=gated)
    with pytest.raises(EmptyVersionSpaceError, match="contradict") as caught:
        center(space)
    assert {0, 2} <= set(caught.value.rows)


@pytest.mark.parametrize("center", [chebyshev_center, max_volume_ellipsoid_center])
def test_deep_cuts_are_refused(center):
    space = problem((), depth=0.1)
    with pytest.raises(InvalidInputError, match="neutral"):
        center(space)


def test_chebyshev_refuses_regression():
    arrangement = sample_arrangement(np.eye(2), (), np.random.default_rng(0))
    space = VersionSpace.regression(arrangement, np.eye(2), [0.0, 1.0], epsilon=0.1)
    with pytest.raises(InvalidInputError, match="regression"):
        chebyshev_center(space)


# Every center


@pytest.mark.parametrize(("hidden", "gated"), SMALL)
@pytest.mark.parametrize(
    "center", [chebyshev_center, gravity_center, max_volume_ellipsoid_center]
)
def test_satisfies_every_hard_cut_cold_and_warm(center, hidden, gated):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    space = problem(hidden, k=4, gated=gated, radius=3.0)
    rng = np.random.default_rng(5)
    X = rng.normal(size=(2, 2))
    grown = space.with_labels(X, np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0))
    cold = center(space, tol=1e-3, max_iter=100)
    warm = center(grown, cold, tol=1e-3, max_iter=100)
    for own, found in ((space, cold), (grown, warm)):
        assert found.status == "optimal"
        assert margins(own, found).min() > 1e-5
        assert np.linalg.norm(flat_weights(own, found)) < 3
        assert found.prediction.shape == (own.n_rows,)
        if own.has_sign_rows:
            assert own.contains(found.weights)


@pytest.mark.parametrize(("hidden", "gated"), [((2,), False), ((2,), True)])
@pytest.mark.parametrize(
    "center", [chebyshev_center, gravity_center, max_volume_ellipsoid_center]
)
def test_a_finite_cost_survives_contradictions(center, hidden, gated):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    X = np.array([[1.0, 2.0], [-1.0, 1.0], [1.0, 2.0], [0.5, -1.0]])
    arrangement = sample_arrangement(X, hidden, np.random.default_rng(0))
    space = VersionSpace.classification(arrangement, X, [1, -1, -1, 1], cost=1.0, gated=gated)
    found = center(space, tol=1e-3)
    signed = space.y * found.prediction
    assert np.isfinite(signed).all()
    assert signed[1] > 0  # what nothing contradicts is kept
    assert signed[3] > 0


@pytest.mark.parametrize(
    "center", [analytic_center, chebyshev_center, gravity_center, max_volume_ellipsoid_center]
)
def test_all_centers_of_an_orthant_and_of_a_halfspace_have_one_direction(center):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    for rows in (np.eye(3), np.array([[3.0, 4.0, 0.0]])):
        options = {"precision": 0.01, "n_chains": 128} if center is gravity_center else {}
        found = center(linear(rows, np.ones(len(rows))), **options)
        weights = found.coefficients @ (rows / np.linalg.norm(rows, axis=1)[:, None])
        expected = rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0))
        bound = 4 * found.standard_error + 1e-5
        assert np.linalg.norm(weights / np.linalg.norm(weights) - expected) < bound


# Gravity


@pytest.mark.parametrize("n", [1, 2, 5])
def test_gravity_of_an_orthant_is_exact_up_to_its_standard_error(n):
    space = linear(np.eye(n), np.ones(n), radius=2.0)
    center = gravity_center(space, precision=0.01, n_chains=128)
    # mean of x_1 over the positive orthant of the ball: B(n/2 + 1/2, ...) in closed form
    from scipy.special import gamma

    expected = 2.0 * n / (n + 1) * gamma(n / 2) / (np.sqrt(np.pi) * gamma((n + 1) / 2))
    assert center.standard_error < 0.01
    error = np.linalg.norm(center.prediction - expected) / (expected * np.sqrt(n))
    assert error < 4 * 0.01


def test_gravity_of_a_wedge_is_the_centroid_of_the_sector():
    center = gravity_center(wedge(radius=3.0), precision=0.01, n_chains=128)
    angle = np.pi / 4
    length = 2 / 3 * 3.0 * np.sin(angle / 2) / (angle / 2)
    expected = length * np.array([np.cos(angle / 2), np.sin(angle / 2)])
    np.testing.assert_allclose(center.weights[:, 0], expected, atol=0.03 * length)
    np.testing.assert_allclose(center.prediction, 2 * (expected[0] - expected[1]), rtol=0.06)


@pytest.mark.parametrize(("hidden", "gated"), [((2,), False), ((2,), True), ((1, 1), False)])
def test_gravity_agrees_with_rejection_sampling(hidden, gated):
    rng = np.random.default_rng(1)
    arrangement = sample_arrangement(rng.normal(size=(50, 2)), hidden, rng)
    space = VersionSpace.classification(
        arrangement, [[0.4, 1.0], [-1.2, 0.3]], [1.0, -1.0], gated=gated
    )
    rows = dense_rows(space)
    n = rows.shape[1]
    draws = rng.normal(size=(1_500_000, n))
    kept = draws[(draws @ rows.T >= 0).all(axis=1)]
    assert len(kept) > 300
    inside = kept / np.linalg.norm(kept, axis=1)[:, None] * rng.random((len(kept), 1)) ** (1 / n)
    expected = inside.mean(axis=0)
    noise = np.sqrt(inside.var(axis=0).sum() / len(inside)) / np.linalg.norm(expected)
    center = gravity_center(space, precision=0.01, n_chains=64)
    error = np.linalg.norm(flat_weights(space, center) - expected) / np.linalg.norm(expected)
    assert center.status == "optimal"
    assert error < 3 * np.hypot(noise, center.standard_error)


@pytest.mark.parametrize("gated", [False, True])
def test_gravity_standard_error_is_the_error_made(gated):
    space = problem((2,), k=3, gated=gated)
    exact = flat_weights(space, gravity_center(space, seed=99, precision=0.004, n_chains=512))
    runs = [gravity_center(space, seed=seed, precision=0.05) for seed in range(10)]
    errors = [
        np.linalg.norm(flat_weights(space, run) - exact) / np.linalg.norm(exact) for run in runs
    ]
    stated = [run.standard_error for run in runs]
    ratio = np.sqrt(np.mean(np.square(errors)) / np.mean(np.square(stated)))
    assert 0.6 < ratio < 1.5


def test_gravity_repeats_with_its_seed_and_says_when_it_stopped_early():
    space = problem((3,))
    first, again = (gravity_center(space, seed=4, max_iter=20) for _ in range(2))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert np.abs(gravity_center(space, seed=5, max_iter=20).weights - first.weights).max() > 0
    hurried = gravity_center(space, max_iter=20, precision=1e-6)
    assert hurried.status == "max_iter"
    assert hurried.n_iter == 20
    assert hurried.standard_error > 1e-6


def test_gravity_multipliers_start_the_next_center():
    space = problem((3,))
    center, analytic = gravity_center(space), analytic_center(space)
    np.testing.assert_allclose(center.multipliers.root, analytic.multipliers.root)
    assert np.abs(center.weights - analytic.weights).max() > 1e-2


# Maximum-volume ellipsoid


def test_ellipsoid_of_a_halfline_is_the_middle_of_the_interval():
    pytest.importorskip("cvxpy")
    center = max_volume_ellipsoid_center(linear([[2.0]], [-1.0], radius=3.0))
    np.testing.assert_allclose(center.prediction, -3.0, atol=1e-4)


def test_ellipsoid_of_a_half_disc_touches_as_calculus_says():
    """Half disc x >= 0: semiaxes (a, b) about (a, 0) maximize ab, b^2 = 1 - a^2 - ... ."""
    pytest.importorskip("cvxpy")
    center = max_volume_ellipsoid_center(linear([[1.0, 0.0]], [1.0]))
    a = np.linspace(0.05, 0.5, 2001)[:, None]
    angle = np.linspace(0, np.pi / 2, 1001)[None, 1:-1]
    # largest b with (a + a cos t)^2 + (b sin t)^2 <= 1 for every t
    t = 2 * angle
    room = (1 - (a + a * np.cos(t)) ** 2) / np.maximum(np.sin(t) ** 2, 1e-300)
    b = np.sqrt(np.maximum(room.min(axis=1), 0))
    best = a[np.argmax(a[:, 0] * b), 0]
    np.testing.assert_allclose(center.prediction[0], best, atol=2e-3)


def test_ellipsoid_is_not_moved_by_the_order_of_labels_and_fits_its_radius():
    pytest.importorskip("cvxpy")
    space = problem((2,), k=5)
    order = [3, 0, 4, 1, 2]
    other = VersionSpace.classification(
        space.arrangement, space.rows[order, :2], space.y[order], radius=10.0
    )
    first, second = max_volume_ellipsoid_center(space), max_volume_ellipsoid_center(other)
    np.testing.assert_allclose(second.weights, 10 * first.weights, atol=2e-3)


def test_ellipsoid_refuses_large_problems_and_names_the_extra(monkeypatch):
    with pytest.raises(InvalidInputError, match=f"at most {MAX_WEIGHTS}"):
        max_volume_ellipsoid_center(problem((6,)))
    monkeypatch.setitem(sys.modules, "clarabel", None)
    with pytest.raises(InvalidInputError, match=r"cutplane\[bench\]"):
        max_volume_ellipsoid_center(problem(()))
