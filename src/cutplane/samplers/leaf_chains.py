"""Networks with sign rows, sampled leaf by leaf, or all leaves together.

Each leaf travels inside its own cone (an exact Hamiltonian trajectory, all leaves and chains
at once), and the move is taken when the rows above it, which leaves share, still hold. Where
those rows leave a single leaf little room, all leaves travel together (``tree_motion``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutplane._types import Array
from cutplane.newton.whitening import Whitening
from cutplane.samplers.cones import Cones
from cutplane.samplers.leaf_move import LeafMove
from cutplane.samplers.pair_move import PairMove
from cutplane.samplers.tree_motion import TreeMotion, climb
from cutplane.samplers.truncated_gaussian import LONGEST, halfspaces, random_depths
from cutplane.space.version_space import VersionSpace

#: Where burn-in shortened trajectories below this on average, all leaves move together instead.
_SHORT = 1.4
#: Such a move counts for so many sweeps: it leaves little of where it came from.
_WHOLE_PACE = 5


class LeafChains:
    """A space with sign rows, moved leaf by leaf, or all leaves together.

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (L, k) or (C, L, k)
        Leaf values on the unit rows, inside every hard cut.
    n_chains : int

    Raises
    ------
    InvalidInputError
        The space has slabs.
    """

    def __init__(self, space: VersionSpace, start: Array, n_chains: int):
        self.cuts = halfspaces(space)
        self.tree = space.full_tree
        self.acceptance = 0.0
        self._white = Whitening.of(self.tree.gram)
        classes = space.tree.layers[0]
        cones = Cones.of(classes, self.tree.n_nodes[0], self._white)
        self._leaves = LeafMove(self.tree, cones, self.cuts.y)
        self._pairs = PairMove(self.tree, classes.member, cones)
        self._motion: TreeMotion | None = None  # once leaves move together
        self._whole_time = LONGEST
        many = np.broadcast_to(start, (n_chains, *start.shape[-2:]))
        self._leaf = np.ascontiguousarray(many.transpose(1, 0, 2))
        self._above = climb(self.tree, self._leaf)

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        depth = random_depths(self.cuts, self.prediction, rng)
        if self._motion is not None:
            self._move_together(self._motion, depth, rng, adapt=adapt)
            return
        proposal = self._leaves.propose(self._leaf, rng)
        taken = self._leaves.take(self._leaf, self._above, proposal, depth, rng)
        self.acceptance = float(taken.mean())
        self._pairs.move(self._leaf, rng)
        self._above = climb(self.tree, self._leaf)  # rounding errors do not add up
        if adapt:
            self._leaves.tune(taken)
            if self._leaves.time.mean() < _SHORT:
                self._motion = TreeMotion(self.tree, self.cuts.y)

    def _move_together(
        self, motion: TreeMotion, depth: Array, rng: np.random.Generator, *, adapt: bool
    ) -> None:
        """One trajectory of all leaves; shorter ones from now on if some had too many events."""
        root = self._white.root
        velocity = rng.standard_normal((*self._leaf.shape[:2], root.shape[1])) @ root.T
        time = self._whole_time * rng.uniform(0.5, 1.0, depth.shape[:1])
        self._leaf, taken = motion.move(self._leaf, velocity, depth, time)
        self.acceptance = float(taken.mean())
        self._above = climb(self.tree, self._leaf)
        if adapt and not taken.all():
            self._whole_time /= 2

    def lower(self, by: Array) -> None:
        self.cuts = replace(self.cuts, depth=self.cuts.depth - by)

    @property
    def pace(self) -> int:
        """A sweep of whole trees counts for several."""
        return 1 if self._motion is None else _WHOLE_PACE

    @property
    def prediction(self) -> Array:
        return self._above[-1][0]

    @property
    def values(self) -> Array:
        return self._leaf.transpose(1, 0, 2)
