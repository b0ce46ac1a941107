"""Labelled rows: checked, measured, and those that can cut at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cutplane._types import Array, Rows
from cutplane.errors import InvalidInputError


def checked_labels(X: Rows, y: ArrayLike, n_features: int) -> tuple[Rows, Array]:
    """Rows and labels as arrays that fit each other and the arrangement."""
    X = X if sparse.issparse(X) else np.asarray(X, dtype=float)
    y = np.asarray(y, dtype=float)
    if X.ndim != 2 or X.shape[1] != n_features or y.shape != (X.shape[0],):
        raise InvalidInputError(
            f"rows of shape {X.shape} and labels of shape {y.shape} arrived; expected "
            f"(k, {n_features}) and (k,)"
        )
    return X, y


def rows_that_cut(rows: Rows) -> NDArray[np.bool_]:
    """Rows (k, d), constant included, that are not all zero."""
    return (
        np.asarray(abs(rows).max(axis=1) > 0)
        if not sparse.issparse(rows)
        else (abs(rows).max(axis=1).toarray().ravel() > 0)
    )


def row_lengths(rows: Array) -> Array:
    """Euclidean lengths that neither overflow nor underflow."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
    safe = np.where(largest > 0, largest, 1.0)
    return largest * np.linalg.norm(rows / safe[:, None], axis=1)


def n_shared(known: Array, rows: Array) -> int:
    """How many of the first rows are those known."""
    k = min(len(known), len(rows))
    same = (known[:k] == rows[:k]).all(axis=1)
    return k if same.all() else int(np.argmin(same))
