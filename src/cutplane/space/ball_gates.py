"""Gates of the first layer that read how long a row is: balls, and halves of balls.

``|x - c|^2 <= r^2`` is ``2 c.x - |x|^2 + r^2 - |c|^2 >= 0``, a halfspace of the row and its
square (mathematics (13.2)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms

from cutplane._types import Array, Rows
from cutplane.space.gates import halfspaces
from cutplane.space.inputs import Inputs

#: Share of the rows that a ball holds, at least and at most.
_SHARES = (0.02, 0.9)
#: Rows that distances are measured to.
_MAX_ROWS = 2000
#: Squared distances as close as this, in units of the largest squared length, are one.
_SAME = 1e-13


@dataclass(frozen=True)
class BallGates:
    """Draws balls around random rows, alone or half and half with halfspaces.

    Attributes
    ----------
    rows : array or CSR matrix of shape (n, n_features)
        What the gates are sampled on.
    inputs : Inputs
        With norms and the constant.
    features : array or CSR matrix of shape (n, inputs.width)
        ``inputs.of(rows)``.
    scale : ndarray of shape (inputs.width,)
        Standard deviations of the features, 1 for a constant one.
    alone : bool
        Whether there are no halfspaces.
    """

    rows: Rows
    inputs: Inputs
    features: Rows
    scale: Array
    alone: bool

    def __call__(self, width: int, rng: np.random.Generator) -> Array:
        """So many gates (inputs.width, width), halfspaces first."""
        n_halfspaces = 0 if self.alone else -(-width // 2)
        unread = np.arange(self.scale.size) == self.inputs.radial + 1  # the square
        scale = np.where(unread, np.inf, self.scale)
        flat = halfspaces(self.features, scale, self.inputs.width - 1, n_halfspaces, rng)
        return np.hstack([flat, self._balls(width - n_halfspaces, rng)])

    def _balls(self, width: int, rng: np.random.Generator) -> Array:
        """Balls whose gates are as long as normal directions; no weight on the radial column."""
        mean, mean_square = self.inputs.norms or (1.0, 0.0)
        centers = self.rows[rng.integers(self.rows.shape[0], size=width)]
        centers = centers.toarray() if sparse.issparse(centers) else centers
        radius = self._radii(centers, rng)
        gates = np.zeros((self.inputs.width, width))
        gates[: self.inputs.n_features] = centers.T / mean
        gates[self.inputs.radial + 1] = -1.0
        gates[-1] = (radius**2 - row_norms(centers, squared=True) - mean_square) / (2 * mean)
        length = np.linalg.norm((gates * self.scale[:, None])[:-1], axis=0)
        return np.asarray(gates * (np.sqrt(self.inputs.width) / length))

    def _radii(self, centers: Array, rng: np.random.Generator) -> Array:
        """Quantiles of the distances from centers to rows, between distinct ones; (width,)."""
        rows = self.rows[:: -(-self.rows.shape[0] // _MAX_ROWS)]
        length, own = row_norms(rows, squared=True), row_norms(centers, squared=True)
        square = np.sort(length + own[:, None] - 2 * (rows @ centers.T).T, axis=1)
        place = rng.uniform(*_SHARES, size=centers.shape[0]) * (rows.shape[0] - 1)
        rank = place.astype(np.intp)
        here = np.take_along_axis(square, rank[:, None], axis=1)
        further = square > here + _SAME * length.max()
        following = np.where(further, square, np.inf).min(axis=1)
        near = np.sqrt(np.maximum(here[:, 0], 0))
        far = np.where(np.isinf(following), 2 * near, np.sqrt(following))
        return np.asarray(near + (place - rank) * (far - near))

    def in_turn(self, gates: Array) -> Array:
        """Reorder gates (inputs.width, P) so that halfspaces and balls take turns."""
        is_ball = gates[self.inputs.radial + 1] != 0
        turn = np.where(is_ball, np.cumsum(is_ball), np.cumsum(~is_ball))
        return gates[:, np.argsort(turn, kind="stable")]
