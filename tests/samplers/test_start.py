"""Chains start inside, or say why not."""

import numpy as np
import pytest

from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.samplers import sample, start_chains
from cutplane.space.version_space import VersionSpace


@pytest.mark.slow
def test_starts_are_checked(problem):
    arrangement, X, y = problem((3,))
    space = VersionSpace.classification(arrangement, X, y)
    center = analytic_center(space)
    rng = np.random.default_rng(0)
    start = start_chains(space, center.weights / center.scale, 2)
    np.testing.assert_allclose(start.values, start_chains(space, center, 2).values, atol=1e-6)
    with pytest.raises(InvalidInputError, match="violates a hard cut"):
        sample(space, 2, rng, start=-center.weights)
    with pytest.raises(InvalidInputError, match="shape"):
        sample(space, 2, rng, start=center.weights[:-1])
    with pytest.raises(InvalidInputError, match="center of 6 cuts"):
        sample(space.with_labels(X[:1], y[:1]), 2, rng, start=center)
    with pytest.raises(InvalidInputError, match="without labels"):
        sample(space.cleared(), 2, rng)
    with pytest.raises(InvalidInputError, match="at least one of each"):
        sample(space, 0, rng)
    slab = VersionSpace.regression(arrangement, X, y, epsilon=5.0, radius=1e-3)
    with pytest.raises(InvalidInputError, match="radius"):
        sample(slab, 2, rng, start=center.weights)
    with pytest.raises(InvalidInputError, match="cone"):
        sample(slab, 2, rng).radii()
