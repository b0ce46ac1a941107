"""A table whose labels have a name, and no column yet."""

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.table import read_table


def written(tmp_path, name, **columns):
    path = tmp_path / name
    frame = pd.DataFrame({"size": np.arange(12) % 5 + 0.5, "color": list("rgb") * 4, **columns})
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
@pytest.mark.parametrize("task", [None, "classification", "regression"])
def test_the_target_of_a_table_without_labels_is_their_name(tmp_path, name, task):
    path = written(tmp_path, name)
    table = read_table(path, "quality", task=task, may_lack_target=True)
    assert (table.target.name, table.task) == ("quality", task or "classification")
    assert len(table.labelled_rows) == len(table.labels) == 0
    assert list(table.features) == ["size", "color"]
    assert table.report.n_columns == 2
    said = [remark.message for remark in table.report.of_kind("labels")]
    assert said == ["There is no column 'quality', so that no row has a label yet."]


def test_other_commands_refuse_it(tmp_path):
    with pytest.raises(InvalidInputError, match="no target 'quality'; its columns are 'size', 'co"):
        read_table(written(tmp_path, "t.csv"), "quality")


@pytest.mark.parametrize("target", ["sizes", "Size", " color ", "colour"])
def test_a_slip_of_a_column_is_no_new_name(tmp_path, target):
    with pytest.raises(InvalidInputError, match=r"did you mean '(size|color)'"):
        read_table(written(tmp_path, "t.csv"), target, may_lack_target=True)


def test_a_column_that_may_hold_the_labels_is_named(tmp_path):
    path = written(tmp_path, "t.csv", label=["yes"] * 3 + [None] * 9)
    table = read_table(path, "quality", may_lack_target=True)
    assert "--target label" in table.report.of_kind("likely label")[0].message


def test_labels_of_an_archive_are_not_lost_under_another_name(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, X=np.eye(3), y=np.array([0, 1, 0]))
    with pytest.raises(InvalidInputError, match="no target 'quality'"):
        read_table(path, "quality", may_lack_target=True)
    np.savez(path, X=np.eye(3))
    assert read_table(path, "quality", may_lack_target=True).target.name == "quality"


@pytest.mark.parametrize("target", ["", "  ", "a\x1b[2J", "\u202eytilauq", "a\nb"])
def test_a_name_that_nobody_can_read_is_none(tmp_path, target):
    with pytest.raises(InvalidInputError, match="is no column, and no name either"):
        read_table(written(tmp_path, "t.csv"), target, may_lack_target=True)
