"""What people see of rows: the pool's columns, rows of one's own, and what a function shows."""

import base64

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import sparse

from cutplane.errors import InvalidInputError
from cutplane.notebook.appearance import MOST_BYTES, MOST_COLUMNS, Appearance

POOL = np.arange(6.0).reshape(3, 2)
PNG = b"\x89PNG\r\n\x1a\n and the rest"


def cells(appearance, row):
    return {cell.name: cell.text for cell in appearance.of_row(row).cells}


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        (None, {"column 0": "2", "column 1": "3"}),
        (["a", "b", "c"], {"text": "b"}),
        ((1, 2.5, 3), {"text": "2.5"}),
        (pd.Series(["a", "b", "c"], name="said"), {"said": "b"}),
        (pd.Series(["a", "b", "c"]), {"text": "b"}),
        (
            pd.DataFrame({"u": [1, 2, 3], "v": ["x", None, "z"]}, index=[9, 8, 7]),
            {"u": "2", "v": ""},
        ),
        (pd.DataFrame({"u": pd.array([1, None, 3], dtype="Int64")}), {"u": ""}),
        (pd.DataFrame({"u": pd.Categorical(["x", "y", "x"])}), {"u": "y"}),
        ([{"u": 1}, {"u": 2, "v": "y"}, {"u": 3}], {"u": "2", "v": "y"}),
        (POOL[:, ::-1], {"0": "3", "1": "2"}),
    ],
)
def test_rows_are_seen_as_they_were_given(rows, seen):
    assert cells(Appearance.of(POOL, None, rows, None), 1) == seen


def test_the_pool_s_own_names_are_seen():
    assert cells(Appearance.of(POOL, ["wide", "high"], None, None), 2) == {"wide": "4", "high": "5"}


def test_rows_of_other_libraries_are_seen():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"u": [1, 2, 3]})
    assert cells(Appearance.of(POOL, None, frame, None), 0) == {"u": "1"}


def test_very_wide_rows_say_what_is_not_sent():
    pool = np.zeros((2, MOST_COLUMNS + 7))
    seen = Appearance.of(pool, None, None, None).of_row(1).cells
    assert len(seen) == MOST_COLUMNS + 1
    assert seen[-1].text == "7 more are not sent; choose columns with rows="


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["a", "b"], "2 rows arrived for a pool of 3"),
        (pd.DataFrame([[1, 2]] * 3, columns=["u", "u"]), "two columns of rows are called 'u'"),
        (np.zeros((3, 2, 2)), "give a DataFrame, or a list"),
        (5, "rows of type int arrived; give a DataFrame"),
        ("abc", "rows of type str arrived"),
        ({"u": [1, 2, 3]}, "rows of type dict arrived"),
    ],
)
def test_rows_that_do_not_fit_the_pool_are_refused(rows, said):
    with pytest.raises(InvalidInputError, match=said):
        Appearance.of(POOL, None, rows, None)


def test_a_sparse_pool_needs_rows_to_see_or_a_function():
    pool = sparse.csr_matrix(POOL)
    with pytest.raises(InvalidInputError, match="the pool is sparse, with 2 columns"):
        Appearance.of(pool, None, None, None)
    assert cells(Appearance.of(pool, None, ["a", "b", "c"], None), 0) == {"text": "a"}
    shown = Appearance.of(pool, None, None, lambda row: f"{row.nnz} columns")
    assert cells(shown, 1) == {"text": "2 columns"}


def test_a_function_is_given_the_row_and_shows_text():
    of_pool = Appearance.of(POOL, None, None, lambda row: f"{row.sum():g}")
    of_frame = Appearance.of(POOL, None, pd.DataFrame({"u": list("abc")}), lambda row: row["u"])
    of_list = Appearance.of(POOL, None, [{1}, {2}, {3}], lambda row: f"{row}")
    assert [cells(one, 1)["text"] for one in (of_pool, of_frame, of_list)] == ["5", "b", "{2}"]


class Drawing:
    """Draws itself, as pictures of PIL do in a notebook."""

    def _repr_png_(self):
        return PNG


@pytest.mark.parametrize("given", [PNG, Drawing()])
def test_pictures_are_sent_inside_their_address(given):
    seen = Appearance.of(POOL, None, None, lambda row: given).of_row(0)
    assert seen.cells == ()
    assert seen.picture == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def test_a_figure_is_a_picture():
    figure = Figure(figsize=(1, 1))
    seen = Appearance.of(POOL, None, None, lambda row: figure).of_row(0)
    assert seen.picture.startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "it gave NoneType; give text, bytes of a picture or a figure"),
        (3, "it gave int"),
        (b"BM and the rest", "no picture that is known"),
        (PNG + bytes(MOST_BYTES), f"give at most {MOST_BYTES:,}"),
    ],
)
def test_what_cannot_be_shown_is_said(given, said):
    with pytest.raises(InvalidInputError, match=said):
        Appearance.of(POOL, None, None, lambda row: given).of_row(2)


def test_a_function_that_fails_is_named_with_the_row():
    with pytest.raises(InvalidInputError, match="show failed for row 2 with ZeroDivisionError"):
        Appearance.of(POOL, None, None, lambda row: 1 / 0).of_row(2)
