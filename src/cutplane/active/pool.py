"""Rows of a table, each asked once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cutplane._types import Arrays, Index, Metadata, Rows
from cutplane.active.columns import in_order, read_rows
from cutplane.active.domain import Domain, Offer
from cutplane.active.row_hashes import (
    Hashes,
    check_same_pool,
    hexadecimal,
    of_hexadecimal,
    row_hashes,
)
from cutplane.encoding import pool_arrays
from cutplane.errors import InvalidInputError
from cutplane.network import AnyNetwork
from cutplane.uncertainty.kept_pool import KeptPool

#: Rows of a pool that stand for more of them.
_PROBE_ROWS = 20_000


class Pool(Domain):
    """Rows of a table, each asked once.

    Parameters
    ----------
    X_pool : array-like, DataFrame or CSR matrix of shape (n_pool, n_features)
    names : sequence of str, optional
        Of the columns, where ``X_pool`` may have them in another order, or not at all.
    """

    kind = "pool"

    def __init__(self, X_pool: Rows, names: Sequence[str] | None = None):
        self.rows, given = read_rows(in_order(X_pool, names))
        self.names = given if names is None else list(names)
        if self.names is not None and len(self.names) != self.rows.shape[1]:
            raise InvalidInputError(
                f"X_pool has {self.rows.shape[1]} columns, expected {len(self.names)}: "
                f"{', '.join(self.names[:8])}; pass the same columns"
            )
        self._kept = KeptPool(self.rows)

    @property
    def n_rows(self) -> int:
        return int(self.rows.shape[0])

    def probe(self, n_rows: int) -> Rows:
        """Up to 20,000 of the rows, evenly spaced."""
        return self._kept.take(slice(0, n_rows, -(-n_rows // _PROBE_ROWS)))

    def checked(self, questions: ArrayLike, n_rows: int) -> Index:
        rows = np.atleast_1d(np.asarray(questions))
        if rows.size == 0:
            return np.empty(0, dtype=np.intp)
        if rows.ndim > 1:
            raise InvalidInputError(
                f"rows of shape {rows.shape} arrived; give a flat list, one label for each row"
            )
        if rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_rows:
            raise InvalidInputError(
                f"rows {rows.tolist()} arrived; expected whole numbers from 0 to {n_rows - 1}"
            )
        return rows.astype(np.intp)

    def columns(self, questions: NDArray) -> Rows:
        return self._kept.take(questions)

    def numbers(self, questions: NDArray, n_told: int) -> Index:
        return questions

    def told_rows(self, questions: NDArray) -> Rows:
        return self.rows

    def offer(
        self,
        closed: NDArray,
        n: int,
        rng: np.random.Generator,
        *,
        is_first: bool,
        candidates: NDArray | None = None,
    ) -> Offer:
        is_open = np.full(self.n_rows, candidates is None)
        if candidates is not None:
            is_open[candidates] = True
        is_open[closed] = False
        left = np.flatnonzero(is_open)
        if is_first and left.size > _PROBE_ROWS:
            left = np.sort(rng.choice(left, size=_PROBE_ROWS, replace=False))
        return Offer(self._kept, left, left)

    def search(
        self,
        query: str,
        networks: Sequence[AnyNetwork],
        n: int,
        known: NDArray,
        rng: np.random.Generator,
    ) -> NDArray:
        raise InvalidInputError("rows of a pool are ranked; give a domain (low, high) to search")

    def extended(self, X_new: Rows) -> tuple[Pool, Metadata]:
        new, names = read_rows(in_order(X_new, self.names))
        if new.shape[1] != self.rows.shape[1]:
            raise InvalidInputError(
                f"X_new has {new.shape[1]} columns, the pool {self.rows.shape[1]}; pass the same "
                "columns"
            )
        pool = Pool(_stacked(self.rows, new))
        pool.names = self.names or names
        return pool, {"n_rows": new.shape[0], "hashes": hexadecimal(pool.hashes[self.n_rows :])}

    def seeded(self, seed: int) -> Pool:
        return self

    @cached_property
    def hashes(self) -> Hashes:
        """Fingerprint of every row."""
        return row_hashes(self.rows)

    def described(self, n_rows: int) -> Metadata:
        return {
            "kind": self.kind,
            "n_rows": n_rows,
            "n_features": int(self.rows.shape[1]),
            "names": self.names,
            "hashes": hexadecimal(self.hashes[:n_rows]),
        }

    def check_same(self, described: Metadata, added: Sequence[str], labelled: NDArray) -> None:
        if described["kind"] != self.kind:
            raise InvalidInputError(
                "X_pool arrived, and the labels are about points; pass their domain (low, high)"
            )
        if described["n_features"] != self.rows.shape[1]:
            raise InvalidInputError(
                f"X_pool has {self.rows.shape[1]} columns, the pool that the labels are about "
                f"{described['n_features']}; pass the same columns"
            )
        expected = np.concatenate([of_hexadecimal(text) for text in (described["hashes"], *added)])
        check_same_pool(expected, self.hashes, labelled)

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
