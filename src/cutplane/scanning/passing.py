"""Scores of blocks of rows in passing, in single precision (mathematics 14).

A gated network is a sum over its labelled rows, or over its gates: whichever is cheaper, by their
numbers alone (mathematics (14.5)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import safe_sparse_dot

from cutplane._types import Array, Floats
from cutplane.scanning.block import Block
from cutplane.scanning.gates import Gates, Words, unpacked
from cutplane.scanning.products import Labelled

#: Labelled rows that are gone through at once where nothing is kept.
_TOGETHER = 256
#: Multiplications that take as long as reading two kept numbers, and as switching a gate.
_READ, _SWITCHED = 16, 50
#: Least prior deviation of a row.
_LEAST = np.float32(1e-15)

Singles = NDArray[np.float32]


class Form(Protocol):
    """A way to compute the scores of one model; picklable."""

    def __call__(self, block: Block) -> Floats:
        """Scores (n, q) of the n rows of a block."""
        ...


@dataclass(frozen=True)
class Passing:
    """What a pass needs of a fitted estimator; picklable, and as small as its networks.

    Attributes
    ----------
    form : Form
        Its scores.
    gates : Gates
    slope : float
        Of the hypothesis that rows have their prior variance by.
    reads : slice
        What the units read of the columns beside the features, with a prior variance of 1.
    """

    form: Form
    gates: Gates
    slope: float
    reads: slice

    def scores(self, block: Block) -> Floats:
        """Scores of the rows of a block; (n, q)."""
        return self.form(block)

    def deviation(self, block: Block) -> Floats:
        """Deviation of the first score before any label, up to a factor; (n,)."""
        lengths = block.lengths(self.gates.inputs)
        read = lengths.appended[:, self.reads].astype(np.float64)  # whose squares may be large
        appended = np.linalg.norm(read, axis=1).astype(np.float32)
        length = np.hypot(np.float32(self.slope) * lengths.own, appended)
        return np.maximum(length * np.sqrt(block.seen(self.gates).units), _LEAST)


@dataclass(frozen=True)
class KernelForm:
    """A sum over k labelled rows, for q scores.

    Attributes
    ----------
    labelled : Labelled
    slopes : ndarray of float32 of shape (k, q)
        What the product with each labelled row's features counts.
    constants : ndarray of float32 of shape (k, q)
        What the constant counts with each labelled row.
    is_kept : bool
        Whether blocks keep their products with the labelled rows.
    """

    labelled: Labelled
    slopes: Singles
    constants: Singles
    is_kept: bool

    def __call__(self, block: Block) -> Floats:
        if self.is_kept:
            cross, both = block.products(self.labelled)
            return cross.T @ self.slopes + both.T @ self.constants
        total = np.zeros((block.n_rows, self.slopes.shape[1]), dtype=np.float32)
        gates, rows, bits = self.labelled.gates, block.single, block.seen(self.labelled.gates).bits
        on = [_numbers(own, size.size) for own, size in zip(bits, gates.counts, strict=True)]
        for begin in range(0, self.labelled.n_rows, _TOGETHER):
            some = slice(begin, begin + _TOGETHER)
            features = self.labelled.rows[some].T.astype(np.float32)
            cross = safe_sparse_dot(rows, features, dense_output=True)
            both = np.ones_like(cross)
            for own, pattern, count in zip(on, self.labelled.patterns, gates.counts, strict=True):
                both *= own @ (2 * count * pattern[some]).T
            total += both @ self.constants[some]
            total += np.multiply(cross, both, out=cross) @ self.slopes[some]
        return total


@dataclass(frozen=True)
class WeightForm:
    """A sum over U distinct gates of one layer, whatever the number of labelled rows; q scores.

    Attributes
    ----------
    gates : Gates
        One layer, or none: then one unit that is always on.
    weights : ndarray of float32 of shape (q, n_features, U)
        Of the units that a gate switches on, together.
    constants : ndarray of float32 of shape (q, U)
        What they add to the constant.
    """

    gates: Gates
    weights: Singles
    constants: Singles

    @classmethod
    def of(cls, labelled: Labelled, slopes: Array, constants: Array) -> WeightForm:
        """The network of a kernel form."""
        on: Array = np.ones((labelled.n_rows, 1))
        if labelled.patterns:
            on = labelled.patterns[0] * (2.0 * labelled.gates.counts[0])
        weights = [labelled.rows.T @ (own[:, None] * on) for own in slopes.T]
        single = np.array(weights, dtype=np.float32)
        return cls(labelled.gates, single, (constants.T @ on).astype(np.float32))

    def __call__(self, block: Block) -> Floats:
        n_units, on = self.constants.shape[1], None
        if self.gates.layers:
            on = unpacked(block.seen(self.gates).bits[0], n_units)
        total = np.empty((block.n_rows, len(self.weights)), dtype=np.float32)
        each = zip(self.weights, self.constants, strict=True)
        for score, (weights, constants) in enumerate(each):
            values = constants[None]
            if weights.any():
                values = safe_sparse_dot(block.single, weights, dense_output=True)
                values += constants
            total[:, score] = values[:, 0] if on is None else np.einsum("nu,nu->n", values, on)
        return total


def _numbers(bits: Words, width: int) -> Singles:
    """Patterns of a block as a product takes them; (n, width)."""
    return unpacked(bits, width).astype(np.float32)


def cheapest(labelled: Labelled, slopes: Array, constants: Array, room: int) -> Form:
    """The form of a gated or linear network that costs least.

    Parameters
    ----------
    labelled : Labelled
        k rows.
    slopes, constants : ndarray of shape (k, q)
        As :class:`KernelForm` has them.
    room : int
        Labelled rows whose products are kept by the blocks that are scored.
    """
    k, q = slopes.shape
    n_features, n_gates = labelled.rows.shape[1], sum(own.size for own in labelled.gates.counts)
    is_shallow = len(labelled.gates.counts) < 2
    by_weights = q * max(1, n_gates) * (n_features + 2)
    by_rows = k * (n_features + n_gates + 2 * q + 1)
    is_kept = k <= room and n_gates > 0
    if is_kept and is_shallow:
        is_kept = k * (_READ + 2 * q) <= by_weights + q * n_gates * _SWITCHED
    if is_shallow and not is_kept and by_weights <= by_rows:
        return WeightForm.of(labelled, slopes, constants)
    single = slopes.astype(np.float32), constants.astype(np.float32)
    return KernelForm(labelled, *single, is_kept=is_kept)
