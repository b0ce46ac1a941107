"""The elastic price from the labels themselves, by cross-validation (mathematics 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone, is_regressor

from cutplane._types import Index, Rows
from cutplane.estimators.side_by_side import side_by_side

if TYPE_CHECKING:
    from sklearn.model_selection import KFold, StratifiedKFold

#: Labels must have grown by this factor before the price is chosen again.
GROWTH = 1.5

_FOLDS = 5
#: Agreements (at most 1) that are nearer to each other differ by rounding, which decides nothing.
_ROUNDING = 1e-7
#: Newton decrement at which a center is good enough to compare prices.
_TOL = 0.03


class Repriceable(Protocol):
    """What is asked of an estimator whose price is chosen; it is cloned as scikit-learn does."""

    tol: float
    _says_scale: bool
    n_jobs: int | None

    def set_params(self, **parameters: float | bool | None) -> Self:
        """Set parameters."""
        ...

    def fit(self, X: Rows, y: ArrayLike) -> Self:
        """Learn labels."""
        ...

    def reprice(self, cost: float) -> Self:
        """Learn them at another price."""
        ...

    def agreement(self, X: Rows, y: ArrayLike) -> float:
        """How well labels are predicted that were left out."""
        ...


def choose_cost(
    estimator: Repriceable,
    X: Rows,
    y: NDArray,
    costs: Sequence[float],
    *,
    verbose: bool = False,
) -> float:
    """Price whose networks agree best with labels left out, on the labels held.

    Within a fold the prices share gates and tree, and are solved from the highest down, each
    warm from the one before.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned for every fold; its ``n_jobs`` folds are solved side by side.
    X, y : rows of shape (n_labels, n_features) and their labels (n_labels,)
    costs : sequence of float
        Prices tried. The first wins ties, and comes back while there are too few labels to
        validate on: fewer than two of some class, or fewer than five at all.
    verbose : bool, default=False
        Whether a bar shows how many folds are done.

    Returns
    -------
    float
    """
    splitter = _splitter(estimator, y)
    if splitter is None:
        return costs[0]
    splits = list(splitter.split(X, y))
    shared = _Folds(estimator, X, y, splits, costs)
    folds = side_by_side(
        _agreements, shared, len(splits), "folds", n_jobs=estimator.n_jobs, verbose=verbose
    )
    sizes = [test.size for _, test in splits]
    agreement = np.average(folds, axis=0, weights=sizes)
    return costs[int(np.argmax(agreement >= agreement.max() - _ROUNDING))]


class _Folds(NamedTuple):
    """What all folds share."""

    estimator: Repriceable
    X: Rows
    y: NDArray
    splits: list[tuple[Index, Index]]
    costs: Sequence[float]


def _agreements(folds: _Folds, i: int) -> list[float]:
    """Agreement with the labels that a fold leaves out, at every price."""
    estimator, X, y, splits, costs = folds
    train, test = splits[i]
    falling = sorted(costs, reverse=True)
    model: Repriceable = clone(estimator)
    model._says_scale = False
    model.set_params(
        cost=falling[0], tol=max(estimator.tol, _TOL), random_state=0, n_jobs=None, verbose=False
    )
    model.fit(X[train], y[train])
    reached = {cost: model.reprice(cost).agreement(X[test], y[test]) for cost in falling}
    return [reached[cost] for cost in costs]


def _splitter(estimator: Repriceable, y: NDArray) -> KFold | StratifiedKFold | None:
    """Folds that keep every class in every training set, or None."""
    from sklearn.model_selection import KFold, StratifiedKFold  # of use for no other price

    if y.size < _FOLDS:
        return None
    if is_regressor(estimator):
        return KFold(_FOLDS, shuffle=True, random_state=0)
    smallest = int(np.unique(y, return_counts=True)[1].min())
    if smallest < 2:
        return None
    return StratifiedKFold(min(_FOLDS, smallest), shuffle=True, random_state=0)
