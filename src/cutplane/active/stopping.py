"""Stopping rules: when enough labels have been bought. They combine with ``|`` and ``&``."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array

from cutplane._types import Array, Rows
from cutplane.active.columns import in_order
from cutplane.active.view import LearnerView
from cutplane.errors import InvalidInputError

_TINY = float(np.finfo(float).tiny)


class StoppingRule(ABC):
    """A rule is called with the learner after every answer and says whether to stop."""

    @abstractmethod
    def __call__(self, learner: LearnerView) -> bool:
        """Whether the learner should stop asking."""

    def __or__(self, other: StoppingRule) -> StoppingRule:
        return _Combined(self, other, any_of=True)

    def __and__(self, other: StoppingRule) -> StoppingRule:
        return _Combined(self, other, any_of=False)


class _Combined(StoppingRule):
    def __init__(self, first: StoppingRule, second: StoppingRule, *, any_of: bool):
        self.first, self.second, self.any_of = first, second, any_of

    def __call__(self, learner: LearnerView) -> bool:
        votes = [self.first(learner), self.second(learner)]  # both see every answer
        return any(votes) if self.any_of else all(votes)


class Budget(StoppingRule):
    """Stop when so many answers were asked for: labels told, rows skipped, labels corrected.

    Parameters
    ----------
    n_asked : int
    """

    def __init__(self, n_asked: int):
        if n_asked < 1:
            raise InvalidInputError(f"a budget of {n_asked} answers arrived; give at least 1")
        self.n_asked = n_asked

    def __call__(self, learner: LearnerView) -> bool:
        return learner.n_asked_ >= self.n_asked


class Plateau(StoppingRule):
    """Stop when the score on held-out rows has not improved for a while.

    The held-out labels were paid for too: count them in your budget.

    Parameters
    ----------
    X, y : array-like of shape (n, n_features) and (n,)
        Held-out rows with their labels; a table's columns are matched by name.
    patience : int, default=10
        Answers without an improvement.
    min_gain : float, default=0.0
        Improvement of the score that counts.
    """

    def __init__(self, X: Rows, y: ArrayLike, *, patience: int = 10, min_gain: float = 0.0):
        check_array(X, accept_sparse="csr", dtype=np.float64)
        self.X, self.y = X, y
        self.patience, self.min_gain = patience, min_gain
        self._best, self._since = -np.inf, 0

    def __call__(self, learner: LearnerView) -> bool:
        if not learner.is_fitted:
            return False
        rows = check_array(in_order(self.X, learner.domain.names), accept_sparse="csr")
        score = learner.scorer_.score(rows, self.y)
        if score > self._best + self.min_gain:
            self._best, self._since = score, 0
        else:
            self._since += 1
        return self._since >= self.patience


class StablePredictions(StoppingRule):
    """Stop when predictions on the pool have stopped changing.

    Parameters
    ----------
    patience : int, default=10
        Answers in a row with few changes.
    tol : float, default=0.005
        Share of pool rows that may change class at one answer (regression: mean absolute
        change in standard deviations of the labels).
    """

    def __init__(self, *, patience: int = 10, tol: float = 0.005):
        self.patience, self.tol = patience, tol
        self._last: NDArray | None = None
        self._calm = 0

    def __call__(self, learner: LearnerView) -> bool:
        if not learner.is_fitted:
            return False
        now = np.asarray(learner.scorer_.predict(learner.probe_rows))
        return self.seen(now, float(np.std(learner.labels_)) if learner.is_regression else None)

    def seen(self, now: NDArray, unit: float | None = None) -> bool:
        """Whether to stop, from the predictions after one more answer.

        Parameters
        ----------
        now : ndarray of shape (n,)
            Classes, or values, of the same rows as before.
        unit : float, optional
            Of values, what counts as one: the standard deviation of the labels.
        """
        if self._last is not None:
            if unit is None:
                change = float(np.mean(now != self._last))
            else:
                change = float(np.mean(np.abs(now - self._last))) / max(unit, _TINY)
            self._calm = self._calm + 1 if change <= self.tol else 0
        self._last = now
        return self._calm >= self.patience


class SmallVersionSpace(StoppingRule):
    """Stop when the networks left agree: their spread on the pool is small.

    Parameters
    ----------
    ratio : float, default=0.1
        Mean spread of the prediction over its root mean square, on the pool.
    """

    def __init__(self, ratio: float = 0.1):
        self.ratio = ratio

    def __call__(self, learner: LearnerView) -> bool:
        if not learner.is_fitted:
            return False
        spread = learner.scorer_.spread(learner.probe_rows)
        return self.is_small(spread, learner.scorer_.scores(learner.probe_rows))

    def is_small(self, spread: Array, scores: Array) -> bool:
        """Whether the spread of some rows is small beside their scores; both of one shape."""
        size = float(np.sqrt(np.mean((scores - scores.mean(axis=0)) ** 2)))
        return float(spread.mean()) <= self.ratio * size
