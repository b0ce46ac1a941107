"""Products of the rows of a block with labelled rows, kept from one label to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import safe_sparse_dot

from cutplane._types import Array, Pattern, Rows
from cutplane.scanning.gates import Gates, Words, packed
from cutplane.space.rows import n_shared

#: Labels by which room for products grows at least, and those that are computed at once.
_TOGETHER = 32

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled rows as a pass reads them.

    Attributes
    ----------
    gates : Gates
    rows : ndarray of shape (k, n_features)
        Of at most unit length: single precision holds their products, not their squares.
    patterns : sequence of ndarray
        Which distinct gates are on, entry l of shape (k, U_{l+1}).
    """

    gates: Gates
    rows: Array
    patterns: Sequence[Pattern]

    @property
    def n_rows(self) -> int:
        """Labelled rows."""
        return len(self.rows)

    @cached_property
    def words(self) -> list[list[tuple[np.float32, Words]]]:
        """By layer, how often gates occur, and the bits of those that occur so often."""
        layers = []
        for pattern, count in zip(self.patterns, self.gates.counts, strict=True):
            layers.append([(c, packed(pattern * (count == c))) for c in np.unique(count)])
        return layers


@dataclass(frozen=True)
class Products:
    """Products of n rows with the first labelled rows.

    Attributes
    ----------
    known : ndarray of shape (k, n_features)
        These labelled rows.
    cross, both : ndarray of float32 of shape (room, n)
        As :meth:`cutplane.scanning.block.Block.products` has them; the first k are filled.
    """

    known: Array
    cross: Singles
    both: Singles

    @classmethod
    def none(cls, n_rows: int, n_features: int) -> Products:
        """Of no labelled row."""
        nothing = np.empty((0, n_rows), dtype=np.float32)
        return cls(np.empty((0, n_features)), nothing, nothing)

    def of(self, k: int) -> tuple[Singles, Singles]:
        """Those with the first k labelled rows."""
        return self.cross[:k], self.both[:k]

    def followed(self, labelled: Labelled, rows: Rows, bits: Sequence[Words]) -> Products:
        """With those labelled rows that are new, in the place of others."""
        k, known = labelled.n_rows, n_shared(self.known, labelled.rows)
        if k == known:
            return self
        cross, both = _with_room(self.cross, known, k), _with_room(self.both, known, k)
        for begin in range(known, k, _TOGETHER):
            new = slice(begin, min(begin + _TOGETHER, k))
            both[new] = 1
            for own, words in zip(bits, labelled.words, strict=True):
                both[new] *= 2 * _common(own, words, new)
            features = labelled.rows[new].T.astype(rows.dtype)
            cross[new] = safe_sparse_dot(rows, features, dense_output=True).T
            cross[new] *= both[new]
        return Products(labelled.rows, cross, both)


def _with_room(held: Singles, known: int, k: int) -> Singles:
    """Arrays of rows, the first of them known, with room for k."""
    if k <= len(held):
        return held
    more = np.empty((max(k, 2 * known, _TOGETHER), held.shape[1]), dtype=np.float32)
    more[:known] = held[:known]
    return more


def _common(bits: Words, words: list[tuple[np.float32, Words]], new: slice) -> Singles:
    """Gates that are on for both: some labelled rows, and the n rows of a block; (m, n)."""
    total = np.zeros((new.stop - new.start, bits.shape[1]), dtype=np.float32)
    for count, own in words:
        for word, labelled in zip(bits, own, strict=True):
            total += count * np.bitwise_count(word & labelled[new, None])
    return total
