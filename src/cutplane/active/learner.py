"""The loop: ask for labels, record them durably, center again."""

from __future__ import annotations

import time
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_array

from cutplane._types import Array, Index, Rows
from cutplane.active.journal import Journal
from cutplane.active.query import Question, default_query, strategy
from cutplane.active.selection import diverse, select
from cutplane.active.state import load_learner, save_learner
from cutplane.active.synthesis import SYNTHESIZED, Box, synthesize
from cutplane.certificate.certify import Certificate, certify
from cutplane.certificate.volume import Effort
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.base import MODELS, CuttingPlaneEstimator
from cutplane.estimators.checks import check_depth
from cutplane.space.rows import rows_that_cut

#: Points of a box that the gates are sampled on.
_BOX_POINTS = 1024


class ActiveLearner:
    """Choose points to label, and learn from the answers.

    Every label told counts, whether or not it led to a cut.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned; its gates are sampled on the pool.
    X_pool : array-like or CSR matrix of shape (n_pool, n_features), optional
        Rows that may be asked about. Give either a pool or a domain.
    query : str, optional
        Query strategy: "variance_reduction" (default), "margin" (default for classification
        with a ``domain`` or a ``query_model``), "spread", "coverage", "frontier",
        "volume_split", "disagreement", "random", or "extremes" (Algorithms 4 and 6 of CPAL; a
        label that agrees with the model leads to no cut). See :mod:`cutplane.active.query`.
    batch_size : int, default=1
        Rows per question.
    random_state : int or None, default=None
        Decides ties, random questions, and the gates when the estimator has no
        ``random_state`` of its own.
    domain : pair of array-like (low, high), optional
        Box whose points are asked about instead of pool rows (Algorithm 2 of CPAL):
        ``ask`` gives points (n, n_features), ``tell`` takes them back.
    cut_agreeing : bool, optional
        Whether a label that the model had right cuts too (default), or is recorded only,
        as in the paper (default for "extremes").
    depth : float, default=0.0
        Where cuts of wrong rows pass: 0 deep, 1 neutral, more shallow; see
        :meth:`CuttingPlaneClassifier.partial_fit`.
    query_model : {"center", "final"}, optional
        Whose scores questions are chosen by: the center's, or those of the convex final
        solve on the labels held. By default the estimator's own: "final" with
        ``final_solve``.
    journal : str or Path, optional
        CSV file to which labels are flushed before the model hears of them. Labels that it
        already holds are replayed, so a run goes on where a crash stopped it.

    Attributes
    ----------
    estimator_ : estimator
        Fitted once two classes (regression: one label) are known; see ``is_fitted``.
    X_pool : ndarray or CSR matrix
        The pool; with a domain, the points told so far.
    n_labels_ : int
        Labels told.
    n_cuts_ : int
        Labels that became cuts.
    labels_rows_, labels_ : ndarray of shape (n_labels,)
        Rows of ``X_pool`` in the order told, and their labels.
    cut_rows_ : list of int
        Rows of ``X_pool`` that became cuts, in order.
    history_ : list of dict
        One entry per ``tell``: rows, n_labels, n_cuts, n_iter, seconds.

    Examples
    --------
    >>> import numpy as np
    >>> from cutplane import ActiveLearner, CuttingPlaneClassifier
    >>> X = np.linspace(-1, 1, 21)[:, None]
    >>> learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
    >>> while learner.n_labels_ < 8:
    ...     rows = learner.ask()
    ...     learner.tell(rows, X[rows, 0] > 0.25)
    >>> float(learner.estimator_.score(X, X[:, 0] > 0.25))
    1.0
    """

    def __init__(
        self,
        estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
        X_pool: Rows = None,
        *,
        query: str | None = None,
        batch_size: int = 1,
        random_state: int | None = None,
        domain: tuple[ArrayLike, ArrayLike] | None = None,
        cut_agreeing: bool | None = None,
        depth: float = 0.0,
        query_model: str | None = None,
        journal: str | Path | None = None,
    ):
        if (X_pool is None) == (domain is None):
            raise InvalidInputError("give either a pool X_pool or a domain (low, high), not both")
        if not isinstance(estimator, CuttingPlaneEstimator):
            raise InvalidInputError(
                f"{estimator!r} arrived; give a CuttingPlaneClassifier or a CuttingPlaneRegressor"
            )
        self._is_regression = isinstance(estimator, CuttingPlaneRegressor)
        if self._is_regression and depth != 0:
            raise InvalidInputError(
                f"depth={depth!r} arrived for a regressor; its slabs are centred at the target, so "
                "leave depth at 0"
            )
        self.query = query or default_query(
            is_regression=self._is_regression,
            by_scores=domain is not None or query_model is not None,
        )
        self._strategy = strategy(self.query)
        if self._is_regression and self.query == "margin":
            raise InvalidInputError(
                "query='margin' arrived for a regressor, whose predictions have no decision to be "
                "close to; choose variance_reduction, spread or extremes"
            )
        self.batch_size = batch_size
        self.cut_agreeing = self.query != "extremes" if cut_agreeing is None else cut_agreeing
        check_depth(depth)
        self.depth = depth
        if query_model not in (None, *MODELS):
            raise InvalidInputError(
                f"query_model={query_model!r} arrived; choose one of {', '.join(MODELS)}"
            )
        self.query_model = query_model
        self._rng = np.random.default_rng(random_state)
        self.estimator_ = clone(estimator)
        if estimator.random_state is None and random_state is not None:
            self.estimator_.set_params(random_state=random_state)
        if domain is None:
            self._box = None
            self.X_pool = check_array(X_pool, accept_sparse="csr", dtype=np.float64)
            self._gate_rows = self.X_pool
        else:
            self._box = Box(*domain)
            self.X_pool = np.empty((0, self._box.low.size))
            self._gate_rows = self._box.points(_BOX_POINTS, np.random.default_rng(random_state))
        self._told = np.zeros(self.X_pool.shape[0], dtype=bool)
        self.labels_rows_: Index = np.empty(0, dtype=np.intp)
        self.labels_: NDArray = np.empty(0)
        self.cut_rows_: list[int] = []
        self.history_: list[dict[str, Any]] = []
        self._journal: Journal | None = None
        if journal is not None:
            self._replay(Journal(journal))

    @property
    def n_labels_(self) -> int:
        """Labels told so far, whether or not they cut."""
        return int(self.labels_rows_.size)

    @property
    def n_cuts_(self) -> int:
        """Labels that became cuts."""
        return len(self.cut_rows_)

    @property
    def probe_rows(self) -> Rows:
        """Rows that stand for what may be asked: the pool, or points of the box."""
        return self._gate_rows

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return self._is_regression

    @property
    def is_fitted(self) -> bool:
        """Whether the labels so far make a model."""
        return bool(self.estimator_.__sklearn_is_fitted__())

    def save(self, path: str | Path, *, with_pool: bool = True) -> None:
        """Write the learner as .npz, without pickle; see :mod:`cutplane.estimators.state`."""
        save_learner(self, path, with_pool=with_pool)

    @classmethod
    def load(cls, path: str | Path, X_pool: Rows = None, journal: str | Path | None = None) -> Self:
        """Read a learner that :meth:`save` wrote; the run goes on as if uninterrupted.

        ``X_pool`` is needed where the file was written without it. Labels go to the journal
        they went to before, or to the one given; what it holds beyond the file is told.
        """
        return load_learner(path, cls, X_pool, journal)

    def certificate(
        self,
        *,
        seed: int = 0,
        n_chains: int = 32,
        n_draws: int = 60,
        max_cuts: int | None = None,
        max_seconds: float | None = None,
    ) -> Certificate | list[Certificate]:
        """What every cut left of the version space, beside the bound of Theorem 6.3.

        Parameters
        ----------
        seed : int, default=0
        n_chains : int, default=32
            Independent chains; their spread gives the intervals.
        n_draws : int, default=60
            Sweeps of each that measure a volume; four times as many halve the intervals.
        max_cuts : int, optional
            Only the first so many cuts; all by default.
        max_seconds : float, optional
            No further cut is begun after this time; see ``notes`` of the certificate.

        Returns
        -------
        Certificate
            A list in the order of ``classes_`` when there are more than two classes.

        Raises
        ------
        InvalidInputError
            There is no cut yet.
        """
        effort = Effort(n_chains=n_chains, n_draws=n_draws)
        certificates = certify(
            self, seed=seed, effort=effort, max_cuts=max_cuts, max_seconds=max_seconds
        )
        return certificates[0] if len(certificates) == 1 else certificates

    def ask(self, n: int | None = None) -> NDArray:
        """What to label next.

        Parameters
        ----------
        n : int, optional
            How many; ``batch_size`` by default.

        Returns
        -------
        ndarray of int of shape (n,)
            Pool rows that were never told; empty when the pool is exhausted. Asking again
            without telling may give the same rows. With a domain, points of shape
            (n, n_features) instead.
        """
        n = self.batch_size if n is None else n
        if not isinstance(n, Integral) or n < 1:
            raise InvalidInputError(
                f"n={n!r} rows were asked for; ask for a whole number, at least one"
            )
        if self._box is not None:
            return self._points(self._box, n)
        offered = np.flatnonzero(~self._told)
        if offered.size == 0:
            return offered
        labelled = self.X_pool[self.labels_rows_]
        if not self.is_fitted:
            return offered[diverse(self.X_pool[offered], labelled, n, self._rng)]
        question = self._question(self.X_pool[offered], labelled)
        spread_out = self.query != "extremes"
        utilities = self._strategy(question)
        return offered[select(utilities, question.X, n, self._rng, spread_out=spread_out)]

    def tell(self, rows: Any, labels: ArrayLike) -> None:
        """Record labels, then update the model.

        Parameters
        ----------
        rows : array-like of int of shape (n,)
            Pool rows, usually what :meth:`ask` gave. With a domain, points of shape
            (n, n_features).
        labels : array-like of shape (n,)

        Raises
        ------
        InvalidInputError
            A row is outside the pool or was told before, or the lengths differ.
        EmptyVersionSpaceError
            The labels contradict each other under ``cost=inf``; they stay recorded.
        """
        labels = self._checked_labels(labels)
        if labels.size == 0:
            return
        if self._box is None:
            rows = self._checked_rows(rows, labels)
            keys = [str(row) for row in rows]
        else:
            points = self._checked_points(rows, labels)
            keys = [" ".join(map(repr, point.tolist())) for point in points]
        if self._journal is not None:
            self._journal.append(keys, labels.tolist())
        if self._box is not None:
            rows = np.arange(points.shape[0]) + self.X_pool.shape[0]
            self.X_pool = np.vstack([self.X_pool, points])
            self._told = np.ones(self.X_pool.shape[0], dtype=bool)
        self._hear(np.asarray(rows, dtype=np.intp), labels)

    def _hear(self, rows: Index, labels: NDArray) -> None:
        """Count labels of known rows, and update the model."""
        self._told[rows] = True
        self.labels_ = np.concatenate([self.labels_, labels]) if self.n_labels_ else labels
        self.labels_rows_ = np.concatenate([self.labels_rows_, rows])
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

    def _learn(self, rows: Index, labels: NDArray) -> None:
        """Turn labels into cuts; the first model is fitted to all labels held."""
        if rows.size == 0:
            return
        if not self.is_fitted:
            held = self._can_cut(self.labels_rows_)
            first, told = self.labels_rows_[held], self.labels_[held]
            if np.unique(told).size > (0 if self._is_regression else 1):
                self.estimator_.fit(self.X_pool[first], told, X_pool=self._gate_rows)
                self.cut_rows_ = first.tolist()
            return
        cutting = self._can_cut(rows)
        if not self.cut_agreeing:
            cutting &= self._disagrees(rows, labels)
        if cutting.any():
            options = {} if self._is_regression else {"depth": self.depth}
            self.estimator_.partial_fit(self.X_pool[rows[cutting]], labels[cutting], **options)
            self.cut_rows_ += rows[cutting].tolist()

    def _can_cut(self, rows: Index) -> NDArray[np.bool_]:
        """Rows that are not all zero, constant included: every network predicts 0 there."""
        if self.estimator_.fit_intercept:
            return np.ones(rows.size, dtype=bool)
        return rows_that_cut(self.X_pool[rows])

    def _disagrees(self, rows: Index, labels: NDArray) -> NDArray[np.bool_]:
        """Labels that the model gets wrong (regression: by more than epsilon)."""
        model = self.estimator_
        predicted = model.predict(self.X_pool[rows])
        if isinstance(model, CuttingPlaneRegressor):
            return np.abs(predicted - labels) > model.epsilon * model.y_scale_
        return predicted != labels

    def _question(self, X: Rows, labelled: Rows) -> Question:
        return Question(X, labelled, self.estimator_, self._rng, self.query_model)

    def _points(self, box: Box, n: int) -> Array:
        """Points of the box to ask about; (n, n_features)."""
        if not self.is_fitted:
            fresh = box.points(max(64, 8 * n), self._rng)
            return fresh[diverse(fresh, self.X_pool, n, self._rng)]
        if self.query not in SYNTHESIZED:
            fresh = box.points(_BOX_POINTS, self._rng)
            question = self._question(fresh, self.X_pool)
            return fresh[select(self._strategy(question), fresh, n, self._rng)]
        known, networks = self.X_pool, self.estimator_.scorers(self.query_model)
        for _ in range(n):
            point = synthesize(self.query, networks, box, known, self._rng)
            known = np.vstack([known, point])
        return known[-n:]

    def _checked_labels(self, labels: Any) -> NDArray:
        labels = np.atleast_1d(np.asarray(labels))
        if labels.dtype.kind == "O" and all(isinstance(label, str) for label in labels.ravel()):
            labels = labels.astype(str)  # a text column of pandas
        if labels.dtype.kind == "f" and not np.isfinite(labels).all():
            raise InvalidInputError("a label is NaN or infinite; leave unanswered rows out")
        wanted = "iuf" if self._is_regression else "biufU"
        if labels.dtype.kind not in wanted:
            raise InvalidInputError(
                f"labels {labels.tolist()} arrived; expected "
                f"{'numbers' if self._is_regression else 'numbers or text, one kind for all'}"
            )
        if (
            self.n_labels_
            and labels.size
            and (labels.dtype.kind == "U") != (self.labels_.dtype.kind == "U")
        ):
            raise InvalidInputError(
                f"labels {labels.tolist()} arrived after {self.labels_[:3].tolist()}; give labels "
                "of one kind, text or numbers"
            )
        return labels

    def _checked_rows(self, rows: Any, labels: NDArray) -> Index:
        rows = np.atleast_1d(np.asarray(rows))
        if rows.shape != labels.shape or rows.ndim != 1:
            raise InvalidInputError(
                f"{rows.size} rows and {labels.size} labels arrived; tell one label for each row"
            )
        n_pool = self.X_pool.shape[0]
        if rows.size and (rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_pool):
            raise InvalidInputError(
                f"rows {rows.tolist()} arrived; expected whole numbers from 0 to {n_pool - 1}"
            )
        rows = rows.astype(np.intp)
        if np.unique(rows).size < rows.size or self._told[rows].any():
            again = rows[self._told[rows]].tolist() or rows.tolist()
            raise InvalidInputError(f"rows {again} were told before; every row is told once")
        return rows

    def _checked_points(self, points: Any, labels: NDArray) -> Array:
        points = check_array(points, dtype=np.float64)
        if points.shape != (labels.size, self.X_pool.shape[1]):
            raise InvalidInputError(
                f"points of shape {points.shape} and {labels.size} labels arrived; expected "
                f"(n, {self.X_pool.shape[1]}) and n labels"
            )
        return points

    def _replay(self, journal: Journal) -> None:
        """Hear the labels that an earlier run recorded, then record to the same file."""
        keys, labels = journal.entries()
        one_by_one = self.depth != 0 or not self.cut_agreeing  # cuts depend on the order
        step = 1 if one_by_one else max(1, len(keys))
        try:
            told = [
                int(key) if self._box is None else [float(x) for x in key.split()] for key in keys
            ]
        except ValueError as error:
            raise InvalidInputError(
                f"{journal.path} holds labels of other questions ({error}); give another path"
            ) from error
        for begin in range(0, len(keys), step):
            self.tell(np.array(told[begin : begin + step]), labels[begin : begin + step])
        self._journal = journal
