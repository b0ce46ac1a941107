"""Spaces and centers come back from plain arrays, which are checked against each other."""

import json

import numpy as np
import pytest

from cutplane.centers.sampled_gravity import sampled_gravity_center
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.space.version_space import VersionSpace


def rough_gravity(space):
    return sampled_gravity_center(space, max_iter=2, n_chains=4, burn_in=5)


def stored(thing):
    arrays, metadata = thing.to_arrays()
    return arrays, json.loads(json.dumps(metadata))


@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("solve", [analytic_center, rough_gravity])
def test_a_space_and_its_center_come_back_from_arrays(labelled, solve, gated, hidden):
    arrangement, X, y = labelled(hidden, k=5)
    space = VersionSpace.classification(arrangement, X, y, gated=gated, depth=0.1)
    center = solve(space)
    again = VersionSpace.from_arrays(*stored(space))
    loaded = Center.from_arrays(*stored(center), again)
    np.testing.assert_array_equal(loaded.weights, center.weights)
    assert (loaded.status, loaded.standard_error) == (center.status, center.standard_error)
    assert again.cost == np.inf
    np.testing.assert_array_equal(again.cuts.depth, space.cuts.depth)
    assert analytic_center(again, loaded).n_iter == analytic_center(space, center).n_iter


@pytest.mark.parametrize("name", ["root", "prediction", "sign_0", "explicit"])
def test_a_center_of_another_shape_is_refused(labelled, name):
    arrangement, X, y = labelled((6,), k=5)
    space = VersionSpace.classification(arrangement, X, y)
    arrays, metadata = rough_gravity(space).to_arrays()
    with pytest.raises(ValueError, match="expected"):
        Center.from_arrays(arrays | {name: arrays[name][..., :-1]}, metadata, space)


@pytest.mark.parametrize("name", ["rows", "y", "depth", "patterns_0"])
def test_a_space_of_another_shape_is_refused(labelled, name):
    arrays, metadata = VersionSpace.classification(*labelled((6,), k=5)).to_arrays()
    with pytest.raises(ValueError, match="expected"):
        VersionSpace.from_arrays(arrays | {name: arrays[name][..., :-1]}, metadata)
