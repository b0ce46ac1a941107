"""Scores of blocks of rows by networks that are written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import safe_sparse_dot

from cutplane._types import Array, Floats, Rows
from cutplane.network import ReluNetwork, SpannedNetwork
from cutplane.scanning.block import Block
from cutplane.space.inputs import Inputs

Singles = NDArray[np.float32]


@dataclass(frozen=True)
class ReluForm:
    """ReLU networks in single precision.

    Attributes
    ----------
    networks : tuple of tuple of ndarray of float32
        Layer matrices of each; those of the first layer read the features, then the rest.
    inputs : Inputs
    is_spanned : tuple of bool
        Whether the first matrix of a network gives products, which have no ReLU.
    """

    networks: tuple[tuple[Singles, ...], ...]
    inputs: Inputs
    is_spanned: tuple[bool, ...]

    @classmethod
    def of(cls, networks: Sequence[ReluNetwork | SpannedNetwork]) -> ReluForm:
        """Of networks that read the same inputs."""
        layers = [_layers(network) for network in networks]
        single = tuple(tuple(own.astype(np.float32) for own in each) for each in layers)
        spanned = tuple(isinstance(network, SpannedNetwork) for network in networks)
        return cls(single, networks[0].inputs, spanned)

    def __call__(self, block: Block) -> Floats:
        rows, appended = block.single, block.lengths(self.inputs).appended
        scores = []
        for (first, *layers), is_spanned in zip(self.networks, self.is_spanned, strict=True):
            slopes, rest = np.split(first, [self.inputs.n_features])
            hidden = safe_sparse_dot(rows, slopes, dense_output=True)
            hidden += appended @ rest
            for number, layer in enumerate(layers):
                if number or not is_spanned:
                    np.maximum(hidden, 0, out=hidden)
                hidden = hidden @ layer
            scores.append(hidden[:, 0])
        return np.column_stack(scores)


def _layers(network: ReluNetwork | SpannedNetwork) -> tuple[Array, ...]:
    if isinstance(network, SpannedNetwork):
        return (network.rows.T, *network.combined.weights)
    return network.weights


@dataclass(frozen=True)
class ExactForm:
    """Any other networks, in double precision.

    Attributes
    ----------
    networks : callable
        Gives the scores of rows; (n,) or (n, q).
    """

    networks: Callable[[Rows], Array]

    def __call__(self, block: Block) -> Floats:
        return self.networks(block.double).reshape(block.n_rows, -1)
