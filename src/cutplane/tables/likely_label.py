"""The column that holds the labels, perhaps, where none is named."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import numpy as np
import pandas as pd

from cutplane.tables.report import Remark, TableReport

_NAMES = ("label", "labels", "class", "classes", "target", "y", "outcome", "response", "category")
# More different values than this are hardly classes.
_MAX_CLASSES = 20


def likely_label(features: pd.DataFrame) -> list[Remark]:
    """Name the last column if it is partly empty, or one that is called like labels.

    Parameters
    ----------
    features : DataFrame of shape (n, n_columns)
        Every column of the table.
    """
    n = len(features)
    if n == 0 or features.shape[1] < 2:
        return []
    named = [name for name in features.columns if _is_called_so(name)]
    last = features.columns[-1]
    empty = int(features[last].isna().sum())
    others_full = not named and 0 < empty < n and _are_fuller(features.iloc[:, :-1], empty)
    if not named and not others_full:
        return []
    name = (
        next((name for name in named if features[name].isna().any()), named[0]) if named else last
    )
    n_empty = int(features[name].isna().sum())
    if n_empty:
        why = f"is empty in {n_empty} of {n} rows"
    elif features[name].nunique() <= _MAX_CLASSES:
        why = f"holds {features[name].nunique()} different values"
    else:
        why = "is called like labels"
    message = f"Column {name!r} {why}; if it holds the labels, pass --target {shlex.quote(name)}."
    return [Remark("likely label", message, (name,), n_empty)]


def without_likely_label(
    features: pd.DataFrame, report: TableReport, keep: Iterable[str]
) -> tuple[pd.DataFrame, list[Remark]]:
    """Features without the column that the report takes for labels, where it surely looks so.

    It does when it is partly empty and called like labels, or empty in half of the rows.

    Parameters
    ----------
    features : DataFrame of shape (n, n_columns)
    report : TableReport
        As the table was read.
    keep : iterable of str
        Columns that stay whatever they look like.

    Returns
    -------
    features
    remarks : list of Remark
        That the column was left out.
    """
    for remark in report.of_kind("likely label"):
        (name,) = remark.columns
        looks_so = _is_called_so(name) or remark.count >= len(features) / 2
        if remark.count and looks_so and name not in set(keep):
            message = f"Column {name!r} left out: it may hold the labels; --keep {name!r} keeps it."
            return features.drop(columns=name), [Remark("columns left out", message, (name,), 1)]
    return features, []


def _is_called_so(name: str) -> bool:
    return name.strip().casefold() in _NAMES


def _are_fuller(features: pd.DataFrame, empty: int) -> bool:
    return bool(np.all(features.isna().sum() < empty))
