"""From scores to probabilities of classes, and how open these leave the class."""

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
