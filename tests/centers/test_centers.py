"""Chebyshev, gravity and ellipsoid centers: against CVXPY, closed forms and rejection."""

import sys
from functools import partial

import numpy as np
import pytest
from scipy.special import gamma

from cutplane.centers.chebyshev import chebyshev_center
from cutplane.centers.ellipsoid import MAX_ELLIPSOID_WEIGHTS, max_volume_ellipsoid_center
from cutplane.centers.gravity import gravity_center
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3)]
SMALL = [((), False), ((2,), False), ((2,), True), ((1, 1), False)]
ROUGH_GRAVITY = partial(gravity_center, precision=0.2, n_chains=64, burn_in=20)
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


def orthant(n):
    """Rows of the positive orthant, each stated twice: redundancy moves no center of it."""
    return np.vstack([np.eye(n), 2 * np.eye(n)])


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
@pytest.mark.parametrize("center", [chebyshev_center, ROUGH_GRAVITY, max_volume_ellipsoid_center])
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
@pytest.mark.parametrize("center", [chebyshev_center, ROUGH_GRAVITY, max_volume_ellipsoid_center])
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
@pytest.mark.parametrize("center", [chebyshev_center, ROUGH_GRAVITY, max_volume_ellipsoid_center])
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
    # The conic solver promises a gap of 1e-8 in a log-determinant, which is quadratic around its
    # maximum: the point is known to the root of that, and how much better depends on rounding.
    accuracy = np.sqrt(1e-8) if center is max_volume_ellipsoid_center else 1e-5
    for rows in (orthant(3), np.array([[3.0, 4.0, 0.0], [6.0, 8.0, 0.0]])):
        options = {"precision": 0.01, "n_chains": 128} if center is gravity_center else {}
        found = center(linear(rows, np.ones(len(rows))), **options)
        weights = found.coefficients @ (rows / np.linalg.norm(rows, axis=1)[:, None])
        expected = rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0))
        bound = 4 * found.standard_error + accuracy
        assert np.linalg.norm(weights / np.linalg.norm(weights) - expected) < bound


# Gravity

#: Centroid of the unit disc's sector between 0 and 45 degrees.
WEDGE_CENTROID = 2 / 3 * np.sinc(1 / 8) * np.array([np.cos(np.pi / 8), np.sin(np.pi / 8)])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_gravity_of_an_orthant_is_exact_up_to_its_standard_error(n):
    space = linear(orthant(n), np.ones(2 * n), radius=2.0)
    center = gravity_center(space, precision=0.01, n_chains=128)
    # n / (n + 1) is the mean radius; the rest the mean of |x_1| over the unit sphere
    expected = 2.0 * n / (n + 1) * gamma(n / 2) / (np.sqrt(np.pi) * gamma((n + 1) / 2))
    error = np.linalg.norm(center.prediction[:n] - expected) / (expected * np.sqrt(n))
    assert center.standard_error < 0.01
    assert error < 3 * center.standard_error + 1e-12


def test_gravity_of_a_wedge_is_the_centroid_of_the_sector():
    center = gravity_center(wedge(radius=3.0), precision=0.01, n_chains=256, burn_in=10)
    expected = 3.0 * WEDGE_CENTROID
    error = np.linalg.norm(center.weights[:, 0] - expected) / np.linalg.norm(expected)
    assert error < 3 * center.standard_error < 0.03
    own = 2 * (center.weights[0, 0] - center.weights[1, 0])
    np.testing.assert_allclose(center.prediction, own, rtol=1e-12)


@pytest.mark.parametrize(("hidden", "gated"), [((2,), False), ((2,), True), ((1, 1), False)])
def test_gravity_agrees_with_rejection_sampling(hidden, gated):
    rng = np.random.default_rng(1)
    arrangement = sample_arrangement(rng.normal(size=(50, 2)), hidden, rng)
    X, y = [[0.4, 1.0], [-1.2, 0.3]], [1.0, -1.0]
    k = 1 if len(hidden) == 2 else 2
    space = VersionSpace.classification(arrangement, X[:k], y[:k], gated=gated)
    rows = dense_rows(space)
    n = rows.shape[1]
    draws = rng.normal(size=(1_500_000, n))
    kept = draws[(draws @ rows.T >= 0).all(axis=1)]
    assert len(kept) > 300
    inside = kept / np.linalg.norm(kept, axis=1)[:, None] * rng.random((len(kept), 1)) ** (1 / n)
    expected = inside.mean(axis=0)
    noise = np.sqrt(inside.var(axis=0).sum() / len(inside)) / np.linalg.norm(expected)
    center = gravity_center(space, precision=0.02, n_chains=256, burn_in=20)
    error = np.linalg.norm(flat_weights(space, center) - expected) / np.linalg.norm(expected)
    assert center.status == "optimal"
    assert error < 3 * np.hypot(noise, center.standard_error)


