"""Read a table of rows: CSV, Parquet, .npz, or a built-in data set."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cutplane.errors import InvalidInputError
from cutplane.tables.datasets import DATASET_NAMES, load_dataset

# What a feature cell may say instead of a value. The target has only the empty cell, so that
# "NA" or "None" can be a class.
_MISSING = ("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A")


# Features, and the label column where there is one.
_Columns = tuple[pd.DataFrame, pd.Series | None]

TASKS = ("classification", "regression")
# A column of more different integers counts or measures something.
_MAX_INTEGER_CLASSES = 100


@dataclass(frozen=True)
class Table:
    """Rows as they were read, before any preprocessing.

    Attributes
    ----------
    name : str
        The file's stem or the data set's name.
    features : DataFrame of shape (n, n_columns)
        Every column but the target.
    target : Series of shape (n,) or None
        Missing where the row is unlabelled.
    task : {"classification", "regression"} or None
        None when there is no target.
    test_size : float
        Share of rows usually kept for testing.
    """

    name: str
    features: pd.DataFrame
    target: pd.Series | None = None
    task: str | None = None
    test_size: float = 0.3

    @property
    def labelled_rows(self) -> np.ndarray:
        """Row numbers, from 0, that have a label."""
        if self.target is None:
            return np.empty(0, dtype=int)
        return np.flatnonzero(self.target.notna())

    @property
    def labels(self) -> np.ndarray:
        """Labels of `labelled_rows`, in their order."""
        if self.target is None:
            return np.empty(0)
        labels = _plain_labels(self.target.dropna())
        if self.task == "regression":
            return labels.astype(float)
        # Numbers with a fraction are classes only when the user says so, and then by name.
        return labels.astype(str) if labels.dtype.kind == "f" else labels


def read_table(
    source: str | Path,
    target: str | None = None,
    *,
    task: str | None = None,
    may_be_empty: bool = False,
) -> Table:
    """Read a file or a built-in data set.

    Parameters
    ----------
    source : str or Path
        A `.csv` (or `.csv.gz`), `.parquet` or `.npz` file, or a name of `DATASET_NAMES`. An .npz
        holds `X` of shape (n, d), optionally `y` of shape (n,) and `columns` of shape (d,).
    target : str, optional
        The column, or array of an .npz, that holds the labels; empty cells are unlabelled rows.
        An .npz uses its `y` and a data set its own target by default.
    task : {"classification", "regression"}, optional
        What the labels are; by default numbers with a fraction, or more than 100 different
        integers, are values to predict, and everything else names classes.
    may_be_empty : bool
        Whether a table of column names alone will do.

    Returns
    -------
    Table

    Raises
    ------
    InvalidInputError
        The file is missing, unreadable or empty, has no such target, or not of this task.
    """
    if task not in (None, *TASKS):
        raise InvalidInputError(f"the task is {task!r}; choose one of {', '.join(TASKS)}")
    if str(source) in DATASET_NAMES:
        return _as_task(_builtin(str(source), target), task)
    path = Path(source)
    if not path.exists():
        raise InvalidInputError(
            f"there is no file {str(path)!r}, nor a built-in data set of that name; "
            f"built in are {', '.join(DATASET_NAMES)}"
        )
    reader = _reader(path)
    try:
        features, column = reader(path, target)
    except InvalidInputError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, UnicodeDecodeError):
            reason = f"it is not in UTF-8 (byte {error.start}); save it in that encoding"
        raise InvalidInputError(f"cannot read {str(path)!r}: {reason}") from error
    if len(features) == 0 and not may_be_empty:
        raise InvalidInputError(f"{str(path)!r} holds no rows; at least one is needed")
    found = None if column is None else _task(_plain_labels(column.dropna()))
    return _as_task(Table(path.name.split(".")[0], features, column, found), task)


def _as_task(table: Table, task: str | None) -> Table:
    if task is None or table.target is None:
        return table
    if task == "regression" and _plain_labels(table.target.dropna()).dtype.kind == "U":
        raise InvalidInputError(
            f"the target {table.target.name!r} holds text, and --task regression needs numbers; "
            "choose another target, or --task classification"
        )
    return replace(table, task=task)


def _builtin(name: str, target: str | None) -> Table:
    dataset = load_dataset(name)
    if target not in (None, dataset.target):
        raise InvalidInputError(
            f"the target of the built-in data set {name!r} is {dataset.target!r}, not {target!r}; "
            "leave --target out"
        )
    features = pd.DataFrame(dataset.X, columns=list(dataset.feature_names))
    column = pd.Series(dataset.y, name=dataset.target)
    return Table(name, features, column, dataset.task, dataset.test_size)


def _reader(path: Path) -> Callable[[Path, str | None], _Columns]:
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


def _read_csv(path: Path, target: str | None) -> _Columns:
    columns = list(pd.read_csv(path, nrows=0).columns)
    if target is not None:
        _require_column(path, target, columns)
    missing = {column: [""] if column == target else list(_MISSING) for column in columns}
    frame = pd.read_csv(path, keep_default_na=False, na_values=missing, low_memory=False)
    return _split_target(frame, target)


def _read_parquet(path: Path, target: str | None) -> _Columns:
    frame = pd.read_parquet(path).reset_index(drop=True)
    frame.columns = [str(column) for column in frame.columns]
    if target is not None:
        _require_column(path, target, list(frame.columns))
    return _split_target(frame, target)


def _read_npz(path: Path, target: str | None) -> _Columns:
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


def _split_target(frame: pd.DataFrame, target: str | None) -> _Columns:
    if target is None:
        return frame, None
    return frame.drop(columns=target), _without_blanks(frame[target])


def _without_blanks(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.astype(object).where(column.notna() & (column.astype(str) != ""), np.nan)


def _plain_labels(column: pd.Series) -> np.ndarray:
    """Booleans, integers, floats or strings; floats without a fraction become integers."""
    if pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=bool)
    if not pd.api.types.is_numeric_dtype(column):
        return column.astype(str).to_numpy(dtype=str)
    values = column.to_numpy()
    if np.isinf(values.astype(float)).any():
        raise InvalidInputError(
            f"the target {column.name!r} holds infinite cells; leave them empty"
        )
    # A column of integers with empty cells is read as floats.
    whole = np.all(values == np.round(values.astype(float)))
    return values.astype(int if whole else float)


def _task(labels: np.ndarray) -> str:
    numbers = labels.dtype.kind == "f"
    counts = labels.dtype.kind == "i" and len(np.unique(labels)) > _MAX_INTEGER_CLASSES
    return "regression" if numbers or counts else "classification"
