"""Exact sampling of the classification cone: N(0, I) restricted to every cut.

Directions of these samples have the law of directions uniform on cone and ball. Networks
with sign rows move leaf by leaf: each leaf travels inside its own cone (an exact
Hamiltonian trajectory, all leaves and chains at once), and the move is taken when the rows
above it, which leaves share, still hold. Where those rows leave a single leaf little room, all
leaves travel together (``tree_motion``). Without sign rows (gated, linear) the k predictions
are one Gaussian between k halfspaces, and travel together too.

An elastic cut multiplies the density by ``exp(-C max(0, violation))``. That is a hard cut
at a random depth: lowered by an exponential variable of rate C, drawn anew every sweep.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.newton.whitening import Whitening
from cutplane.samplers.cones import Cones
from cutplane.samplers.hamiltonian import move
from cutplane.samplers.tree_motion import TreeMotion, climb
from cutplane.space.cuts import HalfspaceCuts
from cutplane.space.version_space import VersionSpace

#: Share of leaf moves that burn-in aims for by shortening trajectories.
_TARGET = 0.6
_LONGEST = np.pi / 2
#: Where burn-in shortened them below this on average, all leaves move together instead.
_SHORT = 1.4
#: Such a move counts for so many sweeps: it leaves little of where it came from.
_WHOLE_PACE = 5


class Chains(Protocol):
    """Chains that sample one version space side by side."""

    acceptance: float

    @property
    def pace(self) -> int:
        """How many sweeps the next one counts for; see ``samplers.pace``."""
        ...

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

    acceptance, pace = 1.0, 1

    def __init__(self, space: VersionSpace, start: Array, n_chains: int):
        self.cuts = halfspaces(space)
        if space.operator.layers:
            raise InvalidInputError("a space with sign rows arrived; sample it with LeafChains")
        kernel = space.operator.covariance
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
    """A space with sign rows, moved leaf by leaf, or all leaves together.

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (L, k) or (C, L, k)
        Leaf values on the unit rows, inside every hard cut.
    n_chains : int
    """

    def __init__(self, space: VersionSpace, start: Array, n_chains: int):
        self.cuts = halfspaces(space)
        self.tree = space.full_tree
        self.acceptance = 0.0
        layer, m = self.tree.layers[0], self.tree.n_nodes[0]
        self._white = Whitening.of(self.tree.gram)
        self._cones = Cones.of(space.tree.layers[0], m, self._white)
        self._time = np.full(m, _LONGEST)
        self._motion: TreeMotion | None = None  # once leaves move together
        self._whole_time = _LONGEST
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
        if self._motion is not None:
            self._move_together(self._motion, depth, rng, adapt=adapt)
            return
        proposal = self._propose(rng)
        taken = self._take(proposal, depth, rng)
        self.acceptance = float(taken.mean())
        self._move_pairs(rng)
        self._climb()  # rounding errors do not add up
        if adapt:
            self._time = np.minimum(self._time * np.exp(0.7 * (taken - _TARGET)), _LONGEST)
            if self._time.mean() < _SHORT:
                self._motion = TreeMotion(self.tree, self.cuts.y)

    @property
    def pace(self) -> int:
        return 1 if self._motion is None else _WHOLE_PACE

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

    def _move_together(
        self, motion: TreeMotion, depth: Array, rng: np.random.Generator, *, adapt: bool
    ) -> None:
        """One trajectory of all leaves; shorter ones from now on if some had too many events."""
        root = self._white.root
        velocity = rng.standard_normal((*self._leaf.shape[:2], root.shape[1])) @ root.T
        time = self._whole_time * rng.uniform(0.5, 1.0, depth.shape[:1])
        self._leaf, taken = motion.move(self._leaf, velocity, depth, time)
        self.acceptance = float(taken.mean())
        self._climb()
        if adapt and not taken.all():
            self._whole_time /= 2

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
