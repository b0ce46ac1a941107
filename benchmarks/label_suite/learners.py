"""Learners that ask and are told: ours, and a model with a scikit-activeml strategy.

Both see labels through `tell` only.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from cutplane import ActiveLearner

#: Chooses n pool rows: (pool, labels with NaN where unknown, fitted model, n) -> rows.
Strategy = Callable[[np.ndarray, np.ndarray, Any, int], np.ndarray]


class Learner(Protocol):
    """What `play` needs."""

    def tell(self, rows: np.ndarray, labels: np.ndarray) -> None:
        """Hear labels of pool rows, and fit."""
        ...

    def ask(self, n: int) -> np.ndarray:
        """Pool rows to label next."""
        ...

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Classes or values; (n,)."""
        ...

    def scores(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Classes known, and a score of every row for each; (c,) and (n, c)."""
        ...


class OurLearner:
    """`ActiveLearner`, nothing added."""

    def __init__(self, learner: ActiveLearner):
        self.learner = learner

    def tell(self, rows: np.ndarray, labels: np.ndarray) -> None:
        self.learner.tell(rows, labels)

    def ask(self, n: int) -> np.ndarray:
        return self.learner.ask(n)

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self.learner.estimator_.predict(X)

    def scores(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        model = self.learner.estimator_
        scores = model.decision_function(X)
        return model.classes_, _two_columns(scores)


class RivalLearner:
    """A scikit-activeml model, refitted to all labels, and a strategy that asks.

    Parameters
    ----------
    model : SkactivemlClassifier or SkactivemlRegressor
    strategy : Strategy
    X_pool : ndarray of shape (n_pool, d)
    """

    def __init__(self, model: Any, strategy: Strategy, X_pool: np.ndarray):
        self.model, self.strategy, self.X_pool = model, strategy, X_pool
        self.labels = np.full(len(X_pool), np.nan)

    def tell(self, rows: np.ndarray, labels: np.ndarray) -> None:
        self.labels[rows] = labels
        known = np.flatnonzero(~np.isnan(self.labels))
        target = self.labels[known]
        if np.unique(target).size > 1:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                self.model.fit(self.X_pool[known], target)

    def ask(self, n: int) -> np.ndarray:
        return np.asarray(self.strategy(self.X_pool, self.labels, self.model, n))

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self.model.predict(X)

    def scores(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(self.model.classes_), self.model.predict_proba(X)


def _two_columns(scores: np.ndarray) -> np.ndarray:
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
