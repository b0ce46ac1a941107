"""The algebra of second-order cones."""

import numpy as np
import pytest

from cutplane.final.cone_scaling import ConeScaling, divide, dot, longest_step, squared_size


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


def test_division_undoes_the_product_of_the_algebra():
    rng = np.random.default_rng(0)
    v, l1 = rng.standard_normal((2, 5, 3))
    v0, l0 = rng.standard_normal(5), np.linalg.norm(l1, axis=1) + 1
    product = (l0 * v0 + dot(l1, v), l0[:, None] * v + v0[:, None] * l1)
    for got, expected in zip(divide(l0, l1, *product), (v0, v), strict=True):
        assert got == pytest.approx(expected)
