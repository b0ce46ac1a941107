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

import cutplane.simulation
from cutplane.cli.main import app
from cutplane.oracle import ColumnOracle

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
    assert result.stdout.splitlines()[-1] == "Run folder: runs/t-margin-seed0"
    metrics = json.loads(Path("runs/t-margin-seed0/metrics.json").read_text())
    assert metrics["n_labels"] == 25
    assert metrics["n_unlabelled"] == 2
    assert metrics["settings"]["hidden"] == [20]
    assert [comparison["query"] for comparison in metrics["comparisons"]] == ["random"]

    new = frame.drop(columns="y").iloc[::-1]
    new.to_csv("new.csv", index=False)
    result = invoke("predict", "runs/t-margin-seed0", "new.csv")
    assert result.exit_code == 0, result.output
    predictions = pd.read_csv(io.StringIO(result.stdout))
    assert list(predictions.columns) == ["row", "label", "score"]
    assert predictions["row"].tolist() == list(range(len(new)))
    assert ((predictions["score"] > 0) == (predictions["label"] == "yes")).all()
    known = frame["y"].iloc[::-1].reset_index(drop=True).dropna()
    assert (predictions["label"][known.index] == known).mean() > 0.7

    as_json = invoke("predict", "runs/t-margin-seed0/model.npz", "new.csv", "--json")
    answer = json.loads(as_json.stdout)
    assert answer["classes"] == ["no", "yes"]
    assert [row["label"] for row in answer["predictions"]] == predictions["label"].tolist()

    written = invoke("predict", "runs/t-margin-seed0", "new.csv", "--out", "predicted.csv")
    assert written.stdout == ""
    assert Path("predicted.csv").read_text() == result.stdout


def test_npz_with_y_needs_no_target():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    np.savez("points.npz", X=X, y=(X[:, 0] > 0).astype(int))
    result = invoke("run", "points.npz", "--budget", 10, *FAST)
    assert result.exit_code == 0, result.output
    assert os.path.exists("runs/points-margin-seed0/model.npz")


@pytest.mark.parametrize(
    "options",
    [
        ("--hidden", "8,6"),
        ("--hidden", "0"),
        ("--activation", "gated_relu"),
        ("--query", "extremes"),
        ("--query", "random"),
        ("--batch-size", "5"),
        ("--cost", "0.5"),
    ],
)
def test_options(options):
    arguments = options if "--hidden" in options else (*FAST, *options)
    result = invoke("run", "moons", "--budget", 12, "--out", "r", "--json", *arguments)
    assert result.exit_code == 0, result.output
    metrics = json.loads(result.stdout)
    assert metrics["folder"] == "r"
    assert metrics["n_labels"] == 12
    assert metrics["n_cuts"] <= 12
    assert os.path.exists("r/boundary.png")


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
        (lambda f: f.assign(y=np.arange(len(f)) % 3), "3 classes (0, 1, 2)"),
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
        (("digits", "--budget", 5), "multi-class is not there yet"),
        (("diabetes", "--budget", 5), "regression is not there yet"),
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
    assert "is not a cutplane model" in one_sentence(invoke("predict", "t.csv", "t.csv"), 2)
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
    monkeypatch.setattr(cutplane.simulation, "ColumnOracle", InterruptedOracle)
    result = invoke("run", "moons", "--budget", 20, "--out", "r", *FAST)
    assert result.exit_code == 130, result.output
    assert "what was labelled is kept" in result.stderr
    assert len(Path("r/labels.csv").read_text().splitlines()) == 1 + 6
    metrics = json.loads(Path("r/metrics.json").read_text())
    assert metrics["interrupted"]
    assert metrics["n_labels"] == 6


def test_help_names_the_commands():
    result = invoke("--help")
    assert result.exit_code == 0
    assert "run" in result.stdout
    assert "predict" in result.stdout


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
import cutplane.simulation
from cutplane.cli.main import main
from cutplane.oracle import ColumnOracle

class Oracle(ColumnOracle):
    def __call__(self, rows):
        if self.n_asked >= 6:
            os.kill(os.getpid(), signal.SIGINT)
        return super().__call__(rows)

cutplane.simulation.ColumnOracle = Oracle
main()
"""


def test_as_a_process_sigint_keeps_what_was_labelled():
    program = ("-c", SIGNAL_AFTER_SIX)
    done = command("run", "moons", "--budget", 20, "--out", "r", *FAST, program=program)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert len(Path("r/labels.csv").read_text().splitlines()) >= 1 + 6
    assert os.listdir() == ["r"]
