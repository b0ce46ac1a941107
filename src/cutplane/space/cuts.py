"""Cuts: what a label says about the prediction, as a barrier in its dual multiplier.

A cut of row i is an inequality on the prediction f_i. The solver never sees it; it sees
the convex conjugate psi of its barrier, a function of the signed multiplier w_i (the force
on f_i). At a center ``f + psi'(w) = 0``. Sign rows are plain halfspaces and live in
the gate tree; only prediction rows come in kinds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from cutplane._types import Array
from cutplane.arrays import largest, namespace, smallest
from cutplane.space.ball import Ball, HalfSquare, LogBarrier


class PredictionCuts(Protocol):
    """Separable conjugate barriers of k prediction rows."""

    def conjugate(self, w: Array) -> Array:
        """psi(w), (k,); infinite outside its domain."""
        ...

    def gradient(self, w: Array) -> Array:
        """psi'(w), (k,)."""
        ...

    def curvature(self, w: Array) -> Array:
        """psi''(w) > 0, (k,)."""
        ...

    def max_step(self, w: Array, dw: Array) -> float:
        """Largest step along dw that keeps w in the domain of psi."""
        ...

    def start(self, prediction: Array, variance: Array) -> Array:
        """Closed-form multipliers of new rows, given mean and variance of f; (k,)."""
        ...

    def inside(self, w: Array) -> Array:
        """Multipliers, those above the price brought down to half of it; (k,)."""
        ...

    def slack(self, prediction: Array) -> Array:
        """Room left before each hard cut is violated; (k,)."""
        ...

    @property
    def concordance(self) -> float:
        """Newton decrements count in this unit: square root of the least barrier weight."""
        ...

    @property
    def height(self) -> float:
        """Size of the objective that a label decides; tolerances are relative to its root."""
        ...

    def last(self, start: int) -> Self:
        """Rows ``start``, ``start + 1``, ... only."""
        ...

    def support(self, w: Array) -> float:
        """Least value of ``w . f`` over all f that satisfy the cuts, for w in the domain.

        Minus infinity for slabs that a price lets f leave.
        """
        ...

    def ball(self, radius: float) -> Ball:
        """How the weights are bounded beside cuts of this kind."""
        ...

    @property
    def is_cone(self) -> bool:
        """Whether the cuts leave the scale of the weights free: halfspaces."""
        ...


def halfspace_multiplier(z: Array, v: Array) -> Array:
    """Minimizer over lambda > 0 of ``z*lambda + v*lambda^2/2 - log(lambda)``.

    The multiplier of a new halfspace whose slack has mean z and variance v before it is
    imposed (mathematics (3.17)).
    """
    root = np.sqrt(z**2 + 4 * v)
    return np.where(z > 0, 2 / (np.abs(z) + root), (np.abs(z) + root) / (2 * v))


@dataclass(frozen=True)
class HalfspaceCuts:
    """Classification: ``y f >= depth``, violated at linear price C (mathematics (4.1)).

    Attributes
    ----------
    y : ndarray of shape (k,)
        Labels, -1 or +1.
    price : ndarray of shape (k,)
        Upper bound C of each multiplier; infinite for a hard cut.
    depth : ndarray of shape (k,)
        Offset of the cut: 0 is neutral (through the origin of f), positive is deep,
        negative is shallow.
    """

    y: Array
    price: Array
    depth: Array

    @property
    def concordance(self) -> float:
        return 1.0

    @property
    def height(self) -> float:
        return 1.0

    def conjugate(self, w: Array) -> Array:
        mu = self.y * w
        hard = np.isinf(self.price)
        room = np.where(hard, 1.0, self.price - mu)
        inside = (mu > 0) & (room > 0)
        logs = np.log(np.where(inside, mu, 1.0)) + np.log(np.where(inside, room, 1.0))
        return np.where(inside, -logs - self.depth * mu, np.inf)

    def gradient(self, w: Array) -> Array:
        mu = self.y * w
        return self.y * (1 / (self.price - mu) - 1 / mu - self.depth)

    def curvature(self, w: Array) -> Array:
        mu = self.y * w
        return 1 / mu**2 + 1 / (self.price - mu) ** 2

    def max_step(self, w: Array, dw: Array) -> float:
        mu, dmu = self.y * w, self.y * dw
        shrink = namespace(w).maximum(-dmu / mu, dmu / (self.price - mu))
        return 1 / max(largest(shrink, 0.0), 1e-300)

    def start(self, prediction: Array, variance: Array) -> Array:
        mu = halfspace_multiplier(self.y * prediction - self.depth, variance)
        return self.y * np.minimum(mu, self.price / 2)

    def inside(self, w: Array) -> Array:
        return np.where(np.abs(w) < self.price, w, np.copysign(self.price / 2, w))

    def slack(self, prediction: Array) -> Array:
        return self.y * prediction - self.depth

    def support(self, w: Array) -> float:
        return float((self.y * w) @ self.depth)

    def ball(self, radius: float) -> Ball:
        return HalfSquare(radius)

    @property
    def is_cone(self) -> bool:
        return True

    def last(self, start: int) -> HalfspaceCuts:
        return HalfspaceCuts(self.y[start:], self.price[start:], self.depth[start:])


