"""The move of pairs: two leaves of one class and opposite signs, which no row above notices."""

from __future__ import annotations

import numpy as np

from cutplane._types import Array, Index
from cutplane.samplers.cones import Cones
from cutplane.samplers.truncated_gaussian import durations
from cutplane.space.gate_tree import GateTree


class PairMove:
    """Moves pairs of leaves alike, all of them at once.

    Parameters
    ----------
    tree : GateTree
        Every unit on its own.
    member : ndarray of int
        Pattern class of each unit of the first layer.
    cones : Cones
        Of the tree's leaves.
    """

    def __init__(self, tree: GateTree, member: Index, cones: Cones):
        width, m = tree.layers[0].width, tree.n_nodes[0]
        parent = np.repeat(np.arange(m // width), width // 2)
        self._class = parent * (member.max(initial=0) + 1) + np.tile(member, m // width)
        self._cones = cones

    def move(self, leaf: Array, rng: np.random.Generator) -> None:
        """Move all pairs of leaves (m, C, k) in place.

        The pairs are drawn anew each time. Of values a and b, a + b travels while a - b
        stays: both are in the cone where ``|a - b| <= a + b``.
        """
        order = [np.lexsort((rng.random(self._class.size), self._class)) for _ in range(2)]
        plus, minus = 2 * order[0], 2 * order[1] + 1
        one, two = leaf[plus] / np.sqrt(2), leaf[minus] / np.sqrt(2)
        apart = one - two
        time = durations(rng, apart.shape[:2])
        both = self._cones.travel(one + two, time, rng, plus, np.abs(apart))
        leaf[plus] = (both + apart) / np.sqrt(2)
        leaf[minus] = (both - apart) / np.sqrt(2)
