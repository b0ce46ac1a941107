"""`cutplane run`: every option, what it writes, and how it ends."""

import csv
import io
import itertools
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cutplane.runs.simulation
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.tables.datasets import load_dataset

FAST = ("--hidden", "20")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_run_then_predict_a_new_table(frame, suffix, invoke):
    if suffix == "csv":
        frame.to_csv("t.csv", index=False)
    else:
        frame.to_parquet("t.parquet")
    result = invoke("run", f"t.{suffix}", "--target", "y", "--budget", 25, *FAST)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "Run folder: runs/t-variance_reduction-seed0"
    metrics = json.loads(Path("runs/t-variance_reduction-seed0/metrics.json").read_text())
    assert metrics["n_labels"] == 25
    assert metrics["n_unlabelled"] == 2
    assert metrics["settings"]["hidden"] == [20]
    assert [comparison["query"] for comparison in metrics["comparisons"]] == ["random"]

    new = frame.drop(columns="y").iloc[::-1]
    new.to_csv("new.csv", index=False)
    result = invoke("predict", "runs/t-variance_reduction-seed0", "new.csv")
    assert result.exit_code == 0, result.output
    predictions = pd.read_csv(io.StringIO(result.stdout))
    assert list(predictions.columns) == ["row", "label", "probability no", "probability yes"]
    assert predictions["row"].tolist() == list(range(len(new)))
    assert ((predictions["probability yes"] > 0.5) == (predictions["label"] == "yes")).all()
    known = frame["y"].iloc[::-1].reset_index(drop=True).dropna()
    assert (predictions["label"][known.index] == known).mean() > 0.7

    as_json = invoke("predict", "runs/t-variance_reduction-seed0/model.npz", "new.csv", "--json")
    answer = json.loads(as_json.stdout)
    assert answer["classes"] == ["no", "yes"]
    assert [row["label"] for row in answer["predictions"]] == predictions["label"].tolist()

    written = invoke(
        "predict", "runs/t-variance_reduction-seed0", "new.csv", "--out", "predicted.csv"
    )
    assert written.stdout == ""
    assert Path("predicted.csv").read_text() == result.stdout


def test_npz_with_y_needs_no_target(invoke):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    np.savez("points.npz", X=X, y=(X[:, 0] > 0).astype(int))
    result = invoke("run", "points.npz", "--budget", 10, *FAST)
    assert result.exit_code == 0, result.output
    assert os.path.exists("runs/points-variance_reduction-seed0/model.npz")


OPTIONS = [
    ("--hidden", "8,6"),
    ("--hidden", "0"),
    ("--activation", "gated_relu"),
    ("--units", "mixed"),
    ("--batch-size", "5"),
    ("--cost", "0.5"),
    ("--radius", "2"),
    ("--cut-agreeing",),
    ("--final-solve", "sparse"),
    ("--final-solve", "ridge"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "options"),
    [
        *itertools.product(["moons", "quadratic"], OPTIONS),
        *[("moons", ("--query", query)) for query in STRATEGIES],
    ],
)
def test_options(options, data, invoke):
    arguments = options if "--hidden" in options else (*FAST, *options)
    result = invoke("run", data, "--budget", 7, "--out", "r", "--json", *arguments)
    assert result.exit_code == 0, result.output
    metrics = json.loads(result.stdout)
    assert metrics["folder"] == "r"
    assert metrics["n_labels"] == 7
    assert metrics["n_cuts"] <= 7
    picture, measures = (
        ("fit", ["rmse", "r2"]) if data == "quadratic" else ("boundary", ["accuracy"])
    )
    assert os.path.exists(f"r/{picture}.png")
    assert all(
        len(metrics["curve"][name]) == len(metrics["curve"]["n_labels"]) for name in measures
    )


@pytest.mark.slow
def test_depth_changes_the_run_after_a_wrong_prediction(invoke):
    folders = {"0": "deep", "2": "shallow"}
    for depth, out in folders.items():
        given = ["--activation", "relu", "--depth", depth, "--out", out]
        result = invoke("run", "moons", "--budget", 15, *given, *FAST)
        assert result.exit_code == 0, result.output
    deep, shallow = (Path(out, "labels.csv").read_text() for out in folders.values())
    assert deep != shallow


@pytest.mark.slow
def test_no_cut_agreeing_records_labels_without_a_cut(invoke):
    invoke("run", "moons", "--budget", 20, "--out", "r", "--no-cut-agreeing", *FAST)
    metrics = json.loads(Path("r/metrics.json").read_text())
    assert metrics["n_cuts"] < metrics["n_labels"] == 20


@pytest.mark.slow
def test_several_classes_run_and_predict(invoke):
    result = invoke("run", "wine", "--budget", 25, "--out", "r", *FAST)
    assert result.exit_code == 0, result.output
    answer = json.loads(invoke("predict", "r", "wine", "--json").stdout)
    assert answer["classes"] == [0, 1, 2]
    for row in answer["predictions"]:
        chances = [row[f"probability {name}"] for name in answer["classes"]]
        assert sum(chances) == pytest.approx(1)
        assert chances[row["label"]] == max(chances)
    right = [row["label"] for row in answer["predictions"]] == load_dataset("wine").y
    assert right.mean() > 0.8


