"""From scores to probabilities of classes, and how far they are from another class."""

from __future__ import annotations

import numpy as np
from scipy.special import entr, expit, softmax

from cutplane._types import Array


def link(scores: Array, scale: Array | float) -> Array:
    """Monotone link of scores in the unit ``scale``, as mathematics (8.6).

    Parameters
    ----------
    scores : ndarray of shape (..., q)
        One score, or one for each class.
    scale : float, or ndarray that broadcasts to ``scores``

    Returns
    -------
    ndarray of shape (..., 2), or (..., q) for q > 1
    """
    if scores.shape[-1] == 1:
        positive = expit(2 * scores / scale)
        return np.concatenate([1 - positive, positive], axis=-1)
    return np.asarray(softmax(2 * scores / scale, axis=-1))


def entropy(shares: Array) -> Array:
    """Entropy in nats of shares (..., n_classes); (...)."""
    return np.asarray(entr(shares).sum(axis=-1))


def gap(scores: Array) -> Array:
    """Gap between the two best scores (n, q), two classes (n,): ``|f|``; (n,)."""
    if scores.ndim == 1:
        return np.abs(scores)
    top = np.partition(scores, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])


def gaps(scores: Array) -> Array:
    """How far every score is from winning or from losing; (n, q), as ``scores``."""
    if scores.shape[1] == 1:
        return scores
    top = np.partition(scores, -2, axis=1)
    best, second = top[:, -1:], top[:, -2:-1]
    return np.asarray(scores - np.where(scores == best, second, best))
