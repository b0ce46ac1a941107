"""The loop: ask; check an answer, record it, learn from it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, overload

from numpy.typing import ArrayLike, NDArray

from cutplane._types import Rows
from cutplane.active.answers import read_answers
from cutplane.active.asking import Asked, choose
from cutplane.active.beginning import begun
from cutplane.active.event_log import opening
from cutplane.active.events import Event
from cutplane.active.identity import check_estimator
from cutplane.active.neighbours import Neighbours
from cutplane.active.offering import Offering
from cutplane.active.query import Strategy
from cutplane.active.settings import Settings
from cutplane.encoding import rng_state
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.scanning.source import Source


class ActiveLearner(Offering):
    """Choose points to label, and learn from the answers.

    An answer is checked, recorded, and only then learnt; what is refused leaves no trace.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned; its gates are sampled on the pool.
    X_pool : array-like, DataFrame or CSR matrix of shape (n_pool, n_features), optional
        Rows that may be asked about. Give either a pool or a domain.
    query : str or callable, optional
        "variance_reduction" (default), "halving", "information", "expected_error", "margin"
        (default for classification with a ``domain`` or a ``query_model``), "spread",
        "coverage", "frontier", "volume_split", "disagreement", "random", or "extremes" (Algorithms
        4 and 6 of CPAL; a label that agrees with the model leads to no cut); or a function from
        a :class:`cutplane.active.question.Question` to utilities.
    batch_size : int, default=1
        Rows per question.
    random_state : int or None, default=None
        Decides ties, random questions, and the gates when the estimator has no
        ``random_state`` of its own. None: that of the journal, or one that is drawn and kept.
    domain : Source, or pair of array-like (low, high), optional
        Rows of :func:`cutplane.stored_rows`, which stay on disk: a pool as ``X_pool`` is. Or a
        box whose points are asked about (Algorithm 2 of CPAL): ``ask`` gives points, ``tell``
        takes them back. "margin" and "extremes" search it, which needs ``activation="relu"``.
    cut_agreeing : bool, optional
        Whether a label that the model had right cuts too (default), or is recorded only,
        as in the paper (default for "extremes").
    depth : float, default=0.0
        Where cuts of wrong rows pass: 0 deep, 1 neutral, more shallow; see
        :meth:`CuttingPlaneClassifier.partial_fit`.
    query_model : {"center", "final"}, optional
        Whose scores questions are chosen by: the center's, or those of the convex final
        solve. By default the estimator's own: "final" with ``final_solve``.
    candidates : Neighbours, optional
        Which rows of a very large pool are scored once there is a model; all by default.
    journal : str or Path, optional
        SQLite file of all events (:mod:`cutplane.active.journal`), or the address
        ``postgresql://...`` of a database that a team shares
        (:mod:`cutplane.active.shared_journal`). A learner that opens it again, with the same pool
        and settings, is the one that stopped.
    stream : bool, default=False
        Whether rows pass one by one: :meth:`offer` says at once which to label. ``X_pool`` are
        then first rows that the gates are sampled on, by default the first 100 that pass; ``tell``
        takes rows, and ``query`` is "margin" (of probabilities), "spread" or "random".
    budget : float, optional
        Share of the rows of a stream that may be bought, 0.1 by default.
    max_labels : int, optional
        Of a stream: where labels become more, the oldest quarter is forgotten; by default none.

    Attributes
    ----------
    estimator_ : estimator
        Fitted once two classes (regression: one label) are known; see ``is_fitted``.
    X_pool : ndarray, CSR matrix or Source
        The pool; in a box, the points told so far.
    n_labels_, n_cuts_, n_asked_ : int
        Labels held, those that became cuts, and answers paid for.
    n_offered_ : int
        Rows that the next question is chosen from.
    skipped_ : ndarray
        Rows, or points, that nobody can answer.
    labels_rows_, labels_ : ndarray of shape (n_labels,)
        Rows of ``X_pool`` in the order told, and their labels.
    labels_annotators_ : ndarray of str of shape (n_labels,)
        Who gave each label; "" where nobody was named.
    cut_rows_, events_ : list of int, tuple of Event
        Rows of ``X_pool`` that became cuts, in order, and everything that happened.
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
        query: str | Strategy | None = None,
        batch_size: int = 1,
        random_state: int | None = None,
        domain: tuple[ArrayLike, ArrayLike] | Source | None = None,
        cut_agreeing: bool | None = None,
        depth: float = 0.0,
        query_model: str | None = None,
        candidates: Neighbours | None = None,
        journal: str | Path | None = None,
        stream: bool = False,
        budget: float | None = None,
        max_labels: int | None = None,
    ):
        check_estimator(estimator)
        settings = Settings.checked(
            is_regression=isinstance(estimator, CuttingPlaneRegressor),
            is_box=domain is not None and not isinstance(domain, Source),
            query=query,
            batch_size=batch_size,
            cut_agreeing=cut_agreeing,
            depth=depth,
            query_model=query_model,
            candidates=candidates,
            stream=stream,
            budget=budget,
            max_labels=max_labels,
        )
        with opening(journal) as opened:
            self._start(*begun(estimator, settings, X_pool, domain, random_state, opened))
            self._follow(opened)

    @overload
    def ask(
        self,
        n: int | None = None,
        candidates: ArrayLike | None = None,
        return_utilities: Literal[False] = False,
    ) -> NDArray: ...

    @overload
    def ask(
        self,
        n: int | None = None,
        candidates: ArrayLike | None = None,
        *,
        return_utilities: Literal[True],
    ) -> Asked: ...

    def ask(
        self,
        n: int | None = None,
        candidates: ArrayLike | None = None,
        return_utilities: bool = False,
    ) -> NDArray | Asked:
        """What to label next.

        Parameters
        ----------
        n : int, optional
            How many; ``batch_size`` by default.
        candidates : array-like of int, optional
            Rows to choose from, those told or skipped left out; with a domain, points to choose
            from in the place of a search.
        return_utilities : bool, default=False
            Whether the utilities come too: what the query expected of each when it was chosen,
            larger is better, and 0 before there is a model.

        Returns
        -------
        ndarray of int of shape (n,)
            Pool rows that were neither told nor skipped; fewer, or none, where fewer are open
            (see ``nothing_left``). Asking again without telling may give the same rows. With a
            domain, points of shape (n, n_features) instead.
        utilities : ndarray of shape (n,)
            With ``return_utilities``.
        """
        n = self.settings.n_asked(n)
        with self._turn:
            self._catch_up()
            ledger, rng = self._ledger, self._ledger.rng()
            if candidates is not None:
                candidates = ledger.checked(candidates)
            asked = choose(ledger, n, rng, candidates)
            if len(asked.questions):
                details = {"rng": rng_state(rng)}
                self._happened(Event("asked", asked.questions.tolist(), details=details))
        return asked if return_utilities else asked.questions

    def tell(self, rows: ArrayLike, labels: ArrayLike, annotator: ArrayLike | None = None) -> None:
        """Check labels, record them, and take over what the model learnt of them.

        Parameters
        ----------
        rows : array-like of int of shape (n,)
            Pool rows, usually what :meth:`ask` gave; skipped ones too. With a domain, points of
            shape (n, n_features).
        labels : array-like of shape (n,)
            Truth values, whole numbers or text (classification), or numbers (regression).
        annotator : array-like of shape (n,), or one name, optional
            Who gave each label, kept as text. A classifier's ``center="gravity"`` finds a share
            of wrong labels for each; those of nobody have one as well.

        Raises
        ------
        InvalidInputError
            A row is outside the pool or was told before, the lengths differ, or the labels cannot
            be learnt. Whatever is raised here and below, nothing is recorded or learnt.
        EmptyVersionSpaceError
            The labels contradict each other under ``cost=inf``.
        JournalError
            The journal cannot be written.
        """
        questions, read, names = read_answers(self._ledger, rows, labels, annotator)
        if read:
            told = Event("labelled", questions.tolist(), read, names)
            self._happened(told, *self._outlived(questions))
