"""Classifier and regressor with the conventions of scikit-activeml."""

from __future__ import annotations

from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.stats.distributions import rv_frozen
from skactiveml.base import ProbabilisticRegressor, SkactivemlClassifier
from skactiveml.utils import MISSING_LABEL, check_n_features, check_type, is_labeled
from sklearn.base import clone
from sklearn.utils.validation import check_array, check_is_fitted

from cutplane._types import Array, Rows
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor

_Estimator = TypeVar("_Estimator", CuttingPlaneClassifier, CuttingPlaneRegressor)

_NO_ROWS_NEEDED = {"ensure_min_samples": 0, "ensure_min_features": 0, "dtype": np.float64}


class ActiveCuttingPlaneClassifier(SkactivemlClassifier):
    """CuttingPlaneClassifier that takes missing labels, classes and a cost matrix.

    The gates are sampled on all rows, labelled or not. While fewer than two classes have a
    label there is no version space to cut; probabilities are then the shares of the labels,
    or alike without any.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier, optional
        Cloned; the default one when None.
    classes : array-like of shape (n_classes,), optional
        Classes that may come; those of the labels when None.
    missing_label : scalar, str, nan or None, default=nan
    cost_matrix : array-like of shape (n_classes, n_classes), optional
        Entry (i, j) is the cost of predicting ``classes[j]`` for ``classes[i]``.
    random_state : int, RandomState or None, default=None
        Decides ties of ``predict``, and the gates when the estimator has no
        ``random_state`` of its own.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    cost_matrix_ : ndarray of shape (n_classes, n_classes)
    estimator_ : CuttingPlaneClassifier or None
        Fitted to the positions of the labels in ``classes_``; None while there are fewer
        than two classes.
    """

    def __init__(
        self,
        estimator: CuttingPlaneClassifier | None = None,
        classes: ArrayLike | None = None,
        missing_label: str | float | None = MISSING_LABEL,
        cost_matrix: ArrayLike | None = None,
        random_state: int | np.random.RandomState | None = None,
    ):
        super().__init__(
            classes=classes,
            missing_label=missing_label,
            cost_matrix=cost_matrix,
            random_state=random_state,
        )
        self.estimator = estimator

    def fit(self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Cut with every labelled row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            ``missing_label`` where a label is missing.
        sample_weight : array-like of shape (n_samples,), optional
            How often each label counts; 0 is no label, and rows without one are not looked at.

        Returns
        -------
        self
        """
        X, labels, weight = self._validate_data(
            X, y, sample_weight, check_X_dict=dict(_NO_ROWS_NEEDED)
        )
        estimator = _prepared(self, CuttingPlaneClassifier)
        labelled, weight = _counting(is_labeled(labels, missing_label=-1), weight)
        known = labels[labelled].astype(int)
        self._counts = np.bincount(known, weight, minlength=len(self.classes_))
        self.estimator_ = None
        if np.count_nonzero(self._counts) > 1:
            self.estimator_ = estimator.fit(X[labelled], known, weight, X_pool=X)
        return self

    def predict_freq(self, X: Rows) -> Array:
        """Labels of each class that speak for rows: probabilities times how sure they are.

        Their sum falls from that of all labels to 0 as the score of a row is as open as before any
        label (:meth:`cutplane.CuttingPlaneClassifier.spread`); zeros without two classes.

        Returns
        -------
        ndarray of shape (n, n_classes)
        """
        probabilities = self.predict_proba(X)
        if self.estimator_ is None:
            return np.zeros_like(probabilities)
        deviation = self.estimator_.spread(_rows(self, X)).reshape(len(probabilities), -1)
        settled = 1 / (1 + (deviation.mean(axis=1) / self.estimator_.score_scale_) ** 2)
        return probabilities * (self._counts.sum() * settled)[:, None]

    def predict_proba(self, X: Rows) -> Array:
        """Probabilities of ``classes_``, not calibrated; (n, n_classes)."""
        X = _rows(self, X)
        if self.estimator_ is not None:
            probabilities = np.zeros((len(X), len(self.classes_)))
            probabilities[:, self.estimator_.classes_] = self.estimator_.predict_proba(X)
            return probabilities
        counts = self._counts if self._counts.any() else np.ones(len(self.classes_))
        return np.tile(counts / counts.sum(), (len(X), 1))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")


class ActiveCuttingPlaneRegressor(ProbabilisticRegressor):
    """CuttingPlaneRegressor that takes missing labels and predicts a normal distribution.

    Its standard deviation is the spread of the version space around its center; see
    :func:`cutplane.uncertainty.spread.Spread`. Without labels it is the standard normal.

    Parameters
    ----------
    estimator : CuttingPlaneRegressor, optional
        Cloned; the default one when None.
    missing_label : scalar, str, nan or None, default=nan
    random_state : int, RandomState or None, default=None
        Decides the gates when the estimator has no ``random_state`` of its own.

    Attributes
    ----------
    estimator_ : CuttingPlaneRegressor or None
        None while there is no label.
    """

    def __init__(
        self,
        estimator: CuttingPlaneRegressor | None = None,
        missing_label: str | float | None = MISSING_LABEL,
        random_state: int | np.random.RandomState | None = None,
    ):
        super().__init__(missing_label=missing_label, random_state=random_state)
        self.estimator = estimator

    def fit(self, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Cut with every labelled row; parameters as for the classifier."""
        X, labels, weight = self._validate_data(
            X, y, sample_weight, check_X_dict=dict(_NO_ROWS_NEEDED)
        )
        estimator = _prepared(self, CuttingPlaneRegressor)
        labelled, weight = _counting(is_labeled(labels, missing_label=self.missing_label_), weight)
        self.estimator_ = None
        if labelled.any():
            known = labels[labelled].astype(float)
            self.estimator_ = estimator.fit(X[labelled], known, weight, X_pool=X)
        return self

    def predict_target_distribution(self, X: Rows) -> rv_frozen:
        """Normal distributions of the targets of rows.

        Returns
        -------
        scipy.stats frozen distribution, over (n,) rows
        """
        X = _rows(self, X)
        if self.estimator_ is None:
            return stats.norm(loc=np.zeros(len(X)), scale=np.ones(len(X)))
        predicted, std = self.estimator_.predict(X, return_std=True, n_samples=0)
        return stats.norm(loc=predicted, scale=np.maximum(std, np.finfo(float).tiny))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")


def _counting(
    labelled: NDArray[np.bool_], weight: Array | None
) -> tuple[NDArray[np.bool_], Array | None]:
    """Which labels count, (n,), and how often these do."""
    if weight is None:
        return labelled, None
    counting = labelled & (weight > 0)
    return counting, weight[counting]


def _prepared(
    model: ActiveCuttingPlaneClassifier | ActiveCuttingPlaneRegressor, kind: type[_Estimator]
) -> _Estimator:
    """Clone of the model's estimator, or the default one, with a seed."""
    if model.estimator is not None:
        check_type(model.estimator, "estimator", kind)
    estimator = kind() if model.estimator is None else clone(model.estimator)
    if estimator.random_state is None and model.random_state is not None:
        estimator.set_params(random_state=model.random_state_.randint(2**31 - 1))
    return estimator


def _rows(model: ActiveCuttingPlaneClassifier | ActiveCuttingPlaneRegressor, X: Rows) -> Array:
    """Rows to predict, checked against those of ``fit``."""
    check_is_fitted(model)
    X = check_array(X, dtype=np.float64)
    check_n_features(model, X, reset=False)
    return X