def test_gravity_standard_error_is_the_error_made():
    gated = problem((2,), k=3, gated=True)
    exact = flat_weights(gated, gravity_center(gated, seed=99, precision=0.004, n_chains=512))
    runs = [(gated, exact, gravity_center(gated, seed=seed, precision=0.05)) for seed in range(12)]
    relu, short = wedge(), {"precision": 0.0, "max_iter": 2, "n_chains": 64}
    runs += [(relu, WEDGE_CENTROID, gravity_center(relu, seed=s, **short)) for s in range(12)]
    for part in (runs[:12], runs[12:]):
        errors = [np.linalg.norm(flat_weights(s, c) - e) / np.linalg.norm(e) for s, e, c in part]
        stated = [center.standard_error for _, _, center in part]
        ratio = np.sqrt(np.mean(np.square(errors)) / np.mean(np.square(stated)))
        assert 0.5 < ratio < 1.6


def test_gravity_repeats_with_its_seed_and_says_when_it_stopped_early():
    hurried = {"precision": 1e-6, "tol": 1e-3, "max_iter": 3, "burn_in": 5}
    space = problem((3,), k=3)
    first, again, other = (gravity_center(space, seed=s, **hurried) for s in (4, 4, 5))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert np.abs(other.weights - first.weights).max() > 0
    assert (first.status, first.n_iter) == ("max_iter", 3)
    assert first.standard_error > 1e-6


def test_gravity_multipliers_start_the_next_center():
    space = problem((3,))
    center, analytic = ROUGH_GRAVITY(space), analytic_center(space)
    np.testing.assert_allclose(center.multipliers.root, analytic.multipliers.root)
    assert np.abs(center.weights - analytic.weights).max() > 1e-2


# Maximum-volume ellipsoid


def test_ellipsoid_of_a_halfline_is_the_middle_of_the_interval():
    pytest.importorskip("cvxpy")
    center = max_volume_ellipsoid_center(linear([[2.0], [4.0]], [-1.0, -1.0], radius=3.0))
    np.testing.assert_allclose(center.prediction, [-3.0, -6.0], atol=1e-4)


def test_ellipsoid_of_a_half_disc_touches_as_calculus_says():
    """Semiaxes (a, b) about (a, 0) in the half disc x >= 0: the largest a b that fits."""
    pytest.importorskip("cvxpy")
    center = max_volume_ellipsoid_center(linear([[1.0, 0.0], [2.0, 0.0]], [1.0, 1.0]))
    a, t = np.linspace(0.05, 0.49, 2001)[:, None], np.linspace(0, np.pi, 1001)[None, 1:-1]
    square_b = ((1 - (a + a * np.cos(t)) ** 2) / np.sin(t) ** 2).min(axis=1)
    best = a[np.argmax(a[:, 0] ** 2 * square_b), 0]
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


def test_ellipsoid_says_when_its_solver_fails():
    pytest.importorskip("cvxpy")
    with pytest.raises(InvalidInputError, match="CLARABEL ended with status"):
        max_volume_ellipsoid_center(problem((2,), k=5), max_iter=1)


def test_ellipsoid_refuses_large_problems_and_names_the_extra(monkeypatch):
    with pytest.raises(InvalidInputError, match=f"at most {MAX_ELLIPSOID_WEIGHTS}"):
        max_volume_ellipsoid_center(problem((6,)))
    monkeypatch.setitem(sys.modules, "clarabel", None)
    with pytest.raises(InvalidInputError, match=r"cutplane\[bench\]"):
        max_volume_ellipsoid_center(problem(()))


# Regression


@pytest.mark.parametrize("center", [gravity_center, max_volume_ellipsoid_center])
@pytest.mark.parametrize(("radius", "middle"), [(5.0, 1.0), (0.5, 0.75)])
def test_a_slab_on_the_line_is_centered_between_its_ends_or_the_ball(center, radius, middle):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    arrangement = Arrangement((), False, 1)
    space = VersionSpace.regression(
        arrangement, [[2.0], [2.0]], [1.0, 1.0], epsilon=0.5, radius=radius
    )
    np.testing.assert_allclose(center(space, tol=1e-6).prediction, middle, atol=0.02)
