"""The maximum-volume ellipsoid: against closed forms, and what it refuses."""

import sys

import numpy as np
import pytest

from cutplane.centers.ellipsoid import MAX_ELLIPSOID_WEIGHTS, max_volume_ellipsoid_center
from cutplane.errors import InvalidInputError
from cutplane.space.version_space import VersionSpace


def test_ellipsoid_of_a_halfline_is_the_middle_of_the_interval(linear):
    pytest.importorskip("cvxpy")
    center = max_volume_ellipsoid_center(linear([[2.0], [4.0]], [-1.0, -1.0], radius=3.0))
    np.testing.assert_allclose(center.prediction, [-3.0, -6.0], atol=1e-4)


def test_ellipsoid_of_a_half_disc_touches_as_calculus_says(linear):
    """Semiaxes (a, b) about (a, 0) in the half disc x >= 0: the largest a b that fits."""
    pytest.importorskip("cvxpy")
    center = max_volume_ellipsoid_center(linear([[1.0, 0.0], [2.0, 0.0]], [1.0, 1.0]))
    a, t = np.linspace(0.05, 0.49, 2001)[:, None], np.linspace(0, np.pi, 1001)[None, 1:-1]
    square_b = ((1 - (a + a * np.cos(t)) ** 2) / np.sin(t) ** 2).min(axis=1)
    best = a[np.argmax(a[:, 0] ** 2 * square_b), 0]
    np.testing.assert_allclose(center.prediction[0], best, atol=2e-3)


def test_ellipsoid_is_not_moved_by_the_order_of_labels_and_fits_its_radius(problem):
    pytest.importorskip("cvxpy")
    space = problem((2,), k=5)
    order = [3, 0, 4, 1, 2]
    other = VersionSpace.classification(
        space.arrangement, space.rows[order, :2], space.y[order], radius=10.0
    )
    first, second = max_volume_ellipsoid_center(space), max_volume_ellipsoid_center(other)
    np.testing.assert_allclose(second.weights, 10 * first.weights, atol=2e-3)


def test_ellipsoid_says_when_its_solver_fails(problem):
    pytest.importorskip("cvxpy")
    with pytest.raises(InvalidInputError, match="CLARABEL ended with status"):
        max_volume_ellipsoid_center(problem((2,), k=5), max_iter=1)


def test_ellipsoid_refuses_large_problems_and_names_the_extra(problem, monkeypatch):
    with pytest.raises(InvalidInputError, match=f"at most {MAX_ELLIPSOID_WEIGHTS}"):
        max_volume_ellipsoid_center(problem((6,)))
    monkeypatch.setitem(sys.modules, "clarabel", None)
    with pytest.raises(InvalidInputError, match=r"cutplane\[bench\]"):
        max_volume_ellipsoid_center(problem(()))
