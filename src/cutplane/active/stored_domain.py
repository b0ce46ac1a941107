"""Rows that need not fit into memory, each asked once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array, Arrays, Floats, Index, Metadata, Rows
from cutplane.active.domain import Domain
from cutplane.active.offer import Offer, offered
from cutplane.active.pool_identity import (
    check_pool,
    checked_rows,
    described_pool,
    probe_rows,
)
from cutplane.active.row_hashes import Hashes, row_hashes
from cutplane.errors import InvalidInputError
from cutplane.network import AnyNetwork
from cutplane.scanning.block import Block
from cutplane.scanning.over import over
from cutplane.scanning.stored import StoredRows


class StoredDomain(Domain):
    """Rows of Parquet files or record batches, each asked once.

    In memory are the rows that gates are sampled on, and those that were told; for a journal the
    hashes of all rows, 8 bytes each.

    Parameters
    ----------
    source : StoredRows
    """

    kind = "pool"
    source: StoredRows

    def __init__(self, source: StoredRows):
        self.source, self.names = source, source.names
        self._known = np.empty(0, dtype=np.intp), np.empty((0, source.n_features))

    @property
    def n_rows(self) -> int:
        return self.source.n_rows

    def probe(self, n_rows: int) -> Rows:
        return self._probe

    @cached_property
    def _probe(self) -> Floats:
        rows = self.source.take(probe_rows(self.n_rows))
        return rows.astype(self.source.columns.dtype)  # which holds them exactly

    def checked(self, questions: ArrayLike, n_rows: int) -> Index:
        return checked_rows(questions, n_rows)

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

    def numbers(self, questions: NDArray, n_told: int) -> Index:
        return questions

    def told_rows(self, questions: NDArray) -> StoredRows:
        """All rows, still where they are."""
        return self.source

    def offer(
        self,
        closed: NDArray,
        n: int,
        rng: np.random.Generator,
        *,
        is_first: bool,
        candidates: NDArray | None = None,
    ) -> Offer:
        return offered(self.source, closed, rng, is_first=is_first, candidates=candidates)

    def search(
        self,
        query: str,
        networks: Sequence[AnyNetwork],
        n: int,
        known: NDArray,
        rng: np.random.Generator,
    ) -> NDArray:
        raise InvalidInputError("rows of a pool are ranked; give a domain (low, high) to search")

    def extended(self, X_new: Rows) -> tuple[Domain, Metadata]:
        raise InvalidInputError(
            f"rows cannot be added to {self.source.name!r}, which is read where it is; write them "
            "there and begin a new run, whose labels import_journal takes over"
        )

    def seeded(self, seed: int) -> StoredDomain:
        return self

    @cached_property
    def hashes(self) -> Hashes:
        """Fingerprint of every row, found in one pass."""
        return over(self.source, _hashes_of)

    def described(self, n_rows: int) -> Metadata:
        own = described_pool(self.source.n_features, self.names, self.hashes)
        return own | {"where": self.source.name}

    def check_same(self, described: Metadata, added: Sequence[str], labelled: NDArray) -> None:
        check_pool(described, added, labelled, self.source.n_features, self.hashes)

    def to_arrays(self, *, with_pool: bool = True) -> Arrays:
        return {}


def _hashes_of(block: Block) -> Hashes:
    """Of the rows of a block."""
    return row_hashes(block.double)
