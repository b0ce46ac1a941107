"""Rows in which nothing is written, as spreadsheets leave them behind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cutplane._types import Index
from cutplane.tables.report import Remark


def without_empty_rows(
    features: pd.DataFrame, target: pd.Series | None, first_line: int
) -> tuple[pd.DataFrame, pd.Series | None, Index, list[Remark]]:
    """Leave out the rows that have neither a value nor a label.

    Parameters
    ----------
    features : DataFrame of shape (n, n_columns)
    target : Series of shape (n,) or None
    first_line : int
        Line of the first row.

    Returns
    -------
    features, target
        Rows numbered from 0 again.
    numbers : int ndarray
        What the rows' numbers were before.
    remarks : list of Remark
        How many were left out; none when there are none.
    """
    empty = np.ones(len(features), dtype=bool) if target is None else target.isna().to_numpy()
    for name in features.columns:
        if not empty.any():
            break
        empty = empty & features[name].isna().to_numpy()
    numbers = np.flatnonzero(~empty)
    if not empty.any():
        return features, target, numbers, []
    first, count = first_line + int(empty.argmax()), int(empty.sum())
    rows = "One empty row was" if count == 1 else f"{count} empty rows were"
    message = f"{rows} left out, the first in line {first}; the others keep their numbers."
    features = features.iloc[numbers].reset_index(drop=True)
    if target is not None:
        target = target.iloc[numbers].reset_index(drop=True)
    return features, target, numbers, [Remark("rows left out", message, (), count, first)]
