"""Columns of a new table, read as what the model was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cutplane._types import Array, Index
from cutplane.errors import InvalidInputError
from cutplane.tables import remarks
from cutplane.tables.categorical import Cells, Levels
from cutplane.tables.cells import as_cells, numbers_of
from cutplane.tables.date_numbers import PARTS, date_numbers
from cutplane.tables.dates import dates_of
from cutplane.tables.frames import (
    DATE,
    NUMBER,
    Lines,
    kinds_of,
    numbers_in,
    place,
    require_finite,
    texts_in,
)
from cutplane.tables.report import Remark


class Incoming:
    """A table on its way into the matrix.

    Parameters
    ----------
    features : DataFrame of shape (n, n_columns)
        Has all columns that are asked for.
    lines : int ndarray of shape (n,) or None
        Where the rows stand in their file.

    Attributes
    ----------
    remarks : list of Remark
        What was not read as it stands, so far.
    """

    def __init__(self, features: pd.DataFrame, lines: Lines):
        self.features = features
        self.lines = lines
        self.kinds = kinds_of(features)
        self.remarks: list[Remark] = []

    def numbers(self, names: Sequence[str]) -> Array:
        """Columns of numbers (n, n_names) in Fortran order; NaN is a missing cell."""
        values = np.empty((len(self.features), len(names)), order="F")
        is_number = np.array([self.kinds[name] == NUMBER for name in names], dtype=bool)
        values[:, is_number] = numbers_in(
            self.features, [name for name in names if self.kinds[name] == NUMBER]
        )
        for column in np.flatnonzero(~is_number).tolist():
            values[:, column] = self._parsed(names[column])
        require_finite(values, names, self.lines)
        self.remarks += remarks.filled(names, values, self.lines)
        return values

    def dates(self, names: Mapping[str, Sequence[str]]) -> list[Array]:
        """The named parts of columns of dates, one array (n, n_parts) for each."""
        found = []
        for name, parts in names.items():
            values = date_numbers(self._dates(name))
            self.remarks += remarks.filled([name], values[:, :1], self.lines)
            found.append(values[:, [PARTS.index(part) for part in parts]])
        return found

    def codes(self, name: str, levels: Levels, number: int) -> Index:
        """Positions (n,) of the rows' levels among those of a categorical column."""
        cells = Cells.of(self.features[name])
        codes = levels.codes(number, cells)
        self.remarks += remarks.unseen(name, cells, codes, self.lines)
        return codes

    def _parsed(self, name: str) -> Array:
        """Numbers of a column that holds something else."""
        column = self.features[name]
        if column.isna().all():
            return np.full(len(column), np.nan)
        found = numbers_of(texts_in(column))
        is_odd = found.missing | found.other
        if self.kinds[name] == DATE or (is_odd.any() and np.isnan(found.values).all()):
            raise self._refused(name, "numbers")
        rows, reread = np.flatnonzero(is_odd), np.flatnonzero(found.reread)
        self.remarks += remarks.unreadable(name, column, rows, self.lines, "number")
        self.remarks += remarks.reread(name, column, reread, found.conventions, self.lines)
        return found.values

    def _dates(self, name: str) -> pd.Series:
        """Dates of a column, which may hold them as text."""
        column = self.features[name]
        if self.kinds[name] == DATE:
            return column
        if column.isna().all():
            return pd.Series(np.full(len(column), "NaT", dtype="datetime64[ns]"))
        found = None if self.kinds[name] == NUMBER else dates_of(as_cells(texts_in(column)))
        if found is None:
            raise self._refused(name, "dates")
        rows = np.flatnonzero(found.missing)
        self.remarks += remarks.unreadable(name, column, rows, self.lines, "date")
        return pd.Series(found.values)

    def _refused(self, name: str, wanted: str) -> InvalidInputError:
        column = self.features[name]
        row = int(np.flatnonzero(column.notna())[0])
        return InvalidInputError(
            f"column {name!r} holds {str(column.iloc[row])!r} ({place(row, self.lines)}) and no "
            f"{wanted}, which the model was fitted on there; pass the column it was fitted on"
        )
