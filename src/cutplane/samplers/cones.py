"""The cone of every leaf: which sign rows are its facets, and travel inside it.

With few features and many labels most sign rows of a leaf are implied by a few others. Only
those few can be hit, so trajectories are followed on them alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cutplane._types import Array, Index
from cutplane.newton.whitening import Whitening
from cutplane.samplers.hamiltonian import move
from cutplane.space.gate_tree import Layer

#: Facets are looked for where there are this many times more rows than dimensions.
_CROWDED = 2
#: A unit normal this close to the cone of others is implied by them.
_IMPLIED = 1e-10


@dataclass(frozen=True)
class Cones:
    """The cones ``sigma * values >= 0`` of m leaves over k labelled rows.

    Attributes
    ----------
    sigma : ndarray of shape (m, k)
    wall : ndarray of int of shape (m, w)
        Rows that are facets, the first one repeated where a leaf has fewer.
    normals : ndarray of shape (m, r, w)
        Signed rows of the walls in white coordinates.
    gram : ndarray of shape (m, w, w)
    lift : ndarray of shape (m, w, k) or None
        From signed values at the walls to all signed values; None where every row is a wall.
    """

    sigma: Array = field(repr=False)
    wall: Index = field(repr=False)
    normals: Array = field(repr=False)
    gram: Array = field(repr=False)
    lift: Array | None = field(repr=False)

    @classmethod
    def of(cls, layer: Layer, n_leaves: int, white: Whitening) -> Cones:
        """The cones of leaves below a first layer of distinct patterns.

        Parameters
        ----------
        layer : Layer
            Pattern classes; leaf i has pattern ``i // 2`` of its parent's.
        n_leaves : int
        white : Whitening
            Of the labelled rows' Gram matrix.
        """
        sigma = layer.sigma[::2]
        (k, rank), lift = white.root.shape, None
        wall = np.tile(np.arange(k), (len(sigma), 1))
        if _CROWDED * rank <= k:
            wall = _padded([_facets(signs[:, None] * white.root) for signs in sigma])
        normals = (sigma[:, :, None] * white.root)[np.arange(len(sigma))[:, None], wall]
        if _CROWDED * rank <= k:
            lift = (sigma[:, :, None] * white.root) @ np.linalg.pinv(normals)
            lift = lift.transpose(0, 2, 1)
        own = np.tile(np.repeat(layer.member, 2), n_leaves // (2 * layer.member.size))
        gram = normals @ normals.transpose(0, 2, 1)
        normals = normals.transpose(0, 2, 1)
        lift = None if lift is None else lift[own]
        return cls(sigma[own], wall[own], normals[own], gram[own], lift)

    def travel(
        self,
        values: Array,
        time: Array,
        rng: np.random.Generator,
        leaves: Index | slice = slice(None),
        height: Array | None = None,
    ) -> Array:
        """Exact Hamiltonian motion of N(0, gram) inside the cones, from a fresh velocity.

        Parameters
        ----------
        values : ndarray of shape (n, C, k)
            Values of C chains in each cone.
        time : ndarray of shape (n, C)
            How long they move.
        rng : numpy.random.Generator
            Draws the velocities.
        leaves : index of n leaves, default all
            Whose cones they are.
        height : ndarray of shape (n, C, k), optional
            ``sigma * values`` stays above it instead of above 0. It has to be the largest
            of values in the cone and their negatives, so that the facets still suffice.
        """
        sigma, wall, normals = self.sigma[leaves], self.wall[leaves], self.normals[leaves]
        n, chains, _ = values.shape
        flat = (n * chains, wall.shape[1])
        at_walls = self._at_walls(sigma[:, None] * values, wall).reshape(flat)
        velocity = rng.standard_normal((n, chains, normals.shape[1])) @ normals
        offset = None if height is None else -self._at_walls(height, wall).reshape(flat)
        gram = self.gram[leaves]
        moved = move(at_walls, velocity.reshape(flat), gram, time.ravel(), offset)
        moved = moved.reshape(n, chains, -1)
        if self.lift is not None:
            moved = moved @ self.lift[leaves]
        return np.asarray(sigma[:, None] * moved)

    def _at_walls(self, signed: Array, wall: Index) -> Array:
        if self.lift is None:
            return signed
        return np.take_along_axis(signed, wall[:, None], axis=2)


def _facets(normals: Array) -> list[int]:
    """Rows of ``normals`` (k, r) that the others do not imply."""
    from scipy.optimize import nnls  # heavy, and most models sample nothing

    lengths = np.linalg.norm(normals, axis=1)
    unit = normals / np.maximum(lengths, 1e-300)[:, None]
    kept = list(range(len(unit)))
    for row in range(len(unit)):
        others = [i for i in kept if i != row]
        if others and nnls(unit[others].T, unit[row])[1] < _IMPLIED:
            kept = others
    return kept


def _padded(rows: list[list[int]]) -> Index:
    """Lists as one array, each filled up with its first entry."""
    width = max(map(len, rows))
    return np.array([own + own[:1] * (width - len(own)) for own in rows], dtype=np.intp)
