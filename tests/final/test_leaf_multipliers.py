"""Multipliers of single leaves: projections on their cones."""

import numpy as np
import pytest
from scipy.optimize import nnls

from cutplane.final.leaf_multipliers import least_pull


def test_least_pull_is_the_distance_to_the_polar_cone(scaled):
    p = scaled()
    g0 = np.random.default_rng(0).standard_normal((p.width, p.tree.rows.shape[1]))
    sigma = p.tree.layers[0].sigma
    exact = [nnls((s[:, None] * p.tree.rows).T, -g)[1] for s, g in zip(sigma, g0, strict=True)]
    found = least_pull(p.tree.rows, sigma, g0, 1e-3)
    assert found == pytest.approx(np.maximum(exact, 0), abs=5e-3)
    assert (found >= np.array(exact) - 1e-9).all()
