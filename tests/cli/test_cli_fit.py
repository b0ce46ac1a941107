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


def test_a_threshold_is_said_kept_and_exported(frame, invoke):
    frame.to_csv("t.csv", index=False)
    options = ("--target", "y", "--threshold", "f1", *FAST)
    result = invoke("fit", "t.csv", "--out", "m", *options)
    assert result.exit_code == 0, result.output
    threshold = json.loads(Path("m/metrics.json").read_text())["threshold"]
    assert threshold["class"] == "yes"
    assert f"yes is called above a probability of {threshold['above']:.3g}." in result.stdout
    predicted = invoke("predict", "m", "t.csv")
    assert f"yes is called above a probability of {threshold['above']:.3g}." in predicted.stderr
    predictions = pd.read_csv(io.StringIO(predicted.stdout))
    above = predictions["probability yes"] > threshold["above"]
    assert (above == (predictions["label"] == "yes")).all()


def test_what_is_approximated_is_said(frame, invoke, monkeypatch):
    monkeypatch.setattr("cutplane.space.operator.EXACT", 10)
    monkeypatch.setattr("cutplane.space.operator.LEAST", 4)
    frame.to_csv("t.csv", index=False)
    result = invoke("fit", "t.csv", "--target", "y", "--out", "m", *FAST)
    assert result.exit_code == 0, result.output
    own = json.loads(Path("m/metrics.json").read_text())["approximation"]
    assert own["rank"] >= 4
    assert f"from {own['rank']} of the labelled rows" in result.stderr


def test_a_number_may_be_the_threshold(frame, invoke):
    frame.to_csv("t.csv", index=False)
    options = ("--target", "y", "--center", "analytic", "--json", *FAST)
    answer = json.loads(invoke("fit", "t.csv", "--threshold", 0.25, *options).stdout)
    assert answer["threshold"] == {"class": "yes", "above": 0.25}
    assert answer["settings"]["threshold"] == 0.25
    predicted = json.loads(invoke("predict", answer["folder"], "t.csv", "--json").stdout)
    assert predicted["threshold"] == 0.25
    pytest.importorskip("onnx")
    exported = json.loads(invoke("export", answer["folder"], "--json").stdout)
    assert exported["threshold"] == 0.25


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ("quadratic", ("--threshold", "0.3"), "--threshold is for classes"),
        ("moons", ("--threshold", "recall"), "--threshold is 'recall'; give a probability"),
        ("moons", ("--threshold", "30"), "give a probability between 0 and 1, or one of"),
        ("wine", ("--threshold", "f1"), "decides between two classes, and 3 arrived"),
        ("moons", ("--threshold", "f1", "--center", "analytic"), "or give a number"),
    ],
)
def test_thresholds_that_decide_nothing_are_refused(table, options, words, invoke):
    result = invoke("fit", table, "--out", "m", *options, *FAST)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not Path("m").exists()
