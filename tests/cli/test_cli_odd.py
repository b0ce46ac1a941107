"""Odd tables, odd options: an answer, or one sentence and the exit code of bad input."""

import inspect
import itertools
import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest

from cutplane.cli.main import app
from cutplane.errors import InvalidInputError

LINES = [f"{i * 7 % 41},{i % 7},{'pq'[i % 2]}" for i in range(40)]


RUN = ("run", "moons", "--budget", "4", "--hidden", "10", "--out", "run")


def write(name, content):
    with open(name, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "it is empty"),
        ("t.csv", "a,b,y\n", "no rows"),
        ("t.csv", bytes(range(256)) * 20, "no text"),
        ("t.csv", "a,b,y\n1,2,p\n1,2,3,4,q\n", "line 3"),
        ("t.csv", "a,b,y\n1,2,p\n", "one class"),
        ("t.csv", "a,y\n" + "1,p\n1,q\n" * 20, "the same in every row"),
        ("t.csv", "\n".join(["a,b,y", "inf,1,p", *LINES]), "infinite"),
        ("t.parquet", b"PAR1junk" * 50, "cannot read"),
        ("t.npz", b"PK\x03\x04junk" * 50, "not an .npz"),
        ("t.doc", "a,y\n1,2\n", "cannot tell"),
        (".", None, r"'\.' is a folder; .* single file"),
    ],
    ids=itertools.count(),
)
def test_files_that_are_no_tables(name, content, message, invoke):
    if content is not None:
        write(name, content)
    target = [] if name.endswith("npz") else ["--target", "y"]
    for command in (["fit", name, "--out", "m"], ["run", name, "--budget", 3, "--out", "r"]):
        result = invoke(*command, *target)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        *remarks, error = result.stderr.splitlines()
        assert error.startswith("Error: ")
        assert not any(remark.startswith("Error") for remark in remarks)
        assert re.search(message, error), error


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(["a,a,y", *LINES]),
        "\n".join(["größe,日本,y", *LINES]),
        b"\xef\xbb\xbf" + "\n".join(["a,b,y", *LINES]).encode(),
        "\r\n".join(['"a, or b",c,y', *LINES]),
    ],
    ids=["twice the same name", "unicode", "byte order mark", "quotes"],
)
def test_odd_column_names(content, invoke):
    write("t.csv", content)
    assert invoke("fit", "t.csv", "--target", "y", "--hidden", 10, "--out", "m").exit_code == 0
    predicted = invoke("predict", "m", "t.csv", "--json")
    assert len(json.loads(predicted.stdout)["predictions"]) == 40


def test_columns_that_hold_no_numbers(invoke):
    n = 30
    frame = pd.DataFrame(
        {
            "when": pd.date_range("2020-01-01", periods=n),
            "what": [[1, 2]] * n,
            "how": np.arange(n),
            "y": [True, False] * (n // 2),
        }
    )
    frame.to_parquet("t.parquet")
    result = invoke("fit", "t.parquet", "--target", "y", "--hidden", 10, "--out", "m")
    assert result.exit_code == 0
    assert "what" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--seed", "-1"],
        ["--seed", 2**32],
        ["--depth", "nan"],
        ["--depth", "inf"],
        ["--depth", "-1"],
        ["--cost", "nan"],
        ["--radius", "inf"],
        ["--test-size", "nan"],
        ["--batch-size", 0],
    ],
)
def test_numbers_that_make_no_sense(options, invoke):
    result = invoke(*RUN, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_warnings_are_sentences(monkeypatch, invoke):
    def doubtful(*_, **__):
        warnings.warn("this table is odd", stacklevel=1)
        raise InvalidInputError("and of no use")

    monkeypatch.setattr("cutplane.tables.table.read_table", doubtful)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        result = invoke("fit", "t.csv", "--out", "m")
    assert result.exit_code == 2
    assert result.stderr == "Warning: this table is odd\nError: and of no use\n"


def test_every_command_prints_json():
    for command in app.registered_commands:
        assert "as_json" in inspect.signature(command.callback).parameters


@pytest.mark.slow
def test_json_of_every_command_of_a_run(invoke):
    assert invoke(*RUN).exit_code == 0
    frame = pd.DataFrame({"a": np.arange(40.0) ** 2, "y": ["p", "q"] + [None] * 38})
    frame.to_csv("t.csv", index=False)
    for command, keys in (
        (["fit", "moons", "--out", "m", "--hidden", 10], {"folder", "n_labels", "n_cuts"}),
        (["query", "t.csv", "--target", "y", "-n", 3], {"rows", "n_labels"}),
        (["predict", "run", "moons"], {"classes", "predictions"}),
        (["export", "run", "--format", "npz"], {"path", "n_units", "bound", "classes"}),
        (["certify", "run", "--chains", 4, "--draws", 10], {"certificates"}),
        (["experiment", "spiral", "--list"], {"methods"}),
        ([*RUN, "--overwrite"], {"accuracy", "curve", "n_labels"}),
    ):
        result = invoke(*command, "--json")
        assert result.exit_code == 0, result.output
        assert keys <= json.loads(result.stdout).keys()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["onnx", "torch", "npz"])
def test_export_to_a_folder_that_is_not_there(kind, invoke):
    invoke(*RUN)
    result = invoke("export", "run", "--format", kind, "--out", "nowhere/network")
    assert result.exit_code == 2
    assert "there is no folder 'nowhere'" in result.stderr
