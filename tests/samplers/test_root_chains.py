"""Networks without sign rows: exact moments."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from cutplane.samplers import sample
from cutplane.space.arrangement import Arrangement
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace


@pytest.mark.slow
def test_orthant(networks, assert_moments):
    y = np.array([1.0, -1.0, 1.0, 1.0])
    space = VersionSpace.classification(Arrangement((), Inputs(4, False)), 3 * np.eye(4), y)
    draws = sample(space, 12_800, np.random.default_rng(0), start=y[None])
    assert_moments(draws, y * np.sqrt(2 / np.pi), np.ones(4))
    correlation = np.corrcoef(networks(draws).T) - np.eye(4)
    assert np.abs(correlation).max() < 0.05


@pytest.mark.slow
def test_half_space_of_the_ball(networks, assert_moments):
    """Cone and ball together: the half ball, whose mean is known in any dimension."""
    space = VersionSpace.classification(
        Arrangement((), Inputs(5, False)), np.eye(5)[:1], np.ones(1), radius=2.0
    )
    draws = sample(space, 12_800, np.random.default_rng(0), start=np.ones((1, 5)))
    ball = networks(draws) * draws.radii()[:, None]
    assert np.linalg.norm(ball, axis=1).max() <= 2
    mean = 2 * special.gamma(3.5) / (np.sqrt(np.pi) * special.gamma(4))
    assert_moments(draws, [mean, 0, 0, 0, 0], np.full(5, 4 / 7), ball)


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_depth_truncates_where_it_says(hidden, problem, assert_moments):
    """One gated cut f >= depth: a truncated normal of the prior's variance."""
    arrangement, X, _ = problem(hidden, k=1)
    space = VersionSpace.classification(arrangement, X, np.ones(1), depth=1.5, gated=True)
    sd = np.sqrt(space.operator.covariance[0, 0])
    law = stats.truncnorm(1.5 / sd, np.inf, scale=sd)
    draws = sample(space, 12_800, np.random.default_rng(0))
    assert_moments(draws, law.mean(), law.moment(2), draws.values)


@pytest.mark.slow
def test_elastic_cut_has_a_price(assert_moments):
    """Density phi(f) exp(-C max(0, -f)), by quadrature."""
    space = VersionSpace.classification(
        Arrangement((), Inputs(2, False)), np.eye(2)[:1], [1.0], cost=2.0
    )

    def weight(f):
        return np.exp(-(f**2) / 2 - space.cuts.price[0] * max(0.0, -f))

    total, first, second = (
        integrate.quad(lambda f, p=p: f**p * weight(f), -9, 9, points=[0])[0] for p in range(3)
    )
    draws = sample(space, 25_600, np.random.default_rng(0), thinning=2)
    assert (draws.values < 0).any()
    assert_moments(draws, first / total, second / total, draws.values)
