"""Names, marks and levels that look the same, or nearly: never taken for one another in silence."""

import json

import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.stored_reading import read_stored
from cutplane.tables.table import read_table

UNSEEN = {
    "no-break space": "y\u00a0",
    "thin space in front": "\u2009y",
    "zero-width space": "y\u200b",
    "soft hyphen": "\u00ady",
    "byte order mark": "\ufeffy",
    "mark of direction": "y\u200f",
    "word joiner": "y\u2060",
    "blank": "y ",
}


@pytest.fixture
def read(tmp_path):
    def read(*names, target="y", kind="csv", rows=(("1", "p", "p"), ("2", "q", "q"))):
        path = tmp_path / f"t.{kind}"
        frame = pd.DataFrame(list(rows), columns=list(names))
        if kind == "jsonl":
            lines = (json.dumps(dict(zip(names, row, strict=True))) for row in rows)
            path.write_text("\n".join(lines))
        elif kind == "parquet":
            frame.to_parquet(path)
        else:
            frame.to_csv(path, index=False)
        return read_table(path, target)

    return read


def about_labels(table):
    return [remark.message for remark in table.report.of_kind("labels")]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("twin", UNSEEN.values(), ids=UNSEEN)
def test_a_column_that_looks_like_the_target_is_refused(read, twin, kind):
    with pytest.raises(InvalidInputError, match=r"2 columns of the name 'y' .*rename all but"):
        read("a", twin, "y", kind=kind)


@pytest.mark.parametrize(
    ("twin", "target"), [("my\u00a0label", "my label"), ("cafe\u0301", "caf\u00e9")]
)
def test_what_looks_the_same_inside_a_name_is_the_same(read, twin, target):
    with pytest.raises(InvalidInputError, match="2 columns of the name"):
        read("a", twin, target, target=target)
    with pytest.raises(InvalidInputError, match=r"did you mean .* \(it looks the same; rename it"):
        read("a", "b", twin, target=target)


def test_a_folder_has_no_twin_of_the_target_either(tmp_path):
    frame = pd.DataFrame({"a": [0.5, 1.5, 3.0], "y\u200b": [0, 1, 0], "y": [0, 1, None]})
    frame.to_parquet(tmp_path / "one.parquet")
    with pytest.raises(InvalidInputError, match="2 columns of the name 'y'"):
        read_stored(tmp_path, "y")


def test_capitals_tell_columns_apart_and_are_said(read):
    table = read("a", "Y", "y")
    assert list(table.features) == ["a", "Y"]
    assert about_labels(table)[0].startswith("Only capitals tell 'Y' from the target 'y'")
    assert not about_labels(read("a", "b", "y"))


def test_levels_that_look_the_same_are_one_and_classes_are_named(read):
    rows = [(cell, str(i), cell) for i, cell in enumerate(["a b", "a\u00a0b", "x\u200bz", "xz"])]
    table = read("a", "b", "y", rows=rows)
    (message,) = (
        remark.message
        for remark in table.report.of_kind("cells reinterpreted")
        if "one level" in remark.message
    )
    assert r"'a b', 'a\xa0b'" in message
    assert r"'x\u200bz', 'xz'" in message
    assert any("differ in spelling alone" in said for said in about_labels(table))


LABELS = ["p", "q", "N/K", "n/k", "not\u00a0seen", "-99", "Co", "CO"]


@pytest.fixture
def labelled(tmp_path):
    def labelled(*missing, labels=LABELS, name="t.csv"):
        path = tmp_path / name
        path.write_text("a,y\n" + "".join(f"{i},{label}\n" for i, label in enumerate(labels)))
        return read_table(path, "y", missing=missing)

    return labelled


@pytest.mark.parametrize(
    ("missing", "left"),
    [
        (["N/K"], LABELS[:2] + LABELS[3:]),
        ([" N/K "], LABELS[:2] + LABELS[3:]),
        (["not seen"], LABELS[:4] + LABELS[5:]),
        (["N/K", "n/k", "-99", "CO"], ["p", "q", "not\u00a0seen", "Co"]),
    ],
)
def test_a_mark_is_what_looks_like_it(labelled, missing, left):
    assert labelled(*missing).labels.tolist() == left


def test_what_is_nearly_a_mark_is_said_and_stays(labelled):
    said = about_labels(labelled("CO"))
    assert (
        "1 cell says 'Co' in 'y', which is not 'CO'; if that means no label, pass --missing Co."
        in said
    )
    assert not any("which is not" in message for message in about_labels(labelled("CO", "Co")))
    said = about_labels(labelled("N/K"))
    assert sum("'n/k'" in message for message in said) == 1, said


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("Q", "no cell of 'y' says 'Q', and 1 cell says 'q'; pass --missing q"),
        ("-99.0", "pass --missing -99"),
        ("NOT SEEN", r"1 cell says 'not\\xa0seen'"),
        ("N/K,n/k", "pass --missing N/K --missing n/k"),
    ],
)
def test_a_mark_that_no_cell_says_is_a_slip_of_one_that_cells_say(labelled, missing, message):
    with pytest.raises(InvalidInputError, match=message):
        labelled(missing)


def test_a_mark_of_another_table_is_said(labelled):
    assert "No cell of 'y' says 'unknown'." in about_labels(labelled("unknown"))
    assert labelled(labels=["1.5", "N/K", "2.5", "not known"]).task == "regression"