@pytest.mark.slow
def test_regression_runs_and_predicts_values(invoke):
    result = invoke("run", "quadratic", "--budget", 15, "--out", "r", *FAST)
    assert result.exit_code == 0, result.output
    assert "RMSE" in result.stdout
    predictions = pd.read_csv(io.StringIO(invoke("predict", "r", "quadratic").stdout))
    assert list(predictions.columns) == ["row", "value"]
    assert np.corrcoef(predictions["value"], load_dataset("quadratic").y)[0, 1] > 0.9


GRAVITY = ("--hidden", 5, "--activation", "gated_relu", "--center", "gravity", "--budget", 6)


def test_what_the_labels_chose_is_said(invoke):
    result = invoke("run", "moons", "--flip", 0.1, "--noise", 0.5, "--out", "r", *GRAVITY)
    assert result.exit_code == 0, result.output
    metrics = json.loads(Path("r/metrics.json").read_text())
    assert {(own["flip"], own["noise"]) for own in metrics["evidence"]} == {(0.1, 0.5)}
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("Evidence:")]
    assert "noise 0.5, flip 0.1" in line
    assert f"the labels left 10^{metrics['log_volume'] / np.log(10):.1f}." in line


def test_values_have_an_amplitude_and_no_share(invoke):
    result = invoke("run", "quadratic", "--noise", 0.2, "--out", "r", "--query", "random", *GRAVITY)
    assert result.exit_code == 0, result.output
    assert "noise 0.2, amplitude" in result.stdout
    assert "left 10^" not in result.stdout


@pytest.mark.parametrize("center", ["gravity", "analytic"])
def test_json_has_evidence_where_there_is_a_law(invoke, center):
    result = invoke("run", "moons", "--json", "--out", "r", *GRAVITY, "--center", center)
    answer = json.loads(result.stdout)
    has_law = center == "gravity"
    assert (answer["evidence"] is not None) == has_law
    assert ("ratio" in answer["curve"]) == has_law


@pytest.mark.slow
def test_the_task_can_be_overridden(invoke):
    result = invoke("run", "wine", "--task", "regression", "--budget", 8, "--json", *FAST)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["task"] == "regression"


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["stable", "plateau", "small"])
def test_stopping_rules_end_a_run_before_its_budget(rule, invoke):
    arguments = ("--stop", rule, "--patience", 2, "--held-out", 15, "--ratio", 0.5)
    result = invoke("run", "moons", "--query", "random", "--budget", 300, *arguments, *FAST)
    assert result.exit_code == 0, result.output
    assert f"Stopped before the budget by: {rule}" in result.stdout
    metrics = json.loads(Path("runs/moons-random-seed0/metrics.json").read_text())
    assert metrics["stopped_by"] == [rule]
    assert metrics["n_labels"] < 300
    assert metrics["n_held_out"] == (15 if rule == "plateau" else 0)
    assert not metrics["interrupted"]


@pytest.mark.slow
def test_the_random_curve_gets_as_many_labels_as_a_stopped_run(invoke):
    arguments = ("--stop", "stable", "--patience", 2, "--json")
    metrics = json.loads(invoke("run", "moons", "--budget", 100, *arguments, *FAST).stdout)
    assert metrics["comparisons"][0]["n_labels"][-1] == metrics["n_labels"] < 100


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run(invoke):
    folders = [(0, "a"), (0, "b"), (1, "c")]
    for seed, out in folders:
        invoke("run", "moons", "--budget", 10, "--seed", seed, "--out", out, *FAST)
    first, again, other = (Path(out, "labels.csv").read_text() for _, out in folders)
    assert first == again
    assert first != other


def test_labels_hold_the_order_row_and_label(frame, invoke):
    frame.to_csv("t.csv", index=False)
    invoke("run", "t.csv", "--target", "y", "--budget", 9, "--out", "r", *FAST)
    lines = list(csv.DictReader(Path("r/labels.csv").read_text().splitlines()))
    assert [line["order"] for line in lines] == [str(i) for i in range(1, 10)]
    assert all(frame["y"][int(line["row"])] == line["label"] for line in lines)


