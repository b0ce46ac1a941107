"""Parquet, and Arrow's own files (.feather, .arrow)."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from cutplane.tables.report import Remark
from cutplane.tables.sheet import Sheet, sheet_of
from cutplane.tables.typed import simplified

_INDEX = "__index_level_"


def read_parquet(path: Path, target: str | None) -> Sheet:
    """Read a .parquet file."""
    from pyarrow.parquet import ParquetFile  # loads file systems and networks with it

    # where the file holds checksums of its pages, they are compared
    with ParquetFile(path, page_checksum_verification=True) as file:
        return _sheet(path, file.read(), target)


def read_feather(path: Path, target: str | None) -> Sheet:
    """Read a .feather, .arrow or .ipc file; Arrow's streams as well."""
    from pyarrow.feather import read_table  # loads pandas' bridge with it

    try:
        table = read_table(path, memory_map=False)
    except pa.ArrowInvalid:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
            table = stream.read_all()
    return _sheet(path, table, target)


def _sheet(path: Path, table: pa.Table, target: str | None) -> Sheet:
    table.validate(full=True)
    index = [name for name in table.column_names if name.startswith(_INDEX)]
    kept = [
        (name, _one(column))
        for name, column in zip(table.column_names, table.itercolumns(), strict=True)
        if not name.startswith(_INDEX)
    ]
    names, columns, remarks = simplified(
        [name for name, _ in kept], [cells for _, cells in kept], target
    )
    if index:
        what = f"The index that pandas wrote ({', '.join(index)}) was left out."
        remarks.insert(0, Remark("columns left out", what, tuple(index), len(index)))
    return sheet_of(path.name, names, columns, target, remarks)


def _one(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
