"""Labels: what a cell of the target means, and what is said about it."""

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.table import read_table


@pytest.fixture
def read(tmp_path):
    def read(*labels, **options):
        path = tmp_path / "t.csv"
        path.write_text("a;y\n" + "".join(f"{i};{label}\n" for i, label in enumerate(labels)))
        return read_table(path, "y", **options)

    return read


def messages(table, kind):
    return [remark.message for remark in table.report.of_kind(kind)]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["001", "010"], ["001", "010"]),
        (["TRUE", "FALSE"], ["TRUE", "FALSE"]),
        (["True", "False"], [True, False]),
        (["9007199254740993", "9007199254740992"], [2**53 + 1, 2**53]),
        (["9223372036854775807", "-9223372036854775808"], [2**63 - 1, -(2**63)]),
        (["18446744073709551615", "1"], ["18446744073709551615", "1"]),
        (["1", "2"], [1, 2]),
        (["1.0", "2.0"], [1, 2]),
        (["1", "1.0"], ["1", "1.0"]),
        (["1.1", "1.10"], ["1.1", "1.10"]),
        (["+1", "-1"], ["+1", "-1"]),
        (["<50", ">50"], ["<50", ">50"]),
        (["5%", "6%"], ["5%", "6%"]),
        (["1,000", "2,000"], ["1,000", "2,000"]),
        (["1e3", "2e3"], ["1e3", "2e3"]),
        (["-0", "0"], ["-0", "0"]),
    ],
)
def test_names_of_classes_are_as_in_the_file(read, labels, classes):
    table = read(*labels, *labels, task="classification")
    assert table.labels[:2].tolist() == classes
    assert type(table.labels[0].item() if hasattr(table.labels[0], "item") else "") is type(
        classes[0]
    )


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        (["0", "1"], "classification"),
        (["0.5", "1"], "regression"),
        (["0,5", "1"], "regression"),
        (["1e19", "5e3"], "regression"),
        (["18446744073709551616", "1"], "regression"),
        (["001", "002"], "classification"),
        (["TRUE", "FALSE"], "classification"),
        (["1.5", "x"], "classification"),
        (["NA", "0.5", "1.5"], "regression"),
        (["NA", "0", "1"], "classification"),
    ],
)
def test_the_task_follows_the_labels(read, labels, task):
    assert read(*labels).task == task


def test_white_space_is_no_label_and_marks_are_where_they_are_named(read):
    labels = ["a", " ", "NA", "b", "NA", "?"]
    table = read(*labels)
    assert table.labels.tolist() == ["a", "NA", "b", "NA", "?"]
    first, second = messages(table, "labels")
    assert first == (
        "The class 'NA' of 'y' has 2 of 5 labels; if it means that there is no label, pass "
        "--missing NA."
    )
    assert "--missing '?'" in second
    table = read(*labels, missing=["NA", "?", "none"])
    assert table.labelled_rows.tolist() == [0, 3]
    assert messages(table, "labels")[0] == "No cell of 'y' says 'none'."
    assert (
        "2 cells (the first 'NA' in line 4) were read as no label" in messages(table, "labels")[1]
    )
    assert read("0", "-1", "1", "-1", missing=["-1"]).labels.tolist() == [0, 1]


@pytest.mark.parametrize("mark", ["NA", "NaN", "None", "?", "#N/A", "unknown"])
def test_among_numbers_marks_are_no_labels(read, mark):
    table = read("0.5", mark, "1.5")
    assert table.task == "regression"
    assert table.labelled_rows.tolist() == [0, 2]
    assert f"1 cell ({mark!r} in line 3) was read as no label" in messages(table, "labels")[0]


def test_minus_one_is_doubted_beside_other_classes_only(read):
    assert "--missing -1" in messages(read("0", "1", "-1"), "labels")[0]
    assert not messages(read("1", "-1"), "labels")
    assert not messages(read("-2", "-1", "0"), "labels")


