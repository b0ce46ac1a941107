"""The sign rows of the leaves: all labelled rows, or those nearest to each leaf's cone.

In few dimensions a cone has few facets, however many rows there are; the other rows are
implied by these. Each leaf then keeps the rows that are nearest to the center of its cone.
That is a guess, and a larger cone: ``final_solve`` checks in the end that no row was missed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cutplane._types import Array, Index
from cutplane.final.leaf_multipliers import centered
from cutplane.space.gate_tree import Layer, distinct_columns


@dataclass(frozen=True)
class LeafRows:
    """Which sign rows each of m leaves keeps.

    Attributes
    ----------
    rows : ndarray of shape (k, r)
    center : ndarray of shape (m, p)
        Signed multipliers near the center of each leaf's cone, with a pull of length
        ``sqrt(p)``.
    nearest : ndarray of int of shape (m, p), or None
        Places of the rows of each leaf; None where every leaf keeps all k.
    """

    rows: Array
    center: Array
    nearest: Index | None = None

    @classmethod
    def all(cls, rows: Array, layer: Layer) -> LeafRows:
        """All rows, for the units of a layer."""
        mask, member, _ = distinct_columns(layer.mask.T.astype(np.uint8))
        return cls(rows, centered(rows, 2 * mask.T.astype(float) - 1)[member])

    def nearest_rows(self, p: int) -> LeafRows:
        """The p rows with the largest multipliers, which are the nearest to the center."""
        nearest = np.argpartition(-abs(self.center), p - 1, axis=1)[:, :p]
        few = LeafRows(self.rows, np.take_along_axis(self.center, nearest, axis=1), nearest)
        pull = few.pulls(few.center)
        return replace(few, center=few.center * np.sqrt(p / np.vecdot(pull, pull))[:, None])

    @cached_property
    def own(self) -> Array:
        """The rows of each leaf, as columns; (m, r, p)."""
        return np.ascontiguousarray(self.rows.T[:, self.nearest].transpose(1, 0, 2))

    def restricted(self, leaves: Index) -> LeafRows:
        """Rows of some leaves."""
        nearest = None if self.nearest is None else self.nearest[leaves]
        return LeafRows(self.rows, self.center[leaves], nearest)

    def values(self, u: Array) -> Array:
        """Values of leaf weights on their rows; (m, r) -> (m, p)."""
        return u @ self.rows.T if self.nearest is None else (u[:, None, :] @ self.own)[:, 0]

    def pulls(self, forces: Array) -> Array:
        """Pull of forces on the rows; (m, p) -> (m, r)."""
        if self.nearest is None:
            return forces @ self.rows
        return (self.own @ forces[:, :, None])[:, :, 0]

    def mapped(self, matrices: Array) -> Array:
        """Every row through the matrix of its leaf; (m, r, r) -> (m, r, p)."""
        if self.nearest is None:
            m, r, _ = matrices.shape
            return (matrices.reshape(-1, r) @ self.rows.T).reshape(m, r, -1)
        return matrices @ self.own
