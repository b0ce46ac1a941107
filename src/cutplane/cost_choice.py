"""The elastic price from the labels themselves, by cross-validation (design 3.4)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

from cutplane.arrangement import Rows
from cutplane.progress import track

#: Labels must have grown by this factor before the price is chosen again.
GROWTH = 1.5

_FOLDS = 5


def choose_cost(
    estimator: BaseEstimator,
    X: Rows,
    y: NDArray,
    costs: tuple[float, ...],
    *,
    verbose: bool = False,
) -> float:
    """Price with the best cross-validated score on the labels held.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned for every price and fold.
    X, y : rows of shape (n_labels, n_features) and their labels (n_labels,)
    costs : tuple of float
        Prices tried. The first wins ties, and comes back while there are too few labels to
        validate on: fewer than two of some class, or fewer than five at all.
    verbose : bool, default=False
        Whether a bar shows how many prices are done.

    Returns
    -------
    float
    """
    folds = _splitter(estimator, y)
    if folds is None:
        return costs[0]
    model = clone(estimator).set_params(random_state=0, n_jobs=None, verbose=False)
    means = [
        cross_val_score(model.set_params(cost=cost), X, y, cv=folds, error_score="raise").mean()
        for cost in track(costs, len(costs), "prices", verbose=verbose)
    ]
    return costs[int(np.argmax(means))]


def _splitter(estimator: Any, y: NDArray) -> Any:
    """Folds that keep every class in every training set, or None."""
    if y.size < _FOLDS:
        return None
    if estimator.__sklearn_tags__().estimator_type == "regressor":
        return KFold(_FOLDS, shuffle=True, random_state=0)
    smallest = int(np.unique(y, return_counts=True)[1].min())
    if smallest < 2:
        return None
    return StratifiedKFold(min(_FOLDS, smallest), shuffle=True, random_state=0)
