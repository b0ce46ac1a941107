"""`cutplane fit`: a model of every labelled row."""

import io
import json
import os
from pathlib import Path

import pandas as pd
import pytest

FAST = ("--hidden", "20")


def test_fit_then_predict(frame, invoke):
    frame.to_csv("t.csv", index=False)
    result = invoke("fit", "t.csv", "--target", "y", "--out", "m", *FAST)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "Model folder: m"
    metrics = json.loads(Path("m/metrics.json").read_text())
    assert (metrics["n_labels"], metrics["n_cuts"], metrics["n_unlabelled"]) == (118, 118, 2)
    assert metrics["classes"] == ["no", "yes"]
    predictions = pd.read_csv(io.StringIO(invoke("predict", "m", "t.csv").stdout))
    known = frame["y"].dropna()
    right = (predictions["label"][known.index] == known).mean()
    assert right == pytest.approx(metrics["training_score"])
    assert right > 0.9


def test_fit_a_regression_prints_json(invoke):
    answer = json.loads(invoke("fit", "quadratic", "--json", "--epsilon", 0.01, *FAST).stdout)
    assert answer["task"] == "regression"
    assert answer["classes"] is None
    assert answer["training_score"] > 0.95
    assert set(os.listdir(answer["folder"])) == {"model.npz", "metrics.json", "fit.png"}
