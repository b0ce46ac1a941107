"""Directions without sign rows by a factor of another point are those of a factor of their own."""

import numpy as np
import pytest

from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton import kernel_directions
from cutplane.newton.analytic import analytic_center
from cutplane.newton.directions import Directions
from cutplane.newton.dual_point import DualPoint
from cutplane.newton.kernel_directions import KernelDirections
from cutplane.newton.sketched_system import FORCING
from cutplane.newton.starts import cold_start
from cutplane.space import operator
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

K = 40


@pytest.fixture(autouse=True)
def few_rows(monkeypatch):
    monkeypatch.setattr(kernel_directions, "LEAST_ROWS", K)
    monkeypatch.setattr(operator, "EXACT", K - 1)
    monkeypatch.setattr(operator, "LEAST", 8)


def space_of(kind="classes", cost=3.0, n=K):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4))
    gates = sample_arrangement(X, (15,), rng)
    if kind == "values":
        return VersionSpace.regression(
            gates, X, X[:, 0], epsilon=0.1, cost=cost, radius=9.0, gated=True
        )
    space = VersionSpace.classification(gates, X, np.sign(X[:, 0]), cost=cost, gated=True)
    return space.near if kind == "near" else space


KINDS = pytest.mark.parametrize("kind", ["classes", "near", "values"])


def points(space):
    """Where Newton's method comes along, from a cold start."""
    way, point = (
        Directions(space, None),
        DualPoint.at(space, cold_start(space).forces(space.operator)),
    )
    for _ in range(5):
        yield point
        point = point.moved(space, way.at(point).step, 0.5)


@KINDS
def test_directions_are_those_of_a_factor_of_their_own(kind):
    space = space_of(kind)
    way, exact = KernelDirections(space), Directions(space, None)
    for point in points(space):
        found, expected = way.at(point), exact.at(point)
        apart = found.step.forces.plus(expected.step.forces, -1.0)
        tau, _ = space.ball.curvature(point.squared_norm)
        value = space.operator.apply(apart).root / tau
        stiff = space.cuts.curvature(point.forces.root) * apart.root
        error = np.sqrt((value + stiff) @ apart.root)
        assert error < 2 * FORCING * expected.decrement
        assert found.decrement == pytest.approx(expected.decrement, rel=FORCING)


@KINDS
@pytest.mark.parametrize("cost", [3.0, np.inf])
def test_centers_are_the_same(kind, cost, monkeypatch):
    space = space_of(kind, cost)
    found = analytic_center(space)
    monkeypatch.setattr(KernelDirections, "pays", staticmethod(lambda _: False))
    expected = analytic_center(space)
    assert found.status == expected.status == "optimal"
    np.testing.assert_allclose(
        found.prediction, expected.prediction, atol=1e-7 * np.abs(expected.prediction).max()
    )


def test_contradictions_are_named_as_by_factors_of_their_own(monkeypatch):
    space = space_of(cost=np.inf)
    again = space.with_labels(space.rows[:1, :4], -space.y[:1])
    said = []
    for pays in (True, False):
        monkeypatch.setattr(KernelDirections, "pays", staticmethod(lambda _, pays=pays: pays))
        with pytest.raises(EmptyVersionSpaceError) as error:
            analytic_center(again)
        said.append(str(error.value))
    assert said[0] == said[1]


def test_one_factor_serves_several_points(monkeypatch):
    space, made = space_of(), []
    own = kernel_directions.SingleRoot
    monkeypatch.setattr(kernel_directions, "SingleRoot", lambda *args: made.append(1) or own(*args))
    center = analytic_center(space, tol=1e-3)
    assert len(made) < center.n_iter


def test_where_no_factor_is_near_enough_the_matrix_is_factored_in_double_precision(monkeypatch):
    space = space_of()
    (point, *_) = points(space)

    class Far:
        def __init__(self, *_):
            pass

        def force(self, residual):
            return np.cumsum(residual) - residual.mean()

    monkeypatch.setattr(kernel_directions, "SingleRoot", Far)
    way, expected = KernelDirections(space), Directions(space, None).at(point)
    for _ in range(2):
        np.testing.assert_array_equal(way.at(point).step.forces.root, expected.step.forces.root)


def test_few_rows_and_sign_rows_have_factors_of_their_own():
    assert KernelDirections.pays(space_of())
    assert not KernelDirections.pays(space_of(n=K - 1))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(K, 2))
    tree = VersionSpace.classification(sample_arrangement(X, (3,), rng), X, np.sign(X[:, 0]))
    assert not KernelDirections.pays(tree)
