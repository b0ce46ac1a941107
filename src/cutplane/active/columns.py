"""Columns of a pool: their names, and rows of another table in their order."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from cutplane._types import Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import check_range, own_errors


class _Reader(BaseEstimator):
    """Reads rows as scikit-learn does, and notes the names of their columns."""


def read_rows(X: Rows) -> tuple[Rows, list[str] | None]:
    """Rows in single or double precision, and the names of their columns where they have any."""
    reader = _Reader()
    with own_errors():
        rows = validate_data(reader, X, accept_sparse="csr", dtype=[np.float64, np.float32])
    check_range(rows)
    names = getattr(reader, "feature_names_in_", None)
    return rows, None if names is None else names.tolist()


def in_order(X: Rows, names: Sequence[str] | None) -> Rows:
    """A table whose columns are brought into the order of ``names``.

    Rows without names are taken as they come.

    Raises
    ------
    InvalidInputError
        A column is missing.
    """
    given = getattr(X, "columns", None)
    if names is None or given is None or list(given) == list(names):
        return X
    missing = [name for name in names if name not in set(given)]
    if missing:
        near = get_close_matches(missing[0], [str(name) for name in given], n=1)
        hint = f"; is it {near[0]!r}?" if near else ""
        raise InvalidInputError(
            f"column {missing[0]!r} is missing among {[str(name) for name in given][:8]}; pass "
            f"the columns that the pool has{hint}"
        )
    return X[list(names)]
