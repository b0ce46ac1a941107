"""What a label says of the prediction in probability: the sites of expectation propagation.

A likelihood is met by a normal law of each prediction, the cavity: what all other rows say of it.
It answers with the logarithm of its mean under that law and the first two derivatives by the
law's mean, which are all that moment matching needs (mathematics 11).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np

from cutplane._types import Array, Index
from cutplane.arrays import Place, erfcx, log_ndtr, namespace, rows_at
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.labels import Labels

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
#: Deviations from the mean beyond which a normal density is nothing, and exponent of such a tail.
_REACH, _TAIL = 8.0, 40.0
#: Share of a cavity's variance that a label leaves; a smaller one is rounding.
_LEAST = 1e-10


class Tilted(NamedTuple):
    """Logarithm of the mean likelihood of k rows, and its derivatives by the cavities' means.

    ``left`` is the share of a cavity's variance that the label leaves, ``1 + variance *
    curvature``, with the digits that a thin slab loses in that sum.
    """

    log_z: Array
    slope: Array
    curvature: Array
    left: Array

    @classmethod
    def of(cls, log_z: Array, slope: Array, curvature: Array, variance: Array) -> Self:
        """Where the sum has digits enough; ``variance`` is the cavities'."""
        left = namespace(variance).maximum(1 + variance * curvature, _LEAST)
        return cls(log_z, slope, curvature, left)


class Likelihood(Protocol):
    """Likelihoods of k labels, or, with arrays (p, k), those of p version spaces."""

    @property
    def is_hard(self) -> bool:
        """Whether some networks are excluded altogether."""
        ...

    @property
    def log_unit(self) -> Array:
        """What turns the logarithm of a volume into that of a density of each label; (k,)."""
        ...

    def tilted(self, mean: Array, variance: Array) -> Tilted:
        """Met by normal laws of the predictions."""
        ...


class LabelLikelihood(Likelihood, Protocol):
    """Of labels, in arrays of one shape."""

    def of_spaces(self, chosen: Index) -> Self:
        """Those of some version spaces, out of several."""
        return type(self)(*(rows_at(own, chosen) for own in vars(self).values()))

    def beside(self, others: Sequence[Self]) -> Self:
        """Of several version spaces: this one and others of its kind, each with arrays (k,)."""
        each = [list(vars(own).values()) for own in (self, *others)]
        xp = namespace(each[0][0])
        return type(self)(*map(xp.stack, zip(*each, strict=True)))


@dataclass(frozen=True)
class ProbitLikelihood(LabelLikelihood):
    """``flip + (1 - 2 flip) Phi((y f - depth) / noise)``; noise 0 is the hard cut.

    Attributes
    ----------
    y : ndarray of shape (k,)
        Labels, -1 or +1.
    flip : ndarray of shape (k,)
        Probability that a label is wrong whatever the prediction, below 1/2.
    noise : ndarray of shape (k,)
        Soft margin.
    depth : ndarray of shape (k,)
        Offset of the cut.
    """

    y: Array
    flip: Array
    noise: Array
    depth: Array

    @property
    def is_hard(self) -> bool:
        return bool(namespace(self.y).any((self.flip == 0) & (self.noise == 0)))

    @property
    def log_unit(self) -> Array:
        return namespace(self.y).zeros_like(self.y)

    def tilted(self, mean: Array, variance: Array) -> Tilted:
        xp = namespace(mean)
        deviation = xp.sqrt(variance + self.noise**2)
        z = (self.y * mean - self.depth) / deviation
        log_phi = log_ndtr(z)
        clean = log_phi + xp.log1p(-2 * self.flip)
        with np.errstate(divide="ignore"):
            log_z = xp.logaddexp(xp.log(self.flip), clean)
        # share of the likelihood that the label owes to the network, times phi(z) / Phi(z)
        ratio = xp.exp(clean - log_z) * inverse_mills(z)
        curvature = -ratio * (z + ratio) / deviation**2
        return Tilted.of(log_z, self.y * ratio / deviation, curvature, variance)


@dataclass(frozen=True)
class HalfspaceLikelihood:
    """``sign * value >= 0``: sign rows, of any shape.

    Attributes
    ----------
    sign : ndarray
        -1 or +1.
    """

    sign: Array

    @property
    def is_hard(self) -> bool:
        return True

    @property
    def log_unit(self) -> Array:
        return namespace(self.sign).zeros_like(self.sign)

    def tilted(self, mean: Array, variance: Array) -> Tilted:
        deviation = namespace(variance).sqrt(variance)
        z = self.sign * mean / deviation
        ratio = inverse_mills(z)
        curvature = -ratio * (z + ratio) / variance
        return Tilted.of(log_ndtr(z), self.sign * ratio / deviation, curvature, variance)