def test_budget_larger_than_the_pool_names_both_numbers(invoke, one_sentence):
    message = one_sentence(invoke("run", "spiral", "--budget", 81, *FAST), 2)
    assert "81" in message
    assert "80" in message
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(y="yes"), "one class (yes)"),
        (lambda f: f.assign(y=0.5), "one value (0.5)"),
        (lambda f: f.assign(a=np.inf), "column 'a' holds"),
        (lambda f: f.assign(a=1, b=2, color="red"), "no usable feature column"),
        (
            lambda f: f.rename(columns={"y": "z"}),
            "no target 'y'; its columns are 'a', 'b', 'color', 'z'",
        ),
    ],
)
def test_bad_tables_end_in_one_sentence_and_leave_nothing(
    frame, change, message, invoke, one_sentence
):
    change(frame).to_csv("t.csv", index=False)
    result = invoke("run", "t.csv", "--target", "y", "--budget", 5, *FAST)
    assert message in one_sentence(result, 2)
    assert os.listdir() == ["t.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope.csv", "--budget", 5), "there is no file 'nope.csv'"),
        (("moons", "--budget", 0), "budget is 0"),
        (("moons", "--budget", 5, "--hidden", "20,x"), "--hidden is '20,x'"),
        (("moons", "--budget", 5, "--hidden", "-3"), "--hidden is '-3'"),
        (("moons", "--budget", 5, "--query", "guess"), "guess"),
        (("moons", "--budget", 5, "--activation", "tanh"), "tanh"),
        (("moons", "--budget", 5, "--units", "cubes"), "mixed, thirds, halfspaces, balls"),
        (("moons", "--budget", 5, "--center", "middle"), "center='middle' arrived"),
        (("moons", "--budget", 5, "--flip", "0.5"), "flip=0.5 arrived"),
        (("moons", "--budget", 5, "--flip", "seldom"), "--flip is 'seldom'"),
        (("moons", "--budget", 5, "--noise", "-1"), "noise=-1.0 arrived"),
        (("quadratic", "--budget", 5, "--flip", "0.1"), "use --noise"),
        (("moons", "--budget", 5, "--cost", "-1"), "-1"),
        (("moons", "--budget", 5, "--batch-size", "0"), "0"),
        (("moons", "--budget", 5, "--test-size", "2"), "between 0 and 1"),
        (("moons", "--budget", 5, "--out", "/dev/null/run"), "cannot be written"),
        (("moons", "--budget", 5, "--cost", "cheap"), "--cost is 'cheap'"),
        (("moons", "--budget", 5, "--radius", "0"), "radius=0"),
        (("moons", "--budget", 5, "--final-solve", "lasso"), "None, 'sparse' or 'ridge'"),
        (("moons", "--budget", 5, "--stop", "soon"), "no stopping rule 'soon'"),
        (("moons", "--budget", 5, "--stop", "plateau"), "20 labels to judge a plateau"),
        (("moons", "--budget", 5, "--task", "ranking"), "the task is 'ranking'"),
        (("moons", "--budget", 5, "--epsilon", "0.1"), "--epsilon is 0.1"),
        (("quadratic", "--budget", 5, "--depth", "1"), "--depth is for classification"),
        (("breast-cancer", "--budget", 5, "--task", "regression"), "holds text"),
    ],
)
def test_bad_arguments_end_in_one_sentence_and_leave_nothing(
    arguments, message, invoke, one_sentence
):
    assert message in one_sentence(invoke("run", *arguments), 2)
    assert os.listdir() == []


def contradictory_table():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(10, 2)), 4, axis=0)
    pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": [0, 1] * 20}).to_csv("t.csv", index=False)
    return ("run", "t.csv", "--target", "y", "--budget", 25, *FAST)


@pytest.mark.slow
def test_contradictory_labels_work_by_default(invoke):
    result = invoke(*contradictory_table())
    assert result.exit_code == 0, result.output


def test_contradictory_labels_end_hard_cuts_in_one_sentence(invoke, one_sentence):
    one_sentence(invoke(*contradictory_table(), "--cost", "inf"), 2)
    assert os.listdir() == ["t.csv"]


@pytest.mark.slow
def test_an_existing_folder_is_kept_unless_told(invoke, one_sentence):
    arguments = ("run", "moons", "--budget", 4, "--out", "r", *FAST)
    assert invoke(*arguments).exit_code == 0
    assert "exists already" in one_sentence(invoke(*arguments), 2)
    assert invoke(*arguments, "--overwrite").exit_code == 0


class InterruptedOracle(ColumnOracle):
    """Ctrl-C comes instead of the seventh answer."""

    def __call__(self, rows):
        if self.n_asked >= 6:
            raise KeyboardInterrupt
        return super().__call__(rows)


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_labelled(monkeypatch, invoke):
    monkeypatch.setattr(cutplane.runs.simulation, "ColumnOracle", InterruptedOracle)
    result = invoke("run", "moons", "--budget", 20, "--out", "r", *FAST)
    assert result.exit_code == 130, result.output
    assert "what was labelled is kept" in result.stderr
    assert len(Path("r/labels.csv").read_text().splitlines()) == 1 + 6
    metrics = json.loads(Path("r/metrics.json").read_text())
    assert metrics["interrupted"]
    assert metrics["n_labels"] == 6


def test_a_run_has_a_threshold(frame, invoke):
    frame.to_csv("t.csv", index=False)
    options = ("--target", "y", "--budget", 12, "--query", "random", "--json", *FAST)
    answer = json.loads(invoke("run", "t.csv", *options, "--threshold", "balanced_accuracy").stdout)
    assert answer["threshold"]["class"] == "yes"
    assert 0 <= answer["threshold"]["above"] <= 1
    assert json.loads(invoke("run", "t.csv", *options, "--overwrite").stdout)["threshold"] is None
