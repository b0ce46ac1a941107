"""One sweep up and down a tree solves the dense Newton system, whatever its leaves are made of."""

import numpy as np
import pytest

from cutplane.newton.gram_sketch import GramSketch
from cutplane.newton.nodes import RowNodes, WeightLeaves, grown, leaf_storage, tree_system
from cutplane.newton.sketched_system import sketched_tree
from cutplane.newton.tree_system import Root, TreeSystem
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.operator import KernelOperator
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

HIDDEN = [(5,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]
SHAPES = [(3, 8), (7, 7), (9, 4)]  # fewer rows than weights, as many, more


def by_rows(system):
    operator, lam, curvature, tau = system.arguments
    leaves = RowNodes(operator.layers[0], operator.covariance / tau, lam[0])
    return grown(leaves, operator, lam, curvature)


def by_own_rows(system):
    """As by rows, each leaf with a covariance of its own, as in the final solve."""
    operator, lam, curvature, tau = system.arguments
    own = np.tile(operator.covariance / tau, (lam[0].shape[0], 1, 1))
    return grown(RowNodes(operator.layers[0], own, lam[0]), operator, lam, curvature)


def by_weights(system):
    operator, lam, curvature, tau = system.arguments
    leaves = WeightLeaves(operator.layers[0], operator.tree.rows, lam[0], tau)
    return grown(leaves, operator, lam, curvature)


def by_exact_sketch(system):
    operator, lam, curvature, tau = system.arguments
    return sketched_tree(operator, GramSketch(0.0, operator.tree.rows), lam, curvature, tau)


def chosen(system):
    return tree_system(*system.arguments)


def random_rows(system, seed=1):
    rng = np.random.default_rng(seed)
    return system.rows(rng.normal(size=system.matrix.shape[0]))


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(("k", "d"), SHAPES)
@pytest.mark.parametrize(
    "factored",
    [chosen, by_rows, by_own_rows, by_weights, by_exact_sketch],
    ids=lambda f: f.__name__,
)
def test_solves_the_dense_system(dense_system, factored, k, d, hidden):
    system = dense_system(hidden, k, d)
    tree = factored(system)
    for seed in (1, 2):
        residual = random_rows(system, seed)
        step, expected = tree.solve(residual), system.solution(residual)
        np.testing.assert_allclose(system.flat(step.forces), system.flat(expected), rtol=1e-8)
        values = system.operator.apply(step.forces) / system.tau
        np.testing.assert_allclose(
            system.flat(step.values), system.flat(values), rtol=1e-7, atol=1e-9
        )


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("factored", [chosen, by_rows, by_weights, by_exact_sketch])
def test_a_solve_leaves_no_trace(dense_system, factored, hidden):
    system = dense_system(hidden, 6, 4)
    tree, residual = factored(system), random_rows(system)
    first = system.flat(tree.solve(residual).forces)
    tree.solve(random_rows(system, 2))
    np.testing.assert_array_equal(system.flat(tree.solve(residual).forces), first)


@pytest.mark.parametrize("hidden", HIDDEN[:3])
def test_stiff_rows_keep_small_residuals(dense_system, hidden):
    """Multipliers over eight orders of magnitude: the residual stays small, not the error."""
    system = dense_system(hidden, 8, 5, spread=1e4)
    residual = random_rows(system)
    forces = system.flat(chosen(system).solve(residual).forces)
    left = system.matrix @ forces - system.flat(residual)
    scale = np.abs(system.matrix) @ np.abs(forces) + np.abs(system.flat(residual))
    assert (np.abs(left) / scale).max() < 1e-9


def test_without_sign_rows_the_root_is_the_kernel_system():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6, 3))
    arrangement = sample_arrangement(X, (5, 4), rng)
    space = VersionSpace.classification(arrangement, X, np.ones(6), gated=True)
    assert isinstance(space.operator, KernelOperator)
    curvature, residual = rng.uniform(0.5, 2, 6), rng.normal(size=6)
    step = tree_system(space.operator, (), curvature, 2.0).solve(RowValues(residual))
    H = space.operator.covariance / 2 + np.diag(curvature)
    np.testing.assert_allclose(step.forces.root, np.linalg.solve(H, residual))
    np.testing.assert_allclose(step.values.root, space.operator.covariance @ step.forces.root / 2)


def test_root_multiplies_by_its_reach():
    rng = np.random.default_rng(0)
    F = rng.normal(size=(5, 5))
    S, reach, curvature = F @ F.T, rng.uniform(0.1, 1, 5), rng.uniform(1, 2, 5)
    residual = rng.normal(size=5)
    step = TreeSystem((), Root(S, curvature, reach)).solve(RowValues(residual))
    H = reach[:, None] * S * reach + np.diag(curvature)
    np.testing.assert_allclose(step.forces.root, np.linalg.solve(H, residual))
    np.testing.assert_allclose(step.values.root, residual - curvature * step.forces.root)


def test_an_indefinite_root_is_an_error_of_linear_algebra():
    with pytest.raises(np.linalg.LinAlgError):
        Root(-2 * np.eye(2), np.ones(2))


def test_leaves_store_the_smaller_matrix():
    assert leaf_storage(20, 4) == 16
    assert leaf_storage(5, 40) == 25
