"""Rows that need not fit into memory, by what a caller gives: a path, or record batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutplane.errors import InvalidInputError
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.source import Source

if TYPE_CHECKING:  # they load file systems and networks
    import pyarrow as pa

    from cutplane.scanning.record_batches import Batches, Part


def stored_rows(
    source: str | Path | pa.Table | Batches | Sequence[Part],
    columns: Sequence[str] | None = None,
) -> Source:
    """Open rows for :class:`cutplane.ActiveLearner` and ``predict`` that stay where they are.

    Parameters
    ----------
    source : str, Path, pyarrow.Table, callable, or list
        A Parquet file, a folder of them (in natural order of their names, folders in it too), or
        a ``.npy`` file, which is mapped; or record batches: a list, a table, or a function that
        gives them anew for every pass (a list of functions makes fragments that a cluster shares).
    columns : sequence of str, optional
        Columns of numbers to read, in this order, and no others; a column of lists of numbers
        makes as many columns. By default all, each of which must be such a column. Arrays have
        no names.

    Returns
    -------
    Source
        ``n_rows``, ``n_features``, ``names``, and ``take(rows)``.

    Raises
    ------
    InvalidInputError
        There is nothing to read, a column is missing or holds no numbers, or files differ in
        their columns. Numbers that are missing or infinite are met by the first pass, which
        names file, column and row.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from cutplane import stored_rows
    >>> table = pa.table({"width": [1.0, 2.5, 4.0], "name": ["a", "b", "c"]})
    >>> rows = stored_rows(table, columns=["width"])
    >>> rows.n_rows, rows.names, rows.take([2, 0]).tolist()
    (3, ['width'], [[4.0], [1.0]])
    """
    if not isinstance(source, str | Path):
        from cutplane.scanning.record_batches import batch_rows

        return batch_rows(source, columns)
    path = Path(source)
    if not path.exists():
        raise InvalidInputError(f"there is no file or folder {str(path)!r}; check its name")
    if path.suffix.lower() == ".npy":
        return ArraySource(_mapped(path, columns))
    from cutplane.scanning.parquet import parquet_rows

    return parquet_rows(path, columns)


def _mapped(path: Path, columns: Sequence[str] | None) -> np.ndarray:
    """An array of a .npy file, which is read where it is needed."""
    if columns is not None:
        raise InvalidInputError(
            f"columns={list(columns)} arrived for {str(path)!r}, whose columns have no names; "
            "leave them out"
        )
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InvalidInputError(f"{str(path)!r} cannot be mapped as .npy: {error}") from error
    if rows.dtype not in (np.float32, np.float64) or rows.ndim != 2 or 0 in rows.shape:
        raise InvalidInputError(
            f"{str(path)!r} holds {rows.dtype} of shape {rows.shape}; expected float32 or float64 "
            "rows of shape (n, n_features)"
        )
    return rows
