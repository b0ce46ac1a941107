"""The system of the final solve against dense algebra: every kind of node, one to four layers."""

import numpy as np
import pytest

from cutplane.final.cone_nodes import FactorLeaves, FactorNodes, cone_system
from cutplane.final.cone_scaling import ConeScaling, squared_size
from cutplane.final.scaled import Scaled
from cutplane.newton.nodes import RowNodes
from cutplane.space.row_values import RowValues

#: Hidden layers, rows, features (and a constant), and the nodes of the first layer.
CASES = [
    ((6,), 4, 6, RowNodes),  # as many dimensions as rows
    ((6,), 9, 2, FactorLeaves),  # fewer
    ((4, 3), 4, 6, FactorNodes),
    ((4, 3), 9, 2, FactorNodes),
    ((3, 2, 2), 7, 3, FactorNodes),
    ((2, 2, 2, 2), 6, 3, FactorNodes),
]


def random_cones(m, r, rng):
    u, z = rng.standard_normal((2, m, r))
    tau, z0 = np.linalg.norm(u, axis=1) + 0.5, np.linalg.norm(z, axis=1) + 2.0
    return ConeScaling.at(tau, u, z0, z, (squared_size(tau, u), squared_size(z0, z)))


def dense(p, cones, stiffness):
    """``A H A^T + diag(1 / W)`` over sign rows and predictions, by probing forces."""
    shapes = [own.shape for own in stiffness]
    sizes = [int(np.prod(shape)) for shape in shapes]
    k = p.tree.n_rows

    def split(flat):
        root, *layers = np.split(flat, np.cumsum([k, *sizes])[:-1])
        return root, [own.reshape(shape) for own, shape in zip(layers, shapes, strict=True)]

    columns = []
    for unit in np.eye(k + sum(sizes)):
        root, layers = split(unit)
        values, prediction = p.values(cones.squared(p.pulls(layers, root))[1])
        columns.append(np.concatenate([prediction, *(own.ravel() for own in values)]))
    diagonal = np.concatenate([np.full(k, k), *(1 / own.ravel() for own in stiffness)])
    return np.array(columns).T + np.diag(diagonal), split


def system_of(p, *, spread=2.0, seed=1):
    rng = np.random.default_rng(seed)
    m = p.tree.n_nodes[0] if p.tree.layers else 1
    cones = random_cones(m, p.tree.rows.shape[1], rng)
    shapes = [own.shape for own in p.multipliers()]
    stiffness = [spread ** rng.uniform(-1, 1, shape) for shape in shapes]
    matrix, split = dense(p, cones, stiffness)
    return cone_system(p.tree, p.leaf_rows, cones, stiffness, p.reach), matrix, split, stiffness


def solved(system, split, flat):
    root, layers = split(flat)
    forces = system.solve(RowValues(root, tuple(layers))).forces
    return np.concatenate([forces.root, *(own.ravel() for own in forces.layers)])


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "k", "d", "kind"), CASES)
def test_solves_the_dense_system(problem, hidden, k, d, kind):
    space, y = problem(hidden, k=k, d=d)
    system, matrix, split, stiffness = system_of(Scaled.of(space, y, 1e-2).problem)
    assert isinstance(system.nodes[0], kind)
    for seed in (1, 2):
        residual = np.random.default_rng(seed).standard_normal(len(matrix))
        np.testing.assert_allclose(
            solved(system, split, residual), np.linalg.solve(matrix, residual), rtol=1e-7, atol=1e-9
        )
        root, layers = split(residual)
        step = system.solve(RowValues(root, tuple(layers)))
        rows = zip(layers, step.values.layers, step.forces.layers, stiffness, strict=True)
        for own, change, force, weight in rows:
            np.testing.assert_allclose(change + force / weight, own, atol=1e-9)
        np.testing.assert_allclose(step.values.root + k * step.forces.root, root, atol=1e-9)


def test_leaves_with_some_of_their_rows(problem):
    space, y = problem((10,), k=40, d=2)
    p = Scaled.of(space, y, 1e-2).problem.nearest()
    assert p.leaf_rows.nearest is not None
    system, matrix, split, _ = system_of(p)
    residual = np.random.default_rng(0).standard_normal(len(matrix))
    np.testing.assert_allclose(
        solved(system, split, residual), np.linalg.solve(matrix, residual), rtol=1e-7, atol=1e-9
    )


@pytest.mark.parametrize(("hidden", "gated"), [((), False), ((6,), True), ((4, 3), True)])
def test_without_sign_rows_only_predictions_are_left(problem, hidden, gated):
    space, y = problem(hidden, k=6, gated=gated)
    system, matrix, split, _ = system_of(Scaled.of(space, y, 1e-2).problem)
    assert not system.nodes
    residual = np.random.default_rng(0).standard_normal(6)
    np.testing.assert_allclose(solved(system, split, residual), np.linalg.solve(matrix, residual))


@pytest.mark.parametrize(("hidden", "k", "d", "kind"), CASES)
def test_a_second_solve_gives_the_same_answer(problem, hidden, k, d, kind):
    space, y = problem(hidden, k=k, d=d)
    system, matrix, split, _ = system_of(Scaled.of(space, y, 1e-2).problem)
    one, two = np.random.default_rng(0).standard_normal((2, len(matrix)))
    first = solved(system, split, one)
    solved(system, split, two)
    np.testing.assert_array_equal(solved(system, split, one), first)


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "k", "d", "kind"), CASES)
def test_stiff_rows_keep_small_residuals(problem, hidden, k, d, kind):
    """Near the optimum multiplier over slack spans many orders of magnitude."""
    space, y = problem(hidden, k=k, d=d)
    system, matrix, split, _ = system_of(Scaled.of(space, y, 1e-2).problem, spread=1e6)
    residual = np.random.default_rng(0).standard_normal(len(matrix))
    forces = solved(system, split, residual)
    scale = np.abs(matrix) @ np.abs(forces) + np.abs(residual)
    assert (np.abs(matrix @ forces - residual) / scale).max() < 1e-6
