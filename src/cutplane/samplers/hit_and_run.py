"""Hit-and-run between slabs: the sampler of bounded sets (regression).

The state is whitened: leaf values are ``a R^T`` with R R^T the Gram matrix of the labelled
rows, so labels restrict ``|a|`` and ``A a`` only. What they leave free is integrated out:
uniform weights in the ball of R^N give ``a`` in R^n the density
``(radius^2 - |a|^2)^((N - n) / 2)``. Elastic slabs multiply it by ``exp(-N/2 C violation)``
(mathematics (7.4)): the center weighs violations against ``-log(radius^2 - |theta|^2)``,
the uniform law against N/2 times that, so that its mode stays where the center is. A move draws
one direction for all chains, with the covariance of the space at its analytic center, and each
chain a point of its chord by slice sampling, whose slice is an interval in closed form.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.newton.whitening import Whitening
from cutplane.samplers.laplace import Laplace
from cutplane.space.cuts import SlabCuts
from cutplane.space.version_space import VersionSpace

#: Moves in one sweep.
MOVES = 32


class HitAndRunChains:
    """Chains of hit-and-run; the target is uniform.

    Parameters
    ----------
    space : VersionSpace
        Of slabs.
    start : ndarray of shape (L, k), or (k,) without sign rows
        Values inside every hard cut.
    n_chains : int
    rounding : Laplace
        Draws the directions.

    Raises
    ------
    InvalidInputError
        The space has halfspaces (classification), or the start is outside the ball.
    """

    acceptance, pace = 1.0, 1

    def __init__(self, space: VersionSpace, start: Array, n_chains: int, rounding: Laplace):
        self.cuts = slabs(space)
        self.rounding = rounding
        self.tree = space.full_tree
        self._operator = space.operator.on(self.tree)
        self._white = Whitening.of(self._operator.covariance)
        state = np.atleast_2d(start) @ self._white.inverse.T
        self._radius = space.radius
        if np.linalg.norm(state) >= self._radius:
            raise InvalidInputError(
                f"start has length {np.linalg.norm(state):.3g}, expected less than "
                f"radius={self._radius:.3g}"
            )
        n_free = space.n_weights - state.size
        self._power = n_free / 2
        self._state = np.tile(state, (n_chains, 1, 1))
        self._values = self._rows(self._state)

    def _direction(self, rng: np.random.Generator) -> Array:
        leaf = self.rounding.draw(rng) @ self.tree.rows.T
        return np.atleast_2d(self._operator.observed(leaf)) @ self._white.inverse.T

    def _rows(self, state: Array) -> list[Array]:
        """Signed values of the sign rows, then the prediction; state (..., m, r)."""
        current = state @ self._white.root.T
        out = []
        for layer in self._operator.layers:
            grouped = current.reshape(*current.shape[:-2], -1, *layer.mask.shape)
            out.append((layer.sigma * grouped).reshape(current.shape))
            current = np.einsum("ak,...pak->...pk", layer.signed_mask, grouped)
        return [*out, current[..., 0, :]]

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        low, high = _slab_bounds(self.cuts, self.prediction, rng)
        for _ in range(MOVES):
            direction = self._direction(rng)
            self._step(direction, low, high, rng)
        self._values = self._rows(self._state)  # rounding errors do not add up

    def _step(self, direction: Array, low: Array, high: Array, rng: np.random.Generator) -> None:
        rates = self._rows(direction)
        first, last = _chord(self._values, rates, low, high)
        below, above = self._slice(direction, rng)
        first, last = np.maximum(first, below), np.minimum(last, above)
        step = np.where(last > first, rng.uniform(first, np.maximum(first, last)), 0.0)
        self._state += step[:, None, None] * direction
        for value, rate in zip(self._values, rates, strict=True):
            value += step.reshape(-1, *[1] * rate.ndim) * rate

    def _slice(self, direction: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Where the density along the line exceeds a random share of its present value."""
        square = float((direction**2).sum())
        top = -np.einsum("cmr,mr->c", self._state, direction) / square
        level = rng.standard_exponential(top.size)
        room = np.maximum(self._radius**2 - (self._state**2).sum(axis=(1, 2)), 0.0) / square
        keep = np.exp(-level / self._power) if self._power > 0 else np.zeros_like(level)
        half = np.sqrt(top**2 + room * (1 - keep))
        return top - half, top + half

    def lower(self, by: Array) -> None:
        self.cuts = replace(self.cuts, half_width=self.cuts.half_width + by)

    @property
    def prediction(self) -> Array:
        return self._values[-1]

    @property
    def values(self) -> Array:
        """Leaf values (C, L, k), or predictions (C, k) without sign rows."""
        values = self._state @ self._white.root.T
        return values if self._operator.layers else values[:, 0]


def slabs(space: VersionSpace) -> SlabCuts:
    """The cuts of a regression space, with prices in the units of the uniform law.

    Raises
    ------
    InvalidInputError
        The space has halfspaces (classification).
    """
    if not isinstance(space.cuts, SlabCuts):
        raise InvalidInputError("a classification space arrived; sample it with start_chains")
    return replace(space.cuts, price=space.cuts.price * space.n_weights / 2)


def _slab_bounds(
    cuts: SlabCuts, prediction: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Interval of each prediction this sweep; elastic cuts draw theirs; (C, k)."""
    elastic = np.isfinite(cuts.price)
    violation = np.maximum(np.abs(prediction - cuts.target) - cuts.half_width, 0)
    rate = np.where(elastic, cuts.price, 1.0)
    more = violation + rng.standard_exponential(prediction.shape) / rate
    width = cuts.half_width + np.where(elastic, more, 0.0)
    return cuts.target - width, cuts.target + width


def _chord(values: list[Array], rates: list[Array], low: Array, high: Array) -> tuple[Array, Array]:
    """Largest interval around 0 on which every row holds, for each chain; (C,) each."""
    chains = low.shape[0]
    first, last = np.full(chains, -np.inf), np.full(chains, np.inf)
    bounds = [(0.0, np.inf)] * (len(values) - 1) + [(low, high)]
    with np.errstate(divide="ignore", invalid="ignore"):
        for value, rate, (bottom, top) in zip(values, rates, bounds, strict=True):
            one, two = (bottom - value) / rate, (top - value) / rate
            begin = np.where(rate == 0, -np.inf, np.minimum(one, two)).reshape(chains, -1)
            end = np.where(rate == 0, np.inf, np.maximum(one, two)).reshape(chains, -1)
            first = np.maximum(first, begin.max(axis=1, initial=-np.inf))
            last = np.minimum(last, end.min(axis=1, initial=np.inf))
    return np.minimum(first, 0.0), np.maximum(last, 0.0)
