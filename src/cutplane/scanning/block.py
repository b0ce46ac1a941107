"""Some consecutive rows of a pool, and what no label changes about them (mathematics 14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import row_norms

from cutplane._types import Floats, Rows
from cutplane.arrays import Place
from cutplane.scanning.gates import Gates, Words, packed
from cutplane.scanning.mapped import MappedRows
from cutplane.scanning.products import Labelled, Products
from cutplane.space.inputs import Inputs

#: Numbers of a block, and its rows at most: what follows from them is to stay in the cache.
_NUMBERS, _MOST_ROWS = 2**22, 2**14

Singles = NDArray[np.float32]


def block_slices(n_rows: int, width: int) -> Iterator[slice]:
    """Slices of n rows, with ``width`` numbers each, that make blocks."""
    size = max(1, min(_MOST_ROWS, _NUMBERS // max(1, width)))
    return (slice(begin, min(begin + size, n_rows)) for begin in range(0, n_rows, size))


@dataclass(frozen=True)
class Lengths:
    """Lengths of the n rows of a block, in single precision.

    Attributes
    ----------
    own : ndarray of shape (n,)
        Of their features.
    appended : ndarray of shape (n, n_inputs - n_features)
        What the first layer reads beside the features.
    """

    own: Singles
    appended: Singles


@dataclass(frozen=True)
class Seen:
    """What gates see of the n rows of a block.

    Attributes
    ----------
    bits : list of ndarray of uint64
        Entry l of shape (ceil(U_{l+1} / 64), n): which distinct gates are on.
    units : ndarray of float32 of shape (n,)
        Units that are on, ``prod_l 2 |D_l|``.
    """

    bits: list[Words]
    units: Singles


class Block:
    """Consecutive rows; what is computed of them is kept as long as the block lives.

    A pickle holds the rows alone, and of those mapped from a file only where they stand.

    Parameters
    ----------
    start : int
        Place of the first row in its source.
    rows : array or CSR matrix of shape (n, n_features)
        Single or double precision.
    """

    def __init__(self, start: int, rows: Rows):
        self.start, self.rows = start, rows
        self._lengths: tuple[Inputs, Lengths] | None = None
        self._seen: tuple[Gates, Seen] | None = None
        self._products: Products | None = None
        self._there: tuple[Place, Floats] | None = None

    def __getstate__(self) -> tuple[int, Rows]:
        return self.start, MappedRows.of(self.rows) or self.rows

    def __setstate__(self, state: tuple[int, Rows]) -> None:
        start, rows = state
        Block.__init__(self, start, rows.open() if isinstance(rows, MappedRows) else rows)

    @property
    def n_rows(self) -> int:
        """Rows of the block."""
        return int(self.rows.shape[0])

    @property
    def stop(self) -> int:
        """Place after the last row."""
        return self.start + self.n_rows

    @property
    def single(self) -> Rows:
        """The rows in single precision; themselves where they are."""
        return self.rows.astype(np.float32, copy=False)

    @property
    def double(self) -> Rows:
        """The rows in double precision; themselves where they are."""
        return self.rows.astype(np.float64, copy=False)

    def at(self, place: Place) -> Floats:
        """Dense rows in single precision on a device, kept there."""
        if self._there is None or self._there[0] != place:
            self._there = place, place.array(self.single)
        return self._there[1]

    def lengths(self, inputs: Inputs) -> Lengths:
        """Lengths of the rows, as a first layer reads them."""
        if self._lengths is None or self._lengths[0] != inputs:
            squares = row_norms(self.rows, squared=True)
            appended = inputs.appended_to(squares).astype(np.float32)
            self._lengths = inputs, Lengths(np.sqrt(squares).astype(np.float32), appended)
        return self._lengths[1]

    def seen(self, gates: Gates) -> Seen:
        """What gates see of the rows; products under other gates are forgotten."""
        if self._seen is None or not self._seen[0].is_same(gates):
            patterns = gates.patterns(self.single, self.lengths(gates.inputs).appended)
            units = gates.units(patterns, self.n_rows)
            self._seen = gates, Seen([packed(pattern) for pattern in patterns], units)
            self._products = None
        return self._seen[1]

    def products(self, labelled: Labelled) -> tuple[Floats, Floats]:
        """Products with k labelled rows, (k, n) each, which are kept.

        Returns
        -------
        cross : ndarray of float32
            Scalar products of features times the units that both rows switch on.
        both : ndarray of float32
            These units alone.
        """
        bits = self.seen(labelled.gates).bits
        known = self._products or Products.none(*self.rows.shape)
        self._products = known.followed(labelled, self.rows, bits)
        return self._products.of(labelled.n_rows)
