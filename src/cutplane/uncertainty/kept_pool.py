"""A pool with what no label changes about it, kept from one question to the next (mathematics 14).

A new label adds one product of the pool with its row. Products are in single precision: they say
which rows are worth a closer look, and that look is in double precision. Each is computed alone and
they are summed in fixed groups, so that what comes out has the same digits in whatever portions the
labels came, and whatever of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import safe_sparse_dot

from cutplane._types import Array, Index, Rows
from cutplane.space.arrangement import Arrangement
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.prior import GatedRows, parts

#: Bytes of products that are kept; those of further labels are computed for every question.
MEMORY = 3 * 2**26
#: Rows that the variance of predictions is summed over.
N_REFERENCE = 256
#: Labels whose products are summed at once.
_TOGETHER = 32
_WORD = 64
#: Temporary arrays beside a block of products, in its size.
_SMALL = 4

Singles = NDArray[np.float32]
Words = NDArray[np.uint64]


@dataclass
class _Products:
    """Prior covariances of a pool with the first labelled rows, under one slope.

    Attributes
    ----------
    variance : ndarray of float32 of shape (n,)
        Prior variance of the pool's own predictions.
    known : ndarray of shape (k, d)
        Labelled rows of the columns.
    columns : list of ndarray of float32 of shape (32, n)
        Groups in the order of the labels; the last one is filled as far as they go.
    """

    variance: Singles
    known: Array
    columns: list[Singles] = field(default_factory=list)


class KeptPool:
    """Rows that questions are about.

    Parameters
    ----------
    rows : array or CSR matrix of shape (n, n_features)
        Single or double precision, perhaps mapped from a file; never copied whole.
    memory : int, default=3 * 2**26
        Bytes of products to keep. Patterns are kept beside them, one bit for each gate and row.
    """

    def __init__(self, rows: Rows, memory: int = MEMORY):
        self.rows, self.memory = rows, memory
        self._arrangement: Arrangement | None = None
        self._bits: list[Words] = []
        self._appended: Singles = np.empty((0, 0), dtype=np.float32)
        self._products: dict[float, _Products] = {}

    @property
    def n_rows(self) -> int:
        """Rows of the pool."""
        return int(self.rows.shape[0])

    @cached_property
    def reference(self) -> Index:
        """Up to 256 rows that stand for the pool, the same for every question; (m,)."""
        size = min(self.n_rows, N_REFERENCE)
        chosen = np.random.default_rng(self.n_rows).choice(self.n_rows, size=size, replace=False)
        return np.sort(chosen)

    def take(self, at: Index | slice) -> Rows:
        """Some of the rows, in double precision."""
        return self.rows[at].astype(np.float64, copy=False)

    def gated(self, space: VersionSpace, at: Index) -> GatedRows:
        """Some of the rows as the leaves of a version space read them, with their patterns."""
        self._look_at(space.arrangement)
        chosen = [np.ascontiguousarray(own[:, at].T).view(np.uint8) for own in self._bits]
        widths = space.arrangement.n_patterns
        patterns = [
            np.unpackbits(own, axis=1, count=width)
            for own, width in zip(chosen, widths, strict=True)
        ]
        return GatedRows(space.leaf_rows(self.take(at)), patterns)

    def mean(self, space: VersionSpace, force: Array) -> Singles:
        """Predictions of networks without sign rows, in single precision.

        Parameters
        ----------
        space : VersionSpace
            k labelled rows, the first of which are those of earlier questions.
        force : ndarray of shape (k, q)
            Multipliers of the labelled unit rows, a column for each network.

        Returns
        -------
        ndarray of float32 of shape (n, q)
        """
        products = self._following(space)
        forces = np.asarray(force, dtype=np.float32)
        total = np.zeros((self.n_rows, forces.shape[1]), dtype=np.float32)
        n_kept = len(products.known)
        later = {i: space.of_rows(slice(i, i + 1)) for i in range(n_kept, space.n_rows)}
        for begin in range(0, space.n_rows, _TOGETHER):
            group = range(begin, min(begin + _TOGETHER, space.n_rows))
            kept = products.columns[begin // _TOGETHER] if begin < n_kept else None
            for part in self._parts():
                if kept is not None and group.stop <= n_kept:
                    block = kept[: len(group), part]
                else:
                    few = [] if kept is None else [*kept[: n_kept - begin, part]]
                    new = [self._column(later[i], part) for i in group if i >= n_kept]
                    block = np.stack([*few, *new])
                total[part] += block.T @ forces[begin : group.stop]
        return total

    def prior_variance(self, space: VersionSpace) -> Singles:
        """Prior variance of all predictions; (n,)."""
        return self._following(space).variance

    def _following(self, space: VersionSpace) -> _Products:
        """Products with the labelled rows, as many as memory holds, the new ones added."""
        self._look_at(space.arrangement)
        slope = space.hypothesis.slope
        products = self._products.get(slope)
        if products is None or not _begins_with(space.rows, products.known):
            products = _Products(self._variance(space), space.rows[:0])
            self._products[slope] = products
        begin = len(products.known)
        for i in range(begin, min(space.n_rows, begin + self._room)):
            if i % _TOGETHER == 0:
                products.columns.append(np.empty((_TOGETHER, self.n_rows), dtype=np.float32))
            new = space.of_rows(slice(i, i + 1))
            for part in self._parts():
                products.columns[-1][i % _TOGETHER, part] = self._column(new, part)
            products.known = space.rows[: i + 1]
        return products

    def _parts(self) -> Iterator[slice]:
        """Rows of the pool that are looked at together, the same whatever is computed."""
        return parts(self.n_rows, _SMALL * _TOGETHER)

    @property
    def _room(self) -> int:
        """Labels whose products memory has room for."""
        held = sum(len(own.known) for own in self._products.values())
        return max(0, self.memory // max(1, 4 * self.n_rows) - held)

    def _look_at(self, arrangement: Arrangement) -> None:
        """Patterns and lengths of all rows; products under another arrangement are forgotten."""
        if self._arrangement is arrangement:
            return
        self._arrangement, self._products = arrangement, {}
        words = [-(-p // _WORD) for p in arrangement.n_patterns]
        self._bits = [np.zeros((count, self.n_rows), dtype=np.uint64) for count in words]
        width = arrangement.n_inputs - arrangement.n_features
        self._appended = np.empty((self.n_rows, width), dtype=np.float32)
        for part in parts(self.n_rows, arrangement.n_inputs + sum(arrangement.n_patterns)):
            X = self.take(part)
            self._appended[part] = arrangement.inputs.appended(X)
            for bits, pattern in zip(self._bits, arrangement.patterns(X), strict=True):
                bits[:, part] = _packed(pattern).T

    def _variance(self, space: VersionSpace) -> Singles:
        variance = np.empty(self.n_rows, dtype=np.float32)
        for part in parts(self.n_rows, space.arrangement.n_inputs):
            rows = space.leaf_rows(self.take(part))
            units = [np.bitwise_count(own[:, part]).sum(axis=0)[:, None] for own in self._bits]
            variance[part] = space.prior_variance(units, rows)
        return variance

    def _column(self, space: VersionSpace, part: slice) -> Singles:
        """Covariances of some rows (n of them) with the one labelled unit row of a space; (n,)."""
        n_features = space.arrangement.n_features
        dual = space.tree.dual_rows
        rows, own = self.rows[part], dual[:, :n_features]
        if own.any():
            kernel = safe_sparse_dot(rows, own.T.astype(rows.dtype), dense_output=True)
        else:
            kernel = np.zeros((rows.shape[0], len(dual)), dtype=np.float32)
        kernel = np.asarray(kernel, dtype=np.float32).T
        kernel = kernel + dual[:, n_features:].astype(np.float32) @ self._appended[part].T
        for bits, pattern in zip(self._bits, space.patterns, strict=True):
            both = np.zeros(kernel.shape, dtype=np.float32)
            for word, own in zip(bits[:, part], _packed(pattern).T, strict=True):
                both += np.bitwise_count(word & own[:, None])
            kernel *= 2 * both
        return kernel[0]


def _begins_with(rows: Array, first: Array) -> bool:
    """Whether rows (k, d) start with the first ones."""
    return len(first) <= len(rows) and np.array_equal(rows[: len(first)], first)


def _packed(pattern: NDArray[np.uint8]) -> Words:
    """Patterns (n, P) as words of 64 bits; (n, ceil(P / 64))."""
    padded = np.pad(pattern, ((0, 0), (0, -pattern.shape[1] % _WORD)))
    return np.packbits(padded, axis=1).view(np.uint64)
