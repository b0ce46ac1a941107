"""Rows of a table, each asked once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Arrays, Metadata, Rows
from cutplane.active.columns import in_order, read_rows
from cutplane.active.pool_domain import PoolDomain
from cutplane.active.pool_identity import as_text, described_pool, probe_rows
from cutplane.active.row_hashes import Hashes, row_hashes
from cutplane.encoding import pool_arrays
from cutplane.errors import InvalidInputError
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.engine import Engine, serial


class Pool(PoolDomain):
    """Rows of a table, each asked once.

    Parameters
    ----------
    X_pool : array-like, DataFrame or CSR matrix of shape (n_pool, n_features)
    names : sequence of str, optional
        Of the columns, where ``X_pool`` may have them in another order, or not at all.
    engine : Engine
        Goes through the rows; this process by default.
    """

    def __init__(self, X_pool: Rows, names: Sequence[str] | None = None, engine: Engine = serial):
        self.rows, given = read_rows(in_order(X_pool, names))
        self.names = given if names is None else list(names)
        if self.names is not None and len(self.names) != self.rows.shape[1]:
            raise InvalidInputError(
                f"X_pool has {self.rows.shape[1]} columns, expected {len(self.names)}: "
                f"{', '.join(self.names[:8])}; pass the same columns"
            )
        self.source = ArraySource(self.rows).on(engine)

    def probe(self, n_rows: int) -> Rows:
        """Up to 20,000 of the rows, evenly spaced."""
        return self.source.take(probe_rows(n_rows))

    def columns(self, questions: NDArray) -> Rows:
        return self.source.take(questions)

    def told_rows(self, questions: NDArray) -> Rows:
        return self.rows

    def extended(self, X_new: Rows) -> tuple[Pool, Metadata]:
        new, names = read_rows(in_order(X_new, self.names))
        if new.shape[1] != self.rows.shape[1]:
            raise InvalidInputError(
                f"X_new has {new.shape[1]} columns, the pool {self.rows.shape[1]}; pass the same "
                "columns"
            )
        pool = Pool(_stacked(self.rows, new), engine=self.source.engine)
        pool.names = self.names or names
        return pool, {"n_rows": new.shape[0], "hashes": as_text(pool.hashes[self.n_rows :])}

    @cached_property
    def hashes(self) -> Hashes:
        """Fingerprint of every row."""
        return row_hashes(self.rows)

    def described(self, n_rows: int) -> Metadata:
        return described_pool(int(self.rows.shape[1]), self.names, self.hashes[:n_rows])

    def to_arrays(self, *, with_pool: bool = True) -> Arrays:
        return pool_arrays(self.rows) if with_pool else {}


def _stacked(rows: Rows, new: Rows) -> Rows:
    """Rows and more rows, stored as the first ones are, in double precision where that is lost."""
    new = sparse.csr_matrix(new) if sparse.issparse(new) or sparse.issparse(rows) else new
    single = new.astype(np.float32)
    new = single if abs(new - single).max() == 0 else new.astype(np.float64)
    if sparse.issparse(rows):
        return sparse.vstack([rows, new], format="csr")
    return np.vstack([rows, new.toarray() if sparse.issparse(new) else new])
