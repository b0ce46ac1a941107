"""The law of a row's scores over the networks left: a mixture of normal laws.

Probabilities and deviations follow from it, whether networks were drawn or a normal law stands
in for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr

from cutplane._types import Array


@dataclass(frozen=True)
class ScoreLaw:
    """Scores of n rows under a mixture of S normal laws with equal weights.

    Attributes
    ----------
    mean : ndarray of shape (S, n, q)
        q scores of each row: one, or one for each class.
    deviation : ndarray of shape (S, n, q), or one that broadcasts to it
        0 where the network of a component is known on the row.
    noise : ndarray of shape (D, q)
        Standard normal numbers behind :meth:`draws`, the same for every row; D is a
        multiple of S, or S = 1.
    """

    mean: Array
    deviation: Array
    noise: Array = field(repr=False)

    @property
    def std(self) -> Array:
        """Standard deviation of each score; (n, q)."""
        inside = np.broadcast_to(self.deviation**2, self.mean.shape).mean(axis=0)
        return np.sqrt(inside + self.mean.var(axis=0))

    @property
    def positive(self) -> Array:
        """Probability that each score is positive, a zero counting half; (n, q)."""
        away = np.where(self.mean == 0, 0.0, np.copysign(np.inf, self.mean))
        deviation = np.broadcast_to(self.deviation, self.mean.shape)
        ratio = np.divide(self.mean, deviation, out=away, where=deviation > 0)
        return np.asarray(ndtr(ratio).mean(axis=0))

    @property
    def draws(self) -> Array:
        """Scores of D networks; (D, n, q)."""
        return np.asarray(self.mean + self.deviation * self.noise[:, None, :])

    @property
    def shares(self) -> Array:
        """Share of the networks that predict each class; (n, 2), or (n, q) for q > 1."""
        if self.mean.shape[2] == 1:
            positive = self.positive[:, 0]
            return np.column_stack([1 - positive, positive])
        votes = self.draws.argmax(axis=2)
        return np.stack([(votes == c).mean(axis=0) for c in range(self.mean.shape[2])], axis=1)
