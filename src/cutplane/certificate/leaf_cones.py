"""The cones that sign rows leave to single leaves, all patterns side by side."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from cutplane._types import Array, Index, Pattern
from cutplane.certificate.splitting import split
from cutplane.newton.whitening import Whitening
from cutplane.samplers.hamiltonian import move

_LONGEST = np.pi / 2
#: A row whose part outside the span of the others is shorter depends on them.
_DEPENDENT = 1e-6


class LeafCones:
    """Leaves u ~ N(0, I) with ``(2 D - 1) x . u >= 0`` on the labelled rows.

    Parameters
    ----------
    rows : ndarray of shape (k, d)
        Unit rows.
    patterns : ndarray of shape (k, P)
        First-layer patterns D.
    gates : ndarray of shape (d, P)
        First-layer gates; each lies inside its own cone, where the chains start.
    """

    def __init__(self, rows: Array, patterns: Pattern, gates: Array):
        self._gram = rows @ rows.T
        self._patterns = patterns
        length = np.linalg.norm(gates, axis=0)
        self._starts = rows @ (gates * (np.sqrt(gates.shape[0]) / length))

    def row_shares(
        self, row: int, rng: np.random.Generator, n_chains: int, *, n_draws: int, burn_in: int
    ) -> tuple[Array, Array, Array]:
        """What a row leaves of the cones of the rows before it.

        Returns
        -------
        value, variance : ndarray of shape (m,)
            Logarithm of the share, for each distinct pattern of rows 0 to ``row``.
        count : ndarray of shape (m,)
            How many gates have the pattern.
        """
        packed = np.packbits(self._patterns[: row + 1], axis=0)
        _, first, count = np.unique(packed, axis=1, return_index=True, return_counts=True)
        sign = 2.0 * self._patterns[: row + 1, first].T.astype(np.float64) - 1
        gram = self._gram[: row + 1, : row + 1]
        starts = self._starts[: row + 1, first].T

        def start(active: Index, level: Array) -> _ConeChains:
            return _ConeChains(gram, sign[active], starts[active], level, n_chains)

        value, variance = split(start, first.size, rng, n_draws=n_draws, burn_in=burn_in)
        return value, variance, count.astype(float)


class _ConeChains:
    """Particles in B cones, the last wall of each set back."""

    pace = 1

    def __init__(self, gram: Array, sign: Array, start: Array, level: Array, n_chains: int):
        self._sign = np.repeat(sign, n_chains, axis=0)
        self._gram = sign[:, :, None] * gram * sign[:, None, :]
        self._root = Whitening.of(gram).root
        self._signed = np.repeat(sign * start, n_chains, axis=0)
        self._offset = np.zeros_like(self._signed)
        self._offset[:, -1] = np.repeat(level, n_chains)
        self._n_chains = n_chains
        self._is_free = np.isinf(level)
        earlier = Whitening.of(gram[:-1, :-1]).precision @ gram[:-1, -1]
        self._regression = self._sign[:, :-1] * earlier * self._sign[:, -1:]
        self._deviation = np.sqrt(max(gram[-1, -1] - gram[-1, :-1] @ earlier, 0.0))

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        n, rank = self._signed.shape[0], self._root.shape[1]
        velocity = self._sign * (rng.standard_normal((n, rank)) @ self._root.T)
        time = _LONGEST * rng.uniform(0.5, 1.0, (n,))
        self._signed = move(self._signed, velocity, self._gram, time, self._offset)

    @property
    def slack(self) -> Array:
        return self._signed[:, -1].reshape(-1, self._n_chains)

    @property
    def slope(self) -> Array:
        return np.zeros(self.slack.shape[0])

    def gain(self, lowered: Array) -> Array:
        inside = self.slack >= -lowered[:, None]
        if self._deviation < _DEPENDENT:
            return inside.astype(float)
        # a wall not there yet: its row is normal given the others, whose cone is known
        mean = (self._regression * self._signed[:, :-1]).sum(axis=1).reshape(inside.shape)
        expected = ndtr((mean + lowered[:, None]) / self._deviation)
        return np.where(self._is_free[:, None], expected, inside)
