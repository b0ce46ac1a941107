"""What other rows have in common with the labelled ones."""

import numpy as np
import pytest

from cutplane.space.low_rank import LowRank
from cutplane.uncertainty.explained import ByPivots, ByRows

RNG = np.random.default_rng(0)
A = RNG.normal(size=(60, 12))
KERNEL = A @ A.T + np.eye(60)
NEAR = LowRank.of(lambda at: KERNEL[:, at], np.diag(KERNEL).copy(), left=0.1)
OPEN = RNG.random(60) + 0.2


@pytest.mark.parametrize("tau", [1.0, 3.0])
def test_pivots_explain_what_the_near_kernel_does(tau):
    own = NEAR.factor @ NEAR.factor.T + np.diag(NEAR.rest)
    cross = RNG.normal(size=(5, 12)) @ A.T
    spanned = NEAR.factor @ NEAR.features(cross)  # of the rests they have nothing
    known = ByPivots.over(NEAR, OPEN, tau).of(cross / tau)
    expected = spanned.T @ np.linalg.solve(own / tau + np.diag(OPEN), spanned) / tau**2
    np.testing.assert_allclose(known.T @ known, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("kind", ["rows", "pivots"])
def test_the_matrix_is_the_same_map(kind):
    own = ByRows(np.linalg.cholesky(KERNEL)) if kind == "rows" else ByPivots.over(NEAR, OPEN)
    cross = RNG.normal(size=(5, 60))
    np.testing.assert_allclose((cross @ own.matrix).T, own.of(cross), atol=1e-10)


def test_a_label_that_says_nothing_explains_nothing():
    known = ByPivots.over(NEAR, np.full(60, 1e15)).of(KERNEL[:3])
    np.testing.assert_allclose(known.T @ known, 0, atol=1e-6)
