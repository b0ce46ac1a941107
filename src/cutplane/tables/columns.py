"""From the cells of a file to columns of numbers, points in time and text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cutplane.tables.cells import MARKS, Numbers, level, marked, stripped
from cutplane.tables.column_names import written
from cutplane.tables.conventions import Mask
from cutplane.tables.dates import Dates, dates_of, why_no_dates
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
    return _frame({name: column.values for name, column in columns.items()}, len(sheet)), notes


def _frame(columns: dict[str, NDArray], n: int) -> pd.DataFrame:
    """Columns as a frame, those of a type as one block: one by one takes seconds in wide tables."""
    kinds: dict[np.dtype, list[str]] = defaultdict(list)
    for name, values in columns.items():
        kinds[values.dtype].append(name)
    blocks = [
        pd.DataFrame(np.array([columns[name] for name in names]).T, columns=names, dtype=kind)
        for kind, names in kinds.items()
    ]
    if len(blocks) < 2:
        return blocks[0] if blocks else pd.DataFrame(index=pd.RangeIndex(n))
    return pd.concat(blocks, axis=1)[list(columns)]


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
    if n_numbers >= max(1, len(cells) / 2) and not pc.all(pc.is_null(text)).as_py():
        notes.append(
            Note("cells reinterpreted", name, f"read as text, for {numbers.why_text}", n_numbers)
        )
    if why := why_no_dates(cells):
        notes.append(Note("cells reinterpreted", name, f"read as text, for {why}", len(cells)))
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
    groups: dict[str | float, list[str]] = defaultdict(list)
    for text in texts.to_pylist():
        if text is not None and text.strip():
            groups[level(text)].append(written(text))
    return [", ".join(group[:_SHOWN]) for group in groups.values() if len(group) > 1]
