"""Where questions come from: rows of a pool, or points of a box.

A learner knows its domain through :class:`Domain` only, so that another one (a table on disk)
needs a class here and no change there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array

from cutplane._types import Array, Arrays, Index, Metadata, Rows
from cutplane.active.box import Box
from cutplane.active.synthesis import SYNTHESIZED, synthesize
from cutplane.encoding import fingerprint, pool_arrays, restored_pool
from cutplane.errors import InvalidInputError
from cutplane.network import AnyNetwork
from cutplane.uncertainty.kept_pool import KeptPool

#: Rows of a pool that stand for more of them.
_PROBE_ROWS = 20_000
#: Points of a box that the gates are sampled on, and that a strategy ranks.
_BOX_POINTS = 1024
#: The first questions are chosen from fewer points, at least so many, and so many for each.
_FIRST_POINTS, _FIRST_POINTS_EACH = 64, 8


class Offer(NamedTuple):
    """What may be asked now.

    Attributes
    ----------
    pool : KeptPool
        Rows that strategies look at.
    places : ndarray of int of shape (m,)
        Those on offer.
    questions : ndarray of shape (m,), or (m, n_features)
        What ``ask`` returns of each.
    """

    pool: KeptPool
    places: Index
    questions: NDArray


class Domain(ABC):
    """What may be asked, and what was.

    A question is what ``ask`` returns and ``tell`` takes back: the number of a row, or a point.
    Told questions have a row number each, by which the learner keeps its labels.

    Attributes
    ----------
    rows : array or CSR matrix of shape (n, n_features)
        Rows by their numbers.
    probe : array or CSR matrix of shape (m, n_features)
        Rows that stand for all that may be asked: the gates are sampled on them.
    searched : tuple of str
        Queries whose questions :meth:`search` finds; the others rank an :meth:`offer`.
    """

    rows: Rows
    probe: Rows
    searched: tuple[str, ...] = ()

    @abstractmethod
    def offer(self, n: int, rng: np.random.Generator, *, is_first: bool) -> Offer:
        """Candidates for n questions, none of them told; ``is_first``: there is no model yet."""

    @abstractmethod
    def search(
        self, query: str, networks: Sequence[AnyNetwork], n: int, rng: np.random.Generator
    ) -> NDArray:
        """n questions that a query of ``searched`` finds by itself."""

    @abstractmethod
    def check(self, questions: ArrayLike, n_labels: int) -> NDArray:
        """Questions that may be told with so many labels, as an array."""

    @abstractmethod
    def add(self, questions: NDArray) -> Index:
        """Take checked questions for told; their row numbers."""

    @abstractmethod
    def asked(self, rows: Index) -> NDArray:
        """Inverse of :meth:`add`."""

    def told(self, rows: Index) -> Rows:
        """Rows by their numbers, in double precision."""
        return self.rows[rows].astype(np.float64, copy=False)

    @abstractmethod
    def keys(self, questions: NDArray) -> list[str]:
        """What a journal calls each question."""

    @abstractmethod
    def named(self, keys: Sequence[str]) -> NDArray:
        """Inverse of :meth:`keys`; a ValueError where they name other questions."""

    @abstractmethod
    def to_arrays(self, *, with_pool: bool = True) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata of the domain, without or with a pool that may be large."""


