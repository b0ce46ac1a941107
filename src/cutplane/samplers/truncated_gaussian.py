"""Exact sampling of the classification cone: N(0, I) restricted to every cut.

Directions of these samples have the law of directions uniform on cone and ball. Networks
with sign rows move leaf by leaf: each leaf travels inside its own cone (an exact
Hamiltonian trajectory, all leaves and chains at once), and the move is taken when the rows
above it, which leaves share, still hold. Without sign rows (gated, linear) the k predictions
are one Gaussian between k halfspaces, and travel together.

An elastic cut multiplies the density by ``exp(-C max(0, violation))``. That is a hard cut
at a random depth: lowered by an exponential variable of rate C, drawn anew every sweep.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cutplane.cuts import HalfspaceCuts
from cutplane.errors import InvalidInputError
from cutplane.gate_tree import GateTree
from cutplane.samplers.cones import Cones
from cutplane.samplers.hamiltonian import move
from cutplane.samplers.laplace import Laplace
from cutplane.samplers.whitening import Whitening
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]

#: Share of leaf moves that burn-in aims for by shortening trajectories.
_TARGET = 0.6
_LONGEST = np.pi / 2
#: Where burn-in shortened the trajectories below this, leaves also move together.
_SHORT = 1.0
#: Such joint moves per sweep.
_JOINT_MOVES = 16


class Chains(Protocol):
    """Chains that sample one version space side by side."""

    acceptance: float

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        """Move every chain once; ``adapt`` may tune the moves (burn-in only)."""
        ...

    @property
    def values(self) -> Array:
        """Leaf values (C, L, k), or predictions (C, k) without sign rows."""
        ...

    @property
    def prediction(self) -> Array:
        """f on the labelled unit rows; (C, k)."""
        ...


def random_depths(cuts: HalfspaceCuts, prediction: Array, rng: np.random.Generator) -> Array:
    """Depth of every cut given the predictions (C, k): hard, or lowered by an exponential."""
    elastic = np.isfinite(cuts.price)
    if not elastic.any():
        return np.broadcast_to(cuts.depth, prediction.shape)
    rate = np.where(elastic, cuts.price, 1.0)
    violation = np.maximum(cuts.depth - cuts.y * prediction, 0)
    lowered = violation + rng.standard_exponential(prediction.shape) / rate
    return cuts.depth - np.where(elastic, lowered, 0.0)


class RootChains:
    """A space without sign rows: k predictions with covariance K, between k halfspaces.

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (k,)
        Predictions on the unit rows, inside every hard cut.
    n_chains : int
    """

    acceptance = 1.0

    def __init__(self, space: VersionSpace, start: Array, n_chains: int):
        self.cuts = halfspaces(space)
        kernel = space.kernel
        if kernel is None:
            raise InvalidInputError("a space with sign rows arrived; sample it with LeafChains")
        self._root = Whitening.of(kernel).root
        self._gram = self.cuts.y[:, None] * kernel * self.cuts.y
        self._signed = np.tile(self.cuts.y * start, (n_chains, 1))

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        chains = self._signed.shape[0]
        depth = random_depths(self.cuts, self.prediction, rng)
        offset = -depth if np.any(depth) else None
        velocity = self.cuts.y * (rng.standard_normal((chains, self._root.shape[1])) @ self._root.T)
        time = _LONGEST * rng.uniform(0.5, 1.0, (chains,))
        self._signed = move(self._signed, velocity, self._gram, time, offset)

    @property
    def prediction(self) -> Array:
        return self.cuts.y * self._signed

    @property
    def values(self) -> Array:
        return self.prediction


class LeafChains:
    """A space with sign rows, moved leaf by leaf.

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (L, k) or (C, L, k)
        Leaf values on the unit rows, inside every hard cut.
    n_chains : int
    rounding : Laplace, optional
        Adds hit-and-run moves of all leaves together, with the covariance of the space at
        its analytic center, where leaves cannot move far one at a time (small tight spaces).
    """

    def __init__(
        self, space: VersionSpace, start: Array, n_chains: int, rounding: Laplace | None = None
    ):
        self.cuts = halfspaces(space)
        self.rounding = rounding
        self.tree = GateTree.without_classes(space.tree.rows, space.patterns)
        self.acceptance = 0.0
        layer, m = self.tree.layers[0], self.tree.n_nodes[0]
        white = Whitening.of(self.tree.gram)
        self._precision = white.precision
        self._cones = Cones.of(space.tree.layers[0], m, white)
        self._time = np.full(m, _LONGEST)
        parent = np.repeat(np.arange(m // layer.width), layer.width // 2)
        member = np.tile(space.tree.layers[0].member, m // layer.width)
        self._class = parent * (member.max(initial=0) + 1) + member
        many = np.broadcast_to(start, (n_chains, *start.shape[-2:]))
        self._leaf = np.ascontiguousarray(many.transpose(1, 0, 2))
        self._climb()

    def _climb(self) -> None:
        """Values of the inner nodes and the prediction from the leaves."""
        self._above = climb(self.tree, self._leaf)

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        depth = random_depths(self.cuts, self.prediction, rng)
        proposal = self._propose(rng)
        taken = self._take(proposal, depth, rng)
        self.acceptance = float(taken.mean())
        if self.rounding is not None:
            for _ in range(_JOINT_MOVES if self._time.mean() < _SHORT else 0):
                self._move_jointly(self.rounding, depth, rng)
        self._move_pairs(rng)
        self._climb()  # rounding errors do not add up
        if adapt:
            self._time = np.minimum(self._time * np.exp(0.7 * (taken - _TARGET)), _LONGEST)

    def _propose(self, rng: np.random.Generator) -> Array:
        """One trajectory of every leaf of every chain, inside the leaf's cone."""
        time = self._time[:, None] * rng.uniform(0.5, 1.0, self._leaf.shape[:2])
        return self._cones.travel(self._leaf, time, rng)

    def _move_pairs(self, rng: np.random.Generator) -> None:
        """Move two leaves of one class and opposite signs alike, which no row above notices.

        The pairs are drawn anew each time, and all of them move at once. Of values a and b,
        a + b travels while a - b stays: both are in the cone where ``|a - b| <= a + b``.
        """
        order = [np.lexsort((rng.random(self._class.size), self._class)) for _ in range(2)]
        plus, minus = 2 * order[0], 2 * order[1] + 1
        one, two = self._leaf[plus] / np.sqrt(2), self._leaf[minus] / np.sqrt(2)
        apart = one - two
        time = _LONGEST * rng.uniform(0.5, 1.0, apart.shape[:2])
        both = self._cones.travel(one + two, time, rng, plus, np.abs(apart))
        self._leaf[plus] = (both + apart) / np.sqrt(2)
        self._leaf[minus] = (both - apart) / np.sqrt(2)

    def _take(self, proposal: Array, depth: Array, rng: np.random.Generator) -> Array:
        """Take each leaf's move where the rows above still hold; shares taken (m,)."""
        taken = np.empty(self._leaf.shape[0])
        for leaf in rng.permutation(taken.size):
            change = proposal[leaf] - self._leaf[leaf]
            path, good, node = [], np.ones(change.shape[0], dtype=bool), int(leaf)
            for level, layer in enumerate(self.tree.layers):
                change = layer.signed_mask[node % layer.width] * change
                node //= layer.width
                new = self._above[level][node] + change
                path.append((self._above[level][node], new))
                good &= self._holds(level, node, new, depth)
            np.copyto(self._leaf[leaf], proposal[leaf], where=good[:, None])
            for old, new in path:
                np.copyto(old, new, where=good[:, None])
            taken[leaf] = good.mean()
        return taken

    def _move_jointly(self, rounding: Laplace, depth: Array, rng: np.random.Generator) -> None:
        """One hit-and-run move of all leaves, the direction shared by the chains."""
        direction = rounding.draw(rng) @ self.tree.rows.T
        first, last = self._chord(direction, depth)
        metric = direction @ self._precision
        square = float((direction * metric).sum())
        top = -np.einsum("mck,mk->c", self._leaf, metric) / square
        half = np.sqrt(top**2 + 2 * rng.standard_exponential(top.size) / square)
        first, last = np.maximum(first, top - half), np.minimum(last, top + half)
        step = np.where(last > first, rng.uniform(first, np.maximum(first, last)), 0.0)[:, None]
        self._leaf += step * direction[:, None]
        for values, rate in zip(self._above, climb(self.tree, direction[:, None]), strict=True):
            values += step * rate

    def _chord(self, direction: Array, depth: Array) -> tuple[Array, Array]:
        """How far each chain can go either way along leaf values (L, k); (C,) each."""
        rates = [direction[:, None], *climb(self.tree, direction[:, None])]
        first, last = np.full(depth.shape[0], -np.inf), np.full(depth.shape[0], np.inf)
        for level, (values, rate) in enumerate(zip([self._leaf, *self._above], rates, strict=True)):
            if level < len(self.tree.layers):
                layer = self.tree.layers[level]
                sigma = np.tile(layer.sigma, (rate.shape[0] // layer.width, 1))[:, None]
                slack, rate = sigma * values, sigma * rate
            else:
                slack, rate = (self.cuts.y * values) - depth, self.cuts.y * rate
            speed = rate / np.maximum(slack, 1e-300)  # the wall is at -1 / speed
            first = np.maximum(first, -1 / np.maximum(speed.max(axis=(0, 2)), 1e-300))
            last = np.minimum(last, 1 / np.maximum(-speed.min(axis=(0, 2)), 1e-300))
        return first, last

    def _holds(self, level: int, node: int, values: Array, depth: Array) -> NDArray[np.bool_]:
        """Whether the rows of one node above the leaves hold for each chain."""
        if level + 1 == len(self.tree.layers):
            holds = self.cuts.y * values >= depth
        else:
            layer = self.tree.layers[level + 1]
            holds = layer.sigma[node % layer.width] * values >= 0
        return np.asarray(holds.all(axis=1), dtype=np.bool_)

    @property
    def prediction(self) -> Array:
        return self._above[-1][0]

    @property
    def values(self) -> Array:
        return self._leaf.transpose(1, 0, 2)


def climb(tree: GateTree, leaf: Array) -> list[Array]:
    """Values above the leaves of (L, C, k): inner layers, then the prediction."""
    above, current = [], leaf
    for layer in tree.layers:
        grouped = current.reshape(-1, layer.width, *current.shape[1:])
        current = np.einsum("ak,pack->pck", layer.signed_mask, grouped)
        above.append(current)
    return above


def halfspaces(space: VersionSpace) -> HalfspaceCuts:
    """The cuts of a classification space.

    Raises
    ------
    InvalidInputError
        The space has slabs (regression).
    """
    if not isinstance(space.cuts, HalfspaceCuts):
        raise InvalidInputError("a regression space arrived; sample it with HitAndRunChains")
    return space.cuts
