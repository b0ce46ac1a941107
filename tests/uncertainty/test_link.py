"""From scores to probabilities and their entropy."""

import numpy as np

from cutplane.uncertainty.link import entropy, link


def test_link_and_entropy():
    np.testing.assert_allclose(link(np.array([[0.0]]), 1.0), [[0.5, 0.5]])
    np.testing.assert_allclose(link(np.zeros((2, 4)), 3.0), 0.25)
    np.testing.assert_allclose(entropy(np.array([[1.0, 0.0], [0.5, 0.5]])), [0, np.log(2)])
