"""Quantiles of each annotator's share of wrong labels."""

import numpy as np
import pytest
from scipy.stats import beta

from cutplane import CuttingPlaneClassifier


@pytest.mark.parametrize("n_classes", [2, 3])
def test_where_the_right_labels_are_known_they_are_those_of_a_count(n_classes):
    rng = np.random.default_rng(0)
    right = np.repeat(np.arange(n_classes), 20)
    X = 4.0 * np.eye(n_classes)[right] + rng.normal(scale=0.3, size=(right.size, n_classes))
    told, names = np.tile(right, 3), np.repeat(["al", "bo", "di"], right.size)
    own = 2 * right.size + np.arange(0, right.size, 5)  # one in five of the last one's is wrong
    told[own] = (told[own] + 1) % n_classes
    model = CuttingPlaneClassifier(random_state=0).fit(np.tile(X, (3, 1)), told, annotator=names)
    found = model.flip_quantiles((0.05, 0.5, 0.95))
    n_wrong, n = own.size, right.size
    count = beta(n_wrong + 1, n - n_wrong + 1).ppf([0.05, 0.5, 0.95])
    np.testing.assert_allclose(found["di"], count, atol=0.035)
    for name in ("al", "bo"):
        low, middle, high = found[name]
        assert low < middle < high < 0.1
    assert list(found) == list(model.annotators_)
