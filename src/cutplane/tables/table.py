"""A table of rows with or without labels, from a file or a built-in data set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.errors import InvalidInputError
from cutplane.tables.datasets import DATASET_NAMES, load_dataset
from cutplane.tables.readers import read_columns
from cutplane.tables.report import TableReport

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
    numbers: Index = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    first_line: int = 2
    report: TableReport = field(default_factory=lambda: TableReport("", 0, 0))
    path: Path | None = None

    def __post_init__(self) -> None:
        if len(self.numbers) != len(self.features):
            object.__setattr__(self, "numbers", np.arange(len(self.features)))

    @property
    def lines(self) -> Index:
        """Line of each row in the file as a spreadsheet counts: the header is line 1; (n,)."""
        return self.numbers + self.first_line

    @property
    def labelled_rows(self) -> Index:
        """Row numbers, from 0, that have a label."""
        if self.target is None:
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero(self.target.notna())

    @property
    def labels(self) -> NDArray:
        """Labels of ``labelled_rows``, in their order."""
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
        A .csv (or .csv.gz), .parquet or .npz file, or a name of ``DATASET_NAMES``. An .npz
        holds ``X`` of shape (n, d), optionally ``y`` of shape (n,) and ``columns`` of shape (d,).
    target : str, optional
        The column, or array of an .npz, that holds the labels; empty cells are unlabelled rows.
        An .npz uses its ``y`` and a data set its own target by default.
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
    features, column = read_columns(path, target)
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


def _plain_labels(column: pd.Series) -> NDArray:
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


def _task(labels: NDArray) -> str:
    numbers = labels.dtype.kind == "f"
    counts = labels.dtype.kind == "i" and len(np.unique(labels)) > _MAX_INTEGER_CLASSES
    return "regression" if numbers or counts else "classification"
