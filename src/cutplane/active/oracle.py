"""Oracles: whoever answers. Every answer counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Index
from cutplane.active.labels import is_missing
from cutplane.errors import InvalidInputError

#: An oracle takes pool rows, or points, and returns their labels.
Oracle = Callable[[NDArray], ArrayLike | None]


def answers_of(given: ArrayLike | None, n: int) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Answers of an oracle to n questions, and which of them are answers at all; (n,).

    None, NaN, a masked entry and the NA of pandas are none; so is None for all of them.

    Raises
    ------
    InvalidInputError
        They are not n.
    """
    if given is None:
        return np.full(n, None), np.zeros(n, dtype=bool)
    answers: list[object] = list(given) if np.ndim(given) else [given]  # type: ignore[arg-type]
    if len(answers) != n:
        raise InvalidInputError(
            f"the oracle gave {len(answers)} answers to {n} questions; give one for each, None "
            "where there is none"
        )
    out = np.empty(n, dtype=object)
    out[:] = answers
    return out, np.array([not is_missing(answer) for answer in answers], dtype=bool)


class ColumnOracle:
    """Simulated oracle: answers from a column and counts how often it was asked.

    Parameters
    ----------
    labels : array-like of shape (n_pool,)
        True labels of the pool.

    Attributes
    ----------
    n_asked : int
        Labels handed out so far.
    """

    def __init__(self, labels: ArrayLike):
        self._labels = np.asarray(labels)
        self.n_asked = 0

    def __call__(self, rows: Index) -> NDArray:
        """Labels of the given pool rows."""
        self.n_asked += len(rows)
        return self._labels[rows]
