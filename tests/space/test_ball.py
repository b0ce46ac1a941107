"""The conjugates of the two barriers of the weights."""

import numpy as np
import pytest

from cutplane.space.ball import HalfSquare, LogBarrier


def test_log_barrier_is_conjugate_to_its_tau():
    """``A^T w / tau`` is where ``g . theta + log(R^2 - |theta|^2)`` is largest."""
    ball, g = LogBarrier(2.0), np.array([0.3, -1.2])
    tau, _ = ball.curvature(g @ g)
    theta = g / tau
    np.testing.assert_allclose(g, 2 * theta / (4 - theta @ theta))


@pytest.mark.parametrize("ball", [HalfSquare(2.0), LogBarrier(2.0)])
def test_hessian_is_the_derivative_of_the_gradient(ball):
    g, direction, h = np.array([0.3, -1.2]), np.array([0.7, 0.4]), 1e-6

    def gradient(at):
        return at / ball.curvature(at @ at)[0]

    tau, curl = ball.curvature(g @ g)
    slope = (gradient(g + h * direction) - gradient(g - h * direction)) / (2 * h)
    np.testing.assert_allclose(direction / tau - curl * g * (g @ direction), slope, rtol=1e-7)


def test_only_a_cone_is_balanced_and_scaled():
    cone, slabs = HalfSquare(3.0), LogBarrier(3.0)
    assert cone.balance(8, 2.0) == 2.0
    assert cone.scale(8, 2.0, 1.0) * np.sqrt(2.0) == pytest.approx(3 * np.sqrt(0.8))
    assert slabs.balance(8, 2.0) == slabs.scale(8, 2.0, 1.0) == 1.0
    assert cone.scale(8, 1e-20, 1.0) == 0.0  # forces that cancel are no direction


def test_certificates_of_emptiness():
    assert HalfSquare(1.0).excludes(1e-8, 1.0, 0.0)
    assert not HalfSquare(1.0).excludes(1e-3, 1.0, 0.0)
    assert LogBarrier(2.0).excludes(0.4, 1.0, 1.0)
    assert not LogBarrier(2.0).excludes(0.6, 1.0, 1.0)
    assert not LogBarrier(2.0).excludes(0.0, 1.0, -np.inf)
