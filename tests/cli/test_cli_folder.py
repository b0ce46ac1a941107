"""`cutplane query` and `predict` on folders of Parquet files."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutplane import CuttingPlaneClassifier
from cutplane.tables.questions import next_rows
from cutplane.tables.stored_reading import read_stored

N = 900


@pytest.fixture
def rows():
    """Two columns of numbers decide; a counter, a constant, a text and a few labels beside them."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.arange(N), "one": 1.0, "a": rng.normal(50, 100, N)})
    frame["b"] = rng.normal(size=N)
    frame["note"] = [f"part {i}" for i in range(N)]
    bad = (frame["a"] - 50) / 100 + frame["b"] > 0.3
    frame["fault"] = bad.map({True: "bad", False: "good"}).where(rng.random(N) < 0.03)
    frame.loc[[5, 700], "a"] = np.nan
    return frame


@pytest.fixture
def folder(rows, tmp_path):
    where = tmp_path / "parts"
    where.mkdir()
    for i, start in enumerate(range(0, N, 400)):
        part = rows[start : start + 400]
        part.to_parquet(where / f"part-{i}.parquet", index=False, row_group_size=150)
    (where / "_SUCCESS").touch()
    return where


def test_query_says_file_and_row_and_what_was_left_out(folder, rows, invoke):
    result = invoke("query", folder, "--target", "fault", "-n", 2)
    assert result.exit_code == 0, result.stderr
    numbers = [int(line) for line in result.stdout.split()]
    assert rows["fault"][numbers].isna().all()
    said = result.stderr
    for sentence in (
        "Column 'note' is left out: of a folder, columns of numbers are read, and not of",
        "Column 'id' is left out: a count of the rows; --keep 'id' keeps it.",
        "Column 'one' is left out: the same in every row.",
        "The mean stands for 2 cells without a number, in 'a'.",
        f"{rows['fault'].notna().sum()} of 900 rows labelled",
        f"Row {numbers[0]} (row {numbers[0] % 400} of part-{numbers[0] // 400}.parquet): id=",
    ):
        assert sentence in said


def test_query_as_json(folder, rows, invoke):
    answer = json.loads(invoke("query", folder, "--target", "fault", "--json").stdout)
    (question,) = answer["questions"]
    assert answer["rows"] == [question["row"]]
    assert question["file"] == f"part-{question['row'] // 400}.parquet"
    assert question["row_in_file"] == question["row"] % 400
    assert question["cells"]["note"] == f"part {question['row']}"
    assert question["cells"]["fault"] is None
    kinds = [remark["kind"] for remark in answer["report"]["remarks"]]
    left_out = ["columns left out", "likely index", "columns left out"]
    assert kinds[:4] == [*left_out, "cells read as missing"]


def test_the_rows_asked_are_those_of_the_standardised_matrix(folder, rows, invoke):
    from cutplane import ActiveLearner

    X = rows[["a", "b"]].fillna(rows[["a"]].mean())
    X = ((X - X.mean()) / rows[["a", "b"]].apply(lambda c: np.nanstd(c))).to_numpy()
    learner = ActiveLearner(CuttingPlaneClassifier(random_state=3), X, random_state=3)
    known = np.flatnonzero(rows["fault"].notna())
    learner.tell(known, rows["fault"][known])
    result = invoke("query", folder, "--target", "fault", "-n", 3, "--seed", 3)
    assert [int(line) for line in result.stdout.split()] == learner.ask(3).tolist()


def test_a_journal_keeps_questions_about_a_folder(folder, invoke):
    call = ("query", folder, "--target", "verdict", "--journal", "run.journal")
    first = invoke(*call, "-n", 2)
    assert "There is no column 'verdict', so that no row has a label yet." in first.stderr
    one, two = map(int, first.stdout.split())
    again = invoke(*call, "--tell", f"{one}=good", "--skip", two, "-n", 1)
    assert again.exit_code == 0, again.stderr
    third = int(again.stdout)
    assert third not in (one, two)
    assert invoke(*call).stdout == again.stdout
    after = invoke(*call, "--tell", f"{third}=bad")
    assert int(after.stdout) not in (one, two, third)


def test_labels_of_one_class_and_values(folder, rows, invoke, tmp_path):
    rows["fault"] = rows["fault"].where(rows["fault"] == "good")
    rows["value"] = (2 * rows["b"]).where(rows.index % 40 == 0)
    shutil.rmtree(folder)
    folder.mkdir()
    rows.to_parquet(folder / "all.parquet", index=False)
    assert invoke("query", folder, "--target", "fault").exit_code == 0
    result = invoke("query", folder, "--target", "value", "--json")
    answer = json.loads(result.stdout)
    assert answer["task"] == "regression"
    assert answer["rows"][0] % 40


