"""The sign rows that leaves keep, and the small matrices of their Newton system."""

import numpy as np
import pytest

from cutplane.final.cone_scaling import ConeScaling, longest_step, squared_size
from cutplane.final.leaf_rows import LeafRows
from cutplane.newton.small_matrices import inverse_root, root_by_qr
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


@pytest.mark.parametrize("r", [1, 3, 12])
def test_inverse_roots(r):
    factors = np.random.default_rng(0).standard_normal((4, r, 2 * r))
    information = factors @ factors.transpose(0, 2, 1) + np.eye(r)
    for inverse in (inverse_root(information), np.linalg.inv(root_by_qr(factors))):
        whitened = inverse @ information @ inverse.transpose(0, 2, 1)
        assert whitened == pytest.approx(np.broadcast_to(np.eye(r), whitened.shape), abs=1e-9)


def test_no_root_of_an_indefinite_matrix():
    with pytest.raises(np.linalg.LinAlgError):
        inverse_root(np.diag([1.0, -1.0])[None])


def test_scaling_maps_dual_to_primal():
    rng = np.random.default_rng(0)
    u, z = rng.standard_normal((2, 5, 3))
    tau, z0 = np.linalg.norm(u, axis=1) + 0.5, np.linalg.norm(z, axis=1) + 2.0
    cones = ConeScaling.at(tau, u, z0, z, (squared_size(tau, u), squared_size(z0, z)))
    once = cones.scale(z0, z)
    for got, expected in zip(cones.scale(*once), (tau, u), strict=True):
        assert got == pytest.approx(expected)
    for got, expected in zip(cones.unscale(tau, u), once, strict=True):
        assert got == pytest.approx(expected)
    twice = cones.scale(*cones.scale(np.zeros(5), u))
    for got, expected in zip(cones.squared(u), twice, strict=True):
        assert got == pytest.approx(expected)
    root = cones.root()
    assert (root @ root @ u[:, :, None])[:, :, 0] == pytest.approx(cones.squared(u)[1])


def test_longest_step_ends_on_the_boundary():
    t, v = np.ones(2), np.zeros((2, 3))
    dv = np.array([[0.5, 0, 0], [0, 2.0, 0]])
    assert longest_step(t, v, np.zeros(2), dv, t**2) == pytest.approx(0.5)
