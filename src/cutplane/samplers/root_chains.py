"""Networks without sign rows (gated, linear): their k predictions travel together.

They are one Gaussian between k halfspaces, moved by exact Hamiltonian motion.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.newton.whitening import Whitening
from cutplane.samplers.hamiltonian import move
from cutplane.samplers.truncated_gaussian import durations, halfspaces, random_depths
from cutplane.space.version_space import VersionSpace


class RootChains:
    """A space without sign rows: k predictions with covariance K, between k halfspaces.

    Parameters
    ----------
    space : VersionSpace
    start : ndarray of shape (k,)
        Predictions on the unit rows, inside every hard cut.
    n_chains : int

    Raises
    ------
    InvalidInputError
        The space has slabs, or sign rows.
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
        time = durations(rng, (chains,))
        self._signed = move(self._signed, velocity, self._gram, time, offset)

    def lower(self, by: Array) -> None:
        self.cuts = replace(self.cuts, depth=self.cuts.depth - by)

    @property
    def prediction(self) -> Array:
        return self.cuts.y * self._signed

    @property
    def values(self) -> Array:
        return self.prediction
