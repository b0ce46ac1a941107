"""Linear elliptical slice sampling of the whole state (Gessner, Kanjilal and Hennig, 2020).

Every row of a cone allows half of an ellipse through the current point, and all halves
hold the point, so the allowed part is one interval: its ends are a maximum and a minimum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutplane.cuts import HalfspaceCuts
from cutplane.errors import InvalidInputError
from cutplane.gate_tree import GateTree
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]


class EllipticalChains:
    """Hard classification cones only; parameters as for ``LeafChains``.

    Slower than moving leaf by leaf as soon as there are many leaves (the interval shrinks
    with the number of rows), kept as an independent check of it.
    """

    acceptance = 1.0

    def __init__(self, space: VersionSpace, start: Array, n_chains: int):
        if not isinstance(space.cuts, HalfspaceCuts) or not space.has_sign_rows:
            raise InvalidInputError(
                "method='elliptical' samples classification cones with sign rows; use 'auto'"
            )
        if np.isfinite(space.cuts.price).any() or np.any(space.cuts.depth):
            raise InvalidInputError(
                "method='elliptical' needs hard neutral cuts: use cost=inf, depth=0, or 'auto'"
            )
        self.y = space.cuts.y
        self.tree = GateTree.without_classes(space.tree.rows, space.patterns)
        value, vector = np.linalg.eigh(self.tree.gram)
        self._root = vector * np.sqrt(np.maximum(value, 0))
        self._leaf = np.array(np.broadcast_to(start, (n_chains, *start.shape[-2:])))

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        chains, m, _ = self._leaf.shape
        other = rng.standard_normal((chains, m, self._root.shape[1])) @ self._root.T
        low, high = np.full(chains, -np.pi), np.full(chains, np.pi)
        for now, then in zip(self._slacks(self._leaf), self._slacks(other), strict=True):
            tangent = np.arctan2(then, now)
            low = np.maximum(low, tangent.max(axis=(1, 2)) - np.pi / 2)
            high = np.minimum(high, tangent.min(axis=(1, 2)) + np.pi / 2)
        angle = rng.uniform(low, high)[:, None, None]
        self._leaf = self._leaf * np.cos(angle) + other * np.sin(angle)

    def _slacks(self, leaf: Array) -> list[Array]:
        """Signed values of every layer and the prediction; arrays (C, m, k)."""
        out, current = [], leaf
        for layer in self.tree.layers:
            grouped = current.reshape(current.shape[0], -1, *layer.mask.shape)
            out.append((layer.sigma * grouped).reshape(current.shape))
            current = np.einsum("ak,cpak->cpk", layer.signed_mask, grouped)
        return [*out, self.y * current]

    @property
    def prediction(self) -> Array:
        return self.y * self._slacks(self._leaf)[-1][:, 0]

    @property
    def values(self) -> Array:
        return self._leaf
