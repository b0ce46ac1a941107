"""Labels that the others contradict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from cutplane._types import Array
from cutplane.active.asking import by_position
from cutplane.active.domain import places
from cutplane.active.events import Label
from cutplane.active.ledger import Ledger
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor

#: Values are odd below this probability.
_LEAST_PROBABLE = 0.05


class Odd(NamedTuple):
    """A label, and how probable it is by the others.

    The probability of a class is its own, that of a value is that of lying so far from the
    prediction, or farther.
    """

    row: int
    label: Label
    probability: float


def odd(ledger: Ledger, limit: int) -> tuple[Odd, ...]:
    """Labels that the others contradict, the least probable first.

    By leave-one-out: another class is more probable, or the value is among the 5% that lie
    farthest. None where there is no model, and for centers without a law.
    """
    model = ledger.model
    if not model.is_fitted or not (estimator := by_position(model.estimator)).scores_have_laws:
        return ()
    rows = np.array(model.cut_rows, dtype=np.intp)
    labels = ledger.book.labels[places(rows, ledger.book.told)]
    if isinstance(estimator, CuttingPlaneClassifier):
        probability, is_odd = _of_classes(estimator, labels)
    else:
        probability = _of_values(estimator, labels)
        is_odd = probability < _LEAST_PROBABLE
    at = np.flatnonzero(is_odd)
    at = at[np.argsort(probability[at], kind="stable")][:limit]
    found = zip(rows[at].tolist(), labels[at].tolist(), probability[at].tolist(), strict=True)
    return tuple(Odd(*each) for each in found)


def _of_classes(
    estimator: CuttingPlaneClassifier, labels: NDArray
) -> tuple[Array, NDArray[np.bool_]]:
    """Probability of each label by the others, and whether another class has more; both (k,)."""
    every = estimator.left_out_probabilities_
    own = np.searchsorted(estimator.labelled_classes_, labels)
    probability = every[np.arange(labels.size), own]
    return probability, probability < every.max(axis=1)


def _of_values(estimator: CuttingPlaneRegressor, labels: NDArray) -> Array:
    """Probability of lying as far from what the others predict, or farther; (k,)."""
    mean, deviation = estimator.left_out_
    tiny = np.finfo(float).tiny
    return np.asarray(2 * ndtr(-np.abs(labels - mean) / np.maximum(deviation, tiny)))
