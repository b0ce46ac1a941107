"""Whatever is in a file, it is a table or an error of the project; cells come back as written."""

import bz2
import csv
import gzip
import io
import json
import lzma
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutplane.errors import InvalidInputError
from cutplane.tables.readers import read_sheet
from cutplane.tables.table import Table, read_table

FRAME = pd.DataFrame(
    {
        "a": [1.5, None, -2.25],
        "when": pd.to_datetime(["2020-01-02", "2021-03-04", None]),
        "word": ["red", None, "bl\u00fce"],
        "label": ["p", "q", None],
    }
)
TEXT = FRAME.to_csv(index=False)


def excel():
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [list(FRAME.columns), [1.5, None, "red", "p"], [None, 2, "x", None]]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def saved(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def examples():
    X, y = np.arange(6.0).reshape(3, 2), np.array(["p", "q", ""])
    lists = FRAME.assign(l=[[1.0, 2.0]] * 3)
    return {
        "t.csv": TEXT.encode(),
        "t.csv.gz": gzip.compress(TEXT.encode(), mtime=0),
        "t.csv.bz2": bz2.compress(TEXT.encode()),
        "t.csv.xz": lzma.compress(TEXT.encode()),
        "t.tsv": TEXT.replace(",", "\t").encode("utf-16"),
        "t.jsonl": "\n".join(
            json.dumps({"a": i, "label": str(i), "l": [i]}) for i in range(4)
        ).encode(),
        "t.parquet": saved(lists.to_parquet),
        "t.feather": saved(lists.to_feather),
        "t.npz": saved(lambda file: np.savez(file, X=X, label=y, columns=np.array(["u", "v"]))),
    }


def outcome(path, content, target="label"):
    """A table, or None for an error of the project; anything else is raised."""
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = read_table(path, target)
        except InvalidInputError:
            return None
    kinds = {dtype.kind for dtype in table.features.dtypes}
    assert kinds <= {"f", "M", "O"}
    assert len(table.lines) == len(table.features) == len(table.target)
    json.dumps(table.report.as_dict())
    return table


@pytest.mark.parametrize("name", [*examples(), "t.xlsx"])
def test_damaged_files_are_read_or_refused(tmp_path, name):
    content = excel() if name == "t.xlsx" else examples()[name]
    assert isinstance(outcome(tmp_path / name, content), Table)
    rng = np.random.default_rng(0)
    for _ in range(40):
        damaged = bytearray(content)
        for at in rng.integers(len(content), size=rng.integers(1, 6)):
            damaged[at] = rng.integers(256)
        outcome(tmp_path / name, bytes(damaged[: rng.integers(1, 2 * len(content))]))


@pytest.mark.parametrize("name", [*examples(), "t.xlsx"])
def test_bytes_of_any_kind_are_read_or_refused(tmp_path, name):
    rng = np.random.default_rng(1)
    for size in (0, 1, 2, 3, 10, 100):
        for _ in range(4):
            outcome(tmp_path / name, rng.bytes(size))


CELL = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**6), 10**6).map(str),
    st.text(st.characters(codec="cp1252", exclude_characters="\0\r"), max_size=6),
    st.sampled_from(["", " ", "NA", "1,5", "x;y", 'a"b', "two\nlines", "tab\tbed", "a|b"]),
)


@st.composite
def texts(draw):
    """Rows of cells below a header, and how they are written."""
    width = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8))
    rows[-1][0] = "end"  # blank lines at the end are no rows
    return [[f"c{j}" for j in range(width)], *rows], {
        "separator": draw(st.sampled_from(",;\t|")),
        "quoting": draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
        "ending": draw(st.sampled_from(["\n", "\r\n"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        "trailing": draw(st.booleans()),
    }


def written(rows, style):
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        delimiter=style["separator"],
        quoting=style["quoting"],
        lineterminator=style["ending"],
    )
    writer.writerow(rows[0])
    writer.writerows([*row, ""] if style["trailing"] else row for row in rows[1:])
    return file.getvalue().encode(style["encoding"])


@settings(max_examples=100, deadline=None)
@given(texts())
def test_cells_come_back_as_they_were_written(tmp_path_factory, drawn):
    rows, style = drawn
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(written(rows, style))
    sheet = read_sheet(path, None)
    assert list(sheet.names) == rows[0]
    back = [list(row) for row in zip(*(c.to_pylist() for c in sheet.columns), strict=True)]
    if style["encoding"] == "cp1252":  # what is UTF-8 as well is read as that
        rows = [[cell.encode("cp1252") for cell in row] for row in rows]
        back = [[cell.encode("cp1252", "replace") for cell in row] for row in back]
        said = [remark for remark in sheet.remarks if "Windows-1252" in remark.message]
        if not said and not all(cell.isascii() for row in rows for cell in row):
            return
    assert back == rows[1:]
