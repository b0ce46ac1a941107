"""Networks drawn from each version space, and what follows for rows without a label."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from cutplane._types import Array, Rows
from cutplane.newton.center import Center
from cutplane.newton.whitening import Whitening
from cutplane.samplers import Samples, sample
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.score_law import ScoreLaw

#: Sweeps of burn-in: of leaves with sign rows, of predictions between halfspaces, between slabs.
_BURN_IN_LEAVES, _BURN_IN_HALFSPACES, _BURN_IN_SLABS = 8, 10, 50
_CHAINS = 32
#: Variances below this share of the prior's are rounding errors.
_ROUNDING = 1e-10


class SampledEnsemble(Ensemble):
    """Networks drawn from each version space.

    With sign rows a network's decoded ReLU form is evaluated. Without them its gated form
    is, and what no label restricts is integrated out: given its values on the labelled
    rows, the score of another row is normal (mathematics (8.3)).
    """

    def __init__(
        self,
        spaces: Sequence[VersionSpace],
        centers: Sequence[Center],
        n_samples: int,
        rng: np.random.Generator,
    ):
        super().__init__(spaces, n_samples, rng.standard_normal((n_samples, len(spaces))))
        options: dict[str, int] = {"burn_in": _burn_in(spaces[0]), "n_chains": _CHAINS}
        self._samples = [
            sample(space, n_samples, rng, start=center, **options)
            for space, center in zip(spaces, centers, strict=True)
        ]

    def law(self, X: Rows) -> ScoreLaw:
        if self.spaces[0].operator.layers:
            mean = np.stack([samples.scores(X) for samples in self._samples], axis=2)
            return ScoreLaw(mean, np.zeros((1, 1, 1)), self.noise)
        own = [_kriging(samples, X, self._precision) for samples in self._samples]
        mean, deviation = (np.stack(parts, axis=2) for parts in zip(*own, strict=True))
        return ScoreLaw(mean, deviation, self.noise)

    @cached_property
    def _precision(self) -> Whitening:
        space = self.spaces[0]
        return Whitening.of(space.gate_kernel(space.patterns, space.tree.rows))


def _burn_in(space: VersionSpace) -> int:
    if space.operator.layers:
        return _BURN_IN_LEAVES
    return _BURN_IN_HALFSPACES if space.cuts.is_cone else _BURN_IN_SLABS


def _kriging(samples: Samples, X: Rows, white: Whitening) -> tuple[Array, Array]:
    """Mean (S, n) and deviation (S or 1, n) of gated networks given their labelled values."""
    space = samples.space
    patterns, rows = space.arrangement.patterns(X), space.leaf_rows(X)
    cross = space.gate_kernel(patterns, rows) @ white.inverse.T
    prior = space.prior_variance(patterns, rows)
    variance = prior - np.einsum("nr,nr->n", cross, cross)
    variance[variance < _ROUNDING * prior] = 0.0
    state = samples.values @ white.inverse.T
    return state @ cross.T, np.sqrt(variance * _free_variance(samples, state)[:, None])


def _free_variance(samples: Samples, state: Array) -> Array:
    """Variance of a weight that no label restricts; (1,), between slabs (S,).

    On a cone weights are standard normal. Between slabs they are uniform in what the
    ball leaves: a coordinate of the n-ball of radius r has variance ``r^2 / (n + 2)``.
    """
    space = samples.space
    if space.cuts.is_cone:
        return np.ones(1)
    room = np.maximum(space.radius**2 - (state**2).sum(axis=1), 0.0)
    return room / (samples.n_weights - state.shape[1] + 2)
