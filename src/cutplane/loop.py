"""The loop: ask for labels, record them durably, center again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_array

from cutplane.arrangement import Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.journal import Journal
from cutplane.oracle import Oracle
from cutplane.query import farthest_first, select, squared_distances, strategy


class ActiveLearner:
    """Choose rows of a pool to label, and learn from the answers.

    Every label told counts, whether or not it led to a cut.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned; its gates are sampled on the pool.
    X_pool : array-like or CSR matrix of shape (n_pool, n_features)
        Rows that may be asked about.
    query : str, default="margin"
        Query strategy: "margin", "extremes" (Algorithm 4 of CPAL; a label that agrees with
        the model leads to no cut), or "random".
    batch_size : int, default=1
        Rows per question.
    random_state : int or None, default=None
        Decides ties, random questions, and the gates when the estimator has no
        ``random_state`` of its own.
    journal : str or Path, optional
        CSV file to which labels are flushed before the model hears of them. Labels it
        already holds are replayed.

    Attributes
    ----------
    estimator_ : estimator
        Fitted once two classes (regression: one label) are known; see ``is_fitted``.
    n_labels_ : int
        Labels told.
    n_cuts_ : int
        Labels that became cuts.
    labels_rows_, labels_ : ndarray of shape (n_labels_,)
        Pool rows in the order told, and their labels.
    history_ : list of dict
        One entry per ``tell``: rows, n_labels, n_cuts, n_iter, seconds.

    Examples
    --------
    >>> from cutplane import ActiveLearner, CuttingPlaneClassifier
    >>> X = [[float(i)] for i in range(20)]
    >>> learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
    >>> while learner.n_labels_ < 8:
    ...     rows = learner.ask()
    ...     learner.tell(rows, [int(X[i][0] > 6) for i in rows])
    >>> float(learner.estimator_.score(X, [int(x[0] > 6) for x in X]))
    1.0
    """

    def __init__(
        self,
        estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
        X_pool: Rows,
        *,
        query: str = "margin",
        batch_size: int = 1,
        random_state: int | None = None,
        journal: Any = None,
    ):
        self.X_pool = check_array(X_pool, accept_sparse="csr", dtype=np.float64)
        self.query = query
        self.batch_size = batch_size
        self._strategy = strategy(query)
        self._cuts_agreeing = query != "extremes"
        self._rng = np.random.default_rng(random_state)
        self.estimator_ = clone(estimator)
        if estimator.random_state is None and random_state is not None:
            self.estimator_.set_params(random_state=random_state)
        self._is_regression = isinstance(estimator, CuttingPlaneRegressor)
        self._asked = np.zeros(self.X_pool.shape[0], dtype=bool)
        self.labels_rows_: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self.labels_: NDArray = np.empty(0)
        self._cut_rows: list[int] = []
        self._covered: NDArray[np.float64] | None = None
        self.history_: list[dict[str, Any]] = []
        self._journal = Journal(journal) if journal is not None else None

    @property
    def n_labels_(self) -> int:
        """Labels told so far, whether or not they cut."""
        return int(self.labels_rows_.size)

    @property
    def n_cuts_(self) -> int:
        """Labels that became cuts."""
        return len(self._cut_rows)

    @property
    def is_fitted(self) -> bool:
        """Whether the labels so far make a model."""
        return self.estimator_.__sklearn_is_fitted__()

    def ask(self, n: int | None = None) -> NDArray[np.intp]:
        """Rows to label next.

        Parameters
        ----------
        n : int, optional
            How many; ``batch_size`` by default.

        Returns
        -------
        ndarray of int
            Pool rows that were never told; empty when the pool is exhausted. Asking
            again without telling may give the same rows.
        """
        n = self.batch_size if n is None else n
        offered = np.flatnonzero(~self._asked)
        if n < 1:
            raise InvalidInputError(f"n={n} rows were asked for; ask for at least one")
        if offered.size == 0:
            return offered
        if not self.is_fitted:
            return offered[self._cold(offered, n)]
        scores = self._scores(offered)
        return offered[
            select(self._strategy(scores, self._rng), self.X_pool[offered], n, self._rng)
        ]

    def tell(self, rows: ArrayLike, labels: ArrayLike) -> None:
        """Record labels, then update the model.

        Parameters
        ----------
        rows : array-like of int, shape (n,)
            Pool rows, usually what :meth:`ask` gave.
        labels : array-like of shape (n,)

        Raises
        ------
        InvalidInputError
            A row is outside the pool or was told before, or the lengths differ.
        EmptyVersionSpaceError
            The labels contradict each other under ``cost=inf``; they stay recorded.
        """
        rows, labels = self._checked(rows, labels)
        if self._journal is not None:
            self._journal.append(rows, labels.tolist())
        self._record(rows, labels)
        begin = time.perf_counter()
        self._learn(rows, labels)
        self.history_.append(
            {
                "rows": rows.tolist(),
                "n_labels": self.n_labels_,
                "n_cuts": self.n_cuts_,
                "n_iter": self.estimator_.n_iter_ if self.is_fitted else 0,
                "seconds": time.perf_counter() - begin,
            }
        )

    def _checked(self, rows: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.intp], NDArray]:
        rows = np.atleast_1d(np.asarray(rows))
        labels = np.atleast_1d(np.asarray(labels))
        if rows.shape != labels.shape or rows.ndim != 1:
            raise InvalidInputError(
                f"{rows.size} rows and {labels.size} labels arrived; tell one label for each row"
            )
        n_pool = self.X_pool.shape[0]
        if rows.size and (rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_pool):
            raise InvalidInputError(
                f"rows {rows.tolist()} arrived; expected whole numbers from 0 to {n_pool - 1}"
            )
        if np.unique(rows).size < rows.size or self._asked[rows].any():
            again = rows[self._asked[rows]].tolist() or rows.tolist()
            raise InvalidInputError(f"rows {again} were told before; every row is told once")
        if labels.dtype.kind == "f" and not np.isfinite(labels).all():
            raise InvalidInputError("a label is NaN or infinite; leave unanswered rows out")
        return rows.astype(np.intp), labels

    def _record(self, rows: NDArray[np.intp], labels: NDArray) -> None:
        self._asked[rows] = True
        self.labels_ = np.concatenate([self.labels_, labels]) if self.n_labels_ else labels
        self.labels_rows_ = np.concatenate([self.labels_rows_, rows])

    def _learn(self, rows: NDArray[np.intp], labels: NDArray) -> None:
        """Turn labels into cuts; the first model is fitted to all labels held."""
        if rows.size == 0:
            return
        if not self.is_fitted:
            if not self._is_regression and np.unique(self.labels_).size < 2:
                return
            self.estimator_.fit(self.X_pool[self.labels_rows_], self.labels_, X_pool=self.X_pool)
            self._cut_rows = self.labels_rows_.tolist()
            return
        cutting = np.ones(rows.size, dtype=bool)
        if not self._cuts_agreeing:
            cutting = self._disagrees(rows, labels)
        if cutting.any():
            self.estimator_.partial_fit(self.X_pool[rows[cutting]], labels[cutting])
            self._cut_rows += rows[cutting].tolist()

    def _disagrees(self, rows: NDArray[np.intp], labels: NDArray) -> NDArray[np.bool_]:
        """Labels that the model gets wrong (regression: by more than epsilon)."""
        predicted = self.estimator_.predict(self.X_pool[rows])
        if self._is_regression:
            model = self.estimator_
            return np.abs(predicted - labels) > model.epsilon * model.y_scale_
        return predicted != labels

    def _scores(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        if self._is_regression:
            return self.estimator_.predict(self.X_pool[rows])
        return self.estimator_.decision_function(self.X_pool[rows])

    def _cold(self, offered: NDArray[np.intp], n: int) -> NDArray[np.intp]:
        """Diverse first questions: farthest-first from the labels held."""
        pool = self.X_pool[offered]
        if self.n_labels_ == 0:
            center = (
                sparse.csr_matrix(pool.mean(axis=0))
                if sparse.issparse(pool)
                else (pool.mean(axis=0, keepdims=True))
            )
            first = int(np.argmin(squared_distances(pool, center)))
            return farthest_first(pool, n, first=first)
        covered = np.full(offered.size, np.inf)
        for row in self.labels_rows_:
            covered = np.minimum(covered, squared_distances(pool, self.X_pool[[row]]))
        return farthest_first(pool, n, first=0, covered=covered)


def run(
    learner: ActiveLearner,
    oracle: Oracle,
    budget: int,
    on_answer: Callable[[ActiveLearner], None] | None = None,
) -> ActiveLearner:
    """Ask, answer and tell until the budget is spent or the pool is exhausted.

    Parameters
    ----------
    learner : ActiveLearner
    oracle : callable
        Takes pool rows, returns their labels.
    budget : int
        Labels the learner may hold at the end.
    on_answer : callable, optional
        Called with the learner after every tell.

    Returns
    -------
    ActiveLearner
        The same learner.
    """
    while (left := budget - learner.n_labels_) > 0:
        rows = learner.ask(min(learner.batch_size, left))
        if rows.size == 0:
            break
        learner.tell(rows, oracle(rows))
        if on_answer is not None:
            on_answer(learner)
    return learner
