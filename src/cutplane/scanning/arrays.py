"""Rows of an array or a CSR matrix, in memory or mapped from a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

from cutplane._types import Index, Rows
from cutplane.scanning.block import Block, block_slices
from cutplane.scanning.source import Fragment, Source

#: Bytes of products with labelled rows that are kept.
MEMORY = 3 * 2**26
#: Blocks of a fragment.
_BLOCKS = 16


class ArrayFragment:
    """Some blocks of an array, which are kept from one question to the next."""

    def __init__(self, blocks: Sequence[Block]):
        self._blocks = blocks
        self.start = blocks[0].start
        self.n_rows = blocks[-1].stop - self.start

    def blocks(self) -> Iterator[Block]:
        """The same ones every time."""
        return iter(self._blocks)


class ArraySource(Source):
    """Rows of an array.

    Parameters
    ----------
    rows : array or CSR matrix of shape (n, n_features)
        Single or double precision, perhaps mapped from a file; never copied whole.
    memory : int, default=3 * 2**26
        Bytes of products with labelled rows to keep; they are kept of all labels or of none.
        Patterns are kept beside them, one bit for each distinct gate and row.
    """

    def __init__(self, rows: Rows, memory: int = MEMORY):
        self.rows, self.memory = rows, memory

    @property
    def n_rows(self) -> int:
        return int(self.rows.shape[0])

    @property
    def n_features(self) -> int:
        return int(self.rows.shape[1])

    @property
    def room(self) -> int:
        return self.memory // (2 * 4 * max(1, self.n_rows))

    def fragments(self) -> Sequence[Fragment]:
        return self._fragments

    @cached_property
    def _fragments(self) -> list[Fragment]:
        width = self.n_features
        if sparse.issparse(self.rows):
            width = -(-self.rows.nnz // max(1, self.n_rows))
        blocks = [Block(own.start, self.rows[own]) for own in block_slices(self.n_rows, width)]
        return [ArrayFragment(blocks[i : i + _BLOCKS]) for i in range(0, len(blocks), _BLOCKS)]

    def take(self, at: Index | slice) -> Rows:
        return self.rows[at].astype(np.float64, copy=False)


class Taken(ArraySource):
    """Some rows of another source, which stays what reference rows are of.

    Parameters
    ----------
    whole : Source
    at : ndarray of int of shape (n,)
        Their places there.
    """

    def __init__(self, whole: Source, at: Index):
        super().__init__(whole.take(at), memory=0)
        self._whole = whole

    @cached_property
    def reference_rows(self) -> Rows:
        return self._whole.reference_rows

    @property
    def knows_reference(self) -> bool:
        return True
