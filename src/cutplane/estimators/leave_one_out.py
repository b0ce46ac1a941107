"""Accuracy and thresholds from predictions that leave out one label each (mathematics 12).

Expectation propagation knows what all labels but one say of a row: its cavity. So the labels held
test the model that they taught, and none has to be kept back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from cutplane._types import Array
from cutplane.errors import InvalidInputError

#: What a threshold may be best for.
METRICS = ("accuracy", "balanced_accuracy", "f1", "matthews")


@dataclass(frozen=True)
class AccuracyEstimate:
    """Share of labels that the others predict, with an interval.

    It is the accuracy on rows like those labelled. Rows that a question chose are harder than
    the pool's, so the estimate is low after active questions (mathematics 12).

    Attributes
    ----------
    accuracy : float
    low, high : float
        Ends of a 95% interval (Wilson).
    n_labels : float
        Labels it rests on; with weights, how many equal ones would be worth as much.
    """

    accuracy: float
    low: float
    high: float
    n_labels: float

    @classmethod
    def of(
        cls, hits: NDArray[np.bool_], weight: Array, wrong: float = 0.0, n_classes: int = 2
    ) -> AccuracyEstimate:
        """From predicted labels.

        Parameters
        ----------
        hits : ndarray of bool of shape (k,)
            Whether each label was predicted by the others.
        weight : ndarray of shape (k,)
            How often it counts.
        wrong : float
            Share of the labels that are wrong, any other class alike; the accuracy is that of
            the right ones.
        n_classes : int
        """
        total = weight.sum()
        n = float(total**2 / (weight**2).sum())
        accuracy = float(weight @ hits / total)
        z = float(ndtri(0.975))
        middle = (accuracy + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(accuracy * (1 - accuracy) / n + z**2 / (4 * n**2))
        by_chance = wrong / (n_classes - 1)
        room = max(1 - wrong - by_chance, 1e-3)
        ends = np.array([accuracy, middle - half, middle + half])
        accuracy, low, high = np.clip((ends - by_chance) / room, 0.0, 1.0).tolist()
        return cls(accuracy, low, high, n)


@dataclass(frozen=True)
class ErrorEstimate:
    """Root mean square error of values, each predicted by the other labels, with an interval.

    It is that on rows like those labelled: after questions about what is least known it is high
    for the pool. What is learnt in the place of the values, and in which unit, all labels have
    decided, the one left out among them.

    Attributes
    ----------
    rmse : float
        In the units of the values.
    low, high : float
        Ends of a 95% interval: normal for the logarithm of the mean square. Of one label there
        is no end.
    n_labels : float
        As for :class:`AccuracyEstimate`.
    """

    rmse: float
    low: float
    high: float
    n_labels: float

    @classmethod
    def of(cls, missed: Array, weight: Array) -> ErrorEstimate:
        """From errors (k,) and how often each counts, (k,)."""
        total = weight.sum()
        n = float(total**2 / (weight**2).sum())
        size = max(float(np.abs(missed).max()), np.finfo(float).tiny)  # squares may overflow
        squares = (missed / size) ** 2
        mean = float(weight @ squares / total)
        rmse = size * float(np.sqrt(mean))
        if n <= 1:
            return cls(rmse, 0.0, np.inf, n)
        if mean == 0:
            return cls(0.0, 0.0, 0.0, n)
        spread = float(weight @ (squares - mean) ** 2 / total)
        reach = float(np.exp(ndtri(0.975) * np.sqrt(spread / (n - 1)) / mean / 2))
        return cls(rmse, rmse / reach, rmse * reach, n)


def best_threshold(
    probability: Array, positive: NDArray[np.bool_], weight: Array, metric: str
) -> float:
    """Probability above which calling a row positive serves a metric best.

    Parameters
    ----------
    probability : ndarray of shape (k,)
        Of the positive class, for every label by the others.
    positive : ndarray of bool of shape (k,)
        What the labels say.
    weight : ndarray of shape (k,)
        How often each label counts.
    metric : {"accuracy", "balanced_accuracy", "f1", "matthews"}

    Returns
    -------
    float
        Half-way between two neighbouring probabilities; of equally good ones that nearest to 1/2.
    """
    if metric not in METRICS:
        raise InvalidInputError(f"metric={metric!r} arrived; choose one of {', '.join(METRICS)}")
    order = np.argsort(-probability, kind="stable")
    p, hit, w = probability[order], positive[order], weight[order]
    true = np.concatenate([[0.0], np.cumsum(w * hit)])
    false = np.concatenate([[0.0], np.cumsum(w * ~hit)])
    edges = np.concatenate([[1.0], (p[:-1] + p[1:]) / 2, [0.0]])
    value = _value(metric, true, false)
    value[1:-1][p[:-1] == p[1:]] = -np.inf  # no threshold separates equal probabilities
    best = np.flatnonzero(value >= value.max() - 1e-12)
    return float(edges[best[np.argmin(np.abs(edges[best] - 0.5))]])


def _value(metric: str, true: Array, false: Array) -> Array:
    """The metric when the first 0, 1, ..., k rows are called positive."""
    positives, negatives = true[-1], false[-1]
    missed, right = positives - true, negatives - false
    tiny = np.finfo(float).tiny
    if metric == "accuracy":
        return np.asarray((true + right) / (positives + negatives))
    if metric == "balanced_accuracy":
        return np.asarray(true / max(positives, tiny) + right / max(negatives, tiny)) / 2
    if metric == "f1":
        return np.asarray(2 * true / np.maximum(2 * true + false + missed, tiny))
    spread = (true + false) * (right + missed) * positives * negatives
    return np.asarray((true * right - false * missed) / np.sqrt(np.maximum(spread, tiny)))
