"""What to ask next about a table: rows of it without a label, or new points of a box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cutplane._types import Index, Metadata
from cutplane.active.learner import ActiveLearner
from cutplane.errors import InvalidInputError
from cutplane.tables.frames import cells_of
from cutplane.tables.model import Estimator
from cutplane.tables.pool import pool_of
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.table import Table


@dataclass(frozen=True)
class RowToLabel:
    """A row for somebody to look at.

    Attributes
    ----------
    number : int
        Of the row in the file, from 0.
    line : int
        As a spreadsheet counts: the header is line 1.
    cells : dict
        What stands there, by column, in types that JSON knows; None where it is missing.
    """

    number: int
    line: int
    cells: Metadata


@dataclass(frozen=True)
class Questions:
    """Rows to label next.

    Attributes
    ----------
    rows : tuple of RowToLabel
        The most useful first.
    report : TableReport
        What was made of the table on the way.
    n_labels, n_unlabelled, n_skipped : int
        Rows with a label, rows without, and how many of these were to be skipped.
    """

    rows: tuple[RowToLabel, ...]
    report: TableReport
    n_labels: int
    n_unlabelled: int
    n_skipped: int

    @property
    def why_none(self) -> str:
        """Why there is no row to ask about; empty where there is one."""
        if self.rows:
            return ""
        if self.n_unlabelled == 0:
            return "Every row has a label; there is nothing to ask."
        return f"All {self.n_unlabelled} rows without a label are skipped; there is nothing to ask."


def next_rows(
    table: Table,
    estimator: Estimator,
    n: int = 1,
    *,
    query: str | None = None,
    seed: int = 0,
    skip: Iterable[int] = (),
    keep: Iterable[str] = (),
) -> Questions:
    """Choose rows without a label.

    Parameters
    ----------
    table : Table
        Partly labelled, or not at all.
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
    n : int, default=1
        Rows to choose; fewer when fewer have no label.
    query : str, optional
        Name of the strategy; the task's own by default.
    seed : int, default=0
    skip : iterable of int
        Numbers of rows that nobody can answer.
    keep : iterable of str
        As for :meth:`Preprocessing.fit`.

    Raises
    ------
    InvalidInputError
        No column is usable, or a row to skip is not in the table.
    """
    pool = pool_of(table, keep)
    skipped = np.setdiff1d(positions_of(table, skip), table.labelled_rows)
    learner = ActiveLearner(estimator, pool.X, query=query, random_state=seed)
    learner.tell(table.labelled_rows, table.labels)
    learner.skip(skipped)
    rows = rows_to_label(table, np.asarray(learner.ask(n), dtype=np.intp))
    n_labels = len(table.labelled_rows)
    n_unlabelled = len(table.features) - n_labels
    return Questions(rows, pool.report, n_labels, n_unlabelled, skipped.size)


def positions_of(table: Table, numbers: Iterable[int]) -> Index:
    """Positions in the table of rows by their numbers in the file, in the order given.

    Raises
    ------
    InvalidInputError
        The table has no such row: it is beyond the last one, or an empty one that was left out.
    """
    wanted = np.array(list(numbers), dtype=np.intp)
    absent = np.setdiff1d(wanted, table.numbers)
    if absent.size:
        raise InvalidInputError(
            f"the table {table.name!r} has no row {absent[0]}; it has {len(table.numbers)} rows, "
            f"numbered up to {table.numbers.max(initial=0)} from 0, empty ones left out"
        )
    return np.searchsorted(table.numbers, wanted)


def rows_to_label(table: Table, positions: Index) -> tuple[RowToLabel, ...]:
    """Rows at positions of the table, with what stands in them."""
    frame = table.features.iloc[positions]
    columns = {name: cells_of(frame[name]) for name in frame}
    return tuple(
        RowToLabel(
            number=int(table.numbers[position]),
            line=int(table.lines[position]),
            cells={name: cells[i] for name, cells in columns.items()},
        )
        for i, position in enumerate(positions)
    )


def next_points(
    table: Table,
    box: Sequence[tuple[float, float]],
    estimator: Estimator,
    n: int = 1,
    *,
    query: str | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Make up points of a box; the model sees the box as [-1, 1] in every column.

    Parameters
    ----------
    table : Table
        The points labelled so far; its columns may have no rows.
    box : sequence of (float, float)
        Low and high of every feature column.
    estimator, n, query, seed
        As for :func:`next_rows`.

    Returns
    -------
    DataFrame of shape (n, n_columns)
        Points in the table's own units.
    """
    corners = pd.DataFrame(np.transpose(box), columns=table.features.columns)
    preprocessing = Preprocessing.fit(corners, keep=corners.columns)
    low, high = preprocessing.transform(corners)
    learner = ActiveLearner(estimator, query=query, domain=(low, high), random_state=seed)
    if len(table.labels):
        known = preprocessing.transform(table.features.iloc[table.labelled_rows])
        learner.tell(known, table.labels)
    return preprocessing.inverse_transform(learner.ask(n))
