"""What people take home: labels in three forms, the network, the model folder, the report."""

import io
import json
import zipfile

import pandas as pd
import pyarrow.parquet as pq
import pytest
from labelling_projects import N_ROWS, learnt, opened, table_of, truth
from typer.testing import CliRunner

from cutplane.app.answers.given import Seen
from cutplane.app.take_home.downloads import (
    labels_file,
    model_archive,
    network_onnx,
    report,
    report_json,
)
from cutplane.app.take_home.report import curve_drawing
from cutplane.cli.main import app
from cutplane.errors import InvalidInputError
from cutplane.tables.model import load_model

EVIL = "=HYPERLINK(\"http://x\")\n<script>alert('ä')</script>"


def labelled(project, rows):
    for row in rows:
        project.desk.answer(row, truth(project, row), "ada")


@pytest.fixture
def talked_about(tmp_path):
    """A project of which rows have labels, two opinions, a decision, comments, skips."""
    with opened(table_of(tmp_path), overlap=1.0) as project:
        desk = project.desk
        desk.answer(7, "good", "ada", Seen(comment=EVIL, seconds=1.5))
        desk.answer(7, "bad", "Bea")
        desk.decide(7, "bad", "Cy", "seen it")
        desk.skip(9, "ada", Seen(comment="torn"))
        desk.comment(30, "ask later", "Bea")
        desk.unknown(12, "Bea")
        desk.answer(2, "good", "ada")
        yield project


def test_lines_of_json_hold_all_that_was_said(talked_about):
    rows = {
        one["row"]: one for one in map(json.loads, labels_file(talked_about, "jsonl").splitlines())
    }
    assert list(rows) == [2, 7, 9, 12, 30]
    assert (rows[7]["label"], rows[7]["line"], rows[7]["skipped"]) == ("bad", 9, False)
    assert rows[7]["annotators"] == ["ada", "Bea", "Cy"]
    kinds = [(one["annotator"], one["label"], one["kind"]) for one in rows[7]["answers"]]
    assert kinds == [("ada", "good", "label"), ("Bea", "bad", "label"), ("Cy", "bad", "decision")]
    assert (rows[7]["answers"][0]["comment"], rows[7]["answers"][0]["seconds"]) == (EVIL, 1.5)
    assert EVIL in [one["text"] for one in rows[7]["comments"]]
    assert (rows[9]["label"], rows[9]["skipped"]) == (None, True)
    assert [one["text"] for one in rows[30]["comments"]] == ["ask later"]
    assert rows[30]["label"] is None
    assert rows[12]["answers"][0]["kind"] == "unknown"
    assert rows[7]["time"] == rows[7]["answers"][2]["time"]


def test_csv_is_a_table_without_formulas(talked_about):
    frame = pd.read_csv(io.BytesIO(labels_file(talked_about, "csv")), keep_default_na=False)
    assert list(frame) == [
        *("row", "line", "label", "annotators", "comments", "skipped", "time", "answers")
    ]
    assert frame["label"].tolist() == ["good", "bad", "", "", ""]
    assert frame["annotators"][1] == "ada; Bea; Cy"
    assert EVIL in frame["comments"][1]
    assert json.loads(frame["answers"][1])[1]["label"] == "bad"
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in frame.to_numpy().ravel())


def test_no_name_and_no_class_is_a_formula_in_csv(tmp_path):
    with opened(table_of(tmp_path)) as project:
        project.desk.answer(0, project.read_label("=1+1"), "@ada")
        frame = pd.read_csv(io.BytesIO(labels_file(project, "csv")))
    assert (frame["label"][0], frame["annotators"][0]) == ("'=1+1", "'@ada")


def test_parquet_keeps_types(talked_about):
    table = pq.read_table(io.BytesIO(labels_file(talked_about, "parquet")))
    assert str(table.schema.field("label").type) == "string"
    rows = {one["row"]: one for one in table.to_pylist()}
    assert rows[7]["answers"][0]["seconds"] == 1.5
    assert rows[9]["skipped"] is True
    assert rows[9]["label"] is None


@pytest.mark.parametrize(
    ("text", "task", "kind"),
    [
        ("1", None, "int64"),
        ("True", None, "bool"),
        ("1,5", "regression", "double"),
        (str(2**63 + 1), None, "uint64"),
    ],
)
def test_labels_in_parquet_are_what_they_are(tmp_path, text, task, kind):
    with opened(table_of(tmp_path), task=task) as project:
        project.desk.answer(0, project.read_label(text), "ada")
        project.desk.skip(1, "ada")
        table = pq.read_table(io.BytesIO(labels_file(project, "parquet")))
    assert str(table.schema.field("label").type) == kind
    assert table["label"].null_count == 1


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_nothing_said_is_an_empty_table(tmp_path, kind):
    with opened(table_of(tmp_path)) as project:
        content = labels_file(project, kind)
        with pytest.raises(InvalidInputError, match="choose csv, parquet, jsonl"):
            labels_file(project, "xlsx")
    if kind == "parquet":
        assert pq.read_table(io.BytesIO(content)).num_rows == 0
    else:
        assert content.decode().count("\n") == (kind == "csv")


