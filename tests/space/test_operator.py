"""Tree and kernel are one linear map, seen by leaves or by predictions."""

import numpy as np
import pytest

from cutplane.space.arrangement import sample_arrangement
from cutplane.space.operator import KernelOperator, TreeOperator
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (5,), (4, 3), (3, 2, 2)]


def space_of(hidden, *, gated=False, k=6):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(k, 3))
    arrangement = sample_arrangement(rng.normal(size=(40, 3)), hidden, rng)
    return VersionSpace.classification(arrangement, X, np.ones(k), gated=gated)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_a_space_chooses_the_tree_where_it_has_sign_rows(hidden, gated):
    space = space_of(hidden, gated=gated)
    kind = TreeOperator if hidden and not gated else KernelOperator
    assert type(space.operator) is kind
    assert bool(space.operator.layers) == space.has_sign_rows
    _, sign = space.slacks(np.zeros((space.arrangement.n_leaves, space.rows.shape[1])))
    assert space.operator.n_sign_rows == sign.size


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_apply_gives_the_values_of_the_weights_of_the_forces(hidden, gated):
    space = space_of(hidden, gated=gated)
    operator, rng = space.operator, np.random.default_rng(1)
    layers = [rng.normal(size=(c.size, space.n_rows)) for c in operator.multiplicity]
    forces = operator.row_values(rng.normal(size=space.n_rows), layers)
    tree = space.tree
    weights = tree.forces(forces.root, layers or tree.no_forces()) @ tree.rows
    values, prediction = tree.values(weights @ tree.rows.T)
    got = operator.apply(forces)
    np.testing.assert_allclose(got.root, prediction, atol=1e-12)
    for own, expected in zip(got.layers, values[: len(layers)], strict=True):
        np.testing.assert_allclose(own, expected, atol=1e-12)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_classes_change_no_value(hidden, gated):
    """Over the tree of every unit, the same prediction and as large a norm."""
    space = space_of(hidden, gated=gated, k=3)
    root = np.random.default_rng(1).normal(size=3)
    norms = []
    for operator in (space.operator, space.operator.on(space.full_tree)):
        forces = operator.row_values(root, [np.zeros((c.size, 3)) for c in operator.multiplicity])
        values = operator.apply(forces)
        norms.append([values.dot(forces), *values.root])
    np.testing.assert_allclose(norms[0], norms[1], rtol=1e-10)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_what_is_observed_of_a_force_has_the_covariance_of_the_blocks(hidden, gated):
    operator = space_of(hidden, gated=gated, k=4).operator
    rng = np.random.default_rng(1)
    forces = rng.normal(size=(operator.n_blocks, 4) if operator.layers else 4)
    observed = operator.observed(operator.leaf_forces(forces) @ operator.tree.gram)
    np.testing.assert_allclose(observed, forces @ operator.covariance, atol=1e-12)


def test_units_of_a_class_are_averaged():
    space = space_of((5,), k=2)
    units = np.random.default_rng(1).normal(size=(7, space.arrangement.n_leaves, 2))
    merged = space.operator.per_class(units)
    assert merged.shape == (7, space.operator.n_blocks, 2)
    weighted = space.operator.multiplicity[0][:, None] * merged
    np.testing.assert_allclose(weighted.sum(axis=1), units.sum(axis=1))
    constant = space.tree.expand(np.arange(space.operator.n_blocks, dtype=float))
    np.testing.assert_allclose(
        space.operator.per_class(np.column_stack([constant, constant]))[:, 0],
        np.arange(space.operator.n_blocks),
    )
