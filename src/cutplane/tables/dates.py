"""Columns of text that hold dates, with or without times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.tables.cells import MARKS, marked, stripped
from cutplane.tables.conventions import Mask

# Nanoseconds since 1970 reach this far.
_YEARS = (1678, 2261)
_MOST_OTHER = 0.1

_TIME = (
    r"(?:(?:[Tt]|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9})\d*)?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$"
)
_MONTH = r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YMD = "year, month, day"
_SLASHES = "day and month by slashes"
#: How dates are written, in words, and the pattern; the first that fits is taken.
_PATTERNS = (
    (_YMD, r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _TIME),
    ("day.month.year", r"^(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})" + _TIME),
    (_SLASHES, r"^(?P<month>\d{1,2})[/-](?P<day>\d{1,2})[/-](?P<year>\d{4}|\d{2})" + _TIME),
    (
        "day, month, year",
        rf"(?i)^(?P<day>\d{{1,2}})[-\s.]*{_MONTH}[-\s,]*(?P<year>\d{{4}})" + _TIME,
    ),
    ("month, day, year", rf"(?i)^{_MONTH}[-\s]*(?P<day>\d{{1,2}})[-\s,]+(?P<year>\d{{4}})" + _TIME),
)


@dataclass(frozen=True)
class Dates:
    """A column of text read as points in time.

    Attributes
    ----------
    values : datetime64[ns] ndarray of shape (n,)
        In UTC where a cell names its zone; NaT where it is no date.
    convention : str
        How the dates are written, in words.
    missing : bool ndarray of shape (n,)
        Cells that hold something and are no date of the years 1678 to 2261.
    """

    values: NDArray[np.datetime64]
    convention: str
    missing: Mask


def dates_of(cells: pa.Array) -> Dates | None:
    """Read text as dates; None when more than a tenth of its different cells are none.

    Parameters
    ----------
    cells : StringArray of shape (n,)
        ISO 8601, day.month.year, month/day/year or day/month/year, or with English months.
    """
    if not pc.any(pc.match_substring_regex(cells, pattern=r"\d")).as_py():
        return None
    encoded = cells.dictionary_encode()
    kinds = pa.concat_arrays([encoded.dictionary, pa.nulls(1, pa.string())])
    bare = stripped(kinds)
    written = pc.if_else(marked(bare, MARKS), None, bare)
    n = len(written) - written.null_count
    for convention, pattern in _PATTERNS:
        found = pc.extract_regex(written, pattern=pattern)
        if n == 0 or len(found) - found.null_count < (1 - _MOST_OTHER) * n:
            continue
        values, n_dates, said = _points(found, convention)
        if n_dates < (1 - _MOST_OTHER) * n or np.isnat(values).all():
            continue
        missing = _truth(pc.is_valid(bare)) & np.isnat(values)
        codes = pc.fill_null(encoded.indices, len(kinds) - 1).to_numpy(zero_copy_only=False)
        return Dates(values[codes], said, missing[codes])
    return None


def why_no_dates(cells: pa.Array) -> str:
    """Why a column is none of dates, though half of its different cells are; empty for others."""
    if not pc.any(pc.match_substring_regex(cells, pattern=r"\d[-/.\s]")).as_py():
        return ""
    kinds = stripped(cells).unique().drop_null()
    fits = {
        convention: pc.sum(pc.match_substring_regex(kinds, pattern=pattern)).as_py() or 0
        for convention, pattern in _PATTERNS
    }
    ways = [convention for convention, n in fits.items() if n]
    if sum(fits.values()) < max(2, len(kinds) / 2):
        return ""
    if len(ways) > 1:
        return f"its dates are written in {len(ways)} ways: {'; '.join(ways)}"
    n_other = len(kinds) - sum(fits.values())
    return f"{n_other} of its {len(kinds)} different cells are no dates" if n_other else ""


def _points(found: pa.Array, convention: str) -> tuple[NDArray[np.datetime64], int, str]:
    """Points in time, how many cells are dates of any year, and how they are written."""
    year, month, day = (_whole(found, name) for name in ("year", "month", "day"))
    if "name" in {field.name for field in found.type}:
        months = pc.utf8_lower(found.field("name"))
        month = _filled(pc.index_in(months, value_set=pa.array(_MONTHS))) + 1
    if convention == _SLASHES:
        month, day, convention = _ordered(month, day)
        year = np.where((year >= 0) & (year < 100), year + np.where(year < 69, 2000, 1900), year)
    if pc.any(pc.not_equal(found.field("zone"), "")).as_py():
        convention += ", times in UTC"
    first = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    days = first.astype("datetime64[D]") + (np.clip(day, 1, 31) - 1)
    is_date = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    is_date &= (days.astype("datetime64[M]") == first) & _truth(found.is_valid())
    inside = is_date & (year >= _YEARS[0]) & (year <= _YEARS[1])
    days[~inside] = np.datetime64("NaT")
    values = days.astype("datetime64[ns]") + _time(found).astype("timedelta64[ns]")
    return values, int(np.count_nonzero(is_date)), convention


def _ordered(first: Index, second: Index) -> tuple[Index, Index, str]:
    """Month, day, and which of the two the column writes first."""
    if first.max(initial=0) > 12:
        return second, first, "day/month/year"
    if second.max(initial=0) > 12:
        return first, second, "month/day/year"
    return first, second, "month/day/year (nothing in the column tells months from days)"


def _time(found: pa.Array) -> Index:
    """Nanoseconds since midnight, in UTC where the cell names a zone."""
    hour, half = _whole(found, "hour", 0), pc.utf8_lower(found.field("half"))
    afternoon, morning = (_truth(pc.equal(half, name)) for name in ("pm", "am"))
    hour = np.where((afternoon | morning) & (hour == 12), 0, hour) + 12 * afternoon
    seconds = (hour * 60 + _whole(found, "minute", 0)) * 60 + _whole(found, "second", 0)
    parts = pc.utf8_rpad(found.field("part"), width=9, padding="0")
    zones = pc.replace_substring_regex(found.field("zone"), pattern="[^0-9+-]", replacement="")
    signed = pc.utf8_rpad(zones, width=5, padding="0")
    offset = pc.if_else(pc.match_substring_regex(signed, pattern=r"^[+-]\d{4}$"), signed, "+0000")
    shift = _filled(pc.utf8_slice_codeunits(offset, 1, 3).cast("int64"), 0) * 60
    shift += _filled(pc.utf8_slice_codeunits(offset, 3, 5).cast("int64"), 0)
    shift *= np.where(_truth(pc.starts_with(offset, pattern="-")), -60, 60)
    return (seconds - shift) * 1_000_000_000 + _filled(parts.cast("int64"), 0)


def _whole(found: pa.Array, name: str, otherwise: int = -1) -> Index:
    if found.type.get_field_index(name) < 0:
        return np.full(len(found), otherwise)
    texts = found.field(name)
    return _filled(pc.if_else(pc.equal(texts, ""), None, texts).cast("int64"), otherwise)


def _filled(numbers: pa.Array, otherwise: int = -1) -> Index:
    return pc.fill_null(numbers.cast("int64"), otherwise).to_numpy(zero_copy_only=False).copy()


def _truth(mask: pa.Array) -> Mask:
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