def fitted_by_command(path, project, out):
    """The folder that `cutplane fit --journal` writes for the same labels."""
    arguments = ["fit", path, "--target", "grade", "--journal", project.where, "--hidden", "10"]
    result = CliRunner().invoke(app, [str(one) for one in (*arguments, "--out", out)])
    assert result.exit_code == 0, result.output
    return out


def test_the_model_is_that_of_the_command(tmp_path):
    path = table_of(tmp_path)
    with opened(path) as project:
        labelled(project, range(0, N_ROWS, 3))
        archive = zipfile.ZipFile(io.BytesIO(model_archive(project)))
        assert model_archive(project) == model_archive(project)
        network = network_onnx(project)
        folder = fitted_by_command(path, project, tmp_path / "fitted")
    archive.extractall(tmp_path / "taken")
    taken = tmp_path / "taken" / "parts-model"
    assert sorted(one.name for one in taken.iterdir()) == sorted(
        one.name for one in folder.iterdir()
    )
    frame = pd.read_csv(path)
    ours, theirs = load_model(taken), load_model(folder)
    assert (ours.target, ours.classes.tolist()) == ("grade", ["bad", "good"])
    assert (ours.scores(frame) == theirs.scores(frame)).all()
    assert (ours.predict_proba(frame) == theirs.predict_proba(frame)).all()
    pytest.importorskip("onnx")
    result = CliRunner().invoke(app, ["export", str(folder), "--format", "onnx"])
    assert result.exit_code == 0, result.output
    assert (folder / "network.onnx").read_bytes() == network


def test_a_model_needs_labels_of_two_classes(tmp_path):
    with opened(table_of(tmp_path)) as project:
        project.desk.answer(0, "good", "ada")
        for made in (network_onnx, model_archive):
            with pytest.raises(InvalidInputError, match=r"one class \(good\); two are needed"):
                made(project)


def test_the_report_says_who_did_what_and_runs_nothing(talked_about):
    data = json.loads(report_json(talked_about))
    assert (data["table"], data["target"], data["n_labels"]) == ("parts", "grade", 2)
    assert [one["name"] for one in data["people"]] == ["Bea", "Cy", "ada"]
    assert data["people"][1]["decision"] == 1
    page = report(talked_about)
    assert page.startswith("<!doctype html>")
    assert "http://" not in page
    assert "<script" not in page
    for name in ("ada", "Bea", "parts: grade"):
        assert name in page


def test_the_report_escapes_what_others_wrote(tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    with opened(table_of(tmp_path), target=evil) as project:
        project.desk.answer(0, "<b>good</b>", "<i>ada</i>")
        page = report(project)
    assert "<img" not in page
    assert "<i>ada" not in page
    assert "&lt;i&gt;ada" in page


def test_the_report_has_figures(tmp_path):
    with opened(table_of(tmp_path)) as project:
        labelled(project, range(0, N_ROWS, 2))
        learnt(project)
        page, data = report(project), json.loads(report_json(project))
    assert data["figures"]["n_labels"] == N_ROWS // 2
    assert 0 <= data["figures"]["estimate"]["low"] <= data["figures"]["estimate"]["high"] <= 1
    assert "Leave-one-out accuracy" in page
    assert data["figures"]["advice"] in page


def test_the_report_says_how_often_a_suggestion_was_followed(tmp_path):
    with opened(table_of(tmp_path), suggest="key") as project:
        seen = Seen(suggestion="good", probability=0.8, shown="before")
        project.desk.answer(0, "good", "ada", seen)
        project.desk.answer(1, "bad", "ada", Seen(suggestion="good", probability=0.6))
        page = report(project)
    assert "the same as 100% of 1 answers that saw the suggestion before and 0% of 1" in page


def test_values_are_taken_home_too(tmp_path):
    with opened(table_of(tmp_path), task="regression", low=-9.0) as project:
        for row in range(0, N_ROWS, 2):
            value = project.read_label(str(project.table.features["weight"].iloc[row]))
            project.desk.answer(row, value, "ada")
        project.desk.answer(2, 8.0, "Bea")
        learnt(project)
        page, data = report(project), json.loads(report_json(project))
        frame = pd.read_csv(io.BytesIO(labels_file(project, "csv")))
        archive = zipfile.ZipFile(io.BytesIO(model_archive(project)))
    assert data["figures"]["estimate"]["rmse"] >= 0
    assert "Leave-one-out error (RMSE)" in page
    assert frame["label"].dtype.kind == "f"
    assert "parts-model/model.npz" in archive.namelist()


def test_the_learning_curve_is_drawn():
    drawn = curve_drawing([(5, 0.6, 0.3, 0.8), (10, 0.8, 0.6, 0.95)])
    assert drawn.startswith("<svg")
    assert "10 labels" in drawn
    assert "nan" not in drawn