def test_query_refuses(folder, rows, invoke, one_sentence, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    rows[["note", "fault"]].to_parquet(tmp_path / "single.parquet")
    texts = tmp_path / "texts"
    texts.mkdir()
    rows[["note", "fault"]].to_parquet(texts / "t.parquet", index=False)
    for arguments, problem in (
        ([empty, "--target", "fault"], "there is no Parquet file in the folder"),
        ([folder], "is a folder; name the column of its labels: --target NAME"),
        ([folder, "--target", "nope"], "has no target 'nope'; its columns are 'id'"),
        ([texts, "--target", "fault"], "has no column of numbers beside 'fault'"),
        ([folder, "--target", "fault", "--domain", "0,1"], "--domain asks about points"),
        ([folder, "--target", "fault", "--keep", "nope"], "has no target 'nope'|no column"),
        (["single.parquet", "--target", "fault", "--scheduler", "tcp://x:1"], "is no folder"),
        ([folder, "--target", "fault", "--skip", 900], "has no row 900; it has 900 rows"),
        ([folder, "--target", "fault", "--task", "regression"], "holds text"),
    ):
        assert re.search(problem, one_sentence(invoke("query", *arguments), 2)), arguments
    assert "is a folder; `query` and `predict`" in one_sentence(invoke("fit", folder), 2)


def test_a_scheduler_that_is_not_there(folder, invoke, one_sentence):
    pytest.importorskip("distributed")
    result = invoke("query", folder, "--target", "fault", "--scheduler", "tcp://127.0.0.1:9")
    assert "127.0.0.1:9" in one_sentence(result, 1)


def test_predict_is_that_of_one_table(folder, rows, invoke):
    rows["color"] = np.where(rows["b"] > 0, "red", "blue")
    rows.to_parquet("all.parquet", index=False)
    assert invoke("fit", "all.parquet", "--target", "fault", "--out", "model").exit_code == 0
    rows.loc[850, "color"] = "green"
    rows.to_parquet("all.parquet", index=False)
    shutil.rmtree(folder)
    folder.mkdir()
    for i, start in enumerate(range(0, N, 400)):
        rows[start : start + 400].to_parquet(folder / f"part-{i}.parquet", index=False)
    expected = invoke("predict", "model", "all.parquet", "--id", "note").stdout
    result = invoke("predict", "model", folder, "--id", "note", "--out", "answers.csv")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    with open("answers.csv", encoding="utf-8", newline="") as file:
        assert file.read() == expected
    assert "The median stands for 1 cell without a number, in 'a' (first: row 5)" in result.stderr
    assert "In all rows there are 2 such cells." in result.stderr
    assert "levels never seen in training (first: 'green', row 850)" in result.stderr
    assert invoke("predict", "model", folder, "--id", "note").stdout == expected


def test_predict_as_json_says_where_the_answers_are(folder, rows, invoke, one_sentence):
    rows[["a", "b", "fault"]].to_parquet("all.parquet", index=False)
    assert invoke("fit", "all.parquet", "--target", "fault", "--out", "model").exit_code == 0
    answer = json.loads(invoke("predict", "model", folder, "--out", "p.csv", "--json").stdout)
    assert (answer["n_rows"], answer["out"]) == (N, "p.csv")
    assert answer["classes"] == ["bad", "good"]
    message = one_sentence(invoke("predict", "model", folder, "--json"), 2)
    assert "pass --out FILE too" in message
    file = folder / "part-1.parquet"
    result = invoke("predict", "model", folder, "--out", file, "--overwrite")
    assert "a file that is read" in one_sentence(result, 2)
    assert "exists already" in one_sentence(invoke("predict", "model", folder, "--out", "p.csv"), 2)
    (folder / "part-1.parquet").write_bytes(b"nothing")
    before = Path("p.csv").read_bytes()
    result = invoke("predict", "model", folder, "--out", "p.csv", "--overwrite")
    assert "part-1.parquet' cannot be read" in one_sentence(result, 2)
    assert Path("p.csv").read_bytes() == before
    rows[["a"]].to_parquet(folder / "part-1.parquet", index=False)
    shutil.rmtree(folder)
    folder.mkdir()
    rows[["a"]].to_parquet(folder / "part-1.parquet", index=False)
    message = one_sentence(invoke("predict", "model", folder), 2)
    assert "lacks 1 of the columns the model was fitted on ('b'" in message


def test_questions_in_python_are_those_of_the_command(folder, invoke):
    table = read_stored(folder, "fault", keep=["id"])
    assert table.rows.names == ["id", "a", "b"]
    found = next_rows(table, CuttingPlaneClassifier(random_state=0), 2)
    shown = invoke("query", folder, "--target", "fault", "--keep", "id", "-n", 2).stdout
    assert [row.number for row in found.rows] == [int(line) for line in shown.split()]


def test_files_without_a_label_have_a_column_of_nothing(folder, rows, invoke, one_sentence):
    """pandas writes a column without a value as one of another type."""
    rows.loc[rows.index < 400, "fault"] = None
    rows[:400].to_parquet(folder / "part-0.parquet", index=False)
    result = invoke("query", folder, "--target", "fault")
    assert f"{rows['fault'].notna().sum()} of 900 rows labelled" in result.stderr
    rows[:400].assign(fault=1.0).to_parquet(folder / "part-0.parquet", index=False)
    message = one_sentence(invoke("query", folder, "--target", "fault"), 2)
    assert "the target 'fault' holds double in some files and string in others" in message
    rows[:400].drop(columns="fault").to_parquet(folder / "part-0.parquet", index=False)
    message = one_sentence(invoke("query", folder, "--target", "fault"), 2)
    assert "has no target 'fault'" in message


def test_the_index_of_pandas_is_left_out(folder, rows, invoke):
    shutil.rmtree(folder)
    folder.mkdir()
    rows[rows.index % 7 > 0].to_parquet(folder / "t.parquet")
    result = invoke("query", folder, "--target", "fault")
    assert result.exit_code == 0, result.stderr
    assert "The index that pandas wrote (__index_level_0__) was left out." in result.stderr


def test_a_folder_behind_a_link(folder, invoke, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    answer = json.loads(invoke("query", "link", "--target", "fault", "--json").stdout)
    assert answer["questions"][0]["file"].startswith("part-")


def test_an_infinite_cell_is_named(folder, rows, invoke, one_sentence):
    rows.loc[3, "b"] = np.inf
    rows[:400].to_parquet(folder / "part-0.parquet", index=False)
    message = one_sentence(invoke("query", folder, "--target", "fault"), 2)
    assert re.search(r"column 'b' of '.*part-0.parquet' holds inf in row 3", message)
