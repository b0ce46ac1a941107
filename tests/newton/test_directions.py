"""Directions by a kept preconditioner lead to the same center, and poor sketches to the tree."""

import numpy as np
import pytest

from cutplane.newton import analytic, directions, sketched_system
from cutplane.newton.analytic import analytic_center
from cutplane.newton.directions import Directions
from cutplane.newton.dual_point import DualPoint
from cutplane.newton.gram_sketch import GramSketch
from cutplane.newton.sketched_system import SketchFailedError
from cutplane.newton.starts import cold_start
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 20)) / np.sqrt(np.arange(1, 21))
Y = np.where(X[:, 0] > 0, 1.0, -1.0)


@pytest.fixture
def space():
    return VersionSpace.classification(sample_arrangement(X, (30,), RNG), X[:40], Y[:40])


@pytest.fixture
def built(monkeypatch):
    """Preconditioners that are built, and factored trees."""
    counts = {"sketched_tree": 0, "tree_system": 0}

    def counting(module, name):
        function = getattr(module, name)

        def called(*arguments):
            counts[name] += 1
            return function(*arguments)

        monkeypatch.setattr(module, name, called)

    counting(sketched_system, "sketched_tree")
    counting(directions, "tree_system")
    return counts


def point_of(space):
    return DualPoint.at(space, cold_start(space).forces(space.operator))


def test_the_center_is_that_of_factored_trees(space, monkeypatch):
    sketched = analytic_center(space, tol=1e-9)
    monkeypatch.setattr(analytic, "worthwhile", lambda space: False)
    factored = analytic_center(space, tol=1e-9)
    np.testing.assert_allclose(sketched.prediction, factored.prediction, rtol=1e-8)


def test_a_preconditioner_is_kept_while_newton_converges(space, built, monkeypatch):
    monkeypatch.setattr(analytic, "worthwhile", lambda space: True)
    center = analytic_center(space, tol=1e-7)
    assert center.status == "optimal"
    assert 2 <= built["sketched_tree"] < center.n_iter
    assert built["tree_system"] == 0


def test_one_that_has_become_too_poor_is_built_anew(space, built, monkeypatch):
    way, point = Directions(space, GramSketch.of(space.tree)), point_of(space)
    first = way.at(point)
    way._kept, solve = first, directions.SketchedSystem

    class Poor(solve):
        def solve(self, residual):
            if self.preconditioner is first:
                raise SketchFailedError
            return super().solve(residual)

    monkeypatch.setattr(directions, "SketchedSystem", Poor)
    again = way.at(point)
    np.testing.assert_allclose(again.step.forces.root, first.step.forces.root, rtol=1e-5)
    assert built == {"sketched_tree": 2, "tree_system": 0}


def test_a_sketch_that_failed_at_one_point_is_tried_at_the_next(space, built, monkeypatch):
    way, point = Directions(space, GramSketch.of(space.tree)), point_of(space)
    exact, solve = way._factored(point), directions.SketchedSystem.solve
    with monkeypatch.context() as patch:

        def fails(self, residual):
            raise SketchFailedError

        patch.setattr(directions.SketchedSystem, "solve", fails)
        found = way.at(point)
    np.testing.assert_array_equal(found.step.forces.root, exact.step.forces.root)
    assert found.accuracy == 0
    assert directions.SketchedSystem.solve is solve
    assert way.at(point).accuracy > 0
    assert built["tree_system"] == 2


def test_more_rows_than_weights_have_the_largest_eigenpairs_of_their_products(space):
    tree = space.tree  # 40 rows of 21 weights
    sketch = GramSketch.of(tree)
    values, vectors = np.linalg.eigh(tree.gram)
    q = sketch.basis.shape[1]
    assert sketch.delta == pytest.approx(values[:-q].mean())
    expected = (vectors[:, -q:] * (values[-q:] - sketch.delta)) @ vectors[:, -q:].T
    np.testing.assert_allclose(sketch.basis @ sketch.basis.T, expected, atol=1e-10)


@pytest.mark.parametrize(("k", "rank"), [(100, 8), (400, 10), (800, 14)])
def test_many_rows_have_a_sketch_of_higher_rank(k, rank):
    rows = np.random.default_rng(1).normal(size=(k, 14))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert GramSketch.of(GateTree(rows, ())).basis.shape == (k, rank)
