"""Conjugate gradients under the sketched tree: as exact as they promise, or they say so."""

import numpy as np
import pytest

from cutplane.newton.gram_sketch import EXACT_RANK, GramSketch, SketchedLeaves
from cutplane.newton.sketched_system import (
    FORCING,
    SketchedSystem,
    SketchFailedError,
    sketched_tree,
    worthwhile,
)
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

HIDDEN = [(6,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]
#: Networks, labelled rows and features; more rows of more layers make matrices of 7,000.
PROBLEMS = [(hidden, k, d) for hidden in HIDDEN for k, d in ((12, 9), (8, 30))]
PROBLEMS += [(hidden, 20, 20) for hidden in HIDDEN[:2]]


def energy(system, flat):
    return float(np.sqrt(flat @ (multiplicity(system) * (system.matrix @ flat))))


def multiplicity(system):
    """Units behind every row, in whose inner product the matrix is symmetric."""
    k = system.operator.tree.n_rows
    return np.concatenate([np.ones(k), *(np.repeat(c, k) for c in system.operator.multiplicity)])


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "k", "d"), PROBLEMS)
def test_error_is_as_promised_in_the_norm_of_the_system(dense_system, hidden, k, d):
    system = dense_system(hidden, k, d)
    sketch = GramSketch.of(system.operator.tree)
    assert not sketch.exact
    solver = SketchedSystem(system.operator, sketch, *system.arguments[1:])
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        residual = system.rows(rng.normal(size=system.matrix.shape[0]))
        step, exact = solver.solve(residual), system.flat(system.solution(residual))
        error = energy(system, system.flat(step.forces) - exact) / energy(system, exact)
        assert error < 2 * FORCING
        values = system.operator.apply(step.forces) / system.tau
        assert system.flat(step.values) == pytest.approx(system.flat(values), abs=1e-4)
        assert all(own.dtype == np.float64 for own in step.forces.layers)


def test_a_second_solve_gives_the_same_answer(dense_system):
    system = dense_system((4, 3), 12, 9)
    solver = SketchedSystem(
        system.operator, GramSketch.of(system.operator.tree), *system.arguments[1:]
    )
    rng = np.random.default_rng(0)
    residual, other = (system.rows(rng.normal(size=system.matrix.shape[0])) for _ in range(2))
    first = system.flat(solver.solve(residual).forces)
    solver.solve(other)
    np.testing.assert_array_equal(system.flat(solver.solve(residual).forces), first)


def test_a_sketch_too_far_off_says_so(dense_system):
    system = dense_system((6,), 12, 9, spread=1e4)
    poor = GramSketch(1e-6, 1e-3 * np.ones((12, 1)))
    solver = SketchedSystem(system.operator, poor, *system.arguments[1:])
    residual = system.rows(np.random.default_rng(0).normal(size=system.matrix.shape[0]))
    with pytest.raises(SketchFailedError):
        solver.solve(residual)


def test_nothing_to_solve_is_no_convergence_either(dense_system):
    system = dense_system((6,), 12, 9)
    solver = SketchedSystem(
        system.operator, GramSketch.of(system.operator.tree), *system.arguments[1:]
    )
    with pytest.raises(SketchFailedError):
        solver.solve(system.rows(np.zeros(system.matrix.shape[0])))


@pytest.mark.parametrize(("k", "d"), [(12, EXACT_RANK), (EXACT_RANK, 12)])
def test_few_features_or_few_rows_are_sketched_exactly(dense_system, k, d):
    system = dense_system((4, 3), k, d)
    sketch = GramSketch.of(system.operator.tree)
    assert sketch.exact
    np.testing.assert_allclose(
        sketch.basis @ sketch.basis.T, system.operator.covariance, atol=1e-12
    )
    residual = system.rows(np.random.default_rng(0).normal(size=system.matrix.shape[0]))
    tree = sketched_tree(system.operator, sketch, *system.arguments[1:])
    np.testing.assert_allclose(
        system.flat(tree.solve(residual).forces), system.flat(system.solution(residual)), rtol=1e-8
    )


def test_sketched_leaves_have_the_covariance_of_the_sketch(dense_system):
    system = dense_system((6,), 12, 9)
    sketch, lam = GramSketch.of(system.operator.tree), system.multipliers[0]
    leaves = SketchedLeaves(system.operator.layers[0], sketch, lam, system.tau)
    G = (sketch.delta * np.eye(12) + sketch.basis @ sketch.basis.T) / system.tau
    force = np.random.default_rng(0).normal(size=lam.shape)
    expected = [
        np.linalg.solve(np.eye(12) + G * own**2, G) @ f for own, f in zip(lam, force, strict=True)
    ]
    np.testing.assert_allclose(leaves.apply(force), expected, atol=1e-10)


def test_a_sketch_is_worth_its_trouble_on_large_trees_and_few_features():
    rng = np.random.default_rng(0)

    def space(k, d, width, **options):
        X = rng.normal(size=(k, d))
        arrangement = sample_arrangement(rng.normal(size=(200, d)), (width,), rng)
        return VersionSpace.classification(arrangement, X, np.ones(k), **options)

    assert worthwhile(space(5, 2, 3))
    assert worthwhile(space(40, 50, 100))
    assert not worthwhile(space(10, 50, 5))
    assert not worthwhile(space(40, 50, 100, gated=True))
