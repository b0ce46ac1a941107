"""Choosing rows: a batch of high utility, first questions, and rows that cover others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from cutplane._types import Array, Index, Rows

#: A batch is spread over this many times its size of the best candidates.
BATCH_POOL = 10
#: Values are alike below this share of how far they lie from the middle, or typical ones do.
#: Another processor, or a CSR pool, moves utilities by 1e-12 of that where the center is solved by
#: Newton steps, by 3e-9 where an interior point method ends at its tolerance.
_TIE = 1e-7
#: The same in units of the values themselves, where nearly all of them are equal.
_ROUNDING = 1e-12


def leveled(values: Array) -> Array:
    """Values in which those that only rounding tells apart are equal.

    What a utility is in its last digits depends on the processor, the threads and how the rows
    are stored, so these digits must not choose. Neighbours in the order of the values are alike
    when they differ by less than a tolerance, and every run of such neighbours takes the value
    of its largest. Only a run of neighbours, each close to the next, is longer than a tolerance,
    and n values span less than n of them. The tolerance is a share of the distance from the
    median, of the value itself or of a typical one: far outliers do not widen it for the others.

    Parameters
    ----------
    values : ndarray of shape (m,)
        May hold infinities and NaN, which stay as they are.

    Returns
    -------
    ndarray of shape (m,)
    """
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    finite = ordered[np.isfinite(ordered)]
    if finite.size == 0:
        return values
    away = np.abs(ordered - np.median(finite))
    typical = np.median(np.abs(finite - np.median(finite)))
    tolerance = _TIE * np.maximum(away, typical) + _ROUNDING * np.abs(ordered)
    with np.errstate(invalid="ignore"):  # between infinities
        is_alike = np.isfinite(tolerance[:-1]) & (ordered[:-1] - ordered[1:] <= tolerance[:-1])
    begins = np.concatenate([[True], ~is_alike])
    first = np.maximum.accumulate(np.where(begins, np.arange(ordered.size), 0))
    out = np.empty_like(values)
    out[order] = ordered[first]
    return out


def ranking(values: Array, rng: np.random.Generator) -> Index:
    """Positions from the largest value to the smallest, ties in an order that rng decides."""
    return np.lexsort((rng.random(values.size), -leveled(values)))


def places(values: Array, rng: np.random.Generator) -> Index:
    """Place of every value in its :func:`ranking`, 0 for the first."""
    return np.argsort(ranking(values, rng))


def select(
    utilities: Array,
    rows_at: Callable[[Index], Rows],
    n: int,
    rng: np.random.Generator,
    *,
    spread_out: bool = True,
) -> Index:
    """Choose n rows of high utility that are not near-duplicates of each other.

    The best row is always chosen. The others are chosen farthest-first among the
    ``10 * n`` best, so that a batch does not ask one question n times. Ties, rounding errors
    among them (:func:`leveled`), are broken at random.

    Parameters
    ----------
    utilities : ndarray of shape (m,)
        Minus infinity for rows that are no candidates.
    rows_at : callable
        From positions to rows, an array or CSR matrix with n_features columns.
    n : int
        Rows wanted; fewer come back where there are fewer candidates.
    rng : numpy.random.Generator
    spread_out : bool, default=True
        Whether a batch avoids near-duplicates; else it is the n best.

    Returns
    -------
    ndarray of int
        Positions in ``utilities``, best first.
    """
    places = np.flatnonzero(~np.isneginf(utilities))
    order = places[ranking(utilities[places], rng)]
    if n == 1 or not spread_out:
        return order[:n]
    candidates = order[: BATCH_POOL * n]
    return candidates[farthest_first(rows_at(candidates), n)]


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
        chosen.append(_any_best(-nearest(rows, center), rng))
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


def _any_best(values: Array, rng: np.random.Generator) -> int:
    """Position of the largest value; the generator is asked only where several are."""
    level = leveled(values)
    best = np.flatnonzero(level == level.max())
    return int(best[0] if best.size == 1 else rng.choice(best))


def farthest_first(rows: Rows, n: int, *, distance: Array | None = None) -> Index:
    """Greedy k-center: each choice is the row farthest from all earlier ones.

    Parameters
    ----------
    rows : array or CSR matrix of shape (m, n_features)
        Of rows equally far the first is chosen: put them in the order of preference.
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
        chosen.append(int(np.argmax(leveled(distance))))
        distance = np.minimum(distance, nearest(rows, rows[[chosen[-1]]]))
        distance[chosen] = -np.inf
    return np.array(chosen, dtype=np.intp)


def nearest(rows: Rows, covered: Rows) -> Array:
    """Squared distance of rows (m, d) to the nearest of the covered rows (c, d); (m,).

    Exactly 0 between copies.
    """
    squares = row_norms(rows, squared=True)
    cross = safe_sparse_dot(rows, covered.T, dense_output=True)
    gaps = row_norms(covered, squared=True)[None] - 2 * cross
    distance = squares + gaps.min(axis=1)
    rounding = 4 * np.finfo(float).eps * np.sqrt(100 + rows.shape[1])  # of a sum of d products
    return np.where(distance > rounding * squares, distance, 0.0)
