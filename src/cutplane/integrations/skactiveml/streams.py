"""The budget of a stream with the contract of scikit-activeml: query, then update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from skactiveml.base import SingleAnnotatorStreamQueryStrategy, SkactivemlClassifier
from skactiveml.utils import check_type
from sklearn.base import clone
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted

from cutplane._types import Array, Index, Metadata, Rows
from cutplane.active.meter import Meter, luck
from cutplane.uncertainty.link import gap


class CuttingPlaneStream(SingleAnnotatorStreamQueryStrategy):
    """Buy rows whose two best classes are nearly alike, as a learner of a stream does.

    With :class:`ActiveCuttingPlaneClassifier` probabilities are those of the version spaces; any
    classifier of scikit-activeml will do. At most ``budget * n + 1`` of n rows are bought.

    Parameters
    ----------
    budget : float, optional
        Share of the rows that may be bought, 0.1 by default.
    random_state : int, RandomState or None, default=None
        Decides which tenth of the budget is spent by chance.
    """

    meter_: Meter
    seed_: int

    def __init__(
        self,
        budget: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ):
        super().__init__(budget=budget, random_state=random_state)

    def query(
        self,
        candidates: Rows,
        clf: SkactivemlClassifier,
        X: Rows | None = None,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        fit_clf: bool = False,
        return_utilities: bool = False,
    ) -> Index | tuple[Index, Array]:
        """Decide which rows to label, one after the other; nothing is counted before ``update``.

        Parameters
        ----------
        candidates : array-like of shape (n_candidates, n_features)
        clf : SkactivemlClassifier
            Fitted, but for ``fit_clf``.
        X, y, sample_weight : array-like, optional
            What a clone of ``clf`` is fitted on with ``fit_clf``.
        fit_clf : bool, default=False
        return_utilities : bool, default=False

        Returns
        -------
        queried_indices : ndarray of int of shape (n_queried,)
        utilities : ndarray of shape (n_candidates,)
            One less the gap between the two best probabilities; only if ``return_utilities``.
        """
        candidates, return_utilities = self._validate_data(candidates, return_utilities)
        clf = _fitted(clf, X, y, sample_weight, fit_clf)
        self._begin()
        shares = clf.predict_proba(candidates)
        utilities = 1 - gap(shares) if shares.shape[1] > 1 else np.zeros(len(candidates))
        chance = luck(self.seed_, self.meter_.n_seen, len(candidates))
        bought, _ = self.meter_.over(utilities.tolist(), chance, self.budget_)
        at = np.flatnonzero(bought)
        return (at, utilities) if return_utilities else at

    def update(
        self,
        candidates: Rows,
        queried_indices: Index | Sequence[int],
        budget_manager_param_dict: Metadata | None = None,
    ) -> Self:
        """Count rows that passed, and those of them that were bought.

        Parameters
        ----------
        candidates : array-like of shape (n_candidates, n_features)
        queried_indices : array-like of int of shape (n_queried,)
        budget_manager_param_dict : dict
            With the ``utilities`` that ``query`` returned.
        """
        given = budget_manager_param_dict or {}
        if "utilities" not in given:
            raise ValueError(
                "no utilities arrived; query with return_utilities=True, and pass them as "
                'budget_manager_param_dict={"utilities": utilities}'
            )
        bought = np.zeros(len(candidates), dtype=bool)
        bought[queried_indices] = True
        self._begin()
        recent = np.atleast_1d(np.asarray(given["utilities"], dtype=float)).tolist()
        self.meter_ = self.meter_.extended(recent, int(bought.sum()))
        return self

    def _begin(self) -> None:
        if not hasattr(self, "meter_"):
            self._validate_random_state()
            self.meter_, self.seed_ = Meter(), int(self.random_state_.randint(2**31 - 1))


def _fitted(
    clf: SkactivemlClassifier,
    X: Rows | None,
    y: ArrayLike | None,
    sample_weight: ArrayLike | None,
    fit_clf: bool,
) -> SkactivemlClassifier:
    """A classifier that has probabilities, itself or a clone that is fitted."""
    check_type(clf, "clf", SkactivemlClassifier)
    check_type(fit_clf, "fit_clf", bool)
    if not hasattr(clf, "predict_proba"):
        raise TypeError(f"{clf!r} arrived, which has no predict_proba; give one that has")
    if X is not None:
        check_consistent_length(check_array(X), y, sample_weight)
    if fit_clf:
        weight = () if sample_weight is None else (sample_weight,)
        clf = clone(clf).fit(X, y, *weight)
    check_is_fitted(clf)
    return clf
