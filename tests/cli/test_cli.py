import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import cutplane.runs.simulation
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.cli.main import app
from cutplane.tables.datasets import load_dataset

FAST = ("--hidden", "20")


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    n = 120
    a, color = rng.normal(size=n), rng.choice(["red", "blue"], n)
    frame = pd.DataFrame({"a": a, "b": rng.normal(size=n), "color": color})
    frame["y"] = np.where(a + (color == "red") > 0.5, "yes", "no")
    frame.loc[[4, 9], "a"] = np.nan
    frame.loc[[7, 8], "y"] = None
    return frame


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_sentence(result, code):
    """The message of a command that failed as it should: one line, no traceback, no output."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    message = result.stderr
    assert message.startswith("Error: ")
    assert message.count("\n") == 1
    return message


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_run_then_predict_a_new_table(frame, suffix):
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


def test_npz_with_y_needs_no_target():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    np.savez("points.npz", X=X, y=(X[:, 0] > 0).astype(int))
    result = invoke("run", "points.npz", "--budget", 10, *FAST)
    assert result.exit_code == 0, result.output
    assert os.path.exists("runs/points-variance_reduction-seed0/model.npz")


@pytest.mark.parametrize(
    "options",
    [
        ("--hidden", "8,6"),
        ("--hidden", "0"),
        ("--activation", "gated_relu"),
        *[("--query", query) for query in STRATEGIES],
        ("--batch-size", "5"),
        ("--cost", "0.5"),
        ("--radius", "2"),
        ("--cut-agreeing",),
        ("--final-solve", "sparse"),
        ("--final-solve", "ridge"),
    ],
)
@pytest.mark.parametrize("data", ["moons", "quadratic"])
def test_options(options, data):
    if data == "quadratic" and "margin" in options:
        pytest.skip("values have no margin")
    arguments = options if "--hidden" in options else (*FAST, *options)
    result = invoke("run", data, "--budget", 12, "--out", "r", "--json", *arguments)
    assert result.exit_code == 0, result.output
    metrics = json.loads(result.stdout)
    assert metrics["folder"] == "r"
    assert metrics["n_labels"] == 12
    assert metrics["n_cuts"] <= 12
    picture, measures = (
        ("fit", ["rmse", "r2"]) if data == "quadratic" else ("boundary", ["accuracy"])
    )
    assert os.path.exists(f"r/{picture}.png")
    assert all(
        len(metrics["curve"][name]) == len(metrics["curve"]["n_labels"]) for name in measures
    )


def test_depth_changes_the_run_after_a_wrong_prediction():
    folders = {"0": "deep", "2": "shallow"}
    for depth, out in folders.items():
        result = invoke("run", "moons", "--budget", 15, "--depth", depth, "--out", out, *FAST)
        assert result.exit_code == 0, result.output
    deep, shallow = (Path(out, "labels.csv").read_text() for out in folders.values())
    assert deep != shallow


def test_no_cut_agreeing_records_labels_without_a_cut():
    invoke("run", "moons", "--budget", 20, "--out", "r", "--no-cut-agreeing", *FAST)
    metrics = json.loads(Path("r/metrics.json").read_text())
    assert metrics["n_cuts"] < metrics["n_labels"] == 20


def test_several_classes_run_and_predict():
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


def test_regression_runs_and_predicts_values():
    result = invoke("run", "quadratic", "--budget", 15, "--out", "r", *FAST)
    assert result.exit_code == 0, result.output
    assert "RMSE" in result.stdout
    predictions = pd.read_csv(io.StringIO(invoke("predict", "r", "quadratic").stdout))
    assert list(predictions.columns) == ["row", "value"]
    assert np.corrcoef(predictions["value"], load_dataset("quadratic").y)[0, 1] > 0.9


def test_the_task_can_be_overridden():
    result = invoke("run", "wine", "--task", "regression", "--budget", 8, "--json", *FAST)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["task"] == "regression"


@pytest.mark.parametrize("rule", ["stable", "plateau", "small"])
def test_stopping_rules_end_a_run_before_its_budget(rule):
    arguments = ("--stop", rule, "--patience", 2, "--held-out", 15, "--ratio", 0.5)
    result = invoke("run", "moons", "--query", "random", "--budget", 300, *arguments, *FAST)
    assert result.exit_code == 0, result.output
    assert f"Stopped before the budget by: {rule}" in result.stdout
    metrics = json.loads(Path("runs/moons-random-seed0/metrics.json").read_text())
    assert metrics["stopped_by"] == [rule]
    assert metrics["n_labels"] < 300
    assert metrics["n_held_out"] == (15 if rule == "plateau" else 0)
    assert not metrics["interrupted"]


def test_the_random_curve_gets_as_many_labels_as_a_stopped_run():
    arguments = ("--stop", "stable", "--patience", 2, "--json")
    metrics = json.loads(invoke("run", "moons", "--budget", 100, *arguments, *FAST).stdout)
    assert metrics["comparisons"][0]["n_labels"][-1] == metrics["n_labels"] < 100


def test_fit_then_predict(frame):
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


def test_fit_a_regression_prints_json():
    answer = json.loads(invoke("fit", "quadratic", "--json", "--epsilon", 0.01, *FAST).stdout)
    assert answer["task"] == "regression"
    assert answer["classes"] is None
    assert answer["training_score"] > 0.95
    assert set(os.listdir(answer["folder"])) == {"model.npz", "metrics.json", "fit.png"}


def partly_labelled(frame, n_labelled):
    partly = frame.assign(y=frame["y"].where(np.arange(len(frame)) < n_labelled))
    partly.to_csv("t.csv", index=False)
    return int(partly["y"].isna().sum())


@pytest.mark.parametrize("query", STRATEGIES)
def test_query_names_unlabelled_rows(frame, query):
    partly_labelled(frame, 30)
    arguments = ("query", "t.csv", "--target", "y", "-n", 6, "--query", query, *FAST)
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    rows = [int(line) for line in result.stdout.split()]
    assert len(set(rows)) == 6
    assert all(row >= 30 or row in (7, 8) for row in rows)
    as_json = json.loads(invoke(*arguments, "--json").stdout)
    assert as_json == {"rows": rows, "n_labels": 28, "task": "classification"}


@pytest.mark.parametrize("n_labelled", [0, 1])
def test_query_starts_without_labels_or_with_one_class(frame, n_labelled):
    partly_labelled(frame, n_labelled)
    result = invoke("query", "t.csv", "--target", "y", "-n", 4, *FAST)
    assert result.exit_code == 0, result.output
    assert len(set(result.stdout.split())) == 4


def test_query_needs_no_target_when_nothing_is_labelled(frame):
    frame.drop(columns="y").to_csv("t.csv", index=False)
    assert len(invoke("query", "t.csv", "-n", 3).stdout.split()) == 3


def test_query_of_a_regression(frame):
    frame.assign(y=frame["b"].where(frame["b"] > 0)).to_csv("t.csv", index=False)
    answer = json.loads(invoke("query", "t.csv", "--target", "y", "--json", *FAST).stdout)
    assert answer["task"] == "regression"
    assert frame["b"][answer["rows"][0]] <= 0


def test_query_of_a_labelled_table_has_nothing_to_ask(frame):
    left = partly_labelled(frame, len(frame))
    assert left == 2
    rows = invoke("query", "t.csv", "--target", "y", "-n", 9, *FAST).stdout.split()
    assert sorted(rows) == ["7", "8"]
    frame.dropna(subset="y").to_csv("t.csv", index=False)
    result = invoke("query", "t.csv", "--target", "y", *FAST)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to ask" in result.stderr


@pytest.mark.parametrize(
    "query", ["margin", "extremes", "random", "coverage", "frontier", "spread"]
)
def test_query_synthesizes_points_of_a_box(query):
    rng = np.random.default_rng(0)
    points = pd.DataFrame({"u": rng.uniform(10, 20, 30), "v": rng.uniform(-1, 1, 30)})
    points.assign(y=(points["u"] > 14).astype(int)).to_csv("t.csv", index=False)
    box = ("--domain", "10,20", "--domain", "-1,1")
    arguments = ("query", "t.csv", "--target", "y", "-n", 4, "--query", query, *box, *FAST)
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    asked = pd.read_csv(io.StringIO(result.stdout))
    assert list(asked.columns) == ["u", "v"]
    assert asked["u"].between(10, 20).all()
    assert asked["v"].between(-1, 1).all()
    assert len(asked) == 4
    if query == "margin":  # on the boundary, which the labels put near 14
        assert asked["u"].sub(14).abs().max() < 3
    same = json.loads(invoke(*arguments, "--json").stdout)["points"]
    pd.testing.assert_frame_equal(pd.DataFrame(same), asked)


def test_query_synthesizes_first_points_from_column_names_alone():
    Path("t.csv").write_text("u,v,y\n")
    result = invoke("query", "t.csv", "--target", "y", "-n", 5, "--domain", "0,1", *FAST)
    assert result.exit_code == 0, result.output
    assert len(pd.read_csv(io.StringIO(result.stdout)).drop_duplicates()) == 5


@pytest.mark.parametrize("domain", ["1,0", "0", "0,1,2", "a,b", "0,inf", "nan,1"])
def test_query_bad_domain(frame, domain):
    frame[["a", "b", "y"]].to_csv("t.csv", index=False)
    result = invoke("query", "t.csv", "--target", "y", "--domain", domain)
    assert f"--domain is '{domain}'" in one_sentence(result, 2)


def test_query_bad_input(frame):
    partly_labelled(frame, 30)
    query = ("query", "t.csv", "--target", "y")
    assert "--domain is '0,1 0,1'" in one_sentence(
        invoke(*query, "--domain", "0,1", "--domain", "0,1"), 2
    )
    assert "holds 'blue'" in one_sentence(invoke(*query, "--domain", "0,1"), 2)
    assert "n=0 rows" in one_sentence(invoke(*query, "-n", 0), 2)
    assert "guess" in one_sentence(invoke(*query, "--query", "guess"), 2)


def test_the_same_seed_gives_the_same_run():
    folders = [(0, "a"), (0, "b"), (1, "c")]
    for seed, out in folders:
        invoke("run", "moons", "--budget", 10, "--seed", seed, "--out", out, *FAST)
    first, again, other = (Path(out, "labels.csv").read_text() for _, out in folders)
    assert first == again
    assert first != other


def test_labels_hold_the_order_row_and_label(frame):
    frame.to_csv("t.csv", index=False)
    invoke("run", "t.csv", "--target", "y", "--budget", 9, "--out", "r", *FAST)
    lines = list(csv.DictReader(Path("r/labels.csv").read_text().splitlines()))
    assert [line["order"] for line in lines] == [str(i) for i in range(1, 10)]
    assert all(frame["y"][int(line["row"])] == line["label"] for line in lines)


def test_budget_larger_than_the_pool_names_both_numbers():
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
        (lambda f: f.rename(columns={"y": "z"}), "no target 'y'; it has a, b, color, z"),
    ],
)
def test_bad_tables_end_in_one_sentence_and_leave_nothing(frame, change, message):
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
        (("moons", "--budget", 5, "--cost", "-1"), "-1"),
        (("moons", "--budget", 5, "--batch-size", "0"), "0"),
        (("moons", "--budget", 5, "--test-size", "2"), "between 0 and 1"),
        (("moons", "--budget", 5, "--out", "/dev/null/run"), "cannot write"),
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
def test_bad_arguments_end_in_one_sentence_and_leave_nothing(arguments, message):
    assert message in one_sentence(invoke("run", *arguments), 2)
    assert os.listdir() == []


def contradictory_table():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(10, 2)), 4, axis=0)
    pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": [0, 1] * 20}).to_csv("t.csv", index=False)
    return ("run", "t.csv", "--target", "y", "--budget", 25, *FAST)


def test_contradictory_labels_work_by_default():
    result = invoke(*contradictory_table())
    assert result.exit_code == 0, result.output


def test_contradictory_labels_end_hard_cuts_in_one_sentence():
    one_sentence(invoke(*contradictory_table(), "--cost", "inf"), 2)
    assert os.listdir() == ["t.csv"]


def test_an_existing_folder_is_kept_unless_told():
    arguments = ("run", "moons", "--budget", 4, "--out", "r", *FAST)
    assert invoke(*arguments).exit_code == 0
    assert "exists already" in one_sentence(invoke(*arguments), 2)
    assert invoke(*arguments, "--overwrite").exit_code == 0


def test_predict_bad_input(frame):
    frame.to_csv("t.csv", index=False)
    assert "there is no model" in one_sentence(invoke("predict", "nowhere", "t.csv"), 2)
    assert "is not a model that cutplane saved" in one_sentence(
        invoke("predict", "t.csv", "t.csv"), 2
    )
    invoke("run", "moons", "--budget", 8, "--out", "r", *FAST)
    assert "lacks 2 of the columns" in one_sentence(invoke("predict", "r", "t.csv"), 2)
    result = invoke("predict", "r", "moons", "--out", "no/such/place.csv")
    assert "cannot write" in one_sentence(result, 2)


class InterruptedOracle(ColumnOracle):
    """Ctrl-C comes instead of the seventh answer."""

    def __call__(self, rows):
        if self.n_asked >= 6:
            raise KeyboardInterrupt
        return super().__call__(rows)


def test_ctrl_c_keeps_what_was_labelled(monkeypatch):
    monkeypatch.setattr(cutplane.runs.simulation, "ColumnOracle", InterruptedOracle)
    result = invoke("run", "moons", "--budget", 20, "--out", "r", *FAST)
    assert result.exit_code == 130, result.output
    assert "what was labelled is kept" in result.stderr
    assert len(Path("r/labels.csv").read_text().splitlines()) == 1 + 6
    metrics = json.loads(Path("r/metrics.json").read_text())
    assert metrics["interrupted"]
    assert metrics["n_labels"] == 6


def test_help_names_the_commands_and_shows_an_example():
    overview = invoke("--help")
    assert overview.exit_code == 0
    for name in ("run", "fit", "query", "predict"):
        assert f"  {name} " in overview.stdout
        result = invoke(name, "--help")
        assert result.exit_code == 0
        assert f"cutplane {name} " in " ".join(result.stdout.split("Example")[-1].split())


def command(*arguments, program=("-m", "cutplane")):
    return subprocess.run(
        [sys.executable, "-W", "error", *program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_as_a_process_run_and_predict():
    done = command("run", "moons", "--budget", 10, "--out", "r", *FAST)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no progress bar where there is no terminal
    assert done.stdout.endswith("Run folder: r\n")
    done = command("predict", "r", "moons")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + 1000


def test_as_a_process_bad_input_is_no_traceback():
    done = command("run", "nope.csv", "--budget", 3)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: there is no file 'nope.csv'")
    assert "Traceback" not in done.stderr


SIGNAL_AFTER_SIX = """
import os, signal, sys
import cutplane.runs.simulation
from cutplane.cli.main import main
from cutplane.active.oracle import ColumnOracle

class Oracle(ColumnOracle):
    def __call__(self, rows):
        if self.n_asked >= 6:
            os.kill(os.getpid(), signal.SIGINT)
        return super().__call__(rows)

cutplane.runs.simulation.ColumnOracle = Oracle
main()
"""


def test_as_a_process_sigint_keeps_what_was_labelled():
    program = ("-c", SIGNAL_AFTER_SIX)
    done = command("run", "moons", "--budget", 20, "--out", "r", *FAST, program=program)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert len(Path("r/labels.csv").read_text().splitlines()) >= 1 + 6
    assert os.listdir() == ["r"]
