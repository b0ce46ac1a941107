"""Read the columns of a file: CSV, Parquet or .npz."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from cutplane.errors import InvalidInputError

# What a feature cell may say instead of a value. The target has only the empty cell, so that
# "NA" or "None" can be a class.
_MISSING = ("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A")

#: Features, and the label column where there is one.
Columns = tuple[pd.DataFrame, pd.Series | None]


def read_columns(path: Path, target: str | None) -> Columns:
    """Read a file by what its name ends in.

    Parameters
    ----------
    path : Path
        An existing .csv, .csv.gz, .parquet or .npz file.
    target : str or None
        The label column; an .npz uses its array ``y`` by default.

    Returns
    -------
    features : DataFrame of shape (n, n_columns)
    target : Series of shape (n,) or None
        Missing where a cell is empty.

    Raises
    ------
    InvalidInputError
        The file cannot be read, is of another kind, or has no such target.
    """
    reader = _reader(path)
    try:
        return reader(path, target)
    except InvalidInputError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, UnicodeDecodeError):
            reason = f"it is not in UTF-8 (byte {error.start}); save it in that encoding"
        raise InvalidInputError(f"cannot read {str(path)!r}: {reason}") from error


def _reader(path: Path) -> Callable[[Path, str | None], Columns]:
    for suffixes, reader in (
        ((".csv", ".csv.gz"), _read_csv),
        ((".parquet",), _read_parquet),
        ((".npz",), _read_npz),
    ):
        if path.name.lower().endswith(suffixes):
            return reader
    raise InvalidInputError(
        f"cannot tell what {str(path)!r} is from its name; give a .csv, .csv.gz, .parquet or "
        ".npz file"
    )


def _read_csv(path: Path, target: str | None) -> Columns:
    columns = list(pd.read_csv(path, nrows=0).columns)
    if target is not None:
        _require_column(path, target, columns)
    missing = {column: [""] if column == target else list(_MISSING) for column in columns}
    frame = pd.read_csv(path, keep_default_na=False, na_values=missing, low_memory=False)
    return _split_target(frame, target)


def _read_parquet(path: Path, target: str | None) -> Columns:
    frame = pd.read_parquet(path).reset_index(drop=True)
    frame.columns = [str(column) for column in frame.columns]
    if target is not None:
        _require_column(path, target, list(frame.columns))
    return _split_target(frame, target)


def _read_npz(path: Path, target: str | None) -> Columns:
    if not zipfile.is_zipfile(path):
        raise InvalidInputError(f"{path.name!r} is not an .npz file; write it with numpy.savez")
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    X = arrays.pop("X", None)
    if X is None or X.ndim != 2 or X.dtype.kind not in "fiub":
        found = "no array X" if X is None else f"X of shape {X.shape} and type {X.dtype}"
        raise InvalidInputError(f"{path.name!r} holds {found}; numbers of shape (n, d) are needed")
    names = arrays.pop("columns", np.array([f"x{j}" for j in range(X.shape[1])]))
    if target is not None:
        _require_column(path, target, list(arrays))
    y = arrays.get(target or "y")
    for what, array, length in (("columns", names, X.shape[1]), (target or "y", y, len(X))):
        if array is not None and array.shape != (length,):
            raise InvalidInputError(
                f"{path.name!r} holds {what} of shape {array.shape} beside X of shape {X.shape}; "
                f"({length},) was expected"
            )
    features = pd.DataFrame(X, columns=[str(name) for name in names])
    return features, None if y is None else _without_blanks(pd.Series(y))


def _require_column(path: Path, target: str, columns: list[str]) -> None:
    if target not in columns:
        printable = [name if name.isprintable() else repr(name) for name in columns[:20]]
        shown = ", ".join(printable) + (", ..." if len(columns) > 20 else "")
        if len(columns) == 1 and any(mark in columns[0] for mark in ";\t"):
            shown += " in a single column: separate the cells by commas"
        raise InvalidInputError(f"{path.name!r} has no target {target!r}; it has {shown or 'none'}")


def _split_target(frame: pd.DataFrame, target: str | None) -> Columns:
    if target is None:
        return frame, None
    return frame.drop(columns=target), _without_blanks(frame[target])


def _without_blanks(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.astype(object).where(column.notna() & (column.astype(str) != ""), np.nan)
