"""From values on the labelled rows to weights: what no label restricts is drawn exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cutplane._types import Array
from cutplane.newton.whitening import Whitening
from cutplane.space.operator import Operator
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class Lift:
    """Draws weights that have given values on the labelled rows.

    Attributes
    ----------
    space : VersionSpace
    operator : Operator
        Of every unit.
    precision : ndarray of shape (k, k)
        Pseudo-inverse of the covariance of what the cuts see.
    n_free : int
        Directions that no label restricts.
    """

    space: VersionSpace
    operator: Operator
    precision: Array = field(repr=False)
    n_free: int

    @classmethod
    def of(cls, space: VersionSpace) -> Lift:
        """The lift of a version space's networks."""
        operator = space.operator.on(space.full_tree)
        white = Whitening.of(operator.covariance)
        n_free = space.n_weights - white.rank * operator.n_blocks
        return cls(space, operator, white.precision, n_free)

    def __call__(self, values: Array, rng: np.random.Generator) -> Array:
        """Draw weights (L, d) given their values: normal, or uniform in the ball (slabs)."""
        free = rng.standard_normal((self.space.arrangement.n_leaves, self.space.rows.shape[1]))
        free -= self._shortest(self.operator.observed(free @ self.operator.tree.rows.T))
        shortest = self._shortest(values)
        if self.space.cuts.is_cone:
            return shortest + free
        if self.n_free == 0:
            return shortest
        room = max(self.space.radius**2 - float((shortest**2).sum()), 0.0)
        length = np.sqrt(room) * rng.random() ** (1 / self.n_free)
        return shortest + length / np.linalg.norm(free) * free

    def _shortest(self, values: Array) -> Array:
        """Shortest weights (L, d) with these values."""
        return self.operator.leaf_forces(values @ self.precision) @ self.operator.tree.rows
