"""Some consecutive rows of a pool, and what no label changes about them (mathematics 14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from cutplane._types import Array, Rows
from cutplane.scanning.gates import Gates, Words

#: Numbers of a block, and its rows at most: what follows from them is to stay in the cache.
_NUMBERS, _MOST_ROWS = 2**22, 2**14
#: Labels by which room for products grows.
_TOGETHER = 32

Singles = NDArray[np.float32]


def block_slices(n_rows: int, width: int) -> Iterator[slice]:
    """Slices of n rows, with ``width`` numbers each, that make blocks."""
    size = max(1, min(_MOST_ROWS, _NUMBERS // max(1, width)))
    return (slice(begin, min(begin + size, n_rows)) for begin in range(0, n_rows, size))


@dataclass(frozen=True)
class Look:
    """What gates see of the n rows of a block, in single precision.

    Attributes
    ----------
    appended : ndarray of shape (n, n_inputs - n_features)
        What the first layer reads beside the features.
    squares : ndarray of shape (n,)
        Squared lengths of the features.
    bits : list of ndarray of uint64
        Entry l of shape (ceil(U_{l+1} / 64), n): which distinct gates are on.
    units : ndarray of shape (n,)
        Units that are on, ``prod_l 2 |D_l|``.
    """

    appended: Singles
    squares: Singles
    bits: list[Words]
    units: Singles


class Block:
    """Consecutive rows; what is computed of them is kept as long as the block lives.

    Parameters
    ----------
    start : int
        Place of the first row in its source.
    rows : array or CSR matrix of shape (n, n_features)
        Single or double precision.
    room : int, default=0
        Labels whose products with the rows may be kept.
    """

    def __init__(self, start: int, rows: Rows, room: int = 0):
        self.start, self.rows, self.room = start, rows, room
        self._gates: Gates | None = None
        self._look: Look | None = None
        self._products: Products | None = None

    def __getstate__(self) -> tuple[int, Rows, int]:
        return self.start, self.rows, self.room

    def __setstate__(self, state: tuple[int, Rows, int]) -> None:
        Block.__init__(self, *state)

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

    def look(self, gates: Gates) -> Look:
        """What gates see of the rows; those of the last gates are kept."""
        if self._look is None or self._gates is None or not self._gates.is_same(gates):
            raise NotImplementedError
        return self._look
