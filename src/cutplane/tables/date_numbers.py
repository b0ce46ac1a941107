"""Dates as numbers: year, day of the year, weekday, days since 1970."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cutplane._types import Array

#: What is read of a date, by the words that name it; the weekday of a Monday is 0.
PARTS = ("year", "day of year", "weekday", "days since 1970")


def date_numbers(column: pd.Series) -> Array:
    """All ``PARTS`` of a column of dates, (n, 4); NaN where the cell is missing.

    A date with a time zone is read in UTC.
    """
    dates = column if column.dt.tz is None else column.dt.tz_convert(None)
    points = dates.to_numpy()
    days, years = points.astype("datetime64[D]"), points.astype("datetime64[Y]")
    since = days.astype(np.int64)
    numbers = (
        years.astype(np.int64) + 1970,
        (days - years.astype("datetime64[D]")).astype(np.int64) + 1,
        (since + 3) % 7,
        since + (points - days) / np.timedelta64(1, "D"),
    )
    return np.where(np.isnat(points)[:, None], np.nan, np.column_stack(numbers))


def part_name(column: str, part: str) -> str:
    """Name of one number read of a date."""
    return f"{column} ({part})"
