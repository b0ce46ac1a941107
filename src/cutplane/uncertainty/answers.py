"""What the answer to a question is expected to settle about its own row (mathematics 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import log_ndtr

from cutplane._types import Array
from cutplane.space.cuts import halfspace_multiplier

_LOG_ROOT = 0.5 * np.log(2 * np.pi)


class Answer(Protocol):
    """A label to come, met by normal laws of predictions with some mean and variance.

    ``prior`` is the variance of the predictions before any label, in which noise is measured.
    """

    @property
    def flip(self) -> float:
        """Probability that a class is wrong whatever the prediction."""
        ...

    def told(self, mean: Array, variance: Array, prior: Array) -> Array:
        """Expected reduction of the prediction's variance, divided by the variance squared."""
        ...

    def noise(self, prior: Array) -> Array:
        """Variance of a label around the prediction."""
        ...


@dataclass(frozen=True)
class NoisyClass:
    """A class under a hypothesis: ``flip + (1 - 2 flip) Phi(y f / noise)``.

    Attributes
    ----------
    flip : float
        Probability that the answer is wrong whatever the prediction.
    margin : float
        Noise in prior deviations of the row.
    """

    flip: float
    margin: float

    def told(self, mean: Array, variance: Array, prior: Array) -> Array:
        total = variance + self.noise(prior)
        z = mean / np.sqrt(total)
        log_density = -(z**2) / 2 - _LOG_ROOT + np.log1p(-2 * self.flip)
        return np.exp(2 * log_density - log_share(z, self.flip) - log_share(-z, self.flip)) / total

    def noise(self, prior: Array) -> Array:
        return self.margin**2 * prior


@dataclass(frozen=True)
class Halfspace:
    """A class that cuts with the barrier of an analytic center, for sure.

    The cut leaves the width open that its barrier has at the row; one that the center foresees
    clearly tells little.
    """

    @property
    def flip(self) -> float:
        """Never."""
        return 0.0

    def told(self, mean: Array, variance: Array, prior: Array) -> Array:
        return 1 / (variance + halfspace_multiplier(np.abs(mean), variance) ** -2.0)

    def noise(self, prior: Array) -> Array:
        return np.zeros_like(prior)


@dataclass(frozen=True)
class Value:
    """A number, known up to a variance.

    Attributes
    ----------
    width : float
        What the label leaves open, as a variance: of noise, or of a slab.
    """

    width: float

    @property
    def flip(self) -> float:
        """Never."""
        return 0.0

    def told(self, mean: Array, variance: Array, prior: Array) -> Array:
        return 1 / (variance + self.width)

    def noise(self, prior: Array) -> Array:
        return np.full_like(prior, self.width)


def log_share(z: Array, flip: float) -> Array:
    """Logarithm of the probability of yes, ``flip + (1 - 2 flip) Phi(z)`` (mathematics (14.2))."""
    clean = log_ndtr(z) + np.log1p(-2 * flip)
    return np.asarray(clean if flip == 0 else np.logaddexp(np.log(flip), clean))
