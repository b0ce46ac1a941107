"""The lift from values on the labelled rows to networks."""

import numpy as np
import pytest

from cutplane.samplers import sample
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (5,), (3, 2), (2, 2, 2)]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_scores_are_the_sampled_networks(hidden, gated, leaf_features, problem, networks, climb):
    """The lift reproduces the values on labelled rows; new rows follow Theorem 4.2."""
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y, gated=gated)
    draws = sample(space, 5, np.random.default_rng(0), burn_in=5, n_chains=5)
    unit = space.rows / space.lengths[:, None]
    f = networks(draws) @ leaf_features(space.patterns, unit).T
    values = climb(space, draws.values)[-1][:, 0] if space.has_sign_rows else draws.values
    np.testing.assert_allclose(f, values, atol=1e-9)
    np.testing.assert_allclose(draws.scores(X), f * space.lengths, atol=1e-9)
    new = np.random.default_rng(1).normal(size=(7, 2))
    rows = arrangement.inputs.of(new)
    gated_f = networks(draws) @ leaf_features(arrangement.patterns(new), rows).T
    if not space.has_sign_rows:
        np.testing.assert_allclose(draws.scores(new), gated_f, atol=1e-9)