def test_spellings_of_a_class_are_named(read):
    table = read("yes", "Yes", "yes ", "no", "no")
    assert table.labels.tolist() == ["yes", "Yes", "yes", "no", "no"]
    blanks, alike = messages(table, "labels")
    assert "1 cell ('yes ' in line 4) was read without blanks" in blanks
    assert alike == "Classes of 'y' that differ in spelling alone: 'yes', 'Yes'."


def test_the_task_is_said_in_one_line_of_the_rows_that_are_left(tmp_path):
    (tmp_path / "t.csv").write_text("a,y\n1,pos\n2,neg\n3,\n,\n")
    assert messages(read_table(tmp_path / "t.csv", "y"), "task") == [
        "Task: classification of 'y', 2 classes (neg, pos), 2 of 3 rows labelled."
    ]
    assert messages(read_table("quadratic"), "task")[0].startswith(
        "Task: regression of 'y', 0.0001"
    )


def test_doubts_about_the_task(read):
    own = read(*map(str, range(1000, 1012)))
    assert own.task == "classification"
    assert messages(own, "task")[1] == (
        "12 labels name 12 classes; if they are no classes, pass --task regression."
    )
    assert "another column" in messages(read(*"abcdefgh"), "task")[1]
    counted = read(*map(str, range(101)))
    assert counted.task == "regression"
    assert "--task classification" in messages(counted, "task")[1]
    assert len(messages(read(*map(str, range(12)), task="classification"), "task")) == 1
    assert len(messages(read(*"abcabcabc"), "task")) == 1


def test_large_and_infinite_values(read):
    assert read("1e19", "5e3", "9223372036854775808").labels.tolist() == [1e19, 5e3, 2.0**63]
    with pytest.raises(InvalidInputError, match="1 infinite cells, the first '1e999' in line 3"):
        read("0.5", "1e999")


def test_regression_of_what_is_text(read):
    with pytest.raises(InvalidInputError, match=r"holds text.* line 3 says 'pending'.* --missing"):
        read("1", "pending", "2", task="regression")
    table = read("1", "pending", "2", task="regression", missing=["pending"])
    assert table.labels.tolist() == [1, 2]
    assert read("007", "010", task="regression").labels.tolist() == [7, 10]


def test_dates_are_no_labels_unless_they_are_classes(read):
    with pytest.raises(InvalidInputError, match="dates such as '2020-01-02'"):
        read("2020-01-02", "2021-01-02")
    assert read("2020-01-02", "2021-01-02", task="classification").labels[0] == "2020-01-02"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (pd.array([1, None, 0], dtype="Int64"), [1, 0]),
        (pd.array([True, None, False], dtype="boolean"), [True, False]),
        (pd.Categorical(["u", None, "v"]), ["u", "v"]),
        (np.array([2.0, np.nan, 1.0]), [2, 1]),
        (np.array([2.5, np.nan, 1.0]), [2.5, 1]),
        (np.array([2**60 + 1, 5, 2**60]), [2**60 + 1, 5, 2**60]),
        (["01", None, "1"], ["01", "1"]),
    ],
)
def test_labels_of_files_with_types(tmp_path, labels, expected):
    pd.DataFrame({"a": range(3), "y": labels}).to_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", "y").labels.tolist() == expected


def test_points_and_zeros_of_whole_numbers_are_said(read):
    table = read("1.0", "2.0", "1.0")
    assert "Classes of 'y' are written like 1.0 and read like 1." in messages(table, "labels")


@pytest.mark.parametrize("other", ["y ", " y"])
def test_another_column_that_looks_like_the_target_is_refused(tmp_path, other):
    path = tmp_path / "t.csv"
    path.write_text(f"a,{other},y\n1,p,p\n2,q,q\n")
    with pytest.raises(InvalidInputError, match="2 columns of the name 'y'"):
        read_table(path, "y")
