"""A folder of Parquet files as a table that is not read at once: numbers, and a label column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.errors import InvalidInputError
from cutplane.scanning.stored import StoredRows
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.row_to_label import RowToLabel


@dataclass(frozen=True)
class StoredTable:
    """Rows of a folder of Parquet files, read where they are needed.

    Attributes
    ----------
    path : Path
    rows : StoredRows
        Columns of numbers, standardised; the mean stands for missing cells.
    preprocessing : Preprocessing
        The same for other tables, places of lists by their names.
    target : str
    labelled_rows : ndarray of int of shape (n_labels,)
    labels : ndarray of shape (n_labels,)
    task : {"classification", "regression"}
    report : TableReport
        What was left out or recoded.
    """

    path: Path
    rows: StoredRows
    preprocessing: Preprocessing
    target: str
    labelled_rows: Index
    labels: NDArray
    task: str
    report: TableReport

    @property
    def n_rows(self) -> int:
        """Rows of all files."""
        return self.rows.n_rows

    @property
    def numbers(self) -> range:
        """Number of each row, from 0."""
        return range(self.n_rows)

    def positions_of(self, numbers: Iterable[int]) -> Index:
        """Numbers of rows as an array.

        Raises
        ------
        InvalidInputError
            The table has no such row.
        """
        wanted = np.array(list(numbers), dtype=np.intp)
        if (absent := wanted[wanted >= self.n_rows]).size:
            raise InvalidInputError(
                f"the table {str(self.path)!r} has no row {absent[0]}; it has {self.n_rows} rows, "
                "numbered from 0"
            )
        return wanted

    def rows_to_label(self, positions: Index) -> tuple[RowToLabel, ...]:
        """Rows with their file, the number there, and what stands in them."""
        found = []
        for row in positions.tolist():
            place = self.rows.place(row)
            name = Path(place.name).relative_to(self.path.absolute()).as_posix()
            where = {"file": name, "row_in_file": place.row}
            cells = {name: _plain(cell) for name, cell in self.rows.cells(row).items()}
            found.append(RowToLabel(row, where, cells))
        return tuple(found)


def _plain(cell: object) -> object:
    """A cell in types that JSON knows, None where it is missing."""
    if cell is None or isinstance(cell, bool | int | str):
        return cell
    if isinstance(cell, float):
        return None if np.isnan(cell) else cell
    return str(cell)
