"""Between slabs: exact moments, rejection sampling."""

import numpy as np
import pytest
from scipy import integrate

from cutplane.samplers import sample
from cutplane.space.arrangement import Arrangement
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace


@pytest.mark.slow
def test_spherical_cap(networks, assert_moments):
    """A slab that the ball cuts off: 0.3 <= x_1 in the unit ball of R^4."""
    space = VersionSpace.regression(
        Arrangement((), Inputs(4, False)), np.eye(4)[:1], np.ones(1), epsilon=0.7
    )
    draws = sample(space, 3_200, np.random.default_rng(0))

    def moment(power):
        return integrate.quad(lambda t: t**power * (1 - t**2) ** 1.5, 0.3, 1)[0] / moment_0

    moment_0 = integrate.quad(lambda t: (1 - t**2) ** 1.5, 0.3, 1)[0]
    x = networks(draws)
    assert np.linalg.norm(x, axis=1).max() <= 1
    rest = (1 - moment(2)) / 5  # E of one square in the ball of R^3 of radius^2 1 - x_1^2
    assert_moments(draws, [moment(1), 0, 0, 0], [moment(2), rest, rest, rest])


@pytest.mark.slow
def test_box(networks, assert_moments):
    target, epsilon = np.array([0.5, -1.0, 2.0, 0.0]), 0.25
    space = VersionSpace.regression(
        Arrangement((), Inputs(4, False)), np.eye(4), target, epsilon=epsilon, radius=10.0
    )
    draws = sample(space, 3_200, np.random.default_rng(0))
    assert np.abs(networks(draws) - target).max() <= epsilon
    assert_moments(draws, target, target**2 + epsilon**2 / 3)


@pytest.mark.slow
def test_simplex(assert_moments):
    """x >= 0 and sum(x) <= 1 by slabs as wide as the ball: means 1/4, squares 1/10."""
    X = np.vstack([np.eye(3), np.ones((1, 3))])
    space = VersionSpace.regression(
        Arrangement((), Inputs(3, False)),
        X,
        np.array([50.0, 50, 50, -49]),
        epsilon=50.0,
        radius=9.0,
    )
    draws = sample(space, 3_200, np.random.default_rng(0))
    assert_moments(draws, np.full(3, 1 / 4), np.full(3, 1 / 10))


@pytest.mark.slow
def test_elastic_slab_has_a_price(assert_moments):
    space = VersionSpace.regression(
        Arrangement((), Inputs(3, False)), np.eye(3)[:1], [0.2], epsilon=0.1, cost=2.0
    )

    def weight(f):
        violation = max(0.0, abs(f - 0.2) - 0.1)  # of 3 weights, so priced 3 / 2 times
        return (1 - f**2) * np.exp(-3 / 2 * space.cuts.price[0] * violation)

    total, first, second = (
        integrate.quad(lambda f, p=p: f**p * weight(f), -1, 1, points=[0.1, 0.3])[0]
        for p in range(3)
    )
    draws = sample(space, 6_400, np.random.default_rng(0))
    assert_moments(draws, first / total, second / total, draws.values)


@pytest.mark.slow
def test_slabs_against_rejection(rejectable, assert_same_law, cone_by_rejection):
    arrangement, X, n = rejectable
    target, radius = np.array([0.3, 0.2])[: len(X)], 1.5
    space = VersionSpace.regression(arrangement, X, target, epsilon=0.35, radius=radius)
    rng = np.random.default_rng(1)
    weights, f = cone_by_rejection(space, n, rng)
    length = radius * rng.random(len(f)) ** (1 / weights[0].size)
    length /= np.linalg.norm(weights, axis=(1, 2))
    inside = (np.abs(space.lengths * f * length[:, None] - target) <= 0.35).all(axis=1)
    assert_same_law(space, (weights * length[:, None, None])[inside], thinning=2)
