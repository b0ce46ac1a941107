"""All leaves of a tree move together as one Gaussian between all its rows."""

import numpy as np
import pytest

from cutplane.samplers import start_chains
from cutplane.samplers.hamiltonian import move
from cutplane.samplers.tree_motion import TreeMotion
from cutplane.samplers.tree_motion import climb as motion_climb
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace


@pytest.mark.parametrize("hidden", [(3,), (2, 2), (2, 1, 2)])
@pytest.mark.parametrize("depth", [0.0, -0.4])
def test_motion_of_a_tree_is_that_of_one_gaussian_between_all_its_rows(hidden, depth, problem):
    """Event by event on the tree, or all rows stacked into one dense problem."""
    arrangement, X, y = problem(hidden, k=4)
    space = VersionSpace.classification(arrangement, X, y)
    tree = GateTree.without_classes(space.tree.rows, space.patterns)
    leaf = start_chains(space, None, 6).values.transpose(1, 0, 2)
    rng = np.random.default_rng(0)
    velocity = rng.normal(size=(*leaf.shape[:2], 3)) @ tree.rows.T
    time = rng.uniform(0.5, 1.5, 6)
    moved, taken = TreeMotion(tree, space.y).move(leaf, velocity, np.full((6, 4), depth), time)

    def stacked(leaf):  # signed values of every node, (C, rows)
        values = [leaf, *motion_climb(tree, leaf)]
        sigma = [np.repeat(2.0 * p.T - 1, 2, axis=0) for p in space.patterns]
        signs = [np.tile(s, (len(v) // len(s), 1)) for s, v in zip(sigma, values, strict=False)]
        both = zip([*signs, space.y[None]], values, strict=True)
        return np.concatenate([s[:, None] * v for s, v in both]).transpose(1, 0, 2).reshape(6, -1)

    units = np.eye(len(leaf) * 3).reshape(-1, len(leaf), 3) @ tree.rows.T
    matrix = np.concatenate([stacked(np.repeat(u[:, None], 6, axis=1))[:1] for u in units])
    offset = np.zeros((6, matrix.shape[1]))
    offset[:, -4:] = -depth
    dense = move(stacked(leaf), stacked(velocity), matrix.T @ matrix, time, offset)
    assert taken.all()
    np.testing.assert_allclose(stacked(moved), dense, atol=1e-7)
