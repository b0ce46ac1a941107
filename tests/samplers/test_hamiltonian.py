"""Exact Hamiltonian motion between halfspaces."""

import numpy as np

from cutplane.samplers.hamiltonian import move


def test_hamiltonian_motion_reflects_at_the_walls():
    """A particle between x >= 0 and y >= 0: the ellipse folded back into the quadrant."""
    rng = np.random.default_rng(0)
    z, w = np.abs(rng.normal(size=(50, 2))), rng.normal(size=(50, 2))
    t = rng.uniform(0, 2.5, 50)
    folded = np.abs(z * np.cos(t)[:, None] + w * np.sin(t)[:, None])
    np.testing.assert_allclose(move(z, w, np.eye(2), t), folded, atol=1e-12)
    lowered = move(z, w, np.eye(2), t, np.full((50, 2), 100.0))
    np.testing.assert_allclose(lowered, z * np.cos(t)[:, None] + w * np.sin(t)[:, None], atol=1e-12)
