"""A new table is read as what the model was fitted on, and what is not is said."""

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.preprocessing import Preprocessing

CODES = np.array(["1", "2", "A"], dtype=object)
ROWS = 12


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "code": CODES[np.arange(ROWS) % 3],
            "z": rng.normal(size=ROWS).round(3),
            "day": pd.date_range("2021-03-01", periods=ROWS, freq="9D"),
        }
    )


@pytest.fixture
def fitted(table):
    return Preprocessing.fit(table)


SAME = {
    "other spellings": {"code": ["1.0", "2.0", " a"] * 4},
    "numbers as text": {"z": lambda table: table["z"].astype(str)},
    "dates as text": {"day": lambda table: table["day"].dt.strftime("%d.%m.%Y")},
    "dates in another zone": {
        "day": lambda table: table["day"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    },
    "dates of coarser units": {"day": lambda table: table["day"].astype("datetime64[s]")},
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_values_encode_alike(case, table, fitted):
    other = table.assign(**SAME[case])
    encoded = fitted.encode(other)
    np.testing.assert_array_equal(encoded.X, fitted.transform(table))
    assert not encoded.remarks


@pytest.mark.parametrize("cells", [[1, 2, np.nan], [1.0, 2.0, np.nan], [True, 2, np.nan]])
def test_a_code_that_arrives_as_a_number_is_its_level(cells, fitted, table):
    row = table.iloc[:3].assign(code=cells)
    X = fitted.transform(row)
    np.testing.assert_array_equal(X[:2], fitted.transform(table.iloc[:2]))
    np.testing.assert_array_equal(X[2, -3:], 0)


def test_levels_never_seen_are_counted_by_column(table, fitted):
    table.loc[[4, 7, 8], "code"] = ["B", "C", np.nan]
    (remark,) = fitted.encode(table, lines=np.arange(ROWS) + 2).remarks
    assert (remark.kind, remark.columns) == ("unseen levels", ("code",))
    assert (remark.count, remark.line) == (3, 6)
    assert remark.message == (
        "Column 'code': 3 of 12 cells hold levels never seen in training (first: 'B', line 6); "
        "they count as none of the known."
    )


def test_columns_that_are_not_the_models_are_named_once(table, fitted):
    encoded = fitted.encode(table[["z", "day", "code"]].assign(more=1, other=2))
    np.testing.assert_array_equal(encoded.X, fitted.transform(table))
    (remark,) = encoded.remarks
    assert remark.columns == ("more", "other")


def test_columns_that_were_left_out_may_be_there_or_not(table):
    fitted = Preprocessing.fit(table.assign(unit="kg"))
    assert not fitted.encode(table).remarks
    assert not fitted.encode(table.assign(unit="kg")).remarks


def test_missing_columns_are_refused_with_the_nearest_name(table, fitted):
    with pytest.raises(InvalidInputError, match=r"lacks 1 of .* \('code'; it has ' Code'\)"):
        fitted.transform(table.rename(columns={"code": " Code"}))


def test_an_odd_cell_among_numbers_or_dates_is_missing_and_named(table, fitted):
    z, day = table["z"].astype(str), table["day"].astype(str)
    z[5], day[6] = "n.a.", "soon"
    odd, expected = table.assign(z=z, day=day), table.copy()
    expected.loc[5, "z"], expected.loc[6, "day"] = np.nan, pd.NaT
    encoded = fitted.encode(odd)
    np.testing.assert_array_equal(encoded.X, fitted.transform(expected))
    said = [remark for remark in encoded.remarks if "where the model reads one" in remark.message]
    assert [remark.columns for remark in said] == [("z",), ("day",)]
    assert "'n.a.', row 5" in said[0].message
    assert "'soon', row 6" in said[1].message


def test_filled_cells_are_one_sentence(table, fitted):
    table.loc[3:4, "z"] = np.nan
    (remark,) = fitted.encode(table, lines=np.arange(ROWS) + 2).remarks
    assert (remark.count, remark.line, remark.columns) == (2, 5, ("z",))
    assert "The median stands for 2 cells" in remark.message


def test_money_as_text_is_read_and_said():
    fitted = Preprocessing.fit(pd.DataFrame({"price": [1000.0, 2500.0, 40.0]}))
    encoded = fitted.encode(pd.DataFrame({"price": ["$1,000", "$2,500", "$40"]}))
    np.testing.assert_array_equal(
        encoded.X, fitted.transform(pd.DataFrame({"price": [1000.0, 2500.0, 40.0]}))
    )
    (remark,) = encoded.remarks
    assert remark.kind == "cells reinterpreted"
    assert "'$1,000'" in remark.message


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"z": ["few"] * ROWS}, "'z' holds 'few' .* and no numbers"),
        ({"z": pd.date_range("2020-01-01", periods=ROWS)}, "'z' holds '2020-01-01.* no numbers"),
        ({"day": range(ROWS)}, "'day' holds '0' .* and no dates"),
        ({"day": ["soon"] * ROWS}, "'day' holds 'soon' .* and no dates"),
        ({"z": [np.inf] * ROWS}, "'z' holds 12 infinite or huge cells"),
    ],
)
def test_columns_of_another_kind_are_refused(cells, message, table, fitted):
    with pytest.raises(InvalidInputError, match=message):
        fitted.transform(table.assign(**cells))


def test_an_empty_column_of_any_type_is_all_missing(table, fitted):
    for name in ("z", "day", "code"):
        for nothing in (np.nan, None, pd.NaT):
            encoded = fitted.encode(table.assign(**{name: [nothing] * ROWS}))
            assert np.isfinite(encoded.X).all()
            assert encoded.remarks[0].count == ROWS
