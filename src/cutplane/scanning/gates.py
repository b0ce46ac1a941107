"""The gates of an arrangement in single precision, those that repeat another one once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import safe_sparse_dot

from cutplane._types import Array, Index, Pattern, Rows
from cutplane.space.arrangement import Arrangement
from cutplane.space.inputs import Inputs

Singles = NDArray[np.float32]
Words = NDArray[np.uint64]

_WORD = 64


@dataclass(frozen=True, eq=False)
class Gates:
    """Distinct gates of every layer.

    Attributes
    ----------
    layers : tuple of ndarray of float32
        Entry l of shape (n_features_l, U_l), the innermost first; a feature that repeats another
        one is read with it.
    counts : tuple of ndarray of float32
        How often each occurs in the arrangement, (U_l,).
    first : tuple of ndarray of int
        Where each stands there first, (U_l,).
    inputs : Inputs
    """

    layers: tuple[Singles, ...]
    counts: tuple[Singles, ...]
    first: tuple[Index, ...]
    inputs: Inputs
    _bytes: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, arrangement: Arrangement) -> Gates:
        """Those of an arrangement."""
        layers, counts, first = list[Singles](), list[Singles](), list[Index]()
        which: Index | None = None
        for gate in arrangement.gates:
            if which is not None:  # the features that repeat another one are read with it
                folded = np.zeros((which.max() + 1, gate.shape[1]))
                np.add.at(folded, which, gate)
                gate = folded
            _, at, which, times = np.unique(
                _as_bytes(gate), return_index=True, return_inverse=True, return_counts=True
            )
            layers.append(np.ascontiguousarray(gate[:, at], dtype=np.float32))
            counts.append(times.astype(np.float32))
            first.append(at)
        own = tuple(layer.tobytes() for layer in layers)
        return cls(tuple(layers), tuple(counts), tuple(first), arrangement.inputs, own)

    def is_same(self, other: Gates) -> bool:
        """Whether blocks look alike through others."""
        return self is other or (self._bytes == other._bytes and self.inputs == other.inputs)

    def patterns(self, rows: Rows, appended: Singles) -> list[NDArray[np.bool_]]:
        """Which distinct gates are on.

        Parameters
        ----------
        rows : array or CSR matrix of float32 of shape (n, n_features)
        appended : ndarray of float32 of shape (n, n_inputs - n_features)

        Returns
        -------
        list of ndarray of bool
            Entry l of shape (n, U_l).
        """
        patterns = []
        values: Singles | None = None
        for gate in self.layers:
            if values is None:
                own, rest = np.split(gate, [self.inputs.n_features])
                values = safe_sparse_dot(rows, own, dense_output=True)
                values += appended @ rest
            else:
                values = np.maximum(values, 0) @ gate
            patterns.append(values >= 0)
        return patterns

    def of_labelled(self, patterns: Sequence[Pattern]) -> list[Pattern]:
        """Columns of the distinct gates among patterns (k, P_l); entry l of shape (k, U_l)."""
        return [np.ascontiguousarray(p[:, at]) for p, at in zip(patterns, self.first, strict=True)]

    def units(self, patterns: Sequence[NDArray[np.bool_]], n_rows: int) -> Singles:
        """Units of the arrangement that are on, ``prod_l 2 |D_l|``; (n,)."""
        units = np.ones(n_rows, dtype=np.float32)
        for pattern, count in zip(patterns, self.counts, strict=True):
            units *= 2 * (pattern.astype(np.float32) @ count)
        return units


def _as_bytes(gate: Array) -> NDArray[np.void]:
    """Columns of an array (d, P) as what can be compared at once; (P,)."""
    columns = np.ascontiguousarray(gate.T)
    return columns.view(np.dtype((np.void, columns.dtype.itemsize * columns.shape[1]))).ravel()


def packed(pattern: NDArray) -> Words:
    """Patterns (n, U) as words of 64 bits; (ceil(U / 64), n)."""
    padded = np.zeros((pattern.shape[0], -(-pattern.shape[1] // _WORD) * 8), dtype=np.uint8)
    some = np.packbits(pattern, axis=1)
    padded[:, : some.shape[1]] = some
    return np.ascontiguousarray(padded.view(np.uint64).T)


def unpacked(bits: Words, width: int) -> Pattern:
    """Inverse of :func:`packed`; (n, width)."""
    own = np.ascontiguousarray(bits.T).view(np.uint8)
    return np.unpackbits(own, axis=1, count=width)
