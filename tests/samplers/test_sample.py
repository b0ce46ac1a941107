"""Every draw is a network of the version space, and the seed decides which."""

import numpy as np
import pytest

from cutplane.samplers import sample
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (5,), (3, 2), (2, 2, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("slabs", [False, True])
def test_every_draw_satisfies_every_hard_cut(hidden, gated, slabs, problem):
    arrangement, X, y = problem(hidden)
    if slabs:
        space = VersionSpace.regression(
            arrangement, X, 0.3 * X[:, 0], epsilon=0.1, radius=4.0, gated=gated
        )
    else:
        space = VersionSpace.classification(arrangement, X, y, gated=gated)
    draws = sample(space, 80, np.random.default_rng(0), burn_in=20, n_chains=8)
    for weights in draws:
        prediction, sign = space.slacks(weights)
        assert prediction.min() > -1e-9
        assert sign.min(initial=0.0) > -1e-9
        assert not slabs or np.linalg.norm(weights) <= 4 * (1 + 1e-9)
    spread = draws.weights.std(axis=0)
    assert (spread > 0.02 * spread.max()).all()


@pytest.mark.slow
def test_repeated_rows_change_nothing(problem, networks):
    arrangement, X, y = problem((3,), k=2)
    once = VersionSpace.classification(arrangement, X, y)
    twice = once.with_labels(X, y)
    a, b = (
        sample(s, 6_400, np.random.default_rng(seed), thinning=2)
        for seed, s in enumerate((once, twice))
    )
    error = np.sqrt(
        networks(a).var(axis=0) * (1 / a.diagnostics.min_ess + 1 / b.diagnostics.min_ess)
    )
    assert (np.abs(networks(a).mean(axis=0) - networks(b).mean(axis=0)) / error).max() < 4.5


@pytest.mark.parametrize("slabs", [False, True])
def test_same_seed_same_draws(slabs, problem):
    arrangement, X, y = problem((3,))
    space = (
        VersionSpace.regression(arrangement, X, 0.3 * X[:, 0], epsilon=0.1, radius=4.0)
        if slabs
        else VersionSpace.classification(arrangement, X, y)
    )
    one, two, other = (
        sample(space, 20, np.random.default_rng(seed), burn_in=3) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.weights, two.weights)
    assert not np.allclose(one.weights, other.weights)
