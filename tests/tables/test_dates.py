"""Dates in columns of text."""

import numpy as np
import pytest

from cutplane.tables.cells import as_cells
from cutplane.tables.dates import dates_of, why_no_dates


def read(*cells):
    return dates_of(as_cells(np.array(cells, dtype=object)))


@pytest.mark.parametrize(
    ("cells", "second", "convention"),
    [
        (["2020-01-02", "2021-12-03"], "2021-12-03", "year, month, day"),
        (["2020/1/2", "2021/12/3"], "2021-12-03", "year, month, day"),
        (
            ["2020-01-02T10:00", "2021-12-03 10:00:30.5"],
            "2021-12-03T10:00:30.5",
            "year, month, day",
        ),
        (["2020-01-02T10:00Z", "2021-12-03T01:00+02:00"], "2021-12-02T23:00", "times in UTC"),
        (["02.01.2020", "3.12.2021"], "2021-12-03", "day.month.year"),
        (["1/13/2020", "12/3/2021"], "2021-12-03", "month/day/year"),
        (["13/1/2020", "3/12/2021"], "2021-12-03", "day/month/year"),
        (["1/2/2020", "12/3/2021 1:30 PM"], "2021-12-03T13:30", "tells months from days"),
        (["1/13/20", "12/3/99"], "1999-12-03", "month/day/year"),
        (["2 Jan 2020", "3 December 2021"], "2021-12-03", "day, month, year"),
        (["Jan 2, 2020", "dec 3, 2021"], "2021-12-03", "month, day, year"),
    ],
)
def test_notations(cells, second, convention):
    dates = read(*cells)
    assert dates.values.dtype == "datetime64[ns]"
    assert dates.values[1] == np.datetime64(second)
    assert convention in dates.convention


def test_missing_and_impossible_dates():
    dates = read(
        *["2020-02-29"] * 3, *[f"2020-03-{d:02}" for d in range(1, 20)], "n/a", "", "2021-02-29"
    )
    assert np.flatnonzero(np.isnat(dates.values)).tolist() == [22, 23, 24]
    assert np.flatnonzero(dates.missing).tolist() == [22, 24]


def test_years_beyond_nanoseconds_are_missing_and_counted():
    dates = read("2020-01-02", "9999-12-31", "0001-01-01")
    assert np.isnat(dates.values).tolist() == [False, True, True]
    assert dates.missing.tolist() == [False, True, True]


@pytest.mark.parametrize(
    "cells", [["red", "blue"], ["1.2.3", "1.2.10"], ["2020-45-99"], ["", None], []]
)
def test_other_text_is_no_date(cells):
    assert read(*cells) is None


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["2024-02-01", "02.02.2024", "2024-02-03"], "2 ways: year, month, day; day.month.year"),
        (["2024-02-01", "2024-02-02", "soon"], "1 of its 3 different cells are no dates"),
        (["2024-02-01", "soon", "later", "never"], ""),
        (["red-1", "blue-2"], ""),
    ],
)
def test_why_half_of_a_column_of_dates_is_none(cells, why):
    assert dates_of(as_cells(cells)) is None
    assert why_no_dates(as_cells(cells)).endswith(why)
    assert bool(why_no_dates(as_cells(cells))) == bool(why)
