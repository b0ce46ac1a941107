"""A table of rows with or without labels, from a file or a built-in data set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.errors import InvalidInputError
from cutplane.tables.column_names import NoTargetError
from cutplane.tables.columns import features_of
from cutplane.tables.datasets import DATASET_NAMES, load_dataset
from cutplane.tables.empty_rows import without_empty_rows
from cutplane.tables.frames import cells_of
from cutplane.tables.likely_label import likely_label
from cutplane.tables.notes import remarks_of
from cutplane.tables.readers import read_sheet
from cutplane.tables.report import Remark, TableReport
from cutplane.tables.row_to_label import RowToLabel
from cutplane.tables.sheet import Sheet
from cutplane.tables.target import TASKS, Labels, labels_of
from cutplane.tables.target_remarks import about_task


@dataclass(frozen=True)
class Table:
    """Rows as they were read, before any preprocessing.

    Attributes
    ----------
    name : str
        The file's stem or the data set's name.
    features : DataFrame of shape (n, n_columns)
        Every column but the target: float64, datetime64[ns], or object with str and NaN.
    target : Series of shape (n,) or None
        Missing where the row is unlabelled; numbers for regression.
    task : {"classification", "regression"} or None
        None when there is no target.
    test_size : float
        Share of rows usually kept for testing.
    numbers : int ndarray of shape (n,)
        Number of each row in the file, from 0; all of them by default.
    first_line : int
        Line of row 0 as a spreadsheet counts.
    report : TableReport
        What reading made of the file.
    path : Path or None
        The file; None for a built-in data set.
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
        labels = np.array(self.target.dropna().tolist())
        return labels.astype(
            float if self.task == "regression" or not len(labels) else labels.dtype
        )

    @property
    def n_rows(self) -> int:
        """Rows that were read."""
        return len(self.features)

    def positions_of(self, numbers: Iterable[int]) -> Index:
        """Positions of rows by their numbers in the file, in the order given.

        Raises
        ------
        InvalidInputError
            There is no such row: it is beyond the last one, or an empty one that was left out.
        """
        wanted = np.array(list(numbers), dtype=np.intp)
        absent = np.setdiff1d(wanted, self.numbers)
        if absent.size:
            raise InvalidInputError(
                f"the table {self.name!r} has no row {absent[0]}; it has {self.n_rows} rows, "
                f"numbered up to {self.numbers.max(initial=0)} from 0, empty ones left out"
            )
        return np.searchsorted(self.numbers, wanted)

    def rows_to_label(self, positions: Index) -> tuple[RowToLabel, ...]:
        """Rows at some positions, with what stands in them."""
        frame = self.features.iloc[positions]
        columns = {name: cells_of(frame[name]) for name in frame}
        return tuple(
            RowToLabel(
                number=int(self.numbers[position]),
                place={"line": int(self.lines[position])},
                cells={name: cells[i] for name, cells in columns.items()},
            )
            for i, position in enumerate(positions)
        )


