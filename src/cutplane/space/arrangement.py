"""Arrangements: sampled activation patterns of every hidden layer (Theorem 4.2).

A gate is a hyperplane, in layer 1 perhaps a ball; its pattern says on which rows it is on.
Layer 1 gates cut the input space. Gates of layer l cut the space of the ReLU features of
layer l - 1, so an arrangement is the list of patterns of an actual random network and its
sign rows can always be satisfied together on rows that no gate passes through exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Metadata, Pattern, Rows
from cutplane.errors import InvalidInputError
from cutplane.fields import floats, whole
from cutplane.space.ball_gates import BallGates
from cutplane.space.gates import column_scale, halfspaces, never_all_off, sample_layer
from cutplane.space.inputs import Inputs

#: What the gates of the first layer are: half of each, a third always on and half of each, or all
#: of one kind.
UNITS = ("mixed", "thirds", "halfspaces", "balls")
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
    inputs : Inputs
        What the first layer reads of a row.
    """

    gates: tuple[Array, ...]
    inputs: Inputs

    @property
    def n_patterns(self) -> tuple[int, ...]:
        """Patterns per hidden layer, P_1 first."""
        return tuple(gate.shape[1] for gate in self.gates)

    @property
    def n_leaves(self) -> int:
        """Number of first-layer units, ``prod(2 * P_l)``."""
        return int(np.prod([2 * p for p in self.n_patterns], dtype=np.int64))

    @property
    def fit_intercept(self) -> bool:
        """Whether a constant 1 is appended to the rows."""
        return self.inputs.fit_intercept

    @property
    def n_features(self) -> int:
        """Number of columns of the rows as they are given."""
        return self.inputs.n_features

    @property
    def n_inputs(self) -> int:
        """Length d of a leaf's weight vector."""
        return self.inputs.width

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
        return arrays, {"n_layers": len(self.gates), **self.inputs.to_metadata()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> Arrangement:
        """Inverse of :meth:`to_arrays`; ValueError for gates that do not follow each other."""
        inputs = Inputs.from_metadata(metadata)
        gates: list[Array] = []
        width: int | None = inputs.width
        for level in range(whole(metadata, "n_layers", high=len(arrays))):
            gates.append(floats(arrays, f"gates_{level}", (width, None)))
            width = gates[-1].shape[1]
        if not all(gate.size for gate in gates):
            raise ValueError("a layer without gates")
        return cls(tuple(gates), inputs)

    def patterns(self, X: Rows) -> list[Pattern]:
        """Activation patterns of rows.

        Parameters
        ----------
        X : array or CSR matrix of shape (n_rows, n_features)
            Rows as they are given.

        Returns
        -------
        list of ndarray of uint8
            Entry l, of shape (n_rows, P_l), is 1 where the gate of layer l + 1 is on.
        """
        patterns = []
        features = self.inputs.of(X)
        for gate in self.gates:
            z = np.asarray(features @ gate)
            patterns.append((z >= 0).astype(np.uint8))
            features = np.maximum(z, 0)
        return patterns


def sample_arrangement(
    X: Rows,
    hidden: Sequence[int],
    rng: np.random.Generator,
    *,
    fit_intercept: bool = True,
    units: str = "halfspaces",
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
    units : {"mixed", "thirds", "halfspaces", "balls"}, default="halfspaces"
        What the gates of the first layer are. "balls" are on within a random distance of a
        random row, "mixed" are half balls and half halfspaces that also read the row's length.
        "thirds" are mixed, but a third of every layer repeats the gate that is always on, which
        gives the affine functions as much prior variance as the gates (mathematics 13).

    Returns
    -------
    Arrangement

    Raises
    ------
    InvalidInputError
        ``hidden`` holds something else than positive whole numbers, or ``units`` need the
        intercept.
    """
    for width in hidden:
        if not isinstance(width, Integral | float) or width != width // 1 or width < 1:
            raise InvalidInputError(
                f"hidden={tuple(hidden)!r}: every hidden layer needs a positive whole number of "
                "patterns; use hidden=() for a linear model"
            )
    rows = X[:: -(-X.shape[0] // _MAX_ROWS)]
    inputs = Inputs(X.shape[1], fit_intercept)
    if hidden and units != "halfspaces":
        inputs = _reading_norms(rows, units, fit_intercept)
    return Arrangement(tuple(_gates(rows, hidden, rng, inputs, units)), inputs)


def _gates(
    rows: Rows, hidden: Sequence[int], rng: np.random.Generator, inputs: Inputs, units: str
) -> Iterator[Array]:
    """Gates of one layer after the other."""
    features = inputs.of(rows)
    constant = inputs.width - 1 if inputs.fit_intercept else None
    n_unread = 0  # features that repeat another one
    for level, width in enumerate(map(int, hidden)):
        n_again = width // 3 if units == "thirds" else 0
        width = width - n_again
        scale = column_scale(features)
        if level == 0 and inputs.norms is not None:
            balls = BallGates(rows, inputs, features, scale, alone=units == "balls")
            gate = balls.in_turn(sample_layer(features, width, rng, balls, constant))
        else:
            always = never_all_off(features, level, width, rng) if constant is None else None
            draw = partial(halfspaces, features, scale, constant)
            gate = sample_layer(features, width, rng, draw, constant, always)
        gate = np.ascontiguousarray(gate[:, :width])
        yield np.pad(gate[:, [*range(gate.shape[1]), *[0] * n_again]], ((0, n_unread), (0, 0)))
        n_unread = n_again
        features = np.maximum(features @ gate, 0)
        constant = 0 if inputs.fit_intercept else None


def _reading_norms(rows: Rows, units: str, fit_intercept: bool) -> Inputs:
    """Inputs of units that read lengths."""
    if not fit_intercept:
        raise InvalidInputError(
            f"units={units!r} need the constant of fit_intercept=True; without it use "
            "units='halfspaces'"
        )
    return Inputs.with_norms(rows)
