"""From the cells of a file to columns of numbers, points in time and text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cutplane.tables.cells import MARKS, Numbers, level_of, marked, stripped
from cutplane.tables.conventions import Mask
from cutplane.tables.dates import Dates, dates_of
from cutplane.tables.many_columns import numbers_of_many
from cutplane.tables.notes import Note, note_cells
from cutplane.tables.sheet import Sheet

# Columns of more different texts are no levels.
_MAX_LEVELS = 200
_SHOWN = 3


@dataclass(frozen=True)
class Column:
    """A column as preprocessing takes it.

    Attributes
    ----------
    values : ndarray of shape (n,)
        float64, datetime64[ns], or object with str and NaN.
    notes : tuple of Note
        Cells that were read as missing or as something else than what is written.
    """

    values: NDArray
    notes: tuple[Note, ...] = ()

    @property
    def is_missing(self) -> Mask:
        """Cells without a value; (n,)."""
        return pd.isna(self.values)


def features_of(sheet: Sheet) -> tuple[pd.DataFrame, list[Note]]:
    """All columns of a sheet as a frame, and what was made of their cells.

    Returns
    -------
    features : DataFrame of shape (n, n_columns)
        float64, datetime64[ns], or object with str and NaN.
    notes : list of Note
    """
    texts = [cells for cells in sheet.columns if pa.types.is_string(cells.type)]
    numbers = iter(numbers_of_many(texts, decimal_comma=sheet.decimal_comma))
    columns = {
        name: _text(sheet, name, cells, next(numbers))
        if pa.types.is_string(cells.type)
        else Column(_typed(cells))
        for name, cells in zip(sheet.names, sheet.columns, strict=True)
    }
    notes = [note for column in columns.values() for note in column.notes]
    values = [column.values for column in columns.values()]
    if values and all(column.dtype == float for column in values):
        # One block, at once: thousands of columns would be glued together one by one.
        return pd.DataFrame(np.array(values).T, columns=list(columns), copy=False), notes
    frame = {name: pd.Series(c.values, dtype=c.values.dtype) for name, c in columns.items()}
    n = len(sheet)
    return pd.DataFrame(frame, index=pd.RangeIndex(n)), notes


def _typed(cells: pa.Array) -> NDArray:
    points = pa.types.is_timestamp(cells.type)
    return (cells if points else cells.cast(pa.float64())).to_numpy(zero_copy_only=False)


def _text(sheet: Sheet, name: str, cells: pa.Array, numbers: Numbers) -> Column:
    if numbers.is_numeric:
        return _of_numbers(sheet, name, cells, numbers)
    dates = dates_of(cells)
    if dates is not None:
        return _of_dates(sheet, name, cells, dates)
    return _of_text(sheet, name, cells, numbers)


def _of_numbers(sheet: Sheet, name: str, cells: pa.Array, numbers: Numbers) -> Column:
    missing = numbers.missing | numbers.other
    verb = "read as numbers, with " + ", ".join(numbers.conventions)
    notes = [
        *note_cells(
            "cells read as missing", name, "read as missing", cells, missing, sheet.first_line
        ),
        *note_cells("cells reinterpreted", name, verb, cells, numbers.reread, sheet.first_line),
    ]
    return Column(numbers.values, tuple(notes))


def _of_dates(sheet: Sheet, name: str, cells: pa.Array, dates: Dates) -> Column:
    count = int(np.count_nonzero(~np.isnat(dates.values)))
    notes = [
        Note("dates", name, f"{count} dates as {dates.convention}", count),
        *note_cells(
            "cells read as missing", name, "read as missing", cells, dates.missing, sheet.first_line
        ),
    ]
    return Column(dates.values, tuple(notes))


def _of_text(sheet: Sheet, name: str, cells: pa.Array, numbers: Numbers) -> Column:
    bare = stripped(cells)
    is_mark = marked(bare, MARKS)
    text = pc.if_else(is_mark, None, bare)
    notes = note_cells(
        "cells read as missing",
        name,
        "read as missing",
        cells,
        is_mark.to_numpy(zero_copy_only=False),
        sheet.first_line,
    )
    n_numbers = int(np.isfinite(numbers.values).sum())
    if n_numbers > len(cells) / 2 and not pc.all(pc.is_null(text)).as_py():
        notes.append(
            Note("cells reinterpreted", name, f"read as text, for {numbers.why_text}", n_numbers)
        )
    alike = spellings(cells.filter(pc.is_valid(text)).unique())
    if alike:
        what = "spellings read as one level: " + "; ".join(alike)
        notes.append(Note("cells reinterpreted", name, what, len(alike)))
    values = text.to_numpy(zero_copy_only=False)
    return Column(
        np.where(text.is_null().to_numpy(zero_copy_only=False), np.nan, values), tuple(notes)
    )


def spellings(texts: pa.Array) -> list[str]:
    """Different texts that are one level, such as "'RED', 'red'"; for a few texts only."""
    if len(texts) > _MAX_LEVELS:
        return []
    groups: dict[object, list[str]] = defaultdict(list)
    written = [text for text in texts.to_pylist() if text is not None]
    for text, level in zip(written, level_of(np.array(written, dtype=object)), strict=True):
        if isinstance(level, str):
            groups[level].append(repr(text))
    return [", ".join(group[:_SHOWN]) for group in groups.values() if len(group) > 1]