class Pool(Domain):
    """Rows of a table, each asked once.

    Parameters
    ----------
    X_pool : array-like or CSR matrix of shape (n_pool, n_features)
    """

    def __init__(self, X_pool: Rows):
        kinds = [np.float64, np.float32]
        self.rows = check_array(X_pool, accept_sparse="csr", dtype=kinds)
        self._kept = KeptPool(self.rows)
        self._told = np.zeros(self.rows.shape[0], dtype=bool)

    @property
    def probe(self) -> Rows:
        """Up to 20,000 of the rows, evenly spaced."""
        return self._kept.take(slice(None, None, -(-self._kept.n_rows // _PROBE_ROWS)))

    def offer(self, n: int, rng: np.random.Generator, *, is_first: bool) -> Offer:
        left = np.flatnonzero(~self._told)
        if is_first and left.size > _PROBE_ROWS:
            left = np.sort(rng.choice(left, size=_PROBE_ROWS, replace=False))
        return Offer(self._kept, left, left)

    def search(
        self, query: str, networks: Sequence[AnyNetwork], n: int, rng: np.random.Generator
    ) -> NDArray:
        raise InvalidInputError("rows of a pool are ranked; give a domain (low, high) to search")

    def check(self, questions: ArrayLike, n_labels: int) -> Index:
        rows = np.atleast_1d(np.asarray(questions))
        if rows.shape != (n_labels,):
            raise InvalidInputError(
                f"{rows.size} rows and {n_labels} labels arrived; tell one label for each row"
            )
        n_pool = self._told.size
        if rows.size and (rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_pool):
            raise InvalidInputError(
                f"rows {rows.tolist()} arrived; expected whole numbers from 0 to {n_pool - 1}"
            )
        rows = rows.astype(np.intp)
        if np.unique(rows).size < rows.size or self._told[rows].any():
            again = rows[self._told[rows]].tolist() or rows.tolist()
            raise InvalidInputError(f"rows {again} were told before; every row is told once")
        return rows

    def add(self, questions: NDArray) -> Index:
        self._told[questions] = True
        return questions.astype(np.intp)

    def asked(self, rows: Index) -> NDArray:
        return rows

    def keys(self, questions: NDArray) -> list[str]:
        return [str(row) for row in questions]

    def named(self, keys: Sequence[str]) -> NDArray:
        return np.array([int(key) for key in keys])  # of any size; ``check`` says what is too large

    def to_arrays(self, *, with_pool: bool = True) -> tuple[Arrays, Metadata]:
        arrays = pool_arrays(self.rows) if with_pool else {}
        return arrays, {"has_domain": False, "fingerprint": fingerprint(self.rows)}


class BoxDomain(Domain):
    """Points of a box, synthesized or drawn.

    Parameters
    ----------
    box : Box
    probe : ndarray of shape (m, n_features)
        Points spread over it.
    """

    rows: Array
    searched = SYNTHESIZED

    def __init__(self, box: Box, probe: Array):
        self.box, self.probe = box, probe
        self.rows = np.empty((0, box.low.size))

    @classmethod
    def between(cls, low: ArrayLike, high: ArrayLike, seed: int | None) -> Self:
        """The box of all points between two corners."""
        box = Box(low, high)
        return cls(box, box.points(_BOX_POINTS, np.random.default_rng(seed)))

    def offer(self, n: int, rng: np.random.Generator, *, is_first: bool) -> Offer:
        first = max(_FIRST_POINTS, _FIRST_POINTS_EACH * n)
        points = self.box.points(first if is_first else _BOX_POINTS, rng)
        return Offer(KeptPool(points, memory=0), np.arange(len(points)), points)

    def search(
        self, query: str, networks: Sequence[AnyNetwork], n: int, rng: np.random.Generator
    ) -> Array:
        known = self.rows
        for _ in range(n):
            known = np.vstack([known, synthesize(query, networks, self.box, known, rng)])
        return known[-n:]

    def check(self, questions: ArrayLike, n_labels: int) -> Array:
        points: Array = check_array(questions, dtype=np.float64)
        if points.shape != (n_labels, self.box.low.size):
            raise InvalidInputError(
                f"points of shape {points.shape} and {n_labels} labels arrived; expected "
                f"(n, {self.box.low.size}) and n labels"
            )
        return points

    def add(self, questions: NDArray) -> Index:
        begin = len(self.rows)
        self.rows = np.vstack([self.rows, questions])
        return np.arange(begin, len(self.rows), dtype=np.intp)

    def asked(self, rows: Index) -> Array:
        return self.rows[rows]

    def keys(self, questions: NDArray) -> list[str]:
        return [" ".join(map(repr, point)) for point in questions.tolist()]

    def named(self, keys: Sequence[str]) -> Array:
        return np.array([[float(x) for x in key.split()] for key in keys])

    def to_arrays(self, *, with_pool: bool = True) -> tuple[Arrays, Metadata]:
        arrays = {"low": self.box.low, "high": self.box.high}
        arrays |= {"gate_rows": self.probe, "pool": self.rows}
        return arrays, {"has_domain": True, "fingerprint": fingerprint(self.rows)}


def domain_of(
    X_pool: Rows | None, bounds: tuple[ArrayLike, ArrayLike] | None, seed: int | None
) -> Domain:
    """The pool, or the box between two corners; one of them has to be None."""
    if (X_pool is None) == (bounds is None):
        raise InvalidInputError("give either a pool X_pool or a domain (low, high), not both")
    return Pool(X_pool) if bounds is None else BoxDomain.between(*bounds, seed)


def restored_domain(
    arrays: Mapping[str, NDArray], metadata: Metadata, X_pool: Rows | None, rows: Index
) -> Domain:
    """Inverse of :meth:`Domain.to_arrays`, with the rows that were told.

    Raises
    ------
    InvalidInputError
        ``X_pool`` is needed and missing, or not the pool of before.
    """
    expected = metadata.get("fingerprint")
    if X_pool is not None:
        given = Pool(X_pool)
        if fingerprint(given.rows) != expected:
            raise InvalidInputError(
                f"X_pool of shape {given.rows.shape} is not the pool that the learner was asking "
                "about; pass the same rows in the same order"
            )
    if metadata["has_domain"]:
        domain: Domain = BoxDomain(Box(arrays["low"], arrays["high"]), arrays["gate_rows"])
        domain.add(arrays["pool"])
        return domain
    if X_pool is None and "pool_shape" not in arrays:
        raise InvalidInputError("the learner was saved without its pool; pass X_pool")
    domain = Pool(restored_pool(arrays)) if X_pool is None else given
    domain.add(rows)
    return domain
