"""Query strategies of cutplane with the contract of scikit-activeml."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from skactiveml.base import SingleAnnotatorPoolQueryStrategy
from skactiveml.utils import (
    MISSING_LABEL,
    check_equal_missing_label,
    check_scalar,
    check_type,
    is_labeled,
    rand_argmax,
)
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from cutplane._types import Array, Index, Rows
from cutplane.active.query import extremes, spread
from cutplane.active.question import Question
from cutplane.active.selection import BATCH_POOL, leveled, nearest, places
from cutplane.integrations.skactiveml.models import (
    ActiveCuttingPlaneClassifier,
    ActiveCuttingPlaneRegressor,
)
from cutplane.uncertainty.link import gap


class _CuttingPlaneQuery(SingleAnnotatorPoolQueryStrategy):
    """Rank candidates by a fitted model; without one, cover the rows."""

    #: Whether a batch avoids near-duplicates.
    _spreads_batch = True

    def __init__(
        self,
        missing_label: str | float | None = MISSING_LABEL,
        random_state: int | np.random.RandomState | None = None,
    ):
        super().__init__(missing_label=missing_label, random_state=random_state)

    @abstractmethod
    def _utilities(self, question: Question) -> Array:
        """Utilities (m,) of the rows on offer, larger is asked earlier."""

    def _query(
        self,
        X: Rows,
        y: ArrayLike,
        model: ActiveCuttingPlaneClassifier | ActiveCuttingPlaneRegressor,
        fit_model: bool,
        candidates: ArrayLike | None,
        batch_size: int,
        return_utilities: bool,
        names: tuple[str, type],
    ) -> Index | tuple[Index, Array]:
        X, y, candidates, batch_size, return_utilities = self._validate_data(
            X, y, candidates, batch_size, return_utilities, reset=True
        )
        rows, mapping = self._transform_candidates(candidates, X, y)
        name, kind = names
        check_type(model, name, kind)
        check_type(fit_model, f"fit_{name}", bool)
        check_equal_missing_label(model.missing_label, self.missing_label_)
        if fit_model:
            model = clone(model).fit(X, y)
        check_is_fitted(model)
        labelled = X[is_labeled(y, self.missing_label_)]
        if model.estimator_ is None or len(rows) == 0:
            best, utilities = self._cover(rows, labelled, batch_size)
        else:
            rng = np.random.default_rng(self.random_state_.randint(2**31 - 1))
            score = leveled(self._utilities(Question.about(rows, labelled, model.estimator_, rng)))
            best, utilities = self._batch(score, rows, batch_size, rng)
        if mapping is not None:
            everywhere = np.full((batch_size, len(X)), np.nan)
            everywhere[:, mapping] = utilities
            best, utilities = mapping[best], everywhere
        return (best, utilities) if return_utilities else best

    def _batch(
        self, score: Array, rows: Array, batch_size: int, rng: np.random.Generator
    ) -> tuple[Index, Array]:
        """The best row, then rows far from those chosen among the ten times as many best."""
        if not self._spreads_batch or batch_size < 2:
            return self._greedily(score, rows, batch_size, lambda score, _: score)
        rank = places(score, rng)
        shortlisted = rank < BATCH_POOL * batch_size
        return self._greedily(
            score,
            rows,
            batch_size,
            lambda _, distance: np.where(shortlisted, leveled(distance), -1.0 - rank),
        )

    def _cover(self, rows: Array, labelled: Array, batch_size: int) -> tuple[Index, Array]:
        """Rows far from every labelled one; without any, the most central row first."""
        if len(labelled):
            far = nearest(rows, labelled)
            return self._greedily(
                leveled(far), rows, batch_size, lambda _, near: leveled(np.minimum(far, near))
            )
        central = -nearest(rows, rows.mean(axis=0, keepdims=True)) if len(rows) else np.empty(0)
        return self._greedily(
            leveled(central), rows, batch_size, lambda _, distance: leveled(distance)
        )

    def _greedily(
        self, score: Array, rows: Array, batch_size: int, update: Callable[[Array, Array], Array]
    ) -> tuple[Index, Array]:
        """Best row after best row; ``update`` gives the utilities from score and distance."""
        chosen = np.empty(batch_size, dtype=np.intp)
        utilities = np.empty((batch_size, len(rows)))
        current, distance = score, np.full(len(rows), np.inf)
        for number in range(batch_size):
            utilities[number] = current
            utilities[number, chosen[:number]] = np.nan
            chosen[number] = rand_argmax(utilities[number], random_state=self.random_state_)[0]
            distance = np.minimum(distance, nearest(rows, rows[[chosen[number]]]))
            current = update(score, distance)
        return chosen, utilities


class _ClassifierQuery(_CuttingPlaneQuery):
    """Query strategies that ask a classifier."""

    def query(
        self,
        X: Rows,
        y: ArrayLike,
        clf: ActiveCuttingPlaneClassifier,
        fit_clf: bool = True,
        candidates: ArrayLike | None = None,
        batch_size: int = 1,
        return_utilities: bool = False,
    ) -> Index | tuple[Index, Array]:
        """Choose the candidates to label next.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            All rows, labelled or not.
        y : array-like of shape (n_samples,)
            ``missing_label`` where a label is missing.
        clf : ActiveCuttingPlaneClassifier
        fit_clf : bool, default=True
            Whether a clone of ``clf`` is fitted on X and y.
        candidates : None, array-like of int of shape (n_candidates,), or array-like of shape \
                (n_candidates, n_features), default=None
            Rows on offer: those without a label, positions in X, or the rows themselves.
        batch_size : int, default=1
        return_utilities : bool, default=False

        Returns
        -------
        query_indices : ndarray of int of shape (batch_size,)
            Positions in X, or in ``candidates`` when these are rows.
        utilities : ndarray of shape (batch_size, n_samples) or (batch_size, n_candidates)
            What decided each choice, NaN for rows not on offer; only if
            ``return_utilities``. In a batch the first choice goes by the strategy's score,
            the later ones by the squared distance to those chosen, among the best.
        """
        names = ("clf", ActiveCuttingPlaneClassifier)
        return self._query(X, y, clf, fit_clf, candidates, batch_size, return_utilities, names)


class CuttingPlaneMargin(_ClassifierQuery):
    """Ask where the center's score is nearest to zero (several classes: the two best nearest).

    Parameters
    ----------
    missing_label : scalar, str, nan or None, default=nan
    random_state : int, RandomState or None, default=None
        Decides ties.
    """

    def _utilities(self, question: Question) -> Array:
        return -gap(question.scores)


class CuttingPlaneExtremes(_ClassifierQuery):
    """Algorithms 4 and 6 of CPAL: the most positive and the most negative row in turn.

    Parameters
    ----------
    missing_label, random_state
        As for :class:`CuttingPlaneMargin`.
    """

    _spreads_batch = False

    def _utilities(self, question: Question) -> Array:
        return extremes(question)


class VersionSpaceSplit(_ClassifierQuery):
    """Ask where the networks left split most evenly.

    The utility is the share of networks that disagree with the majority.

    Parameters
    ----------
    n_samples : int, optional
        Networks drawn from the version space, by the model's seed and once per fit; 0 for
        a normal law around the center. By default the size decides, see
        :func:`cutplane.uncertainty.draw.draw_ensemble`.
    missing_label, random_state
        As for :class:`CuttingPlaneMargin`.
    """

    def __init__(
        self,
        n_samples: int | None = None,
        missing_label: str | float | None = MISSING_LABEL,
        random_state: int | np.random.RandomState | None = None,
    ):
        super().__init__(missing_label=missing_label, random_state=random_state)
        self.n_samples = n_samples

    def _utilities(self, question: Question) -> Array:
        if self.n_samples is not None:
            check_scalar(self.n_samples, "n_samples", int, min_val=0)
        shares = question.over(question.model.ensemble(self.n_samples).shares)
        return np.asarray(1 - shares.max(axis=1))


class CuttingPlaneSpread(_CuttingPlaneQuery):
    """Regression: ask where the predictions of the networks left differ most.

    Parameters
    ----------
    missing_label, random_state
        As for :class:`CuttingPlaneMargin`.
    """

    def query(
        self,
        X: Rows,
        y: ArrayLike,
        reg: ActiveCuttingPlaneRegressor,
        fit_reg: bool = True,
        candidates: ArrayLike | None = None,
        batch_size: int = 1,
        return_utilities: bool = False,
    ) -> Index | tuple[Index, Array]:
        """Choose the candidates to label next.

        Parameters
        ----------
        reg : ActiveCuttingPlaneRegressor
        fit_reg : bool, default=True
            Whether a clone of ``reg`` is fitted on X and y.
        X, y, candidates, batch_size, return_utilities
            As for :meth:`CuttingPlaneMargin.query`.

        Returns
        -------
        query_indices, utilities
            As for :meth:`CuttingPlaneMargin.query`.
        """
        names = ("reg", ActiveCuttingPlaneRegressor)
        return self._query(X, y, reg, fit_reg, candidates, batch_size, return_utilities, names)

    def _utilities(self, question: Question) -> Array:
        return spread(question)
