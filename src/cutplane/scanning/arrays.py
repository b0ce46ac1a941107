"""Rows of an array or a CSR matrix, in memory or mapped from a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cutplane._types import Index, Rows
from cutplane.scanning.block import Block
from cutplane.scanning.source import Fragment, Source

#: Bytes of products with labelled rows that are kept.
MEMORY = 3 * 2**26


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
        Bytes of products with labelled rows to keep. Patterns are kept beside them, one bit for
        each gate and row.
    """

    def __init__(self, rows: Rows, memory: int = MEMORY):
        self.rows, self.memory = rows, memory

    @property
    def n_rows(self) -> int:
        return int(self.rows.shape[0])

    @property
    def n_features(self) -> int:
        return int(self.rows.shape[1])

    def fragments(self) -> Sequence[Fragment]:
        raise NotImplementedError

    def take(self, at: Index | slice) -> Rows:
        raise NotImplementedError
