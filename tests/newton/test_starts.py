"""Warm starts lead to the center of a cold one, in fewer steps; exact starts need none."""

from dataclasses import replace

import numpy as np
import pytest

from cutplane.newton.analytic import analytic_center
from cutplane.newton.gravity import gravity_center
from cutplane.newton.starts import cold_start, handed_on, start_by_law, warm_start
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_warm_start_reaches_the_same_center(labelled, hidden, gated):
    arrangement, X, y = labelled(hidden, seed=4)
    space = VersionSpace.classification(arrangement, X[:1], y[:1], gated=gated)
    center = analytic_center(space, tol=1e-10)
    for i in range(1, len(y)):
        space = space.with_labels(X[i : i + 1], y[i : i + 1])
        center = analytic_center(space, center, tol=1e-10)
    cold = analytic_center(VersionSpace.classification(arrangement, X, y, gated=gated), tol=1e-10)
    np.testing.assert_allclose(center.weights, cold.weights, atol=1e-8)


@pytest.mark.parametrize("X", [[[2.0]], np.eye(2), [[3.0, 4.0]]])
def test_an_exact_cold_start_is_the_center(X):
    """Orthogonal rows have their center in closed form, where the decrement is zero."""
    X = np.array(X)
    arrangement = sample_arrangement(X, (), np.random.default_rng(0), fit_intercept=False)
    space = VersionSpace.classification(arrangement, X, np.ones(len(X)))
    center = analytic_center(space)
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    np.testing.assert_allclose(center.weights / center.scale, [unit.sum(axis=0)])


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_a_warm_start_is_nearer_than_a_cold_one(labelled, hidden, gated):
    arrangement, X, y = labelled(hidden, k=12, seed=4)
    space = VersionSpace.classification(arrangement, X[:11], y[:11], gated=gated)
    before = analytic_center(space)
    grown = space.with_labels(X[11:], y[11:])
    assert analytic_center(grown, before).n_iter <= analytic_center(grown).n_iter


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_multipliers_are_positive_and_keep_those_of_known_rows(labelled, hidden, gated):
    arrangement, X, y = labelled(hidden, seed=4)
    space = VersionSpace.classification(arrangement, X[:8], y[:8], gated=gated, cost=2.0)
    before = analytic_center(space).multipliers
    grown = space.with_labels(X[8:], y[8:])
    for begin in (warm_start(grown, before), cold_start(grown)):
        assert (y * begin.root > 0).all()
        assert (np.abs(begin.root) < grown.cuts.price).all()
        shapes = [(count.size, 9) for count in grown.operator.multiplicity]
        assert [own.shape for own in begin.sign] == shapes
        assert all((own > 0).all() for own in begin.sign)
    np.testing.assert_allclose(warm_start(grown, before).root[:8], before.root)


def test_multipliers_above_a_lower_price_are_brought_inside(labelled):
    arrangement, X, y = labelled((6,))
    hard = VersionSpace.classification(arrangement, X, y)
    cheap = hard.repriced(0.1)
    begin = warm_start(cheap, analytic_center(hard).multipliers)
    assert (np.abs(begin.root) < cheap.cuts.price).all()
    assert analytic_center(cheap, analytic_center(hard)).status == "optimal"


@pytest.mark.parametrize("hidden", HIDDEN)
def test_numbers_are_handed_on_to_every_part_of_a_class(labelled, hidden):
    arrangement, X, y = labelled(hidden, seed=4)
    space = VersionSpace.classification(arrangement, X, y)
    part = space.of_rows(slice(3))
    rng = np.random.default_rng(0)
    numbers = part.operator.row_values(
        rng.normal(size=3), [rng.normal(size=(count.size, 3)) for count in part.tree.multiplicity]
    )
    more = handed_on(numbers, part.tree, space.operator)
    np.testing.assert_array_equal(more.root, np.append(numbers.root, np.zeros(6)))
    for own in more.layers:
        assert not own[:, 3:].any()
    for own, before in zip(more.layers[:1], numbers.layers[:1], strict=True):
        np.testing.assert_array_equal(space.tree.expand(own)[:, :3], part.tree.expand(before))
    one = part.operator.row_values(np.ones(3), [np.ones_like(own) for own in numbers.layers])
    assert handed_on(one, part.tree, space.operator).total() == one.total()


@pytest.mark.parametrize("seed", range(3))
def test_by_the_law_newton_takes_fewer_steps_to_the_same_center(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, 6))
    y = np.where(X[:, 0] + X[:, 1] ** 2 + 0.3 * rng.normal(size=120) > 0.8, 1.0, -1.0)
    arrangement = sample_arrangement(X, (50,), rng)
    space = VersionSpace.classification(arrangement, X, y, gated=True, cost=30.0)
    gravity = gravity_center(space.assuming(Hypothesis(flip=0.1, noise=0.1)))
    start = replace(gravity, multipliers=start_by_law(space, gravity.law))
    cold, warm = analytic_center(space), analytic_center(space, start)
    assert warm.n_iter <= cold.n_iter - 2
    assert warm.prediction == pytest.approx(cold.prediction, abs=1e-6 * abs(cold.prediction).max())
