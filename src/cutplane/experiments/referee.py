"""Who holds the labels: answers questions, counts them, and scores predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import root_mean_squared_error

from cutplane._types import Array, Index
from cutplane.active.oracle import ColumnOracle
from cutplane.experiments.curves import Record

Predict = Callable[[Array], NDArray]


@dataclass(frozen=True)
class Problem:
    """A labelled data set, divided.

    Attributes
    ----------
    X_pool, X_test : ndarray of shape (n_pool, d), (n_test, d)
    y_pool, y_test : ndarray of shape (n_pool,), (n_test,)
    is_regression : bool
    """

    X_pool: Array
    y_pool: NDArray
    X_test: Array
    y_test: NDArray
    is_regression: bool = False

    @classmethod
    def divide(
        cls, X: Array, y: NDArray, n_pool: int, seed: int, *, is_regression: bool = False
    ) -> Problem:
        """Draw ``n_pool`` rows as the pool; the others test."""
        order = np.random.default_rng(seed).permutation(len(y))
        pool, test = order[:n_pool], order[n_pool:]
        return cls(X[pool], y[pool], X[test], y[test], is_regression)


@dataclass(frozen=True)
class Picture:
    """What a model predicted on the grid at one moment.

    Attributes
    ----------
    values : ndarray of shape (n_grid,)
    n_labels, n_counted : int
        Counts at that moment.
    """

    values: NDArray
    n_labels: int
    n_counted: int


@dataclass
class Referee:
    """The only way for a method to a label, or to a score.

    Parameters
    ----------
    problem : Problem
    method : str
        Whose run this is.
    seed : int
    grid : ndarray of shape (n_grid, d), optional
        Rows on which models are pictured.
    picture_at : int
        Labels asked at which the first picture is taken; another ends the run.

    Attributes
    ----------
    records : list of Record
    rows : list of int
        Pool rows in the order asked.
    pictures : dict of str to Picture
        "early", if the run came that far, and "last".
    """

    problem: Problem
    method: str
    seed: int
    grid: Array | None = None
    picture_at: int = 20
    records: list[Record] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._oracle = ColumnOracle(self.problem.y_pool)

    @property
    def X_pool(self) -> Array:
        """Rows that may be asked about."""
        return self.problem.X_pool

    @property
    def classes(self) -> NDArray | None:
        """The classes there are (known to every method beforehand); None for regression."""
        return None if self.problem.is_regression else np.unique(self.problem.y_pool)

    @property
    def n_labels(self) -> int:
        """Labels handed out so far, as the oracle counts them."""
        return self._oracle.n_asked

    def answer(self, rows: Index) -> NDArray:
        """Labels of pool rows; each is paid for."""
        self.rows.extend(int(row) for row in rows)
        return self._oracle(rows)

    def judge(self, predict: Predict, n_counted: int | None = None) -> None:
        """Score a model on the test rows and record it at the labels asked so far.

        Parameters
        ----------
        predict : callable
            From rows (m, d) to classes or values (m,).
        n_counted : int, optional
            Labels that led to a cut; all of them by default.
        """
        counted = self.n_labels if n_counted is None else n_counted
        score = self._score(predict(self.problem.X_test))
        self.records.append(Record(self.method, self.seed, self.n_labels, counted, score))
        self._newest = predict
        if self.n_labels == self.picture_at:
            self._picture("early")

    def finish(self) -> None:
        """Picture the last model judged; called once the run is over."""
        if self.records:
            self._picture("last")

    def _picture(self, name: str) -> None:
        if self.grid is not None:
            last = self.records[-1]
            values = self._newest(self.grid)
            self.pictures[name] = Picture(values, last.n_labels, last.n_counted)

    def _score(self, predicted: NDArray) -> float:
        if self.problem.is_regression:
            return float(root_mean_squared_error(self.problem.y_test, predicted))
        return float(np.mean(predicted == self.problem.y_test))
