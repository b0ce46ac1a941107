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
from label_suite.metrics import Answers

#: Chooses n pool rows: (pool, labels with NaN where unknown, fitted model, n) -> rows.
Strategy = Callable[[np.ndarray, np.ndarray, Any, int], np.ndarray]


class Learner(Protocol):
    """What `play` needs.

    Attributes
    ----------
    is_probable : bool
        Whether its answers have probabilities of the classes.
    """

    is_probable: bool

    def tell(self, rows: np.ndarray, labels: np.ndarray) -> None:
        """Hear labels of pool rows, and fit."""
        ...

    def ask(self, n: int) -> np.ndarray:
        """Pool rows to label next."""
        ...

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Classes or values; (n,)."""
        ...

    def answers(self, X: np.ndarray) -> Answers:
        """What the classifier says of every row."""
        ...


class OurLearner:
    """`ActiveLearner`, nothing added."""

    is_probable = True

    def __init__(self, learner: ActiveLearner):
        self.learner = learner

    def tell(self, rows: np.ndarray, labels: np.ndarray) -> None:
        self.learner.tell(rows, labels)

    def ask(self, n: int) -> np.ndarray:
        return self.learner.ask(n)

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self.learner.estimator_.predict(X)

    def answers(self, X: np.ndarray) -> Answers:
        model = self.learner.estimator_
        scores = _two_columns(model.decision_function(X))
        return Answers(model.classes_, model.predict(X), scores, model.predict_proba(X))


class RivalLearner:
    """A scikit-activeml model, refitted to all labels, and a strategy that asks.

    Parameters
    ----------
    model : SkactivemlClassifier or SkactivemlRegressor
    strategy : Strategy
    X_pool : ndarray of shape (n_pool, d)
    is_probable : bool, default=True
        False where what the model calls probabilities only has their order.
    """

    def __init__(
        self, model: Any, strategy: Strategy, X_pool: np.ndarray, *, is_probable: bool = True
    ):
        self.model, self.strategy, self.X_pool = model, strategy, X_pool
        self.is_probable = is_probable
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

    def answers(self, X: np.ndarray) -> Answers:
        scores = self.model.predict_proba(X)
        probabilities = scores if self.is_probable else None
        return Answers(
            np.asarray(self.model.classes_), self.model.predict(X), scores, probabilities
        )


def _two_columns(scores: np.ndarray) -> np.ndarray:
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