def read_table(
    source: str | Path,
    target: str | None = None,
    *,
    task: str | None = None,
    missing: Sequence[str] = (),
    may_be_empty: bool = False,
    may_lack_target: bool = False,
) -> Table:
    """Read a file or a built-in data set.

    Parameters
    ----------
    source : str or Path
        A file (.csv, .tsv, .jsonl, .xlsx, .parquet, .feather, .arrow or .npz; text also
        compressed), or a name of ``DATASET_NAMES``. An .npz holds ``X`` of shape (n, d),
        optionally ``y`` of shape (n,) and ``columns`` of shape (d,).
    target : str, optional
        The column, or array of an .npz, that holds the labels; empty cells are unlabelled rows.
        An .npz uses its ``y`` and a data set its own target by default.
    task : {"classification", "regression"}, optional
        What the labels are; by default numbers with a fraction, or more than 100 different
        integers, are values to predict, and everything else names classes.
    missing : sequence of str
        What a cell of the target may say for "no label", besides nothing.
    may_be_empty : bool
        Whether a table of column names alone will do.
    may_lack_target : bool
        Whether the target may be the name of no column yet, so that no row has a label.

    Returns
    -------
    Table
        Without the rows that are empty in every column.

    Raises
    ------
    InvalidInputError
        The file is missing, unreadable or empty, has no such target, or not of this task.
    """
    if task not in (None, *TASKS):
        raise InvalidInputError(f"the task is {task!r}; choose one of {', '.join(TASKS)}")
    if str(source) in DATASET_NAMES:
        return _builtin(str(source), target, task, tuple(missing))
    path = Path(source)
    if not path.exists():
        raise InvalidInputError(
            f"there is no file {str(path)!r}, nor a built-in data set of that name; "
            f"built in are {', '.join(DATASET_NAMES)}"
        )
    if path.is_dir():
        raise InvalidInputError(
            f"{str(path)!r} is a folder; `query` and `predict` read the Parquet files of one, and "
            "everything else reads a single file"
        )
    sheet = _sheet(path, target, may_lack_target)
    table = _from_sheet(path, sheet, task, tuple(missing))
    if len(table.features) == 0 and not may_be_empty:
        raise InvalidInputError(f"{str(path)!r} holds no rows; at least one is needed")
    return table


def _sheet(path: Path, target: str | None, may_lack_target: bool) -> Sheet:
    try:
        return read_sheet(path, target)
    except NoTargetError:
        if target is None or not may_lack_target:
            raise
        sheet = read_sheet(path, None)
        if sheet.labels is not None:  # an .npz has labels under another name
            raise
    return sheet.with_no_labels(target)


def _from_sheet(path: Path, sheet: Sheet, task: str | None, missing: tuple[str, ...]) -> Table:
    name = path.name.split(".")[0]
    features, notes = features_of(sheet)
    n_rows, n_columns = features.shape
    labels = None if sheet.labels is None else labels_of(sheet, task, missing)
    found = None if labels is None else pd.Series(labels.values, name=sheet.target)
    features, found, numbers, left_out = without_empty_rows(features, found, sheet.first_line)
    report = TableReport(
        name,
        n_rows,
        n_columns + (labels is not None and not sheet.lacks_target),
        (*sheet.remarks, *left_out, *remarks_of(notes)),
    )
    more = (
        likely_label(features)
        if labels is None or sheet.lacks_target
        else _said(labels, found, given=task is not None)
    )
    return Table(
        name=name,
        features=features,
        target=found,
        task=None if labels is None else labels.task,
        numbers=numbers,
        first_line=sheet.first_line,
        report=report.with_remarks(more),
        path=path,
    )


def _builtin(name: str, target: str | None, task: str | None, missing: tuple[str, ...]) -> Table:
    dataset = load_dataset(name)
    if target not in (None, dataset.target):
        raise InvalidInputError(
            f"the target of the built-in data set {name!r} is {dataset.target!r}, not {target!r}; "
            "leave --target out"
        )
    features = pd.DataFrame(dataset.X.astype(float), columns=list(dataset.feature_names))
    sheet = Sheet(name, (), (), target=dataset.target, labels=pa.array(dataset.y))
    labels = labels_of(sheet, task or dataset.task, missing)
    column = pd.Series(labels.values, name=dataset.target)
    n, d = features.shape
    return Table(
        name,
        features,
        column,
        labels.task,
        dataset.test_size,
        report=TableReport(name, n, d + 1, _said(labels, column, given=True)),
    )


def _said(labels: Labels, column: pd.Series, *, given: bool) -> tuple[Remark, ...]:
    """What there is to say about labels, of the rows that are left."""
    values = column.to_numpy()
    task = about_task(
        str(column.name),
        labels.task,
        values,
        values.size,
        given=given,
        are_numbers=labels.are_numbers,
    )
    return (*labels.remarks, *task)
