"""Tables with a column of text in, tables of embeddings beside the other columns out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cutplane.atomic import replacing
from cutplane.errors import InvalidInputError
from cutplane.npz import write_npz
from cutplane.tables.cells import stripped
from cutplane.tables.columns import features_of
from cutplane.tables.notes import remarks_of
from cutplane.tables.readers import read_sheet
from cutplane.tables.report import TableReport

_SHOWN = 5

# Writes vectors under their names, and the other columns, into a file that is open.
_Writer = Callable[[IO[bytes], list[str], NDArray[np.float32], pd.DataFrame], None]


@dataclass(frozen=True)
class TextTable:
    """Texts and whatever stands beside them.

    Attributes
    ----------
    column : str
        Name of the text column.
    texts : list of str, length n
    others : DataFrame of shape (n, n_others)
        The other columns; cells of text are as they were written.
    report : TableReport
        What reading made of the file.
    """

    column: str
    texts: list[str]
    others: pd.DataFrame
    report: TableReport = field(default_factory=lambda: TableReport("", 0, 0))


def read_texts(source: str | Path, column: str) -> TextTable:
    """Read a table and take out its column of text.

    Parameters
    ----------
    source : str or Path
        A file of any kind that tables are read from.
    column : str
        The column of text.

    Raises
    ------
    InvalidInputError
        The file cannot be read, has no such column, or a cell of it is empty or no text.
    """
    sheet = read_sheet(Path(source), None)
    features, notes = features_of(sheet)
    if column not in features:
        shown = ", ".join(map(repr, sheet.names[:20]))
        raise InvalidInputError(f"{str(source)!r} has no column {column!r}; it has {shown}")
    # A column of "NA" alone reads as numbers, all missing, and is words.
    numeric = [name for name in sheet.names if features[name].dtype == float]
    numbers = {name for name in numeric if features[name].notna().any()}
    if column in numbers:
        raise InvalidInputError(
            f"column {column!r} of {str(source)!r} holds numbers, not text; name the column of text"
        )
    others = {
        name: features[name] if name in numbers else _verbatim(cells)
        for name, cells in zip(sheet.names, sheet.columns, strict=True)
    }
    texts = others.pop(column)
    blank = np.flatnonzero(texts.isna())
    if len(blank):
        rows = ", ".join(map(str, blank[:_SHOWN])) + (", ..." if len(blank) > _SHOWN else "")
        raise InvalidInputError(
            f"column {column!r} is empty in {len(blank)} of {len(texts)} rows (from 0: {rows}); "
            "fill these cells, or leave the rows out"
        )
    said = (*sheet.remarks, *remarks_of(note for note in notes if note.column in numbers))
    report = TableReport(Path(source).name.split(".")[0], len(features), len(sheet.names), said)
    return TextTable(column, texts.tolist(), pd.DataFrame(others, index=texts.index), report)


def _verbatim(cells: pa.Array) -> pd.Series:
    """Cells as they are written: only blank ones are missing, "None" and "NA" are words."""
    words = stripped(cells.cast(pa.string()))
    return pd.Series(words.to_numpy(zero_copy_only=False), dtype=object)


def require_suffix(path: str | Path) -> None:
    """Check what embeddings are to be written as, before hours go into them.

    Raises
    ------
    InvalidInputError
        The name ends in nothing that can be written.
    """
    _writer(Path(path))


def write_embedded(path: str | Path, table: TextTable, vectors: NDArray[np.float32]) -> None:
    """Write embeddings and the other columns, all of it or nothing.

    A .parquet file holds the vectors as columns ``COLUMN_0``, ``COLUMN_1``, ... and the other
    columns as they were. An .npz file holds the vectors as ``X``, their names as ``columns``,
    and every other column as an array of its own, so that only the one named by ``--target`` is
    read later.

    Parameters
    ----------
    path : str or Path
        Ends in .parquet or .npz.
    table : TextTable
    vectors : ndarray of shape (n, d)

    Raises
    ------
    InvalidInputError
        A column has a name that the format needs for itself.
    """
    write = _writer(Path(path))
    names = [f"{table.column}_{j}" for j in range(vectors.shape[1])]
    with replacing(path) as file:
        write(file, names, vectors, table.others)


def _writer(path: Path) -> _Writer:
    writers = {".parquet": _write_parquet, ".npz": _write_npz}
    if path.suffix.lower() not in writers:
        raise InvalidInputError(
            f"--out is {str(path)!r}; give a file that ends in .parquet or .npz"
        )
    return writers[path.suffix.lower()]


def _write_parquet(
    file: IO[bytes], names: list[str], vectors: NDArray[np.float32], others: pd.DataFrame
) -> None:
    _require_free(names, others)
    frame = pd.DataFrame(vectors, columns=names)
    joined = pd.concat([others, frame], axis=1)
    joined.to_parquet(file, index=False, write_page_checksum=True)


def _write_npz(
    file: IO[bytes], names: list[str], vectors: NDArray[np.float32], others: pd.DataFrame
) -> None:
    _require_free(["X", "columns"], others)
    arrays = {str(name): _array(cells) for name, cells in others.items()}
    write_npz(file, {"X": vectors, "columns": np.array(names), **arrays})


def _require_free(names: list[str], others: pd.DataFrame) -> None:
    taken = sorted(set(names) & set(others.columns))
    if taken:
        raise InvalidInputError(
            f"the column {taken[0]!r} has a name that the embeddings need; rename it"
        )


def _array(cells: pd.Series) -> NDArray:
    """Numbers as they are, everything else as text with an empty cell where one is missing."""
    if pd.api.types.is_numeric_dtype(cells):
        return cells.to_numpy()
    return cells.astype(object).where(cells.notna(), "").astype(str).to_numpy(dtype=str)
