"""From the scores of a classifier to probabilities, and from networks to error bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from cutplane._types import Array, Rows
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.link import link
from cutplane.uncertainty.mixture import Moments


def probabilities(scores: Array, scale: float) -> Array:
    """The monotone link of :meth:`CuttingPlaneClassifier.predict_proba`.

    Parameters
    ----------
    scores : ndarray of shape (n,) or (n, n_classes)
    scale : float
        Score that counts as one unit.

    Returns
    -------
    ndarray of shape (n, n_classes)
    """
    return link(scores[:, None] if scores.ndim == 1 else scores, scale)


def law_probabilities(laws: Sequence[Moments]) -> Array:
    """Probability of each class over the version spaces of all hypotheses (mathematics (12.11)).

    Parameters
    ----------
    laws : sequence of Moments
        One for two classes, else one for each class. Several classes share the mean of their
        variances, so that the largest score has the largest probability, and sum to 1. A row of
        zeros, whose score is 0 in every network, is of each class alike.

    Returns
    -------
    ndarray of shape (n, n_classes)
    """
    total = np.mean([own.variance + own.noise for own in laws], axis=0)
    means = np.array([own.mean for own in laws])
    positive = ndtr(means / np.sqrt(np.where(total > 0, total, 1.0))).T
    if len(laws) == 1:
        return np.hstack([1 - positive, positive])
    return np.asarray(positive / positive.sum(axis=1, keepdims=True))


def agreement(scores: Array, scale: float, classes: NDArray, y: ArrayLike) -> float:
    """Mean probability that scores give to labels, by the link with scores doubled.

    A label flipped at random turns a probability p into 1 - p, so that with two classes flips
    shrink the differences between models without changing their order, as they do for
    accuracy, which is coarser.

    Parameters
    ----------
    scores : ndarray of shape (n,) or (n, n_classes)
    scale : float
        As for :func:`probabilities`.
    classes : ndarray of shape (n_classes,)
        Sorted.
    y : array-like of shape (n,)
        Labels among them.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    Ghosh, Kumar and Sastry, "Robust Loss Functions under Label Noise for Deep Neural
    Networks", AAAI 2017 (the mean absolute error).
    """
    shares = probabilities(scores, scale / 2)
    own = np.searchsorted(classes, y)
    return float(shares[np.arange(own.size), own].mean())


def deviation(ensemble: Ensemble, X: Rows, known: Array) -> Array:
    """Standard deviation of the networks' scores of rows, at the size of a model's scores.

    A version space of cuts has no scale of its own, so the networks' mean scores on the
    labelled rows are brought to the size of the model's.

    Parameters
    ----------
    ensemble : Ensemble
    X : array or CSR matrix of shape (n, n_features)
    known : ndarray of shape (k,) or (k, n_classes)
        The model's scores of the ensemble's labelled rows.

    Returns
    -------
    ndarray of shape (n, n_scores)
    """
    mean = ensemble.over(ensemble.labelled, lambda law: law.mean.mean(axis=0))
    own = np.abs(known).mean(axis=0)
    ratio = own / np.maximum(np.abs(mean).mean(axis=0), np.finfo(float).tiny)
    return ensemble.std(X) * ratio
