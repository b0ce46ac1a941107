"""Probabilities are judged as the books say, and losses are named."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from calibration import OURS, RIVALS, by_set, losses, probabilities
from cutplane import CuttingPlaneClassifier
from label_suite.metrics import FLOOR, calibration_error, probability_metrics
from label_suite.problems import Problem


def test_metrics_of_probabilities_agree_with_scikit_learn_and_the_hand():
    shares = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.8, 0.2]])
    y = np.array([0, 1, 0, 0])
    found = probability_metrics(y[:, None] == np.arange(2), shares)
    assert found["log_loss"] == pytest.approx(log_loss(y, shares))
    assert found["brier_score"] == pytest.approx(np.mean((shares[:, 1] - y) ** 2))
    # a bin each for 0.6, 0.7, 0.8 and 0.9; the row of 0.7 is wrong
    assert found["calibration_error"] == pytest.approx((0.4 + 0.7 + 0.2 + 0.1) / 4)


def test_sure_mistakes_count_no_more_than_the_floor():
    sure = probability_metrics(np.array([[True, False]]), np.array([[0.0, 1.0]]))
    assert sure["log_loss"] == pytest.approx(-np.log(FLOOR))
    assert sure["calibration_error"] == sure["brier_score"] == 1.0


def test_probabilities_that_are_shares_have_no_calibration_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, 200_000)
    right = rng.random(confidence.size) < confidence
    assert calibration_error(right, confidence) < 0.005
    assert calibration_error(right, np.minimum(confidence + 0.1, 1.0)) > 0.07


def test_every_model_gives_the_classes_probabilities():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 2))
    y = (X[:, 0] > 0).astype(int)
    ours = CuttingPlaneClassifier(hidden=(20,), random_state=0).fit(X[:30], y[:30])
    problem = Problem(X, y, X[30:], y[30:], "binary")
    shares = probabilities(ours, problem, list(range(30)), 0)
    assert tuple(shares) == OURS + RIVALS
    for share in shares.values():
        np.testing.assert_allclose(share.sum(axis=1), 1.0)
        assert np.mean(share.argmax(axis=1) == problem.y_test) > 0.7


def test_losses_are_paired_over_the_seeds():
    rows = [
        {"data": data, "seed": seed, "method": method, "log_loss": value + 0.1 * seed}
        for data, first in (("s", 0.3), ("t", 0.5))
        for seed in (0, 1)
        for method, value in zip((*OURS, *RIVALS), (first, 9.0, 0.4, 0.2), strict=True)
    ]
    table = pd.DataFrame(rows)
    svm, process = losses(table, "log_loss")
    assert svm == "log_loss: SVM, calibrated is better on 1 of 2: t 0.100 ± 0.000"
    assert "is better on 2 of 2: t 0.300 ± 0.000; s 0.100 ± 0.000" in process
    assert by_set(table, "log_loss").loc["s", "ours"] == "0.350 ± 0.050"
