"""Hit-and-run between slabs or halfspaces: the sampler of bounded sets (regression).

The state is whitened: leaf values are ``a R^T`` with R R^T the Gram matrix of the labelled
rows, so labels restrict ``|a|`` and ``A a`` only. What they leave free is integrated out:
uniform weights in the ball of R^N give ``a`` in R^n the density
``(radius^2 - |a|^2)^((N - n) / 2)``. A move draws one direction for all chains, and each
chain a point of its chord by slice sampling, whose slice is an interval in closed form.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cutplane.cuts import HalfspaceCuts, SlabCuts
from cutplane.gate_tree import GateTree
from cutplane.samplers.laplace import Laplace
from cutplane.samplers.truncated_gaussian import random_depths, square_root
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]
Direction = Callable[[np.random.Generator], Array]

#: Moves in one sweep.
MOVES = 32


class HitAndRunChains:
    """Chains of hit-and-run; the target is uniform (slabs) or normal (halfspaces).

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (L, k), or (k,) without sign rows
        Values inside every hard cut.
    n_chains : int
    rounding : Laplace, optional
        Directions with the covariance of the space at its analytic center. Without it,
        one coordinate of one leaf at a time.
    """

    acceptance = 1.0

    def __init__(
        self, space: VersionSpace, start: Array, n_chains: int, rounding: Laplace | None = None
    ):
        self.cuts = space.cuts
        self.tree = GateTree.without_classes(space.tree.rows, space.patterns)
        self._has_sign_rows = space.has_sign_rows
        gram = space.tree.gram if space.kernel is None else space.kernel
        self._root = square_root(gram)
        self._whiten = np.linalg.pinv(self._root)
        state = np.atleast_2d(start) @ self._whiten.T
        self._state = np.tile(state, (n_chains, 1, 1))
        self._values = self._rows(self._state)
        n_free = space.arrangement.n_leaves * space.rows.shape[1] - state.size
        self._radius = None if space.is_cone else space.radius
        self._power = n_free / 2
        self._direction = self._coordinate if rounding is None else self._rounded(rounding)

    def _coordinate(self, rng: np.random.Generator) -> Array:
        direction = np.zeros(self._state.shape[1:])
        direction.flat[rng.integers(direction.size)] = 1.0
        return direction

    def _rounded(self, rounding: Laplace) -> Direction:
        def draw(rng: np.random.Generator) -> Array:
            leaf = rounding.draw(rng) @ rounding.tree.rows.T
            values = leaf if self._has_sign_rows else rounding.tree.values(leaf)[1][None]
            return values @ self._whiten.T

        return draw

    def _rows(self, state: Array) -> list[Array]:
        """Signed values of the sign rows, then the prediction; state (..., m, r)."""
        current = state @ self._root.T
        if not self._has_sign_rows:
            return [current[..., 0, :]]
        out = []
        for layer in self.tree.layers:
            grouped = current.reshape(*current.shape[:-2], -1, *layer.mask.shape)
            out.append((layer.sigma * grouped).reshape(current.shape))
            current = np.einsum("ak,...pak->...pk", layer.signed_mask, grouped)
        return [*out, current[..., 0, :]]

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        low, high = self._bounds(rng)
        for _ in range(MOVES):
            direction = self._direction(rng)
            self._step(direction, low, high, rng)
        self._values = self._rows(self._state)  # rounding errors do not add up

    def _bounds(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Interval of each prediction this sweep; elastic cuts draw theirs; (C, k)."""
        prediction = self.prediction
        if isinstance(self.cuts, HalfspaceCuts):
            depth = random_depths(self.cuts, prediction, rng)
            up = self.cuts.y > 0
            return np.where(up, depth, -np.inf), np.where(up, np.inf, -depth)
        return _slab_bounds(self.cuts, prediction, rng)

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
        if self._radius is None:
            half = np.sqrt(top**2 + 2 * level / square)
            return top - half, top + half
        room = np.maximum(self._radius**2 - (self._state**2).sum(axis=(1, 2)), 0.0) / square
        keep = np.exp(-level / self._power) if self._power > 0 else np.zeros_like(level)
        half = np.sqrt(top**2 + room * (1 - keep))
        return top - half, top + half

    @property
    def prediction(self) -> Array:
        return self._values[-1]

    @property
    def values(self) -> Array:
        """Leaf values (C, L, k), or predictions (C, k) without sign rows."""
        values = self._state @ self._root.T
        return values if self._has_sign_rows else values[:, 0]


def _slab_bounds(
    cuts: SlabCuts, prediction: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
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
