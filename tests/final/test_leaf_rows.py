"""The sign rows that leaves keep."""

import numpy as np
import pytest

from cutplane.final.leaf_rows import LeafRows
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree


@pytest.fixture
def leaf_rows():
    """Leaves of 15 patterns on 30 unit rows of the plane and the constant."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 2))
    patterns = sample_arrangement(X, (15,), rng).patterns(X)
    rows = np.column_stack([X, np.ones(30)])
    tree = GateTree.from_patterns(rows / np.linalg.norm(rows, axis=1)[:, None], patterns)
    return LeafRows.all(tree.rows, tree.layers[0]), tree.layers[0]


def test_all_rows_pull_towards_the_center(leaf_rows):
    rows, layer = leaf_rows
    pulls = rows.pulls(rows.center)
    assert (layer.sigma * rows.values(pulls) > 0).all()
    assert np.linalg.norm(pulls, axis=1) == pytest.approx(np.sqrt(30))


def test_nearest_rows_agree_with_the_same_places_of_all_rows(leaf_rows):
    rows, _ = leaf_rows
    few = rows.nearest_rows(8)
    rng = np.random.default_rng(1)
    u = rng.standard_normal((rows.center.shape[0], 3))
    matrices = rng.standard_normal((u.shape[0], 3, 3))
    assert few.values(u) == pytest.approx(np.take_along_axis(rows.values(u), few.nearest, axis=1))
    places = few.nearest[:, None, :]
    assert few.mapped(matrices) == pytest.approx(
        np.take_along_axis(rows.mapped(matrices), places, axis=2)
    )
    forces = np.zeros_like(rows.center)
    np.put_along_axis(forces, few.nearest, few.center, axis=1)
    assert few.pulls(few.center) == pytest.approx(rows.pulls(forces))
    assert np.linalg.norm(few.pulls(few.center), axis=1) == pytest.approx(np.sqrt(8))


def test_nearest_rows_have_the_least_slack_at_the_center(leaf_rows):
    rows, _ = leaf_rows
    few = rows.nearest_rows(8)
    slack = abs(rows.values(rows.pulls(rows.center)))
    kept = np.take_along_axis(slack, few.nearest, axis=1)
    assert kept.mean() < slack.mean() / 1.5


def test_restricted_keeps_some_leaves(leaf_rows):
    few = leaf_rows[0].nearest_rows(8)
    leaves = np.array([3, 5])
    u = np.ones((2, 3))
    everyone = np.ones((few.center.shape[0], 3))
    assert few.restricted(leaves).values(u) == pytest.approx(few.values(everyone)[leaves])