@dataclass(frozen=True)
class SlabCuts:
    """Regression: ``|f - target| <= half_width``, left at linear price C.

    The two multipliers of a slab are eliminated in closed form: with
    ``s = sqrt(1 + (w * half_width)^2)`` the conjugate is ``s - log(1 + s) - target * w``
    (mathematics (3.6)).
    The bound ``|w| < C`` has a barrier of weight ``min(1, C * half_width)``, so that the
    elastic corner is as sharp as the slab is narrow (mathematics (4.4)).

    Attributes
    ----------
    target, half_width, price : ndarray of shape (k,)
        Center and half-width of each slab, and the bound C of ``|w|`` (infinite when hard).
    """

    target: Array
    half_width: Array
    price: Array

    @property
    def _weight(self) -> Array:
        return namespace(self.price).minimum(self.price * self.half_width, 1.0)

    @property
    def concordance(self) -> float:
        return math.sqrt(smallest(self._weight, 1.0))

    @property
    def height(self) -> float:
        # What it costs to miss a target by its own size: with many gates the ball's curvature
        # along f, and so the price, is tiny.
        xp, some = namespace(self.target), self.target != 0
        missed = self.price[some] * xp.abs(self.target[some])
        return min(1.0, largest(missed, 0.0) or 1.0)

    def _root(self, w: Array) -> Array:
        return namespace(w).hypot(w * self.half_width, 1.0)

    def conjugate(self, w: Array) -> Array:
        s = self._root(w)
        room = 1 - (w / self.price) ** 2
        inside = room > 0
        elastic = -self._weight * np.log(np.where(inside, room, 1.0))
        return np.where(inside, s - np.log1p(s) - self.target * w + elastic, np.inf)

    def gradient(self, w: Array) -> Array:
        residual = -w * self.half_width**2 / (1 + self._root(w))
        elastic = 1 / (self.price - w) - 1 / (self.price + w)
        return -(self.target + residual) + self._weight * elastic

    def curvature(self, w: Array) -> Array:
        s = self._root(w)
        elastic = 1 / (self.price - w) ** 2 + 1 / (self.price + w) ** 2
        return (self.half_width / s) * (self.half_width / (1 + s)) + self._weight * elastic

    def max_step(self, w: Array, dw: Array) -> float:
        shrink = namespace(w).maximum(dw / (self.price - w), -dw / (self.price + w))
        return 1 / max(largest(shrink, 0.0), 1e-300)

    def start(self, prediction: Array, variance: Array) -> Array:
        force = (self.target - prediction) / (variance + self.half_width**2 / 2)
        return np.clip(force, -self.price / 2, self.price / 2)

    def inside(self, w: Array) -> Array:
        return np.where(np.abs(w) < self.price, w, np.copysign(self.price / 2, w))

    def slack(self, prediction: Array) -> Array:
        return self.half_width - np.abs(prediction - self.target)

    def support(self, w: Array) -> float:
        xp = namespace(w)
        if xp.any(xp.isfinite(self.price)):
            return -np.inf
        return float(w @ self.target - xp.abs(w) @ self.half_width)

    def ball(self, radius: float) -> Ball:
        return LogBarrier(radius)

    @property
    def is_cone(self) -> bool:
        return False

    def last(self, start: int) -> SlabCuts:
        return SlabCuts(self.target[start:], self.half_width[start:], self.price[start:])
