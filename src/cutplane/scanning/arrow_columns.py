"""Record batches of Arrow as rows: which columns are read, and what is refused in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from cutplane._types import Array, Floats
from cutplane.errors import InvalidInputError

if TYPE_CHECKING:  # loaded by whoever has record batches
    import pyarrow as pa

#: Names shown of many.
_SHOWN = 8
#: Squares of larger numbers leave double precision.
_LARGEST = 1e151


class Place(NamedTuple):
    """Where a record batch comes from: what messages call it, and its first row there."""

    name: str
    row: int


@dataclass(frozen=True, eq=False)
class Standardising:
    """Columns in deviations from their mean, which stands for missing cells; both (d,)."""

    mean: Array
    deviation: Array


@dataclass(frozen=True)
class ArrowColumns:
    """Columns of numbers, in the order of the rows they make.

    Attributes
    ----------
    names : tuple of str
        Columns of the batches.
    widths : tuple of int
        Numbers in a cell of each: 1, or the length of its lists.
    dtype : type
        Of the rows: single precision where it holds all that the columns can.
    scaling : Standardising, optional
        What is made of the numbers; by default they stay, and none may be missing.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...]
    dtype: type[np.float32] | type[np.float64]
    scaling: Standardising | None = None

    @classmethod
    def of(cls, batch: pa.RecordBatch, columns: Sequence[str] | None, name: str) -> Self:
        """Columns by name, all by default, of batches like one with a row or none.

        Raises
        ------
        InvalidInputError
            A column is missing, comes twice, or holds no numbers.
        """
        names = list(batch.schema.names) if columns is None else list(columns)
        check_names(names, batch.schema.names, name)
        widths = [_width(batch, column, name) for column in names]
        if not names:
            raise InvalidInputError(f"{name!r} has no column; rows need at least one")
        single = all(_fits_single(batch.schema.field(column).type) for column in names)
        return cls(tuple(names), tuple(widths), np.float32 if single else np.float64)

    def check_like(self, batch: pa.RecordBatch, name: str) -> None:
        """Refuse a batch whose columns are others, or hold what single precision would lose."""
        own = type(self).of(batch, self.names, name)
        is_wider = own.dtype is np.float64 and self.dtype is np.float32
        if own.widths != self.widths or is_wider:
            kinds = [f"{own} {batch.schema.field(own).type}" for own in self.names[:_SHOWN]]
            raise InvalidInputError(
                f"{name!r} begin with rows of {self.n_features} numbers in {self.dtype.__name__}, "
                f"and go on with others ({', '.join(kinds)}); give all batches one schema"
            )

    @property
    def n_features(self) -> int:
        """Numbers in a row."""
        return sum(self.widths)

    @property
    def features(self) -> list[str]:
        """A name for each number of a row; places of lists are counted from 0."""
        pairs = zip(self.names, self.widths, strict=True)
        many = [[own] if w == 1 else [f"{own}_{j}" for j in range(w)] for own, w in pairs]
        return [name for own in many for name in own]

    def standardised(self, how: Standardising) -> Self:
        """The same columns, in deviations from their mean."""
        return replace(self, scaling=how)

    def in_order(self, names: Sequence[str]) -> Self:
        """The same columns in the order of the rows' names; InvalidInputError for others."""
        check_names(names, self.features, "the rows")
        if len(names) != self.n_features or set(self.widths) != {1} or self.scaling:
            raise InvalidInputError(
                f"columns {list(names)[:_SHOWN]} arrived, expected {self.features[:_SHOWN]}; open "
                "the rows with these columns: columns=[...]"
            )
        return replace(self, names=tuple(names))

    def rows(self, batch: pa.RecordBatch, place: Place) -> Floats:
        """Rows (n, n_features), one column after the other in memory.

        Raises
        ------
        InvalidInputError
            A number is missing or infinite; lists have other lengths.
        """
        columns = self.numbers(batch, place)
        if self.scaling is not None:
            columns -= self.scaling.mean[:, None]
            columns /= self.scaling.deviation[:, None]
            columns[np.isnan(columns)] = 0.0
        self.check(columns, place)
        return columns.astype(self.dtype, copy=False).T

    def numbers(self, batch: pa.RecordBatch, place: Place) -> Floats:
        """What stands in the columns, (n_features, n), NaN where nothing does."""
        kind = np.float64 if self.scaling else self.dtype
        columns = np.empty((self.n_features, batch.num_rows), dtype=kind)
        for part, name, width in self._parts():
            columns[part] = _numbers(batch.column(name), width, name, place)
        return columns

    def _parts(self) -> Iterator[tuple[slice, str, int]]:
        """Where the numbers of each column stand in a row, its name and width."""
        begin = 0
        for name, width in zip(self.names, self.widths, strict=True):
            yield slice(begin, begin + width), name, width
            begin += width

    def check(self, columns: Floats, place: Place) -> None:
        """Refuse columns (d, n) in which a number is missing, infinite, or has a square that is."""
        with np.errstate(over="ignore", invalid="ignore"):
            total = np.vdot(columns, columns)  # finite in nearly all blocks: only then look
        if np.isfinite(total) or (good := np.abs(columns) < _LARGEST).all():
            return
        row = int(np.argmin(good.all(axis=0)))
        at = int(np.argmin(good[:, row]))
        owner = next(name for part, name, _ in self._parts() if part.start <= at < part.stop)
        found = columns[at, row]
        what = "has no number" if np.isnan(found) else f"holds {found}"
        raise InvalidInputError(
            f"column {owner!r} of {place.name!r} {what} in row {place.row + row}, counted from 0; "
            "fill such cells in, or leave the column out: columns=[...]"
        )


