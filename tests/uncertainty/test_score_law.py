"""The mixture of normal laws."""

import numpy as np

from cutplane.uncertainty.score_law import ScoreLaw


def test_law_agrees_with_its_draws():
    rng = np.random.default_rng(0)
    mean, deviation = rng.normal(size=(4, 3, 1)), rng.uniform(0.2, 2, size=(4, 3, 1))
    law = ScoreLaw(mean, deviation, np.zeros((4, 1)))
    draws = mean + deviation * rng.normal(size=(100_000, 1, 1, 1))
    np.testing.assert_allclose(law.std, draws.std(axis=(0, 1)), rtol=0.01)
    np.testing.assert_allclose(law.positive, (draws > 0).mean(axis=(0, 1)), atol=0.005)


def test_known_scores_vote_and_zero_counts_half():
    mean = np.array([[[2.0], [-1.0], [0.0]], [[1.0], [3.0], [0.0]]])
    law = ScoreLaw(mean, np.zeros((1, 1, 1)), np.zeros((2, 1)))
    np.testing.assert_allclose(law.shares, [[0, 1], [0.5, 0.5], [0.5, 0.5]])
