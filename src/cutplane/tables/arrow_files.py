"""Parquet, and Arrow's own files (.feather, .arrow)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from cutplane.errors import InvalidInputError
from cutplane.tables.report import Remark
from cutplane.tables.sheet import Sheet, sheet_of
from cutplane.tables.typed import simplified

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_INDEX = "__index_level_"


def read_parquet(path: Path, target: str | None) -> Sheet:
    """Read a .parquet file, one column after the other."""
    from pyarrow.parquet import ParquetFile  # loads file systems and networks with it

    # where the file holds checksums of its pages, they are compared
    with ParquetFile(path, page_checksum_verification=True) as file:
        return _sheet(path, file.schema_arrow.names, _columns(file), target)


def _columns(file: ParquetFile) -> Iterator[pa.ChunkedArray]:
    """Columns as they are asked for; by number, since two may have one name."""
    for number, name in enumerate(file.schema_arrow.names):
        column = file.reader.read_column(number)
        if len(column) != file.metadata.num_rows:
            raise InvalidInputError(
                f"column {name!r} has {len(column)} cells in a file of {file.metadata.num_rows} "
                "rows; write the file again"
            )
        yield column


def read_feather(path: Path, target: str | None) -> Sheet:
    """Read a .feather, .arrow or .ipc file; Arrow's streams as well."""
    from pyarrow.feather import read_table  # loads pandas' bridge with it

    try:
        table = read_table(path, memory_map=False)
    except pa.ArrowInvalid:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
            table = stream.read_all()
    return _sheet(path, table.column_names, table.itercolumns(), target)


def _sheet(
    path: Path, header: list[str], cells: Iterable[pa.ChunkedArray], target: str | None
) -> Sheet:
    index = [name for name in header if name.startswith(_INDEX)]
    kept = (
        (name, _one(column))
        for name, column in zip(header, cells, strict=True)
        if not name.startswith(_INDEX)
    )
    names, columns, remarks = simplified(kept, target)
    if index:
        what = f"The index that pandas wrote ({', '.join(index)}) was left out."
        remarks.insert(0, Remark("columns left out", what, tuple(index), len(index)))
    return sheet_of(path.name, names, columns, target, remarks)


def _one(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, once it is known to be what it says."""
    column.validate(full=True)
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
