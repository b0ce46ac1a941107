"""Synthesized questions: exact along segments, checked on networks that are known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane import CuttingPlaneClassifier, ReluNetwork
from cutplane.active.box import Box
from cutplane.active.synthesis import (
    along_segment,
    extreme_point,
    margin_point,
    synthesize,
    zero_between,
)
from cutplane.errors import InvalidInputError
from cutplane.space.inputs import Inputs

#: f(x) = |x_1| + |x_2| - 1/2: four hidden units for the absolute values, one for the constant.
DIAMOND = ReluNetwork(
    (
        np.array([[1.0, -1, 0, 0, 0], [0, 0, 1, -1, 0], [0, 0, 0, 0, 1]]),
        np.array([[1.0], [1], [1], [1], [-0.5]]),
    ),
    Inputs(2),
)


def rng(seed=0):
    return np.random.default_rng(seed)


def random_network(depth, d=2, seed=0, *, fit_intercept=True, width=6):
    draw = rng(seed)
    sizes = [d + fit_intercept, *[width] * depth, 1]
    weights = tuple(draw.normal(size=(a, b)) for a, b in pairwise(sizes))
    return ReluNetwork(weights, Inputs(d, fit_intercept))


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
    scaled = ReluNetwork((DIAMOND.weights[0], unit * DIAMOND.weights[1]), DIAMOND.inputs)
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
    network = ReluNetwork(weights, Inputs(2))
    point = margin_point(network, Box([-1, -1], [1, 1]), np.empty((0, 2)), rng())
    if shift > 0:  # |x| + |y| + 4.5 is smallest in the middle
        np.testing.assert_allclose(point, 0, atol=1e-6)
    else:  # |x| + |y| - 5.5 is largest in a corner
        np.testing.assert_allclose(abs(point), 1, atol=1e-6)


def test_a_rare_sign_is_found_by_the_search_for_an_extreme():
    """f < 0 only within 1e-3 of the origin: no random start lies there."""
    weights = (DIAMOND.weights[0], DIAMOND.weights[1] + 0.499 * np.eye(5)[:, 4:])
    point = margin_point(
        ReluNetwork(weights, Inputs(2)), Box([-1, -1], [1, 1]), np.empty((0, 2)), rng()
    )
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


def test_unknown_and_gated_syntheses_are_named():
    box = Box([0.0], [1.0])
    with pytest.raises(InvalidInputError, match="cannot be synthesized"):
        synthesize("best", [random_network(1, 1)], box, np.empty((0, 1)), rng())
    X = rng().normal(size=(20, 1))
    gated = CuttingPlaneClassifier(hidden=(5,), activation="gated_relu", random_state=0)
    scorers = gated.fit(X, X[:, 0] > 0).scorers()
    with pytest.raises(InvalidInputError, match="gated"):
        synthesize("margin", scorers, box, np.empty((0, 1)), rng())
