"""What both estimators share: gates, version spaces, centers and decoded networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags, check_random_state

from cutplane._types import Rows
from cutplane.centers.registry import CENTERS
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators.all_or_nothing import all_or_nothing
from cutplane.estimators.annotators import annotator_flips
from cutplane.estimators.arrivals import Arrivals
from cutplane.estimators.checks import check_scale
from cutplane.estimators.choices import GROWTH, choose_cost
from cutplane.estimators.defaults import units_of_network
from cutplane.estimators.evidence import of_annotators, weigh
from cutplane.estimators.scale import warn_of_scale
from cutplane.estimators.score import (
    CenterWork,
    Score,
    ScoreTarget,
    labelled_rows,
    spaces_and_centers,
)
from cutplane.estimators.told import (
    Told,
)
from cutplane.newton.center import Center
from cutplane.newton.sweeps import MaybeCenter
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.placed import all_at
from cutplane.space.version_space import VersionSpace


class CuttingPlaneEstimator(Arrivals, ABC):
    """Version spaces on one arrangement, one for each score, and their centers."""

    #: Prices that ``cost="auto"`` chooses from, the default first.
    _costs: tuple[float, ...]
    #: Units that "auto" gives gated networks.
    _gated_units = "mixed"
    #: Whether columns of different units are worth a sentence; once is enough.
    _says_scale = True

    @abstractmethod
    def _no_labels(self) -> VersionSpace:
        """Version space before the first label."""

    @abstractmethod
    def _hypotheses(self, space: VersionSpace, n_scores: int) -> list[Hypothesis]:
        """What the evidence of labelled rows compares, for all scores."""

    @abstractmethod
    def agreement(self, X: Rows, y: ArrayLike) -> float:
        """How well the center predicts labels that it did not see; larger is better."""

    @abstractmethod
    def _feels_scale(self) -> bool:
        """Whether the unit of the columns matters to the version space."""

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
            the model is computed and answers in float64. With scikit-learn's
            ``array_api_dispatch`` also PyTorch's or CuPy's array, on whose device centers are
            computed and answers returned.
        y : array-like of shape (n_samples,)
            Numbers, or labels of at least two classes.
        sample_weight : array-like of shape (n_samples,), optional
            How often each label counts: 2 is told twice, 0 not at all. For centers other than
            gravity it multiplies the price, and hard cuts do not feel it.
        X_pool : array-like or CSR matrix of shape (n_pool, n_features), optional
            Rows to sample the gates on; ``X`` by default.
        annotator : array-like of shape (n_samples,), or one name, optional
            Who gave each label. With ``flip="auto"`` each has a share of wrong labels of their
            own, in ``flips_``.

        Returns
        -------
        self
        """
        with all_or_nothing(self):
            self._forget()
            X, labels, told = self._arrived(X, y, sample_weight, annotator, reset=True)
            self._begin(X, X_pool)
            self._learn(X, labels, told)
        return self

    def _begin(self, X: Rows, X_pool: Rows | None) -> None:
        """Check the parameters, sample the gates on the pool (by default X), forget labels."""
        pool = self._checked_pool(X, X_pool)
        if self._feels_scale():
            check_scale(pool)
        if self._says_scale:
            warn_of_scale(pool)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        hidden = (self.hidden,) if np.ndim(self.hidden) == 0 else tuple(self.hidden)
        self.arrangement_: Arrangement = sample_arrangement(
            pool,
            hidden,
            np.random.default_rng(seed),
            fit_intercept=self.fit_intercept,
            units=units_of_network(
                self.units, self.activation, self._gated_units, fit_intercept=self.fit_intercept
            ),
        )
        self._seed, self._n_at_choice, self.cost_ = seed, 0, self._costs[0]
        self._labels, self._weight, self._scores = np.empty(0), np.empty(0), ()

    def _set_cost(self, X: Rows, labels: NDArray) -> None:
        """Set ``cost_``; with ``cost="auto"`` choose it again when labels have grown enough."""
        if self.cost is None or (isinstance(self.cost, str) and self._weighs_evidence):
            self.cost_ = self._costs[0]
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
        weight = np.concatenate([self._weight, told.weight])
        space = known.with_labels(X, targets[0].y[-X.shape[0] :], **told.as_options())
        space = space.relabelled(space.y, space.depth, weight)  # without those of classes
        if self._weighs_evidence:
            self._hold(labels, weight, self._weighed(space, targets))
            return
        if space.cost != self.cost_:
            space = space.repriced(self.cost_)
            targets = [replace(problem, start=None) for problem in targets]
        spaces = [space.relabelled(*target.said) for target in targets]
        names, starts = [t.name for t in targets], [t.start for t in targets]
        self._hold(labels, weight, self._centered(names, spaces, starts))

    def _weighed(self, space: VersionSpace, targets: Sequence[ScoreTarget]) -> list[Score]:
        """Scores averaged by evidence."""
        has_new_class = len(self._scores) != len(targets)
        known = None if has_new_class else getattr(self, "evidence_", None)
        how = self._centers_of, self.tol
        if known is not None and not known.is_old(space.n_rows):
            hypotheses = [known.hypotheses[i] for i in known.kept]
            with suppress(EmptyVersionSpaceError):  # what was left out may allow these labels
                evidence, scores = weigh(space, targets, hypotheses, known.n_searched, *how)
                if evidence.kept:
                    self.evidence_ = evidence
                    return scores
        hypotheses = self._hypotheses(space, len(targets))
        self.evidence_, scores = weigh(space, targets, hypotheses, space.n_rows, *how)
        for _ in range(self._annotator_rounds if scores[0].members else 0):
            hypotheses = of_annotators(hypotheses, annotator_flips(scores, self.annotators_.size))
            targets = [replace(t, members=s.members) for t, s in zip(targets, scores, strict=True)]
            self.evidence_, scores = weigh(space, targets, hypotheses, space.n_rows, *how)
        return scores

    @property
    def _weighs_evidence(self) -> bool:
        """Whether centers come with a law, by which hypotheses are averaged."""
        return CENTERS[self.center_name].weighs_evidence

    @property
    def _has_law(self) -> bool:
        """Whether predictions will come from centers with a law."""
        return self._weighs_evidence and not self.final_solve

    @property
    def _annotator_rounds(self) -> int:
        """How often the flips of several annotators are told apart, from the flips so far."""
        return 0

    def _centered(
        self,
        names: Sequence[Hashable],
        spaces: Sequence[VersionSpace],
        starts: Sequence[Center | None],
    ) -> list[Score]:
        """Scores around the centers of their version spaces, side by side."""
        work = CenterWork(self._center, all_at(spaces, self._place), starts)
        centers = self._side_by_side(CenterWork.of, work, len(spaces), "centers")
        made = zip(spaces, centers, names, strict=True)
        return [Score(space, center, name, self._analytic) for space, center, name in made]

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
        self._check_learnt()
        if cost == self.cost_:
            return self
        self.cost_ = cost
        spaces, centers = spaces_and_centers(self._scores)
        names = [score.name for score in self._scores]
        scores = self._centered(names, [space.repriced(cost) for space in spaces], centers)
        self._hold(self._labels, self._weight, scores)
        return self

    def center_of(self, space: VersionSpace, start: Center | None = None) -> Center:
        """The center of a version space as :meth:`fit` computes it, warm from ``start``."""
        return self._center(space, start)

    @property
    def _center(self) -> Callable[[VersionSpace, Center | None], Center]:
        kind = CENTERS[self.center_name]
        return partial(kind, tol=self.tol, max_iter=self.max_iter, seed=self._seed)

    def _centers_of(
        self, spaces: Sequence[VersionSpace], starts: Sequence[Center | None], tol: float
    ) -> list[MaybeCenter]:
        """Centers that come with a law, of all scores and hypotheses at once."""
        kind = CENTERS[self.center_name]
        return kind.side_by_side(
            all_at(spaces, self._place), starts, tol=tol, max_iter=self.max_iter
        )

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
