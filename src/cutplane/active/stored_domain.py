"""Rows that need not fit into memory, each asked once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Floats, Metadata, Rows
from cutplane.active.domain import Domain
from cutplane.active.pool_domain import PoolDomain
from cutplane.active.pool_identity import described_pool, probe_rows
from cutplane.active.row_hashes import Hashes, row_hashes
from cutplane.errors import InvalidInputError
from cutplane.scanning.block import Block
from cutplane.scanning.over import over
from cutplane.scanning.stored import StoredRows


class StoredDomain(PoolDomain):
    """Rows of Parquet files or record batches, each asked once.

    In memory are the rows that gates are sampled on, and those that were told; for a journal the
    hashes of all rows, 8 bytes each.

    Parameters
    ----------
    source : StoredRows
    """

    source: StoredRows

    def __init__(self, source: StoredRows):
        self.source, self.names = source, source.names
        self._known = np.empty(0, dtype=np.intp), np.empty((0, source.n_features))

    def probe(self, n_rows: int) -> Rows:
        return self._probe

    @cached_property
    def _probe(self) -> Floats:
        rows = self.source.take(probe_rows(self.n_rows))
        return rows.astype(self.source.columns.dtype)  # which holds them exactly

    def columns(self, questions: NDArray) -> Array:
        """Rows by number; each is read once."""
        self.expect(questions)
        known, rows = self._known
        return rows[np.searchsorted(known, questions)]

    def expect(self, questions: NDArray) -> None:
        known, rows = self._known
        if (new := np.setdiff1d(questions, known)).size:
            both = np.concatenate([known, new])
            order = np.argsort(both)
            self._known = both[order], np.concatenate([rows, self.source.take(new)])[order]

    def told_rows(self, questions: NDArray) -> StoredRows:
        """All rows, still where they are."""
        return self.source

    def extended(self, X_new: Rows) -> tuple[Domain, Metadata]:
        raise InvalidInputError(
            f"rows cannot be added to {self.source.name!r}, which is read where it is; write them "
            "there and begin a new run, whose labels import_journal takes over"
        )

    @cached_property
    def hashes(self) -> Hashes:
        """Fingerprint of every row, found in one pass."""
        return over(self.source, _hashes_of)

    def described(self, n_rows: int) -> Metadata:
        own = described_pool(self.source.n_features, self.names, self.hashes)
        return own | {"where": self.source.name}

    def to_arrays(self, *, with_pool: bool = True) -> Arrays:
        return {}


def _hashes_of(block: Block) -> Hashes:
    """Of the rows of a block."""
    return row_hashes(block.double)
