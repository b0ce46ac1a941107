"""The move of single leaves: each travels in its own cone, and is taken where the rest holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.samplers.cones import Cones
from cutplane.samplers.truncated_gaussian import LONGEST
from cutplane.space.gate_tree import GateTree

#: Share of moves that burn-in aims for by shortening trajectories.
_TARGET = 0.6


class LeafMove:
    """Moves leaf by leaf; a leaf's trajectory is exact, what leaves share decides.

    Parameters
    ----------
    tree : GateTree
        Every unit on its own.
    cones : Cones
        Of its leaves.
    y : ndarray of shape (k,)
        Labels, the signs of the root.
    """

    def __init__(self, tree: GateTree, cones: Cones, y: Array):
        self._tree, self._cones, self._y = tree, cones, y
        self.time = np.full(tree.n_nodes[0], LONGEST)

    def propose(self, leaf: Array, rng: np.random.Generator) -> Array:
        """One trajectory of every leaf (m, C, k) of every chain, inside the leaf's cone."""
        time = self.time[:, None] * rng.uniform(0.5, 1.0, leaf.shape[:2])
        return self._cones.travel(leaf, time, rng)

    def take(
        self,
        leaf: Array,
        above: list[Array],
        proposal: Array,
        depth: Array,
        rng: np.random.Generator,
    ) -> Array:
        """Take each leaf's move where the rows above still hold.

        Parameters
        ----------
        leaf : ndarray of shape (m, C, k)
            Changed in place, as ``above`` is.
        above : list of ndarray
            Values of the inner layers, then the prediction (1, C, k).
        proposal : ndarray of shape (m, C, k)
        depth : ndarray of shape (C, k)
            What ``y f`` has to stay above.
        rng : numpy.random.Generator
            Draws the order of the leaves.

        Returns
        -------
        ndarray of shape (m,)
            Share of the chains that took the move.
        """
        taken = np.empty(leaf.shape[0])
        for number in rng.permutation(taken.size):
            change = proposal[number] - leaf[number]
            path, good, node = [], np.ones(change.shape[0], dtype=bool), int(number)
            for level, layer in enumerate(self._tree.layers):
                change = layer.signed_mask[node % layer.width] * change
                node //= layer.width
                new = above[level][node] + change
                path.append((above[level][node], new))
                good &= self._holds(level, node, new, depth)
            np.copyto(leaf[number], proposal[number], where=good[:, None])
            for old, new in path:
                np.copyto(old, new, where=good[:, None])
            taken[number] = good.mean()
        return taken

    def tune(self, taken: Array) -> None:
        """Lengthen the trajectories of leaves that move often, shorten the others'."""
        self.time = np.minimum(self.time * np.exp(0.7 * (taken - _TARGET)), LONGEST)

    def _holds(self, level: int, node: int, values: Array, depth: Array) -> NDArray[np.bool_]:
        """Whether the rows of one node above the leaves hold for each chain."""
        if level + 1 == len(self._tree.layers):
            holds = self._y * values >= depth
        else:
            layer = self._tree.layers[level + 1]
            holds = layer.sigma[node % layer.width] * values >= 0
        return np.asarray(holds.all(axis=1), dtype=np.bool_)
