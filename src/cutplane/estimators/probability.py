"""From the scores of a classifier to probabilities, and from networks to error bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr

from cutplane._types import Array, Index, Rows
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.link import link
from cutplane.uncertainty.mixture import Moments
from cutplane.uncertainty.prior import parts

#: Where the largest score can be, around the largest mean, in deviations.
_GRID = np.linspace(-6.0, 6.0, 33)


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
    """Probability of each class over the version spaces of all hypotheses (mathematics 12).

    Parameters
    ----------
    laws : sequence of Moments
        One for two classes, else one for each class, whose probability is that of the largest
        score among independent ones. They share the mean of their variances, so that the largest
        mean has the largest probability. A row of zeros, whose score is 0 in every network, is of
        each class alike.

    Returns
    -------
    ndarray of shape (n, n_classes)
    """
    total = np.mean([own.variance + own.noise for own in laws], axis=0)
    units = (
        np.array([own.mean for own in laws]).T / np.sqrt(np.where(total > 0, total, 1.0))[:, None]
    )
    if len(laws) == 1:
        positive = ndtr(units)
        return np.hstack([1 - positive, positive])
    width = units.shape[1] * _GRID.size
    return np.concatenate([_largest(units[part]) for part in parts(len(units), width)])


def _largest(means: Array) -> Array:
    """Probability that each of q independent normal numbers of deviation 1 is the largest.

    ``int phi(t - m_c) prod_j Phi(t - m_j) dt`` over all j but c, by the trapezoidal rule around the
    largest mean; means (n, q).
    """
    away = _GRID - (means - means.max(axis=1, keepdims=True))[:, :, None]
    below = log_ndtr(away)
    density = np.exp(below.sum(axis=1, keepdims=True) - below - away**2 / 2).sum(axis=2)
    return np.asarray(density / density.sum(axis=1, keepdims=True))


def spread_out(known: Array, places: Index, n_classes: int, rest: Array | float) -> Array:
    """Columns (n, n_classes) of all classes, of the known ones (n, q) at places (q,).

    ``rest`` is what the others have, one number or one for each row.
    """
    columns = np.empty((known.shape[0], n_classes))
    columns[:] = np.reshape(rest, (-1, 1))
    columns[:, places] = known
    return columns


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
