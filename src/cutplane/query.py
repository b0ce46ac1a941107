"""Query strategies: which rows of the pool deserve a label.

A strategy is a function from the scores of the rows on offer to utilities, larger is
asked earlier. Scores are the estimator's decision function: (n,) for two classes,
(n, n_classes) for more.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from cutplane.arrangement import Rows
from cutplane.errors import InvalidInputError

Array = NDArray[np.float64]
Strategy = Callable[[Array, np.random.Generator], Array]

#: A batch is spread over this many times its size of the best candidates.
_BATCH_POOL = 10


def margin(scores: Array, rng: np.random.Generator) -> Array:
    """Minus the gap between the two best scores (two classes: minus |f|)."""
    if scores.ndim == 1:
        return -np.abs(scores)
    top = np.partition(scores, -2, axis=1)[:, -2:]
    return top[:, 0] - top[:, 1]


def extremes(scores: Array, rng: np.random.Generator) -> Array:
    """Algorithm 4 of CPAL: the most positive and the most negative row first.

    Ranked by |f| on either side, the sides taking turns; for several classes, the row
    with the largest score of any class.
    """
    if scores.ndim == 2:
        return np.max(scores, axis=1)
    high = np.argsort(np.argsort(-scores))
    low = np.argsort(np.argsort(scores))
    return -np.minimum(2 * high, 2 * low + 1).astype(float)


def random(scores: Array, rng: np.random.Generator) -> Array:
    """Every row alike."""
    return np.asarray(rng.random(scores.shape[0]))


STRATEGIES: dict[str, Strategy] = {"margin": margin, "extremes": extremes, "random": random}


def strategy(name: str) -> Strategy:
    """Look a query strategy up by name.

    Raises
    ------
    InvalidInputError
        There is no such strategy.
    """
    if name not in STRATEGIES:
        raise InvalidInputError(
            f"query={name!r} is unknown; choose one of {', '.join(sorted(STRATEGIES))}"
        )
    return STRATEGIES[name]


def select(utilities: Array, rows: Rows, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
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

    Returns
    -------
    ndarray of int
        Positions in ``utilities``, best first.
    """
    order = np.lexsort((rng.random(utilities.size), -utilities))
    if n == 1:
        return order[:1]
    candidates = order[: _BATCH_POOL * n]
    return candidates[farthest_first(rows[candidates], n, first=0)]


def farthest_first(
    rows: Rows, n: int, *, first: int, covered: Array | None = None
) -> NDArray[np.intp]:
    """Greedy k-center: each choice is the row farthest from all earlier ones.

    Parameters
    ----------
    rows : array or CSR matrix of shape (m, n_features)
    n : int
        Rows wanted.
    first : int
        Where to start when nothing is covered yet.
    covered : ndarray of shape (m,), optional
        Squared distances to rows chosen before.

    Returns
    -------
    ndarray of int of shape (min(n, m),)
    """
    n = min(n, rows.shape[0])
    distance = np.full(rows.shape[0], np.inf) if covered is None else covered.copy()
    chosen: list[int] = []
    for _ in range(n):
        row = first if covered is None and not chosen else int(np.argmax(distance))
        chosen.append(row)
        distance = np.minimum(distance, squared_distances(rows, rows[[row]]))
        distance[chosen] = -np.inf
    return np.array(chosen, dtype=np.intp)


def squared_distances(rows: Rows, point: Rows) -> Array:
    """Squared Euclidean distances of rows (m, d) to one point (1, d)."""
    squares = row_norms(rows, squared=True)
    cross = safe_sparse_dot(rows, point.T, dense_output=True).ravel()
    return np.maximum(squares - 2 * cross + row_norms(point, squared=True), 0)
