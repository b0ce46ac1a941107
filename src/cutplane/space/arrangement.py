"""Arrangements: sampled activation patterns of every hidden layer (Theorem 4.2).

A gate is a hyperplane; its pattern says on which rows it is on. Layer 1 gates cut the
input space. Gates of layer l cut the space of the ReLU features of layer l - 1, so an
arrangement is the list of patterns of an actual random network and its sign rows can
always be satisfied together on rows that no gate passes through exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from cutplane._types import Array, Arrays, Metadata, Pattern, Rows
from cutplane.errors import InvalidInputError

#: How often a layer is drawn until it has enough distinct patterns.
_ROUNDS = 10
#: How far from its row a gate passes, in the unit of its direction: a row exactly on a gate
#: would be on one side or the other by rounding.
_OFF_ROW = 0.1
#: Patterns that differ on these many rows differ on all; more rows would only cost memory.
_MAX_ROWS = 20_000


@dataclass(frozen=True)
class Arrangement:
    """The sampled gates of every hidden layer.

    Attributes
    ----------
    gates : tuple of ndarray
        ``gates[l]`` of shape (n_features_l, P_l), layer 1 (innermost) first; n_features_1 is d
        and n_features_l is P_{l-1}. With ``fit_intercept`` the last row of ``gates[0]``
        multiplies the constant 1, and column 0 of every layer is the gate that is always on,
        whose feature is the constant 1 of the next layer.
    fit_intercept : bool
        Whether a constant 1 is appended to the rows.
    n_features : int
        Number of columns of the rows, the constant not counted.
    """

    gates: tuple[Array, ...]
    fit_intercept: bool
    n_features: int

    @property
    def n_patterns(self) -> tuple[int, ...]:
        """Patterns per hidden layer, P_1 first."""
        return tuple(gate.shape[1] for gate in self.gates)

    @property
    def n_leaves(self) -> int:
        """Number of first-layer units, ``prod(2 * P_l)``."""
        return int(np.prod([2 * p for p in self.n_patterns], dtype=np.int64))

    @property
    def n_inputs(self) -> int:
        """Length d of a leaf's weight vector."""
        return self.n_features + self.fit_intercept

    def metric(self, slope: float) -> Array | None:
        """Prior variance of a gated leaf's weights, (n_inputs,); None where all are 1."""
        if slope == 1.0:
            return None
        variance = np.full(self.n_inputs, slope**2)
        if self.fit_intercept:
            variance[-1] = 1.0
        return variance

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the arrangement."""
        arrays: Arrays = {f"gates_{level}": gate for level, gate in enumerate(self.gates)}
        own = {"fit_intercept": self.fit_intercept, "n_features": self.n_features}
        return arrays, {"n_layers": len(self.gates), **own}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> Arrangement:
        """Inverse of :meth:`to_arrays`."""
        gates = tuple(arrays[f"gates_{level}"] for level in range(metadata["n_layers"]))
        return cls(gates, metadata["fit_intercept"], metadata["n_features"])

    def with_constant(self, X: Rows) -> Rows:
        """Append the constant 1 when the arrangement has an intercept; (n, d)."""
        if not self.fit_intercept:
            return X
        ones = np.ones((X.shape[0], 1))
        return (
            sparse.hstack([X, ones], format="csr") if sparse.issparse(X) else np.hstack([X, ones])
        )

    def patterns(self, X: Rows) -> list[Pattern]:
        """Activation patterns of rows.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_rows, n_features)
            Rows, without the constant.

        Returns
        -------
        list of ndarray of uint8
            Entry l, of shape (n_rows, P_l), is 1 where the gate of layer l + 1 is on.
        """
        patterns = []
        features = self.with_constant(X)
        for gate in self.gates:
            z = np.asarray(features @ gate)
            patterns.append((z >= 0).astype(np.uint8))
            features = np.maximum(z, 0)
        return patterns


def sample_arrangement(
    X: Rows, hidden: Sequence[int], rng: np.random.Generator, *, fit_intercept: bool = True
) -> Arrangement:
    """Sample gates whose patterns on ``X`` are distinct.

    Directions are normal in the standardised coordinates of each layer's features. With an
    intercept a gate passes by a random row, so that gates are dense where the rows are,
    whatever their scale; and each layer holds one gate that is always on:
    the affine functions then belong to the class. Duplicate patterns and patterns that
    are off on every row are dropped, and drawn again a few times; few rows have few
    distinct patterns, so ``P_l`` can end below ``hidden[l]``.

    Parameters
    ----------
    X : array or CSR matrix of shape (n_rows, n_features)
        Rows that the patterns are sampled on, usually the pool.
    hidden : sequence of int
        Patterns wanted per hidden layer, input side first; empty for a linear model.
    rng : numpy.random.Generator
        Source of the directions.
    fit_intercept : bool, default=True
        Whether a constant 1 is appended to the rows.

    Returns
    -------
    Arrangement

    Raises
    ------
    InvalidInputError
        ``hidden`` holds something else than positive whole numbers.
    """
    for width in hidden:
        if not isinstance(width, Integral | float) or width != width // 1 or width < 1:
            raise InvalidInputError(
                f"hidden={tuple(hidden)!r}: every hidden layer needs a positive whole number of "
                "patterns; use hidden=() for a linear model"
            )
    arrangement = Arrangement((), fit_intercept, X.shape[1])
    features = arrangement.with_constant(X[:: -(-X.shape[0] // _MAX_ROWS)])
    constant = X.shape[1] if fit_intercept else None
    gates: list[Array] = []
    for level, width in enumerate(hidden):
        always = None if fit_intercept else _never_all_off(features, level, int(width), rng)
        gates.append(_sample_layer(features, int(width), rng, constant, always))
        features = np.maximum(features @ gates[-1], 0)
        constant = 0 if fit_intercept else None
    return Arrangement(tuple(gates), fit_intercept, X.shape[1])


def _never_all_off(
    features: Rows, level: int, width: int, rng: np.random.Generator
) -> Array | None:
    """Gates of which one is on for every row that is not zero, where no constant is.

    A row on which all gates of a layer are off leaves the nodes above without a value: their
    sign rows then hold with equality only, and the version space has no interior.
    """
    if level > 0:  # ReLU features are not negative
        return np.ones((features.shape[1], 1))
    if width < 2:
        return None
    direction = rng.standard_normal((features.shape[1], 1))
    direction /= _location_and_scale(features)[1][:, None]
    return np.hstack([direction, -direction])


def _sample_layer(
    features: Rows,
    width: int,
    rng: np.random.Generator,
    constant: int | None,
    always: Array | None = None,
) -> Array:
    """Draw the gates of one layer, (n_features_l, P_l); ``constant`` is the column of ones."""
    mean, scale = _location_and_scale(features)
    gate = np.empty((features.shape[1], 0))
    if always is not None:
        gate = _distinct(always, features)
    for _ in range(_ROUNDS):
        directions = rng.standard_normal((mean.size, width)) / scale[:, None]
        if constant is not None:
            directions[constant] *= _OFF_ROW
            directions[constant] -= _projections(features, directions, constant, rng)
            if gate.shape[1] == 0:
                directions[:, 0] = np.arange(mean.size) == constant
        gate = _distinct(np.hstack([gate, directions]), features)
        if gate.shape[1] >= width:
            break
    if gate.shape[1] == 0:
        raise InvalidInputError(
            f"no gate is on for any of the {features.shape[0]} rows; give rows with at least one "
            "non-zero value, or use fit_intercept=True"
        )
    return np.ascontiguousarray(gate[:, :width])


def _projections(
    features: Rows, directions: Array, constant: int, rng: np.random.Generator
) -> Array:
    """One random row on each direction, the constant left out; (width,)."""
    rows = features[rng.integers(features.shape[0], size=directions.shape[1])]
    slopes = directions.T.copy()
    slopes[:, constant] = 0.0
    if sparse.issparse(rows):
        return np.asarray(rows.multiply(slopes).sum(axis=1)).ravel()
    return np.einsum("pd,pd->p", rows, slopes)


def _distinct(gate: Array, features: Rows) -> Array:
    """Keep, in order, the first gate of every pattern that is on somewhere."""
    on = features @ gate >= 0
    first = np.unique(np.packbits(on, axis=0).T, axis=0, return_index=True)[1]
    return gate[:, np.sort(first[on.any(axis=0)[first]])]


def _location_and_scale(features: Rows) -> tuple[Array, Array]:
    """Column means and standard deviations, 1 for a constant column."""
    mean, deviation = mean_and_deviation(features)
    return mean, np.where(deviation == 0, 1.0, deviation)


def mean_and_deviation(features: Rows) -> tuple[Array, Array]:
    """Column means and standard deviations, exactly 0 for a constant column."""
    if sparse.issparse(features):
        mean, variance = mean_variance_axis(features, axis=0)
        deviation = np.sqrt(variance)
    else:
        mean = features.mean(axis=0)
        deviation = features.std(axis=0)
    constant = deviation <= 1e-12 * np.maximum(np.abs(mean), np.finfo(float).tiny)
    return mean, np.where(constant, 0.0, deviation)
