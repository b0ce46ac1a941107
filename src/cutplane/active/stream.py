"""Rows that come one by one and are gone: first ones for the gates, and those bought."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cutplane._types import Array, Arrays, Index, Metadata, Rows
from cutplane.active.columns import in_order, read_rows
from cutplane.active.domain import Domain
from cutplane.active.events import Event
from cutplane.active.offer import Offer
from cutplane.active.pool_identity import as_text
from cutplane.active.row_hashes import row_hashes
from cutplane.encoding import pool_arrays
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import check_range
from cutplane.network import AnyNetwork
from cutplane.scanning.arrays import ArraySource

#: Rows that pass before any is bought, where none are given; the gates are sampled on them.
N_FIRST = 100


class Stream(Domain):
    """Rows that come one by one; a question is the row itself.

    Parameters
    ----------
    X_pool : array-like, DataFrame or CSR matrix of shape (n, n_features), optional
        First rows, which the gates are sampled on. None: those that pass first.
    names : sequence of str, optional
        Of the columns, where ``X_pool`` may have them in another order, or not at all.

    Attributes
    ----------
    first : ndarray of shape (n_first, n_features)
        Rows that the gates are sampled on; (0, 0) while none is known.
    n_given : int
        Those of ``X_pool``; the others passed, and events hold them.
    """

    kind = "stream"

    def __init__(self, X_pool: Rows | None = None, names: Sequence[str] | None = None):
        self.first = np.empty((0, 0))
        self.names = None if names is None else list(names)
        if X_pool is not None:
            self.first, given = self.read(X_pool)
            self.names = self.names or given
        self.n_given = len(self.first)
        self.source = ArraySource(self.first, memory=0)

    @property
    def n_rows(self) -> int:
        """First rows, given or seen."""
        return len(self.first)

    @property
    def n_missing(self) -> int:
        """Rows that pass before any is bought."""
        return 0 if self.n_given else max(0, N_FIRST - len(self.first))

    def read(self, X: Rows) -> tuple[Array, list[str] | None]:
        """One row (n_features,), or several, as an array (n, n_features), and their names."""
        if self._is_plain(X):
            check_range(X)
            return np.atleast_2d(X).astype(np.float64) + 0.0, None
        rows, names = read_rows(in_order(_table(X), self.names))
        rows = rows.toarray() if sparse.issparse(rows) else rows
        if self.n_rows and rows.shape[1] != self.first.shape[1]:
            raise InvalidInputError(
                f"rows of {rows.shape[1]} columns arrived, and those of the stream have "
                f"{self.first.shape[1]}; offer rows with the same columns"
            )
        return rows.astype(np.float64) + 0.0, names  # no negative zeros

    def _is_plain(self, X: Rows) -> bool:
        """Whether nothing is to be read, which takes as long as a decision does."""
        if not isinstance(X, np.ndarray) or X.dtype.kind != "f" or X.ndim not in (1, 2):
            return False
        return X.size > 0 and X.shape[-1] == self.first.shape[1] and bool(np.isfinite(X).all())

    def probe(self, n_rows: int) -> Array:
        """The first rows."""
        return self.first[:n_rows]

    def checked(self, questions: ArrayLike, n_rows: int) -> Array:
        if np.size(questions) == 0:
            return np.empty((0, self.first.shape[1]))
        if self.n_rows == 0:
            raise InvalidInputError(
                "labels arrived before any row of the stream; offer rows first, or give first rows "
                "as X_pool"
            )
        return self.read(questions)[0]

    def columns(self, questions: NDArray) -> Array:
        return questions

    def numbers(self, questions: NDArray, n_told: int) -> Index:
        return np.arange(n_told, n_told + len(questions), dtype=np.intp)

    def told_rows(self, questions: NDArray) -> Array:
        return questions

    def offer(
        self,
        closed: NDArray,
        n: int,
        rng: np.random.Generator,
        *,
        is_first: bool,
        candidates: NDArray | None = None,
    ) -> Offer:
        raise InvalidInputError(
            "rows of a stream come one by one and are not kept, so none can be asked about; offer "
            "each with learner.offer(x), which says whether to label it"
        )

    def search(
        self,
        query: str,
        networks: Sequence[AnyNetwork],
        n: int,
        known: NDArray,
        rng: np.random.Generator,
    ) -> NDArray:
        raise InvalidInputError("rows of a stream are not searched for; offer them")

    def extended(self, X_new: Rows) -> tuple[Stream, Metadata]:
        """With more first rows, for gates that are not sampled yet; the event holds the rows."""
        longer = self.watching(*self.read(X_new))
        return longer, longer.since(self)

    def watching(self, rows: Array, names: list[str] | None) -> Stream:
        """With more first rows, as :meth:`read` gives them."""
        longer = copy.copy(self)
        longer.names = self.names or names
        longer.first = np.vstack([self.first, rows]) if self.n_rows else rows
        longer.source = ArraySource(longer.first, memory=0)
        return longer

    def since(self, other: Stream) -> Metadata:
        """What an event says of the first rows that another stream has not yet."""
        new = self.first[other.n_rows :]
        details = {"rows": new.tolist(), "names": self.names}
        return details | {"n_rows": len(new), "hashes": as_text(row_hashes(new))}

    def following(self, event: Event) -> Stream:
        if event.kind != "added":
            return self
        (rows, _), names = self.read(event.details["rows"]), event.details["names"]
        if names is not None and [type(name) for name in names] != [str] * rows.shape[1]:
            raise ValueError(f"names of columns are {names!r:.99}")
        return self.watching(rows, names)

    def seeded(self, seed: int) -> Stream:
        return self

    def described(self, n_rows: int) -> Metadata:
        return {
            "kind": self.kind,
            "n_rows": self.n_given,
            "n_features": int(self.first.shape[1]) if self.n_given else 0,
            "names": self.names if self.n_given else None,
            "hashes": as_text(row_hashes(self.first[: self.n_given])),
        }

    def check_same(self, described: Metadata, added: Sequence[str], labelled: NDArray) -> None:
        if described["kind"] != self.kind:
            raise InvalidInputError(
                f"a stream arrived, and the labels are about a {described['kind']}; pass that"
            )
        own = self.described(0)
        if own != described:
            raise InvalidInputError(
                f"{own['n_rows']} first rows arrived, and the stream began with "
                f"{described['n_rows']}, or with others; pass the same rows as X_pool"
            )

    def to_arrays(self, *, with_pool: bool = True) -> Arrays:
        return pool_arrays(self.first[: self.n_given]) if with_pool and self.n_given else {}


def _table(X: Rows) -> Rows:
    """Rows as a table: one row alone, an array or a Series, as a table of one."""
    if getattr(X, "ndim", None) == 1 and hasattr(X, "to_frame"):
        return X.to_frame().T.infer_objects()
    if sparse.issparse(X) or hasattr(X, "columns"):
        return X
    rows = np.asarray(X)
    return rows[None, :] if rows.ndim == 1 else rows
