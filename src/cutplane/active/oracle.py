"""Oracles: whoever answers. Every answer counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Index

#: An oracle takes pool rows and returns their labels.
Oracle = Callable[[Index], NDArray]


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
