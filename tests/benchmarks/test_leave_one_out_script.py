"""Estimates stand beside the test rows, at every label count asked for."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutplane import CuttingPlaneClassifier
from label_suite.problems import Problem
from leave_one_out import QUESTIONS, one_run, summary


@pytest.fixture
def problem():
    X = np.random.default_rng(0).standard_normal((200, 2))
    y = (X[:, 0] > 0).astype(int)
    return Problem(X[:100], y[:100], X[100:], y[100:], "binary")


@pytest.mark.parametrize("query", QUESTIONS)
def test_a_run_is_told_at_its_label_counts(query, problem, monkeypatch):
    expected = SimpleNamespace(accuracy=0.9, low=0.8, high=1.0)
    monkeypatch.setattr(CuttingPlaneClassifier, "accuracy_estimate_", expected, raising=False)
    first, last = one_run(problem, query, [12, 6], 0)
    assert (first["n_labels"], last["n_labels"]) == (6, 12)
    assert (last["estimate"], last["low"], last["high"]) == (0.9, 0.8, 1.0)
    assert 0.7 < last["accuracy"] <= 1.0


def test_bias_and_coverage_of_groups():
    table = pd.DataFrame(
        {
            "query": ["random", "random", "margin"],
            "accuracy": [0.8, 0.9, 0.9],
            "estimate": [0.9, 0.9, 0.7],
            "low": [0.85, 0.8, 0.6],
            "high": [0.95, 1.0, 0.9],
        }
    )
    found = summary(table, ["query"])
    assert found.loc["random", "runs"] == 2
    assert found.loc["random", "bias"] == pytest.approx(0.05)
    assert found.loc["margin", "bias"] == pytest.approx(-0.2)
    assert found.loc["margin", "error"] == pytest.approx(0.2)
    assert found["coverage"].tolist() == [0.5, 1.0]
    assert found.loc["random", "width"] == pytest.approx(0.15)
