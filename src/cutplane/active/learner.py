"""The loop: ask for labels, record them durably, center again."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from cutplane._types import Index, Metadata, Rows
from cutplane.active.batch import best_together
from cutplane.active.domain import domain_of
from cutplane.active.journal import Journal
from cutplane.active.labels import can_cut, checked_labels, checked_names, disagrees
from cutplane.active.question import Question
from cutplane.active.record import run_record
from cutplane.active.selection import diverse, select
from cutplane.active.settings import Settings
from cutplane.active.state import LearnerState
from cutplane.active.volume import Volume
from cutplane.certificate.certify import Certificate, certify
from cutplane.certificate.record import RunRecord
from cutplane.certificate.volume import Effort
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.base import CuttingPlaneEstimator


class ActiveLearner(LearnerState):
    """Choose points to label, and learn from the answers.

    Every label told counts, whether or not it led to a cut.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned; its gates are sampled on the pool.
    X_pool : array-like or CSR matrix of shape (n_pool, n_features), optional
        Rows that may be asked about. Give either a pool or a domain.
    query : str, optional
        Query strategy: "variance_reduction" (default), "halving", "information",
        "expected_error", "margin" (default for classification with a ``domain`` or a
        ``query_model``), "spread", "coverage", "frontier", "volume_split", "disagreement",
        "random", or "extremes" (Algorithms 4 and 6 of CPAL; a label that agrees with the model
        leads to no cut). See :mod:`cutplane.active.query` and :mod:`cutplane.uncertainty.gain`.
    batch_size : int, default=1
        Rows per question.
    random_state : int or None, default=None
        Decides ties, random questions, and the gates when the estimator has no
        ``random_state`` of its own.
    domain : pair of array-like (low, high), optional
        Box whose points are asked about instead of pool rows (Algorithm 2 of CPAL):
        ``ask`` gives points (n, n_features), ``tell`` takes them back. "margin" and "extremes"
        search it, which needs an estimator with ``activation="relu"``.
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
    labels_annotators_ : ndarray of str of shape (n_labels,)
        Who gave each label; "" where nobody was named.
    cut_rows_ : list of int
        Rows of ``X_pool`` that became cuts, in order.
    history_ : list of dict
        One entry per ``tell``: rows, n_labels, n_cuts, n_iter, seconds, and of centers of
        gravity the log_volume left and the ratio that the new cuts left of it, else None; see
        :meth:`cutplane.active.volume.Volume.since`.

    Examples
    --------
    >>> import numpy as np
    >>> from cutplane import ActiveLearner, CuttingPlaneClassifier
    >>> X = np.linspace(-1, 1, 21)[:, None]
    >>> learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
    >>> while learner.n_labels_ < 10:
    ...     rows = learner.ask()
    ...     learner.tell(rows, X[rows, 0] > 0.25)
    >>> float(learner.estimator_.score(X, X[:, 0] > 0.25))
    1.0
    """

    def __init__(
        self,
        estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
        X_pool: Rows | None = None,
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
        if not isinstance(estimator, CuttingPlaneEstimator):
            raise InvalidInputError(
                f"{estimator!r} arrived; give a CuttingPlaneClassifier or a CuttingPlaneRegressor"
            )
        self.estimator_ = clone(estimator)
        if estimator.random_state is None and random_state is not None:
            self.estimator_.set_params(random_state=random_state)
        self.domain = domain_of(X_pool, domain, random_state)
        self.settings = Settings.checked(
            is_regression=self.is_regression,
            is_box=domain is not None,
            query=query,
            batch_size=batch_size,
            cut_agreeing=cut_agreeing,
            depth=depth,
            query_model=query_model,
        )
        self._rng = np.random.default_rng(random_state)
        self.labels_rows_: Index = np.empty(0, dtype=np.intp)
        self.labels_: NDArray = np.empty(0)
        self.labels_annotators_: NDArray = np.empty(0, dtype=str)
        self.cut_rows_: list[int] = []
        self.history_: list[Metadata] = []
        self._journal: Journal | None = None
        if journal is not None:
            self._follow(Journal(journal))

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
        n = self.settings.n_asked(n)
        settings, rng = self.settings, self._rng
        if self.is_fitted and settings.query in self.domain.searched:
            networks = self.estimator_.scorers(settings.query_model)
            return self.domain.search(settings.query, networks, n, rng)
        pool, places, questions = self.domain.offer(n, rng, is_first=not self.is_fitted)
        if len(questions) == 0:
            return questions
        labelled = self.domain.told(self.labels_rows_)
        if not self.is_fitted:
            return questions[diverse(pool.take(places), labelled, n, rng)]
        question = Question(pool, places, labelled, self.estimator_, rng, settings.query_model, n)
        if settings.gain is not None:
            return questions[best_together(question, settings.gain)]
        utilities = settings.strategy(question)
        spread_out = settings.spreads_batch
        return questions[select(utilities, question.rows_at, n, rng, spread_out=spread_out)]

    def tell(self, rows: ArrayLike, labels: ArrayLike, annotator: ArrayLike | None = None) -> None:
        """Record labels, then update the model.

        Parameters
        ----------
        rows : array-like of int of shape (n,)
            Pool rows, usually what :meth:`ask` gave. With a domain, points of shape
            (n, n_features).
        labels : array-like of shape (n,)
        annotator : array-like of shape (n,), or one name, optional
            Who gave each label, kept as text. A classifier's ``center="gravity"`` finds a share
            of wrong labels for each; those of nobody have one as well.

        Raises
        ------
        InvalidInputError
            A row is outside the pool or was told before, or the lengths differ; nothing is
            recorded.
        EmptyVersionSpaceError
            The labels contradict each other under ``cost=inf``; they stay recorded.
        """
        labels = checked_labels(labels, self.labels_, is_regression=self.is_regression)
        if labels.size == 0:
            return
        questions = self.domain.check(rows, labels.size)
        names = checked_names(annotator, labels.size, self.estimator_)
        if self._journal is not None:
            self._journal.append(self.domain.keys(questions), labels.tolist(), names.tolist())
        new = self.domain.add(questions)
        self.labels_ = np.concatenate([self.labels_, labels]) if self.n_labels_ else labels
        self.labels_annotators_ = np.concatenate([self.labels_annotators_, names])
        self.labels_rows_ = np.concatenate([self.labels_rows_, new])
        begin, before = time.perf_counter(), Volume.of(self.estimator_)
        self._learn(new, labels, names)
        self.history_.append(
            {
                "rows": new.tolist(),
                "n_labels": self.n_labels_,
                "n_cuts": self.n_cuts_,
                "n_iter": self.estimator_.n_iter_ if self.is_fitted else 0,
                "seconds": time.perf_counter() - begin,
                **Volume.of(self.estimator_).since(before),
            }
        )

    def _learn(self, rows: Index, labels: NDArray, names: NDArray) -> None:
        """Turn labels into cuts; the first model is fitted to all labels held."""
        model, told_rows = self.estimator_, self.domain.told
        if not self.is_fitted:
            rows, labels, names = self.labels_rows_, self.labels_, self.labels_annotators_
        cutting = can_cut(told_rows(rows), fit_intercept=model.fit_intercept)
        if self.is_fitted and not self.settings.cut_agreeing:
            cutting &= disagrees(model, told_rows(rows), labels)
        rows, labels = rows[cutting], labels[cutting]
        told: Metadata = {"annotator": names[cutting]} if self.labels_annotators_.any() else {}
        if self.is_fitted and rows.size:
            options = {} if self.is_regression else {"depth": self.settings.depth}
            model.partial_fit(told_rows(rows), labels, **told, **options)
            self.cut_rows_ += rows.tolist()
        elif np.unique(labels).size > (0 if self.is_regression else 1):
            model.fit(told_rows(rows), labels, X_pool=self.domain.probe, **told)
            self.cut_rows_ = rows.tolist()

    def record(self) -> RunRecord:
        """What happened so far, as :func:`cutplane.certificate.certify.certify` reads it.

        Raises
        ------
        InvalidInputError
            There is no cut yet.
        """
        return run_record(self)

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
        n_chains : int, default=32
            Independent chains; their spread gives the intervals.
        n_draws : int, default=60
            Sweeps of each that measure a volume; four times as many halve the intervals.
        seed, max_cuts, max_seconds
            As for :func:`cutplane.certificate.certify.certify`, errors too.

        Returns
        -------
        Certificate
            A list in the order of ``classes_`` when there are more than two classes.
        """
        effort = Effort(n_chains=n_chains, n_draws=n_draws)
        certificates = certify(
            self.record(), seed=seed, effort=effort, max_cuts=max_cuts, max_seconds=max_seconds
        )
        return certificates[0] if len(certificates) == 1 else certificates
