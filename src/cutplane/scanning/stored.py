"""Rows that are read anew for every pass, of which nothing is kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cutplane._types import Array, Index, Metadata
from cutplane.errors import InvalidInputError
from cutplane.scanning.source import Fragment, Source

if TYPE_CHECKING:
    import pyarrow as pa

    from cutplane.scanning.arrow_columns import ArrowColumns, Place, Standardising

#: Numbers in a fragment, which has at least one portion of what is stored.
_FRAGMENT = 2**25


class StoredFragment(Fragment, Protocol):
    """A fragment that reads its columns from somewhere."""

    @property
    def columns(self) -> ArrowColumns:
        """What is read."""

    def read(self, names: Sequence[str] | None) -> Iterator[tuple[Place, pa.RecordBatch]]:
        """Columns by name, or all, as they are stored, some rows at a time, and where these are."""

    def take(self, at: Index) -> Array:
        """Some rows by increasing numbers of the pool, in double precision."""

    def place(self, row: int) -> Place:
        """Where a row of the pool is stored."""

    def cells(self, row: int) -> Metadata:
        """What stands in a row of the pool, by column."""


class StoredRows(Source):
    """Rows of Parquet files or record batches.

    Parameters
    ----------
    fragments : sequence of StoredFragment
    name : str
        What messages call them.
    remarks : tuple of str
        What lies beside them and is not read, a sentence each.

    Raises
    ------
    InvalidInputError
        There is no row.
    """

    def __init__(
        self, fragments: Sequence[StoredFragment], name: str, remarks: tuple[str, ...] = ()
    ):
        if not fragments:
            raise InvalidInputError(f"{name!r} holds no rows; at least one is needed")
        self._fragments, self.name, self.remarks = tuple(fragments), name, remarks
        self.columns = fragments[0].columns
        self.names = self.columns.features

    @property
    def n_rows(self) -> int:
        last = self._fragments[-1]
        return last.start + last.n_rows

    @property
    def n_features(self) -> int:
        return self.columns.n_features

    def fragments(self) -> Sequence[StoredFragment]:
        return self._fragments

    def take(self, at: Index | slice) -> Array:
        """Some of the rows in double precision; of Parquet, only row groups with one are read."""
        rows = np.arange(*at.indices(self.n_rows)) if isinstance(at, slice) else np.asarray(at)
        wanted, back = np.unique(rows, return_inverse=True)
        begins = np.array([fragment.start for fragment in self._fragments])
        owner = np.unique(np.searchsorted(begins, wanted, side="right") - 1)
        found = self.engine(_taken, wanted, [self._fragments[i] for i in owner])
        parts = [own for _, own in sorted(found, key=lambda each: each[0])]
        return np.concatenate([np.empty((0, self.n_features)), *parts])[back]

    def place(self, row: int) -> Place:
        """File, and number there from 0, of a row of the pool."""
        begins = [fragment.start for fragment in self._fragments]
        return self._fragments[bisect_right(begins, row) - 1].place(row)

    def cells(self, row: int) -> Metadata:
        """What stands in a row of the pool, by column, those included that are not read."""
        begins = [fragment.start for fragment in self._fragments]
        return self._fragments[bisect_right(begins, row) - 1].cells(row)

    def standardised(self, how: Standardising) -> StoredRows:
        """The same rows in deviations from the mean of each column."""
        return self._reading(self.columns.standardised(how))

    def in_order(self, names: Sequence[str]) -> StoredRows:
        """The same rows with their columns in the order of ``names``.

        Raises
        ------
        InvalidInputError
            These are not the names of the columns.
        """
        return self if list(names) == self.names else self._reading(self.columns.in_order(names))

    def _reading(self, columns: ArrowColumns) -> StoredRows:
        fragments: list[Any] = [replace(own, columns=columns) for own in self._fragments]  # type: ignore[type-var]
        return StoredRows(fragments, self.name, self.remarks).on(self.engine)


def _taken(wanted: Index, fragment: StoredFragment) -> tuple[int, Array]:
    """Where a fragment begins, and those of some rows, by increasing numbers, that it holds."""
    first, last = np.searchsorted(wanted, [fragment.start, fragment.start + fragment.n_rows])
    return fragment.start, fragment.take(wanted[first:last])


def portions(sizes: Sequence[int], n_features: int) -> Iterator[range]:
    """Numbers of consecutive parts, by their rows, that make a fragment together."""
    begin = total = 0
    for number, size in enumerate(sizes):
        if total and (total + size) * n_features > _FRAGMENT:
            yield range(begin, number)
            begin, total = number, 0
        total += size
    if total:
        yield range(begin, len(sizes))
