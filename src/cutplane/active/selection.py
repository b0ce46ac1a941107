"""Choosing rows: a batch of high utility, first questions, and rows that cover others."""

from __future__ import annotations

import numpy as np
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from cutplane._types import Array, Index, Rows

#: A batch is spread over this many times its size of the best candidates.
_BATCH_POOL = 10


def select(
    utilities: Array, rows: Rows, n: int, rng: np.random.Generator, *, spread_out: bool = True
) -> Index:
    """Choose n rows of high utility that are not near-duplicates of each other.

    The best row is always chosen. The others are chosen farthest-first among the
    ``10 * n`` best, so that a batch does not ask one question n times. Ties are broken
    at random.

    Parameters
    ----------
    utilities : ndarray of shape (m,)
    rows : array or CSR matrix of shape (m, n_features)
    n : int
        Rows wanted; fewer come back when m < n.
    rng : numpy.random.Generator
    spread_out : bool, default=True
        Whether a batch avoids near-duplicates; else it is the n best.

    Returns
    -------
    ndarray of int
        Positions in ``utilities``, best first.
    """
    order = np.lexsort((rng.random(utilities.size), -utilities))
    if n == 1 or not spread_out:
        return order[:n]
    candidates = order[: _BATCH_POOL * n]
    return candidates[farthest_first(rows[candidates], n)]


def diverse(rows: Rows, labelled: Rows, n: int, rng: np.random.Generator) -> Index:
    """First questions, before there is a model: cover the pool.

    The most central row first, then rows drawn with probability proportional to their
    squared distance to the nearest row chosen or labelled. Unlike the farthest row, which is
    an outlier first of all, such rows also follow the density of the pool.

    References
    ----------
    Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding" (2007).
    """
    chosen: list[int] = []
    if labelled.shape[0] > 0:
        distance = nearest(rows, labelled)
    else:
        center = np.asarray(rows.mean(axis=0)).reshape(1, -1)
        chosen.append(int(np.argmin(nearest(rows, center))))
        distance = nearest(rows, rows[chosen])
    while len(chosen) < min(n, rows.shape[0]):
        weights = np.where(np.isin(np.arange(rows.shape[0]), chosen), 0.0, distance)
        total = weights.sum()
        if total == 0:  # only copies of chosen rows are left
            weights = np.isin(np.arange(rows.shape[0]), chosen, invert=True).astype(float)
            total = weights.sum()
        chosen.append(int(rng.choice(rows.shape[0], p=weights / total)))
        distance = np.minimum(distance, nearest(rows, rows[[chosen[-1]]]))
    return np.array(chosen, dtype=np.intp)


def farthest_first(rows: Rows, n: int, *, distance: Array | None = None) -> Index:
    """Greedy k-center: each choice is the row farthest from all earlier ones.

    Parameters
    ----------
    rows : array or CSR matrix of shape (m, n_features)
    n : int
        Rows wanted.
    distance : ndarray of shape (m,), optional
        Squared distances to rows that are covered already; by default nothing is covered
        and row 0 comes first.

    Returns
    -------
    ndarray of int of shape (min(n, m),)
    """
    distance = np.full(rows.shape[0], np.inf) if distance is None else distance.copy()
    chosen: list[int] = []
    for _ in range(min(n, rows.shape[0])):
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, nearest(rows, rows[[chosen[-1]]]))
        distance[chosen] = -np.inf
    return np.array(chosen, dtype=np.intp)


def nearest(rows: Rows, covered: Rows) -> Array:
    """Squared distance of rows (m, d) to the nearest of the covered rows (c, d); (m,)."""
    squares = row_norms(rows, squared=True)
    cross = safe_sparse_dot(rows, covered.T, dense_output=True)
    gaps = row_norms(covered, squared=True)[None] - 2 * cross
    return np.maximum(squares + gaps.min(axis=1), 0)
