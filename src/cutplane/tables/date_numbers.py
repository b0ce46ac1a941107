"""Dates as numbers: year, day of the year, weekday, days since 1970."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from cutplane._types import Array

_DAY = pd.Timedelta(days=1)
_EPOCH = pd.Timestamp("1970-01-01")

#: What is read of a date, by the words that name it; the weekday of a Monday is 0.
PARTS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "year": lambda dates: dates.dt.year,
    "day of year": lambda dates: dates.dt.dayofyear,
    "weekday": lambda dates: dates.dt.weekday,
    "days since 1970": lambda dates: (dates - _EPOCH) / _DAY,
}


def date_numbers(column: pd.Series) -> Array:
    """All ``PARTS`` of a column of dates, (n, 4); NaN where the cell is missing.

    A date with a time zone is read in UTC.
    """
    dates = column if column.dt.tz is None else column.dt.tz_convert(None)
    return np.column_stack([part(dates).to_numpy(dtype=np.float64) for part in PARTS.values()])


def dates_of(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, errors="coerce", format="ISO8601")


def part_name(column: str, part: str) -> str:
    """Name of one number read of a date."""
    return f"{column} ({part})"
