"""Cells as people read them: numbers, dates, paragraphs, what is missing; nothing that tricks."""

import numpy as np
import pandas as pd
import pytest

from cutplane.app.page.cells import cells_of_row, excerpt, label_text, visible
from cutplane.tables.table import Table


def cell(value, dtype=object):
    table = Table("t", pd.DataFrame({"a": pd.Series([value], dtype=dtype)}))
    return cells_of_row(table, 0, ["a"])[0]


@pytest.mark.parametrize(
    ("value", "dtype", "kind", "text"),
    [
        (3.0, float, "number", "3"),
        (-0.0, float, "number", "0"),
        (0.1 + 0.2, float, "number", "0.3"),
        (1e20, float, "number", "1e+20"),
        (np.inf, float, "number", "inf"),
        (np.nan, float, "missing", ""),
        (None, object, "missing", ""),
        ("", object, "missing", ""),
        (" \n ", object, "missing", ""),
        (pd.NaT, "datetime64[ns]", "missing", ""),
        (pd.Timestamp("2024-05-01"), "datetime64[ns]", "date", "2024-05-01"),
        (pd.Timestamp("2024-05-01 13:05"), "datetime64[ns]", "date", "2024-05-01 13:05"),
        ("plain", object, "text", "plain"),
        ("one\ntwo", object, "long", "one\ntwo"),
    ],
)
def test_a_cell_is_shown_as_what_it_is(value, dtype, kind, text):
    shown = cell(value, dtype)
    assert (shown.kind, shown.text) == (kind, text)


def test_text_keeps_its_paragraphs_and_lines():
    shown = cell("First.\r\n\r\nSecond,\nwith a line.\n \n\n\nThird.")
    assert shown.paragraphs == ("First.", "Second,\nwith a line.", "Third.")
    assert not shown.folded


def test_very_long_text_is_folded_at_a_word_and_its_end_is_counted():
    text = "word " * 40_000
    shown = cell(text)
    assert shown.n_folded + len(shown.text) == pytest.approx(100_000, abs=2)
    assert shown.n_left_out == len(text.strip()) - 100_000
    assert shown.text.endswith("word")
    assert shown.folded[0].startswith("word")


def test_text_a_little_too_long_is_not_folded():
    assert not cell("word " * 700).folded


def test_what_tricks_the_reader_is_written_out():
    assert visible("a\u202eb\x1b[2Jc\ud800") == r"a\u202eb\x1b[2Jc\ud800"
    assert (
        visible("\u05d0\u200f \U0001f469\u200d\U0001f52c")
        == "\u05d0\u200f \U0001f469\u200d\U0001f52c"
    )
    visible(cell("x\ud83d").text).encode()  # no half of a character is left


def test_labels_are_shown_without_a_needless_point():
    assert [label_text(label) for label in (2.0, 2.5, 2, True, "two")] == [
        "2",
        "2.5",
        "2",
        "True",
        "two",
    ]


def test_an_excerpt_is_the_longest_text_or_all_cells():
    frame = pd.DataFrame(
        {
            "n": [1.5],
            "name": ["x"],
            "text": ["A sentence that tells a lot of it, and is long enough for a row."],
        }
    )
    assert excerpt(Table("t", frame), 0, ["n", "name", "text"]) == frame["text"][0]
    assert excerpt(Table("t", frame), 0, ["n", "name"]) == "n: 1.5 · name: x"
    assert excerpt(Table("t", frame), 0, ["text"], 20) == "A sentence that …"
