"""What to ask next about a table: rows of it without a label, or new points of a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cutplane.active.learner import ActiveLearner
from cutplane.tables.model import Estimator
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.table import Table


def next_rows(
    table: Table, estimator: Estimator, n: int = 1, *, query: str | None = None, seed: int = 0
) -> list[int]:
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

    Returns
    -------
    list of int
        Numbers of rows, from 0.
    """
    X = Preprocessing.fit(table.features).transform(table.features)
    learner = ActiveLearner(estimator, X, query=query, random_state=seed)
    learner.tell(table.labelled_rows, table.labels)
    return [int(row) for row in learner.ask(n)]


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
    preprocessing = Preprocessing.fit(corners)
    low, high = preprocessing.transform(corners)
    learner = ActiveLearner(estimator, query=query, domain=(low, high), random_state=seed)
    if len(table.labels):
        known = preprocessing.transform(table.features.iloc[table.labelled_rows])
        learner.tell(known, table.labels)
    return preprocessing.inverse_transform(learner.ask(n))
