"""Rows of Parquet files: the needed columns only, some rows at a time, nothing kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutplane._types import Array, Index, Metadata
from cutplane.errors import InvalidInputError
from cutplane.scanning.ahead import one_ahead
from cutplane.scanning.arrow_columns import ArrowColumns, Place
from cutplane.scanning.block import Block, block_slices
from cutplane.scanning.parquet_files import (
    Found,
    StampedFile,
    check_alike,
    found,
    parquet_files,
)
from cutplane.scanning.stored import StoredRows, portions

if TYPE_CHECKING:
    import pyarrow as pa

#: How names of an index begin that pandas wrote.
INDEX = "__index_level_"


@dataclass(frozen=True)
class ParquetFragment:
    """Consecutive row groups of one file.

    Attributes
    ----------
    file : StampedFile
    columns : ArrowColumns
    groups : range
        Numbers of the row groups.
    start : int
        Number of the first row in the pool.
    first : int
        The same in the file.
    """

    file: StampedFile
    columns: ArrowColumns
    groups: range
    start: int
    first: int

    @property
    def n_rows(self) -> int:
        """Rows of all row groups."""
        return sum(self._sizes)

    @property
    def _sizes(self) -> tuple[int, ...]:
        return self.file.groups[self.groups.start : self.groups.stop]

    @property
    def _begins(self) -> Index:
        """Where row groups begin in the fragment, and where the last one ends."""
        return np.array([0, *accumulate(self._sizes)])

    def blocks(self) -> Iterator[Block]:
        """The rows as they are read; each block is released when the next one comes."""
        apart = self.start - self.first
        for place, batch in self.read(self.columns.names):
            yield Block(place.row + apart, self.columns.rows(batch, place))

    def take(self, at: Index) -> Array:
        """Some rows by increasing numbers of the pool; only their row groups are read."""
        at = at - self.start
        wanted = np.searchsorted(self._begins, at, side="right") - 1
        out = np.empty((at.size, self.columns.n_features))
        for group in np.unique(wanted).tolist():
            self._fill(out, at, np.flatnonzero(wanted == group), group)
        return out

    def place(self, row: int) -> Place:
        """File and number there, from 0, of a row of the pool."""
        return Place(self.file.path, row - self.start + self.first)

    def cells(self, row: int) -> Metadata:
        """What stands in a row of the pool, by column, lists left out."""
        at = row - self.start
        group = int(np.searchsorted(self._begins, at, side="right")) - 1
        for place, batch in self.read(None, group):
            local = at - (place.row - self.first)
            if local < batch.num_rows:
                few = batch.slice(local, 1).to_pylist()[0]
                return {name: cell for name, cell in few.items() if not isinstance(cell, list)}
        raise IndexError(row)

    def _fill(self, out: Array, at: Index, places: Index, group: int) -> None:
        """Take those of some rows that one row group holds."""
        for place, batch in self.read(self.columns.names, group):
            local = at[places] - (place.row - self.first)
            inside = (local >= 0) & (local < batch.num_rows)
            if inside.any():
                out[places[inside]] = self.columns.rows(batch, place)[local[inside]]
            if local[-1] < batch.num_rows:
                return

    def read(
        self, names: Sequence[str] | None, group: int | None = None
    ) -> Iterator[tuple[Place, pa.RecordBatch]]:
        """Columns by name, or all, as they are stored, block by block, and where each block is.

        ``group``: of one row group only, by its position among those of the fragment.
        """
        import pyarrow as pa

        size = next(block_slices(self.n_rows, self.columns.n_features)).stop
        groups, row = self.groups, self.first
        if group is not None:
            groups, row = groups[group : group + 1], row + int(self._begins[group])
        columns = None if names is None else list(names)
        with (
            self.file.opened() as file,
            closing(
                one_ahead(file.iter_batches(size, row_groups=list(groups), columns=columns))
            ) as batches,
        ):
            for batch in batches:
                yield Place(self.file.path, row), batch
                row += batch.num_rows
        pa.default_memory_pool().release_unused()


def parquet_rows(path: str | Path, columns: Sequence[str] | None = None) -> StoredRows:
    """Rows of a Parquet file, or of all those in a folder.

    Parameters
    ----------
    path : str or Path
    columns : sequence of str, optional
        Columns of numbers, or of lists of equally many, in the order of the rows; by default all,
        each of which must be one.

    Raises
    ------
    InvalidInputError
        There is no Parquet file or no row, a column is missing or holds no numbers, or two files
        have other columns.
    """
    paths, remarks = parquet_files(Path(path))
    files = [own for own in map(found, paths) if own.file.n_rows]
    if not files:
        return StoredRows([], str(path))
    names = files[0].schema.names
    check_alike(files, columns)
    if columns is None and (index := [name for name in names if name.startswith(INDEX)]):
        columns = [name for name in names if name not in index]
        remarks = (*remarks, f"The index that pandas wrote ({', '.join(index)}) is not read.")
    read = ArrowColumns.of(_first_row(files[0]), columns, files[0].file.path)
    fragments: list[ParquetFragment] = []
    for file in (own.file for own in files):
        first = 0
        for groups in portions(file.groups, read.n_features):
            start = fragments[-1].start + fragments[-1].n_rows if fragments else 0
            fragments.append(ParquetFragment(file, read, groups, start, first))
            first += fragments[-1].n_rows
    return StoredRows(fragments, str(path), remarks)


def parquet_schema(path: str | Path) -> pa.Schema:
    """Columns of the first file that has a row; errors as for :func:`parquet_rows`."""
    for file in map(found, parquet_files(Path(path))[0]):
        if file.file.n_rows:
            return file.schema
    raise InvalidInputError(f"{str(path)!r} holds no rows; at least one is needed")


def parquet_batches(
    path: str | Path, columns: Sequence[str]
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Columns as they are stored, of any type in each file, block by block, with its first row.

    Errors as for :func:`parquet_rows`.
    """
    files = [own for own in map(found, parquet_files(Path(path))[0]) if own.file.n_rows]
    check_alike(files, columns, same_types=False)
    start = 0
    for file in files:
        size = next(block_slices(file.file.n_rows, len(columns))).stop
        with file.file.opened() as opened:
            for batch in opened.iter_batches(size, columns=list(columns)):
                yield start, batch
                start += batch.num_rows


def _first_row(file: Found) -> pa.RecordBatch:
    """The first row of a file, which says how long lists are."""
    with file.file.opened() as opened:
        return next(opened.iter_batches(1))
