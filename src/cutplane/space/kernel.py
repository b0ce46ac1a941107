"""The gate kernel: covariance of predictions without sign rows (mathematics (5.1))."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from cutplane._types import Array, Pattern, Rows
from cutplane.arrays import is_elsewhere, single


def gate_kernel(
    patterns: Sequence[Pattern],
    rows: Rows,
    other_patterns: Sequence[Pattern],
    other_rows: Rows,
) -> Array:
    """Covariance of f between rows and other rows before any cut (mathematics (5.1)).

    Parameters
    ----------
    patterns, other_patterns : sequence of ndarray
        Entry l of shape (n, P_{l+1}) and (m, P_{l+1}).
    rows, other_rows : array or CSR matrix of shape (n, d) and (m, d)
        Rows with their constant.

    Returns
    -------
    ndarray of shape (n, m)
    """
    if is_elsewhere(rows):
        kernel = rows @ other_rows.T
    else:
        kernel = np.asarray(safe_sparse_dot(rows, other_rows.T, dense_output=True))
    for new, own in zip(patterns, other_patterns, strict=True):
        kernel *= 2 * (single(new) @ single(own.T))
    return kernel


#: Rows whose kernel is held at most, and what a number of it costs beside one of the gates'
#: weights: it comes from memory.
_MOST_ROWS, _FROM_MEMORY = 4096, 4


def gates_are_fewer(patterns: Sequence[Pattern], rows: Rows) -> bool:
    """Whether a product is less work by one gate's weights after the other than by the kernel.

    Those of one hidden layer; with more the gates' weights are too many.
    """
    if len(patterns) != 1:
        return False
    k, d = rows.shape
    return k > _MOST_ROWS or patterns[0].shape[1] * d < _FROM_MEMORY * k


def product_by_gates(pattern: Pattern, rows: Array, dual_rows: Array) -> Callable[[Array], Array]:
    """The gate kernel of rows (k, d) of one hidden layer times vectors (k,), never written out.

    A vector becomes weights of every gate, (P, d), and these become values; patterns (k, P).
    """
    on = pattern.astype(rows.dtype)

    def product(vector: Array) -> Array:
        weights = on.T @ (vector[:, None] * dual_rows)
        values: Array = 2 * np.vecdot(on @ weights, rows)
        return values

    return product


def prior_variance(patterns: Sequence[Pattern], rows: Rows, metric: Array | None = None) -> Array:
    """Variance of f on rows (n, d) before any cut, ``|x|^2`` times the units that are on; (n,).

    ``metric`` (d,) holds the prior variance of each column's weight; None means 1.
    """
    if metric is None:
        variance: Array = row_norms(rows, squared=True)
    else:
        squares = rows.multiply(rows).tocsr() if sparse.issparse(rows) else rows**2
        variance = np.asarray(squares @ metric)
    for pattern in patterns:
        variance = variance * 2 * pattern.sum(axis=1)
    return variance


def weighed(rows: Rows, metric: Array | None) -> Rows:
    """Rows (n, d), each column times the prior variance of its weight; None means 1."""
    if metric is None:
        return rows
    return rows.multiply(metric).tocsr() if sparse.issparse(rows) else rows * metric