def check_names(wanted: Sequence[str], given: Sequence[str], name: str) -> None:
    """Refuse columns that are not there, or that are there twice."""
    there, asked = Counter(given), Counter(wanted)
    if lost := [column for column in wanted if column not in there]:
        near = get_close_matches(lost[0], list(there), n=1)
        hint = f"; is it {near[0]!r}?" if near else ""
        shown = ", ".join(map(repr, given[:_SHOWN])) + (", ..." if len(given) > _SHOWN else "")
        raise InvalidInputError(f"column {lost[0]!r} is not in {name!r}, which has {shown}{hint}")
    if twice := [column for column in wanted if there[column] > 1 or asked[column] > 1]:
        raise InvalidInputError(
            f"column {twice[0]!r} comes twice in {name!r}; give each column a name of its own, "
            "and name it once"
        )


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of a type holds a number in each cell; dictionaries of them do too."""
    import pyarrow as pa

    kind, types = _value_type(kind), pa.types
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_decimal(kind)
    )


def holds_numbers(kind: pa.DataType) -> bool:
    """Whether a column of a type holds numbers, or lists of them."""
    kind = _value_type(kind)
    return is_number(kind) or (_is_list(kind) and is_number(kind.value_type))


def _fits_single(kind: pa.DataType) -> bool:
    """Whether single precision holds all numbers of a type, or of its lists."""
    import pyarrow as pa

    kind = _value_type(kind)
    kind, types = kind.value_type if _is_list(kind) else kind, pa.types
    is_small = types.is_boolean(kind) or (types.is_integer(kind) and kind.bit_width <= 16)
    return bool(is_small or types.is_float16(kind) or types.is_float32(kind))


def _value_type(kind: pa.DataType) -> pa.DataType:
    """The type under dictionaries and extensions."""
    import pyarrow as pa

    while isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    types = pa.types
    return bool(types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind))


def _width(batch: pa.RecordBatch, column: str, name: str) -> int:
    """Numbers in a cell of a column; lists are as long as the first of them."""
    kind = _value_type(batch.schema.field(column).type)
    if is_number(kind):
        return 1
    if holds_numbers(kind):
        if hasattr(kind, "list_size"):
            return int(kind.list_size)
        cells = _storage(batch.column(column))
        if len(cells) and cells[0].is_valid and len(cells[0]):
            return len(cells[0])
        raise InvalidInputError(
            f"column {column!r} of {name!r} holds lists, and the first row has none; leave it out"
        )
    raise InvalidInputError(
        f"column {column!r} of {name!r} holds {kind}, which is no number; name the columns to "
        "read: columns=[...]"
    )


def _storage(cells: pa.Array) -> pa.Array:
    """Cells without dictionaries and extensions around them."""
    import pyarrow as pa

    while isinstance(cells.type, pa.BaseExtensionType):
        cells = cells.storage
    return cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells


def _numbers(cells: pa.Array, width: int, name: str, place: Place) -> Floats:
    """Cells as numbers (n,), or lists of them as (width, n); NaN where one is missing."""
    import pyarrow as pa

    cells = _storage(cells)
    if _is_list(cells.type):
        return _numbers_of_lists(cells, width, name, place)
    if pa.types.is_boolean(cells.type):
        cells = cells.cast(pa.uint8())
    elif pa.types.is_decimal(cells.type):
        cells = cells.cast(pa.float64())
    return cells.to_numpy(zero_copy_only=False)


def _numbers_of_lists(cells: pa.Array, width: int, name: str, place: Place) -> Floats:
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(cells), 0).to_numpy()
    if (other := np.flatnonzero(lengths != width)).size:
        raise InvalidInputError(
            f"column {name!r} of {place.name!r} holds a list of {lengths[other[0]]} numbers in row "
            f"{place.row + other[0]}, counted from 0, and {width} in the first; make them equally "
            "long"
        )
    return _numbers(cells.flatten(), 1, name, place).reshape(-1, width).T
