"""What to ask next about a table: rows of it without a label, or new points of a box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cutplane.active.learner import ActiveLearner
from cutplane.tables.model import Estimator
from cutplane.tables.pool import pool_of
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.row_to_label import RowToLabel
from cutplane.tables.stored_table import StoredTable
from cutplane.tables.table import Table


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
    table: Table | StoredTable,
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
    table : Table or StoredTable
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
    skipped = np.setdiff1d(table.positions_of(skip), table.labelled_rows)
    learner = ActiveLearner(estimator, pool.X, query=query, random_state=seed)
    learner.tell(table.labelled_rows, table.labels)
    learner.skip(skipped)
    rows = table.rows_to_label(np.asarray(learner.ask(n), dtype=np.intp))
    n_labels = len(table.labelled_rows)
    n_unlabelled = table.n_rows - n_labels
    return Questions(rows, pool.report, n_labels, n_unlabelled, skipped.size)


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
