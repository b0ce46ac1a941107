"""From values on the labelled rows to weights: what no label restricts is drawn exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cutplane._types import Array
from cutplane.newton.whitening import Whitening
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class Lift:
    """Draws weights that have given values on the labelled rows.

    Attributes
    ----------
    space : VersionSpace
    tree : GateTree
        Every unit on its own.
    precision : ndarray of shape (k, k)
        Pseudo-inverse of the Gram matrix, or of the kernel.
    n_free : int
        Directions that no label restricts.
    """

    space: VersionSpace
    tree: GateTree
    precision: Array = field(repr=False)
    n_free: int

    @classmethod
    def of(cls, space: VersionSpace) -> Lift:
        """The lift of a version space's networks."""
        tree = GateTree.without_classes(space.tree.rows, space.patterns)
        white = Whitening.of(tree.gram if space.kernel is None else space.kernel)
        n_leaves, d = space.arrangement.n_leaves, tree.rows.shape[1]
        seen = white.rank * (n_leaves if space.kernel is None else 1)
        return cls(space, tree, white.precision, n_leaves * d - seen)

    def __call__(self, values: Array, rng: np.random.Generator) -> Array:
        """Draw weights (L, d) given their values: normal, or uniform in the ball (slabs)."""
        free = rng.standard_normal((self.space.arrangement.n_leaves, self.tree.rows.shape[1]))
        free -= self._shortest(self._read(free))
        shortest = self._shortest(values)
        if self.space.is_cone:
            return shortest + free
        if self.n_free == 0:
            return shortest
        room = max(self.space.radius**2 - float((shortest**2).sum()), 0.0)
        length = np.sqrt(room) * rng.random() ** (1 / self.n_free)
        return shortest + length / np.linalg.norm(free) * free

    def _read(self, weights: Array) -> Array:
        """What the cuts see of weights: leaf values, or the prediction without sign rows."""
        leaf = weights @ self.tree.rows.T
        return leaf if self.space.kernel is None else self.tree.values(leaf)[1]

    def _shortest(self, values: Array) -> Array:
        """Shortest weights (L, d) with these values."""
        force = values @ self.precision
        if self.space.kernel is not None:
            zero = [np.zeros((m, self.tree.n_rows)) for m in self.tree.n_nodes]
            force = self.tree.forces(force, zero)
        return force @ self.tree.rows
