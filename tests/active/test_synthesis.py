"""Synthesized questions: exact along segments, checked on networks that are known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor, ReluNetwork
from cutplane.active.synthesis import (
    Box,
    along_segment,
    extreme_point,
    margin_point,
    synthesize,
    zero_between,
)
from cutplane.errors import InvalidInputError

#: f(x) = |x_1| + |x_2| - 1/2: four hidden units for the absolute values, one for the constant.
DIAMOND = ReluNetwork(
    (
        np.array([[1.0, -1, 0, 0, 0], [0, 0, 1, -1, 0], [0, 0, 0, 0, 1]]),
        np.array([[1.0], [1], [1], [1], [-0.5]]),
    )
)


def rng(seed=0):
    return np.random.default_rng(seed)


def random_network(depth, d=2, seed=0, *, fit_intercept=True, width=6):
    draw = rng(seed)
    sizes = [d + fit_intercept, *[width] * depth, 1]
    weights = tuple(draw.normal(size=(a, b)) for a, b in pairwise(sizes))
    return ReluNetwork(weights, fit_intercept)


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_along_a_segment_is_the_network(depth, fit_intercept, seed):
    network = random_network(depth, 3, seed, fit_intercept=fit_intercept)
    start, end = rng(seed + 9).uniform(-2, 2, size=(2, 3))
    t, f = along_segment(network, start, end)
    assert (t[0], t[-1]) == (0, 1)
    assert (np.diff(t) > 0).all()
    dense = np.linspace(0, 1, 2001)
    truth = network(start + dense[:, None] * (end - start))
    np.testing.assert_allclose(np.interp(dense, t, f), truth, atol=1e-9 * (1 + abs(truth).max()))


@given(st.integers(1, 3), st.integers(0, 10**6))
def test_breakpoints_are_exact_on_any_network(depth, seed):
    network = random_network(depth, 2, seed)
    start, end = rng(seed).normal(size=(2, 2))
    t, f = along_segment(network, start, end)
    points = start + t[:, None] * (end - start)
    np.testing.assert_allclose(network(points), f, atol=1e-9 * (1 + abs(f).max()))
    middle = (t[1:] + t[:-1]) / 2
    between = network(start + middle[:, None] * (end - start))
    np.testing.assert_allclose(between, (f[1:] + f[:-1]) / 2, atol=1e-9 * (1 + abs(f).max()))


def test_breakpoints_of_a_known_network():
    t, f = along_segment(DIAMOND, np.array([-1.0, 0.5]), np.array([1.0, -0.5]))
    np.testing.assert_allclose(t, [0, 0.5, 1])
    np.testing.assert_allclose(f, [1, -0.5, 1])


def test_zero_between_is_the_first_zero():
    zero = zero_between(DIAMOND, np.array([-1.0, 0.0]), np.array([1.0, 0.0]))
    np.testing.assert_allclose(zero, [-0.5, 0], atol=1e-12)
    assert zero_between(DIAMOND, np.array([1.0, 0.0]), np.array([1.0, 1.0])) is None


@pytest.mark.parametrize("unit", [1e-200, 1e-8, 1.0, 1e8, 1e200])
def test_zeros_do_not_depend_on_the_unit_of_the_score(unit):
    scaled = ReluNetwork((DIAMOND.weights[0], unit * DIAMOND.weights[1]))
    zero = zero_between(scaled, np.array([-1.0, 0.0]), np.array([1.0, 0.0]))
    np.testing.assert_allclose(zero, [-0.5, 0], atol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_zero_between_two_signs_is_a_zero(depth):
    network = random_network(depth, 3, 4)
    points = rng(2).normal(size=(50, 3))
    f = network(points)
    for a in points[f > 0][:5]:
        for b in points[f < 0][:5]:
            zero = zero_between(network, a, b)
            assert abs(network(zero[None])[0]) < 1e-10
            along = (zero - a) @ (b - a) / ((b - a) @ (b - a))
            np.testing.assert_allclose(zero, a + along * (b - a), atol=1e-9)
            assert 0 <= along <= 1


def test_margin_point_of_a_known_network():
    box = Box([-1, -1], [1, 1])
    known = np.array([[0.5, 0.0]])
    point = margin_point(DIAMOND, box, known, rng())
    assert abs(point).sum() == pytest.approx(0.5, abs=1e-12)
    # the farthest zero from a known corner is on the other side
    assert point[0] < -0.2


def test_margin_point_moves_away_from_what_is_known():
    box = Box([-1, -1], [1, 1])
    known = np.empty((0, 2))
    for seed in range(8):
        known = np.vstack([known, margin_point(DIAMOND, box, known, rng(seed))])
    np.testing.assert_allclose(abs(known).sum(axis=1), 0.5, atol=1e-12)
    gaps = np.linalg.norm(known[:, None] - known[None], axis=2) + 9 * np.eye(8)
    assert gaps.min() > 0.1


@pytest.mark.parametrize("shift", [-5.0, 5.0])
def test_without_a_zero_the_smallest_score_is_asked(shift):
    weights = (DIAMOND.weights[0], DIAMOND.weights[1] + shift * np.eye(5)[:, 4:])
    network = ReluNetwork(weights)
    point = margin_point(network, Box([-1, -1], [1, 1]), np.empty((0, 2)), rng())
    if shift > 0:  # |x| + |y| + 4.5 is smallest in the middle
        np.testing.assert_allclose(point, 0, atol=1e-6)
    else:  # |x| + |y| - 5.5 is largest in a corner
        np.testing.assert_allclose(abs(point), 1, atol=1e-6)


def test_a_rare_sign_is_found_by_the_search_for_an_extreme():
    """f < 0 only within 1e-3 of the origin: no random start lies there."""
    weights = (DIAMOND.weights[0], DIAMOND.weights[1] + 0.499 * np.eye(5)[:, 4:])
    point = margin_point(ReluNetwork(weights), Box([-1, -1], [1, 1]), np.empty((0, 2)), rng())
    assert abs(point).sum() == pytest.approx(1e-3, abs=1e-9)


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("seed", range(4))
def test_extremes_on_a_line_are_global(depth, sign, seed):
    network = random_network(depth, 1, seed)
    box = Box([-2.0], [3.0])
    point = extreme_point(network, box, sign, rng(seed))
    grid = network(np.linspace(-2, 3, 5001)[:, None])
    assert sign * network(point[None])[0] >= (sign * grid).max() - 1e-9
    assert -2 <= point[0] <= 3


def test_extremes_of_a_known_network_are_the_corners_and_the_middle():
    box = Box([-1, -2], [3, 1])
    np.testing.assert_allclose(extreme_point(DIAMOND, box, 1.0, rng()), [3, -2])
    np.testing.assert_allclose(extreme_point(DIAMOND, box, -1.0, rng()), 0, atol=1e-9)


@given(st.integers(1, 4), st.integers(0, 10**6))
def test_segments_end_on_the_box(d, seed):
    draw = rng(seed)
    low = draw.normal(size=d)
    box = Box(low, low + draw.uniform(0.1, 5, d))
    point = box.points(1, draw)[0]
    direction = draw.normal(size=d) * (draw.random(d) < 0.7)
    if not direction.any():
        direction[0] = 1.0
    start, end = box.segment(point, direction)
    for corner in (start, end):
        assert (corner >= box.low).all()
        assert (corner <= box.high).all()
        assert (np.isclose(corner, box.low) | np.isclose(corner, box.high))[direction != 0].any()
    share = (point - start) @ (end - start) / ((end - start) @ (end - start))
    np.testing.assert_allclose(start + share * (end - start), point, atol=1e-9)


def test_points_fill_the_box_and_follow_the_seed():
    box = Box([-1, 10], [1, 20])
    points = box.points(256, rng())
    assert (points >= [-1, 10]).all()
    assert (points <= [1, 20]).all()
    counts, *_ = np.histogram2d(points[:, 0], points[:, 1], bins=4)
    assert counts.min() >= 8
    np.testing.assert_array_equal(points, box.points(256, rng()))


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ([0, 0], [1], "equally long"),
        ([0, 1], [1, 1], "low < high"),
        ([0, 2], [1, 1], "low < high"),
        ([0, -np.inf], [1, 1], "finite"),
        ([0, np.nan], [1, 1], "finite"),
        ([[0, 0]], [[1, 1]], "equally long"),
    ],
)
def test_boxes_that_are_none_are_named(low, high, message):
    with pytest.raises(InvalidInputError, match=message):
        Box(low, high)


def test_unknown_and_gated_syntheses_are_named():
    box = Box([0.0], [1.0])
    with pytest.raises(InvalidInputError, match="cannot be synthesized"):
        synthesize("best", [random_network(1, 1)], box, np.empty((0, 1)), rng())
    X = rng().normal(size=(20, 1))
    gated = CuttingPlaneClassifier(hidden=(5,), activation="gated_relu", random_state=0)
    scorers = gated.fit(X, X[:, 0] > 0).scorers()
    with pytest.raises(InvalidInputError, match="gated"):
        synthesize("margin", scorers, box, np.empty((0, 1)), rng())


# Through ActiveLearner(domain=...)


def circle(points):
    return ((points**2).sum(axis=1) > 0.5).astype(int)


@pytest.mark.parametrize(
    "query", ["margin", "extremes", "random", "coverage", "frontier", "spread"]
)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_questions_lie_in_the_domain(query, batch_size):
    low, high = np.array([-1.0, -0.5]), np.array([1.0, 2.0])
    model = CuttingPlaneClassifier(hidden=(15,), random_state=0)
    learner = ActiveLearner(
        model, domain=(low, high), query=query, batch_size=batch_size, random_state=1
    )
    for _ in range(8):
        points = learner.ask()
        assert points.shape == (batch_size, 2)
        assert (points >= low - 1e-12).all()
        assert (points <= high + 1e-12).all()
        learner.tell(points, circle(points))
    assert learner.n_labels_ == 8 * batch_size
    assert np.unique(learner.X_pool, axis=0).shape[0] > 4 * batch_size


def test_margin_questions_are_zeros_of_the_model():
    test = rng(3).uniform(-1, 1, size=(1000, 2))
    accuracy = []
    for seed in range(4):
        model = CuttingPlaneClassifier(hidden=(25,), random_state=seed)
        learner = ActiveLearner(model, domain=([-1, -1], [1, 1]), random_state=seed)
        for _ in range(25):
            points = learner.ask()
            if learner.is_fitted:
                scores = learner.estimator_.decision_function(learner._gate_rows)
                if scores.min() < 0 < scores.max():
                    found = learner.estimator_.decision_function(points)[0]
                    assert abs(found) < 1e-9 * np.ptp(scores)
            learner.tell(points, circle(points))
        accuracy.append(learner.estimator_.score(test, circle(test)))
    assert np.mean(accuracy) > 0.8


def test_several_classes_are_synthesized():
    model = CuttingPlaneClassifier(hidden=(15,), random_state=0)
    learner = ActiveLearner(model, domain=([-1.0], [1.0]), random_state=0)
    learner.tell([[-0.9], [0.1], [0.9]], [0, 1, 2])  # margin alone need not discover a class
    for _ in range(17):
        points = learner.ask()
        learner.tell(points, np.digitize(points[:, 0], [-0.3, 0.4]))
    grid = np.linspace(-1, 1, 500)[:, None]
    assert learner.estimator_.score(grid, np.digitize(grid[:, 0], [-0.3, 0.4])) > 0.9


def test_regression_in_a_domain():
    model = CuttingPlaneRegressor(hidden=(40,), random_state=0)
    learner = ActiveLearner(model, domain=([-1.0], [1.0]), random_state=0)
    for _ in range(14):
        points = learner.ask()
        learner.tell(points, points[:, 0] ** 2)
    grid = np.linspace(-1, 1, 200)[:, None]
    error = learner.estimator_.predict(grid) - grid[:, 0] ** 2
    assert np.sqrt(np.mean(error**2)) < 0.1


@pytest.mark.parametrize("points", [[0.5, 0.5], [[0.1]], [[0.1, np.nan]], np.zeros((2, 2))])
def test_answers_to_other_points_are_named(points):
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=0), domain=([-1, -1], [1, 1]), random_state=0
    )
    with pytest.raises(ValueError, match=r"points of shape|NaN|2D array"):
        learner.tell(points, [1])
    assert learner.n_labels_ == 0