def inverse_mills(z: Array) -> Array:
    """``phi(z) / Phi(z)`` of a standard normal, without underflow."""
    return math.sqrt(2 / math.pi) / erfcx(-z / math.sqrt(2))


@dataclass(frozen=True)
class SlabLikelihood(LabelLikelihood):
    """``|f - target| <= half_width``.

    Attributes
    ----------
    target, half_width : ndarray of shape (k,)
    unit : ndarray of shape (k,)
        Size of f's unit in that of the labels.
    """

    target: Array
    half_width: Array
    unit: Array

    @property
    def is_hard(self) -> bool:
        return True

    @property
    def log_unit(self) -> Array:
        return namespace(self.unit).log(2 * self.half_width * self.unit)

    def tilted(self, mean: Array, variance: Array) -> Tilted:
        xp = namespace(mean)
        deviation, nodes, weights = xp.sqrt(variance), *_quadrature(mean)
        low = (self.target - self.half_width - mean) / deviation
        high = (self.target + self.half_width - mean) / deviation
        nearest, width = xp.clip(xp.zeros_like(low), low, high), 2 * self.half_width / deviation
        # t from there, where the density is not negligible; far out low and high round to one
        reach = xp.minimum(_TAIL / xp.maximum(xp.abs(nearest), 1e-300), _REACH)
        below = xp.where(nearest == high, width, nearest - low)
        above = xp.where(nearest == low, width, high - nearest)
        below, above = xp.minimum(below, reach), xp.minimum(above, reach)
        half = (above + below) / 2
        t = ((above - below) / 2)[..., None] + half[..., None] * nodes
        height = xp.exp(-t * (nearest[..., None] + t / 2)) * weights
        mass = xp.sum(height, axis=-1)
        first = xp.sum(height * t, axis=-1) / mass
        second = xp.sum(height * (t - first[..., None]) ** 2, axis=-1) / mass
        log_z = xp.log(mass * half) - nearest**2 / 2 - math.log(2 * math.pi) / 2
        first = first + nearest
        return Tilted(log_z, first / deviation, (second - 1) / variance, second)


@dataclass(frozen=True)
class NormalLikelihood(LabelLikelihood):
    """Density of ``target = f + noise`` with normal noise.

    Attributes
    ----------
    target, noise : ndarray of shape (k,)
    unit : ndarray of shape (k,)
        Size of f's unit in that of the labels, in which the density counts.
    """

    target: Array
    noise: Array
    unit: Array

    @property
    def is_hard(self) -> bool:
        return False

    @property
    def log_unit(self) -> Array:
        return namespace(self.target).zeros_like(self.target)

    def tilted(self, mean: Array, variance: Array) -> Tilted:
        xp, total = namespace(mean), variance + self.noise**2
        miss = self.target - mean
        log_z = -0.5 * (miss**2 / total + xp.log(2 * math.pi * total)) - xp.log(self.unit)
        return Tilted(log_z, miss / total, -1 / total, self.noise**2 / total)


def _quadrature(like: Array) -> tuple[Array, Array]:
    """Nodes and weights between -1 and 1, where an array is."""
    place = Place.of(like)
    return place.array(_NODES), place.array(_WEIGHTS)


def likelihood_of(
    labels: Labels, hypothesis: Hypothesis, epsilon: float | None, deviation: Array, unit: Array
) -> LabelLikelihood:
    """What labels say of predictions.

    Parameters
    ----------
    labels : Labels
    hypothesis : Hypothesis
    epsilon : float or None
        Half-width of the slabs; None for classification.
    deviation, unit : ndarray of shape (k,)
        Prior standard deviation of the prediction, and the size of its unit in that of y.
    """
    if epsilon is None:
        flip = hypothesis.flips(labels.annotator)
        depth = labels.depth - labels.y * (hypothesis.offset * deviation)
        return ProbitLikelihood(labels.y, flip, hypothesis.noise * deviation, depth)
    if hypothesis.noise == 0:
        return SlabLikelihood(labels.y / unit, epsilon / unit, unit)
    return NormalLikelihood(labels.y / unit, hypothesis.noise / unit, unit)
