"""Networks drawn from a version space, held as the values of their leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cutplane._types import Array, Pattern, Rows
from cutplane.errors import InvalidInputError
from cutplane.samplers.diagnostics import Diagnostics
from cutplane.samplers.lift import Lift
from cutplane.space.cuts import HalfspaceCuts
from cutplane.space.version_space import VersionSpace

#: Weights are refused above this many numbers (8 bytes each).
MAX_SAMPLED_WEIGHTS = 2**28


@dataclass(frozen=True)
class Samples:
    """Networks of a version space.

    What the cuts see of a network is its leaves' values on the labelled rows (without sign
    rows: its prediction there). The rest of a leaf's weights is free, and drawn exactly
    when it is asked for, from ``seed``.

    Attributes
    ----------
    space : VersionSpace
    values : ndarray of shape (n, L, k), or (n, k) without sign rows
        Leaf values (predictions) on the labelled rows of unit length.
    seed : int
        Decides the directions that no label restricts.
    n_chains : int
        Sample i belongs to chain ``i % n_chains``.
    diagnostics : Diagnostics
    """

    space: VersionSpace
    values: Array = field(repr=False)
    seed: int
    n_chains: int
    diagnostics: Diagnostics

    def __len__(self) -> int:
        return self.values.shape[0]

    @property
    def n_weights(self) -> int:
        """Numbers per network."""
        return self.space.n_weights

    @cached_property
    def weights(self) -> Array:
        """Leaf weights of every network, (n, L, d), leaves in lexicographic order.

        Raises
        ------
        InvalidInputError
            They would not fit in memory; iterate over the samples instead.
        """
        if len(self) * self.n_weights > MAX_SAMPLED_WEIGHTS:
            raise InvalidInputError(
                f"{len(self)} networks of {self.n_weights} weights need "
                f"{8e-9 * len(self) * self.n_weights:.0f} GB; iterate over the samples, "
                "or use scores(X)"
            )
        return np.stack(list(self))

    def __iter__(self) -> Iterator[Array]:
        """Leaf weights (L, d) of one network after the other."""
        lift = Lift.of(self.space)
        for number, value in enumerate(self.values):
            yield lift(value, np.random.default_rng([self.seed, number]))

    def scores(self, X: Rows) -> Array:
        """Every decoded network on rows.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n, n_rows)
        """
        rows = self.space.leaf_rows(X if hasattr(X, "tocsr") else np.asarray(X))
        if self.space.operator.layers:
            return np.stack([relu_scores(self.space, u, rows) for u in self])
        patterns = self.space.arrangement.patterns(rows[:, : self.space.arrangement.n_features])
        return np.stack([gated_scores(self.space, u, rows, patterns) for u in self])

    def radii(self) -> Array:
        """Factors (n,) that bring cone samples to the uniform law on cone and ball.

        Radius and direction of a cone's samples are independent (mathematics 7).

        Raises
        ------
        InvalidInputError
            The set is no cone: slabs, elastic cuts, or cuts off the origin.
        """
        cuts = self.space.cuts
        if (
            not isinstance(cuts, HalfspaceCuts)
            or np.isfinite(cuts.price).any()
            or np.any(cuts.depth)
        ):
            raise InvalidInputError("radii() needs a cone: classification, cost=inf and depth=0")
        rng = np.random.default_rng([self.seed, len(self)])
        length = np.array([np.linalg.norm(u) for u in self])
        return self.space.radius * rng.random(len(self)) ** (1 / self.n_weights) / length


def relu_scores(space: VersionSpace, weights: Array, rows: Array) -> Array:
    """Decoded ReLU network of leaf weights (L, d) on rows with their constant; (n,)."""
    values = np.asarray(rows @ weights.T)
    for width in space.arrangement.n_patterns:
        values = np.maximum(values, 0).reshape(values.shape[0], -1, width, 2)
        values = values[..., 0].sum(axis=2) - values[..., 1].sum(axis=2)
    return values[:, 0]


def gated_scores(
    space: VersionSpace, weights: Array, rows: Array, patterns: list[Pattern]
) -> Array:
    """Gated network of leaf weights (L, d) on rows with their constant and patterns; (n,)."""
    values = np.asarray(rows @ weights.T)
    for pattern in patterns:
        values = values.reshape(values.shape[0], -1, pattern.shape[1], 2)
        values = np.einsum("npq,nq->np", values[..., 0] - values[..., 1], pattern)
    return values[:, 0]
