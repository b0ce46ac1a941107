"""Answers of a model to a folder of Parquet files, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from cutplane.scanning.parquet import parquet_batches, parquet_schema
from cutplane.tables.columns import features_of
from cutplane.tables.frames import require_columns
from cutplane.tables.model import TableModel
from cutplane.tables.predictions import Predictions
from cutplane.tables.remarks import answer, ignored
from cutplane.tables.report import Remark
from cutplane.tables.sheet import sheet_of
from cutplane.tables.table import Table
from cutplane.tables.typed import simplified


def stored_predictions(
    model: TableModel, path: str | Path, id_column: str | None = None
) -> Iterator[Predictions]:
    """Predictions of the rows of a folder in order, block by block; only needed columns are read.

    Remarks name rows by their numbers; :func:`joined` makes one list of those of all blocks.

    Parameters
    ----------
    model : TableModel
    path : str or Path
    id_column : str, optional
        A column that stands beside the answers.

    Raises
    ------
    InvalidInputError
        There is no Parquet file; a column is missing or holds what cannot be encoded.
    """
    names, said = _columns(model, parquet_schema(path), id_column)
    for start, batch in parquet_batches(path, names):
        table = _table(Path(path).name, batch, start)
        own = model.predictions(table, id_column)
        known = [remark for remark in own.remarks if remark.kind != "columns left out"]
        yield Predictions(own.frame, (*said, *map(_by_row, known)))


def joined(remarks: Iterable[Remark]) -> list[Remark]:
    """Remarks on all blocks: the first of each kind about a column, with the count of all."""
    found: dict[tuple[str, tuple[str, ...]], list[Remark]] = {}
    for remark in remarks:
        found.setdefault((remark.kind, remark.columns[:1]), []).append(remark)
    return [_of_many(same) for same in found.values()]


def _of_many(same: list[Remark]) -> Remark:
    first, count = same[0], sum(remark.count for remark in same)
    if all(remark == first for remark in same):
        return first
    more = f"{first.message} In all rows there are {count} such cells."
    return replace(first, message=more, count=count)


def _columns(
    model: TableModel, schema: pa.Schema, id_column: str | None
) -> tuple[list[str], list[Remark]]:
    """Columns to read, and what there is to say of the others."""
    wanted = set(model.preprocessing.columns)
    lists = {field.name for field in schema if pa.types.is_nested(field.type)}
    if not lists:
        why = "the model was fitted on"
        require_columns(model.preprocessing.columns, schema.names, why)
    if id_column is not None:
        require_columns([id_column], schema.names, "asked for", "name a column as the files do")
    names = [name for name in schema.names if name in wanted or name in lists or name == id_column]
    said = []
    if model.target in schema.names and model.target not in wanted:
        said.append(answer(model.target))
    known = {*names, model.target, *model.preprocessing.left_out}
    if new := sorted(set(schema.names) - known):
        said.append(ignored(new))
    return names, said


def _table(name: str, batch: pa.RecordBatch, start: int) -> Table:
    """Rows as a table, which counts them as lines."""
    columns = zip(batch.schema.names, batch.columns, strict=True)
    names, arrays, _ = simplified(columns, None)
    features, _ = features_of(sheet_of(name, names, arrays, None))
    numbers = np.arange(start, start + batch.num_rows)
    return Table(name, features, numbers=numbers, first_line=0)


def _by_row(remark: Remark) -> Remark:
    """A remark that says row for line."""
    if remark.line is None:
        return remark
    text = remark.message.replace(f"line {remark.line}", f"row {remark.line}")
    return replace(remark, message=text, line=None)
