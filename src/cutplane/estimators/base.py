"""What both estimators share: gates, version spaces, centers and decoded networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from cutplane._types import Array, Metadata, Rows
from cutplane.centers.registry import CENTERS
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import check_parameters, check_range, check_scale
from cutplane.estimators.choices import GROWTH, choose_cost
from cutplane.estimators.evidence import Evidence, weigh
from cutplane.estimators.kept import Kept
from cutplane.estimators.score import (
    Score,
    ScoreTarget,
    evaluate,
    labelled_rows,
    single,
    spaces_and_centers,
    stacked,
)
from cutplane.estimators.side_by_side import side_by_side
from cutplane.estimators.state import StateMixin
from cutplane.estimators.told import Told, checked_annotators, checked_weight
from cutplane.final.final_solve import FinalSolution
from cutplane.network import AnyNetwork
from cutplane.newton.center import Center
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.draw import draw_ensemble
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.mixture import Mixture, Moments
from cutplane.uncertainty.spread import variance_reduction

MODELS = ("center", "final")

T = TypeVar("T")


class CuttingPlaneEstimator(StateMixin, ABC):
    """Version spaces on one arrangement, one for each score, and their centers."""

    #: Prices that ``cost="auto"`` chooses from, the default first.
    _costs: tuple[float, ...]
    #: Seed of a center that samples; drawn with the gates.
    _seed: int = 0
    #: What the labels say of the hypotheses; centers of gravity have it.
    evidence_: Evidence
    #: Names of those who labelled, in the order they came.
    annotators_: NDArray

    @abstractmethod
    def _no_labels(self) -> VersionSpace:
        """Version space before the first label."""

    @abstractmethod
    def _hypotheses(self, space: VersionSpace) -> list[Hypothesis]:
        """What the evidence of labelled rows compares."""

    @abstractmethod
    def agreement(self, X: Rows, y: ArrayLike) -> float:
        """How well the center predicts labels that it did not see; larger is better."""

    @abstractmethod
    def _feels_scale(self) -> bool:
        """Whether the unit of the columns matters to the version space."""

    @abstractmethod
    def _checked(self, X: Rows, y: ArrayLike, *, reset: bool) -> tuple[Rows, NDArray]:
        """Rows to learn from and labels of the right kind."""

    @abstractmethod
    def _learn(self, X: Rows, y: NDArray, told: Told) -> None:
        """Cut with more rows and center."""

    def fit(
        self,
        X: Rows,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_pool: Rows | None = None,
        annotator: ArrayLike | None = None,
    ) -> Self:
        """Cut with every labelled row and center.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n_samples, n_features)
            Columns of like size, standardised for example. Whatever the type of number,
            the model is computed and answers in float64.
        y : array-like of shape (n_samples,)
            Numbers, or labels of at least two classes.
        sample_weight : array-like of shape (n_samples,), optional
            How often each label counts: 2 is told twice, 0 not at all. The center of gravity
            only.
        X_pool : array-like or CSR matrix of shape (n_pool, n_features), optional
            Rows to sample the gates on; ``X`` by default.
        annotator : array-like of shape (n_samples,), or one name, optional
            Who gave each label. With ``flip="auto"`` each has a share of wrong labels of their
            own, in ``flips_``.

        Returns
        -------
        self
        """
        X, labels = self._checked(X, y, reset=True)
        self._begin(X, X_pool)
        self._learn(X, labels, self._told(sample_weight, annotator, labels.size))
        return self

    def _told(self, sample_weight: ArrayLike | None, annotator: ArrayLike | None, n: int) -> Told:
        """What comes with n labels, checked; takes over names of annotators."""
        weight = checked_weight(sample_weight, n)
        if not CENTERS[self.center].weighs_evidence and (np.any(weight != 1) or annotator):
            raise InvalidInputError(
                f"sample_weight or annotator arrived, which center={self.center!r} has no use "
                "for; use center='gravity'"
            )
        known = self.annotators_ if self.__sklearn_is_fitted__() else None
        self.annotators_, places = checked_annotators(annotator, known, n)
        return Told(weight, places)

    def _begin(self, X: Rows, X_pool: Rows | None) -> None:
        """Check the parameters, sample the gates on the pool (by default X), forget labels."""
        check_parameters(self.get_params(deep=False), CENTERS)
        pool = X if X_pool is None else self._rows(X_pool)
        check_range(pool)
        if self._feels_scale():
            check_scale(pool)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        hidden = (self.hidden,) if np.ndim(self.hidden) == 0 else tuple(self.hidden)
        self.arrangement_: Arrangement = sample_arrangement(
            pool,
            hidden,
            np.random.default_rng(seed),
            fit_intercept=self.fit_intercept,
            units=self.units,
        )
        self._seed, self._n_at_choice = seed, 0
        self._labels, self._scores = np.empty(0), ()

    def _set_cost(self, X: Rows, labels: NDArray) -> None:
        """Set ``cost_``; with ``cost="auto"`` choose it again when labels have grown enough."""
        if CENTERS[self.center].weighs_evidence and isinstance(self.cost, str):
            self.cost_ = self._costs[0]  # flips and noise take its place
        elif not isinstance(self.cost, str):
            self.cost_ = float(self.cost)
        elif labels.size >= GROWTH * self._n_at_choice:
            rows = labelled_rows(self._scores, X)
            self.cost_ = choose_cost(self, rows, labels, self._costs, verbose=self.verbose)
            self._n_at_choice = labels.size

    def _update(self, X: Rows, labels: NDArray, targets: Sequence[ScoreTarget], told: Told) -> None:
        """Add the newest rows, set what every score has to learn, and center again."""
        self._set_cost(X, labels)
        known = self._scores[0].space if self._scores else self._no_labels()
        space = known.with_labels(X, targets[0].y[-X.shape[0] :], **told.as_options())
        if CENTERS[self.center].weighs_evidence:
            self._hold(labels, self._weighed(space, targets))
            return
        if space.cost != self.cost_:
            space = space.repriced(self.cost_)
            targets = [replace(problem, start=None) for problem in targets]
        jobs = [
            partial(self._score, p.name, space.relabelled(p.y, p.depth), p.start) for p in targets
        ]
        self._hold(labels, self._side_by_side(jobs, "centers"))

    def _weighed(self, space: VersionSpace, targets: Sequence[ScoreTarget]) -> list[Score]:
        """Scores averaged by evidence."""
        known = self.evidence_ if self._scores else None
        if known is None or known.is_old(space.n_rows):
            hypotheses, n_searched = self._hypotheses(space), space.n_rows
        else:
            hypotheses, n_searched = [known.hypotheses[i] for i in known.kept], known.n_searched
        self.evidence_, scores = weigh(
            space, targets, hypotheses, n_searched, self.center_of, self._side_by_side
        )
        return scores

    def _score(self, name: Hashable, space: VersionSpace, start: Center | None) -> Score:
        return Score(space, self.center_of(space, start), name, self._analytic)

    def _hold(self, labels: NDArray, scores: Sequence[Score]) -> None:
        """Take over the labels and what was learnt from them."""
        self._labels, self._scores = labels, tuple(scores)
        self._kept = Kept()
        spaces, centers = spaces_and_centers(scores)
        self.version_space_, self.center_ = single(spaces), single(centers)
        self.n_iter_ = max(center.n_iter for center in centers)

    def reprice(self, cost: float) -> Self:
        """Center again at another elastic price, on the same labels and warm.

        Parameters
        ----------
        cost : float
            In the units of the parameter ``cost``; becomes ``cost_``, and until more labels
            come the estimator is what :meth:`fit` with that price would have made of it.

        Returns
        -------
        self
        """
        check_is_fitted(self)
        if cost == self.cost_:
            return self
        self.cost_ = cost
        jobs = []
        for score in self._scores:
            jobs.append(partial(self._score, score.name, score.space.repriced(cost), score.center))
        self._hold(self._labels, self._side_by_side(jobs, "centers"))
        return self

    def center_of(self, space: VersionSpace, start: Center | None = None) -> Center:
        """The center of a version space as :meth:`fit` computes it, warm from ``start``."""
        kind = CENTERS[self.center]
        return kind(space, start, tol=self.tol, max_iter=self.max_iter, seed=self._seed)

    def _side_by_side(self, jobs: Sequence[Callable[[], T]], description: str) -> list[T]:
        return side_by_side(jobs, description, n_jobs=self.n_jobs, verbose=self.verbose)

    def named_spaces(self) -> list[tuple[Hashable, VersionSpace]]:
        """Version space of each score, with the class it tells from the rest.

        The name is None for a regressor.
        """
        check_is_fitted(self)
        return [(score.name, score.space) for score in self._scores]

    @property
    def network_(self) -> AnyNetwork | list[AnyNetwork]:
        """The network that predicts, every unit written out; a list for several classes.

        The decoded center, or with ``final_solve`` the decoded final solution.
        """
        check_is_fitted(self)
        model = self._solved(None)
        return single([score.written_out(model) for score in self._scores])

    @property
    def final_solutions_(self) -> list[FinalSolution]:
        """Final solve of every score on the labels held (mathematics 6); kept until more come."""
        check_is_fitted(self)
        jobs = [score.final for score in self._scores]
        return self._kept.get("final", lambda: self._side_by_side(jobs, "final solves"))

    def scores(self, X: Rows, model: str | None = None) -> Array:
        """Scores of the decoded networks.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
        model : {"center", "final"}, optional
            Which networks score: the center's, or the final solve's (default with
            ``final_solve``).

        Returns
        -------
        ndarray of shape (n,) when there is one score, else (n, n_classes)
        """
        check_is_fitted(self)
        model = self._solved(model)
        return evaluate([score.scorer(model) for score in self._scores], self._rows(X))

    def scorers(self, model: str | None = None) -> list[AnyNetwork]:
        """Networks behind :meth:`scores`, with one unit for each pattern class."""
        check_is_fitted(self)
        model = self._solved(model)
        return [score.decoded(model) for score in self._scores]

    def _solved(self, model: str | None) -> str:
        """What the scores call a model, or the default one: center, sparse or ridge."""
        model = model or ("final" if self.final_solve else "center")
        if model not in MODELS:
            raise InvalidInputError(f"model={model!r} arrived; choose one of {', '.join(MODELS)}")
        if model == "final":
            model = self.final_solve or "sparse"
        if model == "sparse":
            _ = self.final_solutions_  # of all scores, side by side
        return model

    def spread(self, X: Rows) -> Array:
        """Standard deviation of the scores over the version space (Laplace, gate kernel).

        Same shape and scale as :meth:`scores`; see
        :func:`cutplane.uncertainty.spread.Spread`, and for centers of gravity
        :class:`cutplane.uncertainty.mixture.Mixture`.
        """
        check_is_fitted(self)
        X = self._rows(X)
        if self._scores[0].members:
            return stacked([np.sqrt(own.variance) for own in self.moments(X)])
        return stacked([score.spread().deviation(X) for score in self._scores])

    def moments(self, X: Rows) -> list[Moments]:
        """Law of every score on rows X (n, n_features), over the version spaces of all hypotheses.

        InvalidInputError for centers other than that of gravity, which have none.
        """
        check_is_fitted(self)
        X = self._rows(X)
        scores = self.scores(X, "center")
        columns = scores[:, None] if scores.ndim == 1 else scores
        return [
            self._mixture(score).moments(X, own)
            for score, own in zip(self._scores, columns.T, strict=True)
        ]

    def _left_out(self) -> list[Moments]:
        """Law of every score on the labelled rows, each without its own label."""
        check_is_fitted(self)
        return [self._mixture(score).leave_one_out() for score in self._scores]

    @property
    def _scores_have_laws(self) -> bool:
        """Whether predictions come from centers of gravity."""
        return bool(self._scores[0].members) and not self.final_solve

    def _mixture(self, score: Score) -> Mixture:
        if score.mixture is None:
            raise InvalidInputError(
                f"center={self.center!r} comes without a law of the version space; use "
                "center='gravity'"
            )
        return score.mixture

    def variance_reduction(
        self, X: Rows, reference: Rows, margins: tuple[Array, Array] | None = None
    ) -> Array:
        """Expected reduction of the variance on reference rows by a label of each row; (n,).

        Summed over the scores; see :func:`cutplane.uncertainty.spread.variance_reduction`.
        """
        check_is_fitted(self)
        spreads = [score.spread() for score in self._scores]
        return variance_reduction(spreads, self._rows(X), self._rows(reference), margins)

    @property
    def _analytic(self) -> Metadata | None:
        """Options of the analytic center where :attr:`center` is another one."""
        if self.center == "analytic":
            return None
        return {"tol": self.tol, "max_iter": self.max_iter}

    def ensemble(self, n_samples: int | None = None) -> Ensemble:
        """Networks of the version space, drawn once and kept until more labels come.

        ``n_samples`` as in :func:`cutplane.uncertainty.draw.draw_ensemble`; the same
        ``random_state`` and labels give the same networks.
        """
        check_is_fitted(self)

        if n_samples is None and self._scores_have_laws:
            n_samples = 0  # their law is known

        def draw() -> Ensemble:
            rng = np.random.default_rng([self._seed, self._labels.size])
            return draw_ensemble(*spaces_and_centers(self._scores), self, n_samples, rng)

        return self._kept.get(f"ensemble {n_samples!r}", draw)

    def _validated(self, X: Rows, y: ArrayLike, **options: bool) -> tuple[Rows, NDArray]:
        """Rows to learn from, in 64-bit floats, and their labels, as scikit-learn checks them."""
        return validate_data(self, X, y, dtype=np.float64, accept_sparse="csr", **options)

    def _rows(self, X: Rows) -> Rows:
        """Rows to predict, checked against those of ``fit``."""
        return validate_data(self, X, reset=False, dtype=np.float64, accept_sparse="csr")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
