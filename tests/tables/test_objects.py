"""Spreadsheets and JSON lines, whose cells have types of their own."""

import datetime

import numpy as np
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.table import read_table


@pytest.fixture
def excel(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")

    def excel(*sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(f"s{number}")
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return excel


def test_excel(excel):
    day = datetime.datetime(2020, 1, 2)
    path = excel(
        [
            [],
            ["a", 2019, "when", "mixed", None, "label"],
            [1, True, day, 1.0, None, "p"],
            ["n/a", False, None, "x", None, None],
            [],
            [2.5, True, day, day, None, "q"],
        ],
        [["other"]],
    )
    table = read_table(path, "label")
    assert [str(dtype) for dtype in table.features.dtypes] == [
        "float64",
        "float64",
        "datetime64[ns]",
        "object",
    ]
    assert list(table.features) == ["a", "2019", "when", "mixed"]
    assert table.features["mixed"].tolist() == ["1", "x", "2020-01-02 00:00:00"]
    assert table.lines.tolist() == [3, 4, 6]
    assert table.labelled_rows.tolist() == [0, 2]
    messages = table.report.sentences
    assert "The first sheet, 's0', was read; the others ('s1') were not." in messages
    assert "Column 'a': 1 cell ('n/a' in line 4) was read as missing." in messages


def test_an_empty_sheet(excel):
    with pytest.raises(InvalidInputError, match=r"'s0', of 't.xlsx' is empty"):
        read_table(excel([[" "], []]))


def test_json_lines(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"a": 1, "e": [1, 2.5], "s": "1.0", "label": "p"}\n\n'
        '{"e": [3, 4], "a": 2.5, "s": true, "big": 18446744073709551616}\n'
        '{"a": null, "s": {"k": 1}, "label": "q", "t": {"k": 1}}\n'
    )
    table = read_table(path, "label")
    assert list(table.features) == ["a", "e_0", "e_1", "s", "big"]
    np.testing.assert_array_equal(table.features["a"], [1, 2.5, np.nan])
    assert table.features["s"].tolist() == ["1.0", "True", '{"k": 1}']
    assert table.features["big"].tolist()[1] == 2.0**64
    assert table.lines.tolist() == [1, 3, 4]
    assert table.report.of_kind("columns left out")[0].columns == ("t",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1}\n[1]\n', "line 2 .* holds a list"),
        ('{"a": 1}\n{"a"\n', "line 2 .* is no JSON"),
        ('{"a": 1, "a": 2}\n', "the key 'a' is there twice"),
        ("[" * 100_000, "line 1 .* is no JSON"),
        ("\n\n", "holds no rows"),
    ],
)
def test_json_lines_that_are_refused(tmp_path, content, message):
    (tmp_path / "t.jsonl").write_text(content)
    with pytest.raises(InvalidInputError, match=message):
        read_table(tmp_path / "t.jsonl")


def test_npz_with_equal_names_and_objects_elsewhere(tmp_path):
    path = tmp_path / "t.npz"
    ids = np.array(["r0", None], dtype=object)
    names = np.array(["a", "a"])
    np.savez(path, X=np.eye(2), y=np.array([0, 1]), columns=names, ids=ids)
    table = read_table(path)
    assert list(table.features) == ["a", "a (2)"]
    assert table.report.of_kind("columns renamed")
    with pytest.raises(InvalidInputError, match=r"'ids' .* Python objects.*ids.astype\(str\)"):
        read_table(path, "ids")
    with pytest.raises(InvalidInputError, match=r"no target 'id'.* did you mean 'ids'"):
        read_table(path, "id")
    np.savez(path, X=np.eye(2), columns=names.astype(object))
    with pytest.raises(InvalidInputError, match=r"'columns' .* Python objects"):
        read_table(path)


def test_lone_surrogates_of_json_are_written_out(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"\\ud800": "\\udfff", "y": "p"}\n{"y": "q"}\n')
    table = read_table(tmp_path / "t.jsonl", "y")
    assert table.features[r"\ud800"][0] == r"\udfff"
