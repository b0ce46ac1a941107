"""Rows of Arrow record batches, which somebody else makes: a list, or functions that give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Union

import numpy as np

from cutplane._types import Array, Index, Metadata
from cutplane.errors import InvalidInputError
from cutplane.scanning.arrow_columns import ArrowColumns, Place
from cutplane.scanning.block import Block, block_slices
from cutplane.scanning.stored import StoredRows, portions

if TYPE_CHECKING:
    import pyarrow as pa

#: Gives the same record batches whenever it is called.
Batches = Callable[[], Iterable["pa.RecordBatch"]]
Part = Union["pa.RecordBatch", "pa.Table", Batches]

_NAME = "the record batches"


@dataclass(frozen=True)
class BatchFragment:
    """Rows of some parts, which are gone through in order.

    Attributes
    ----------
    parts : tuple
        Record batches, or functions that give them.
    columns : ArrowColumns
    start, n_rows : int
    """

    parts: tuple[Part, ...]
    columns: ArrowColumns
    start: int
    n_rows: int

    def blocks(self) -> Iterator[Block]:
        """The rows as the parts give them; errors as for :meth:`read`."""
        for place, batch in self.read(self.columns.names):
            yield Block(place.row, self.columns.rows(batch, place))

    def read(self, names: Sequence[str] | None) -> Iterator[tuple[Place, pa.RecordBatch]]:
        """Columns by name, or all, large batches in portions of a block.

        Raises
        ------
        InvalidInputError
            They are other ones, or more or fewer, than when they were counted.
        """
        row, known = self.start, None
        for batch in chain.from_iterable(map(batches_of, self.parts)):
            if known is None or not batch.schema.equals(known):
                known = batch.schema
                self.columns.check_like(batch, _NAME)
            for part in block_slices(batch.num_rows, self.columns.n_features):
                few = batch.slice(part.start, part.stop - part.start)
                if row + few.num_rows <= self.start + self.n_rows:
                    yield Place(_NAME, row), few if names is None else few.select(list(names))
                row += few.num_rows
        if row != self.start + self.n_rows:
            raise InvalidInputError(
                f"{row - self.start} rows came from {_NAME}, and {self.n_rows} when they were "
                "counted; give functions that make the same ones every time"
            )

    def take(self, at: Index) -> Array:
        """Some rows by increasing numbers of the pool; all before them are gone through."""
        out = np.empty((at.size, self.columns.n_features))
        for block in self.blocks():
            inside = (at >= block.start) & (at < block.stop)
            out[inside] = block.rows[at[inside] - block.start]
            if at[-1] < block.stop:
                break
        return out

    def cells(self, row: int) -> Metadata:
        """What stands in a row of the pool, by column."""
        for place, batch in self.read(None):
            if row < place.row + batch.num_rows:
                return dict(batch.slice(row - place.row, 1).to_pylist()[0])
        raise IndexError(row)

    def place(self, row: int) -> Place:
        """The number of a row of the pool; batches have no other place."""
        return Place(_NAME, row)


def batch_rows(
    batches: pa.Table | Batches | Sequence[Part], columns: Sequence[str] | None = None
) -> StoredRows:
    """Rows of record batches, which are counted once by going through all of them.

    Parameters
    ----------
    batches : pyarrow.Table, callable, or list of record batches, tables and callables
        A callable gives record batches, the same ones at every call; each is one fragment, and
        has to be of a module where other processes are to call it.
    columns : sequence of str, optional
        As in :func:`cutplane.scanning.parquet.parquet_rows`.

    Raises
    ------
    InvalidInputError
        There is no row, a column is missing or holds no numbers, or batches have other columns.
    """
    parts = list(batches) if isinstance(batches, list | tuple) else [batches]
    counts = [[len(batch) for batch in batches_of(part)] for part in parts]
    sizes = [sum(own) for own in counts]
    full = [part for part, size in zip(parts, sizes, strict=True) if size]
    if not full:
        return StoredRows([], _NAME)
    first = next(batch for batch in batches_of(full[0]) if len(batch))
    read = ArrowColumns.of(first, columns, _NAME)
    fragments, start = [], 0
    for own in portions(sizes, read.n_features):
        n_rows = sum(sizes[own.start : own.stop])
        fragments.append(BatchFragment(tuple(parts[own.start : own.stop]), read, start, n_rows))
        start += n_rows
    return StoredRows(fragments, _NAME)


def batches_of(part: object) -> Iterable[pa.RecordBatch]:
    """The record batches of a part.

    Raises
    ------
    InvalidInputError
        It is none, or can be gone through once only.
    """
    import pyarrow as pa

    if isinstance(part, pa.RecordBatch):
        return [part]
    if isinstance(part, pa.Table):
        return part.to_batches()
    if callable(part):
        made = part()
        return chain.from_iterable(map(batches_of, [made] if _is_whole(made) else made))
    raise InvalidInputError(
        f"a {type(part).__name__} arrived among {_NAME}; give record batches, tables, or functions "
        "that make them: a reader is empty after one pass, a function makes it again"
    )


def _is_whole(made: object) -> bool:
    import pyarrow as pa

    return isinstance(made, pa.RecordBatch | pa.Table)
