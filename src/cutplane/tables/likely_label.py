"""The column that holds the labels, perhaps, where none is named."""

from __future__ import annotations

import shlex

import numpy as np
import pandas as pd

from cutplane.tables.report import Remark

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
    named = [name for name in features.columns if name.strip().casefold() in _NAMES]
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


def _are_fuller(features: pd.DataFrame, empty: int) -> bool:
    return bool(np.all(features.isna().sum() < empty))
