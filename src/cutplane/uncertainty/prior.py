"""What no label changes about the predictions of rows: their own variance, and covariances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Index, Pattern, Rows
from cutplane.space.arrangement import Arrangement
from cutplane.space.kernel import gate_kernel, weighed
from cutplane.space.rows import n_shared
from cutplane.space.version_space import VersionSpace

#: Kernel entries held at once.
_CHUNK_ENTRIES = 2**22


class Prior(NamedTuple):
    """What is known of n rows before any label, under one slope.

    ``cross`` (n, k) is their covariance with the labelled unit rows, ``variance`` (n,) their own.
    """

    cross: Array
    variance: Array

    @classmethod
    def of(cls, space: VersionSpace, rows: Rows, patterns: Sequence[Pattern]) -> Prior:
        """Of rows with their constant and patterns."""
        return cls(space.gate_kernel(patterns, rows), space.prior_variance(patterns, rows))


class Shared(NamedTuple):
    """Rows that another set holds too: row i is there number ``at[i]``, and not where -1."""

    others: GatedRows
    at: Index


@dataclass(frozen=True, eq=False)
class GatedRows:
    """Rows as the leaves of version spaces on the same gates read them.

    What is computed of them is kept, followed from label to label, and taken over by other sets
    that share rows with them.

    Attributes
    ----------
    arrangement : Arrangement
    rows : array or CSR matrix of shape (n, d)
    patterns : sequence of ndarray
        Entry l of shape (n, P_{l+1}).
    shared : sequence of Shared
        What other sets know of these rows.
    """

    arrangement: Arrangement
    rows: Rows
    patterns: Sequence[Pattern]
    shared: Sequence[Shared] = field(default=(), repr=False)
    _priors: dict[float, tuple[Array, Prior]] = field(default_factory=dict, repr=False)
    _covariances: dict[tuple[float, GatedRows], Array] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, space: VersionSpace, X: Rows, shared: Sequence[Shared] = ()) -> GatedRows:
        """Of rows X (n, n_features); sets under other gates share nothing."""
        gates = space.arrangement
        shared = [own for own in shared if own.others.arrangement is gates]
        if not shared:
            return cls(gates, space.leaf_rows(X), gates.patterns(X))
        patterns = [np.empty((X.shape[0], p), dtype=np.uint8) for p in gates.n_patterns]
        known = [(own.others.patterns, own.at) for own in shared]
        if patterns:  # linear networks have no gates
            _fill(patterns, known, lambda at: gates.patterns(X[at]))
        return cls(gates, space.leaf_rows(X), patterns, shared)

    @property
    def n_rows(self) -> int:
        """Number n of rows."""
        return int(self.rows.shape[0])

    def settled(self) -> GatedRows:
        """The same with what is known and will be, held without the sets that it shares with."""
        return replace(self, shared=())

    def prior(self, space: VersionSpace) -> Prior:
        """What is known of them before any label; kept for every slope."""
        slope = space.hypothesis.slope
        if slope not in self._priors or self._priors[slope][0] is not space.rows:
            self._priors[slope] = space.rows, self._prior(space)
        return self._priors[slope][1]

    def _prior(self, space: VersionSpace) -> Prior:
        """The same, with what sets know of some of the rows and of the first labelled ones."""
        sets = [Shared(self, np.arange(self.n_rows)), *self.shared]
        held = [(own.others._priors.get(space.hypothesis.slope), own.at) for own in sets]
        told = [(n_shared(own[0], space.rows), own[1], at) for own, at in held if own]
        if not told:
            return Prior.of(space, self.rows, self.patterns)
        k = min(n for n, _, _ in told)
        old, new = slice(k), slice(k, None)
        cross, variance = np.empty((self.n_rows, space.n_rows)), np.empty(self.n_rows)

        def with_labelled(part: slice, rows: Rows, patterns: Sequence[Pattern]) -> Array:
            labelled = [own[part] for own in space.patterns]
            return gate_kernel(patterns, rows, labelled, space.tree.dual_rows[part])

        def compute(at: Index) -> tuple[Array, Array]:
            some = self._some(at)
            return with_labelled(old, *some), space.prior_variance(some[1], some[0])

        known = [((own.cross[:, old], own.variance), at) for _, own, at in told]
        _fill((cross[:, old], variance), known, compute)
        cross[:, new] = with_labelled(new, self.rows, self.patterns)
        return Prior(cross, variance)

    def covariance(self, space: VersionSpace, other: GatedRows) -> Array:
        """Prior covariance with the predictions of other rows (m, d); (n, m), kept as well."""
        pair = space.hypothesis.slope, other
        if pair not in self._covariances:
            dual_rows = weighed(other.rows, space.metric)

            def compute(at: Index) -> tuple[Array]:
                rows, patterns = self._some(at)
                return (gate_kernel(patterns, rows, other.patterns, dual_rows),)

            held = [(own.others._covariances.get(pair), own.at) for own in self.shared]
            known = [((kernel,), at) for kernel, at in held if kernel is not None]
            kernel = np.empty((self.n_rows, other.n_rows))
            _fill((kernel,), known, compute)
            self._covariances[pair] = kernel
        return self._covariances[pair]

    def _some(self, at: Index) -> tuple[Rows, list[Pattern]]:
        return self.rows[at], [own[at] for own in self.patterns]

    def with_one(self, space: VersionSpace, place: int) -> Array:
        """Prior covariance with one of them; (n,)."""
        part = slice(place, place + 1)
        dual_row, patterns = (
            weighed(self.rows[part], space.metric),
            [p[part] for p in self.patterns],
        )
        return gate_kernel(self.patterns, self.rows, patterns, dual_row)[:, 0]


def _fill(
    out: Sequence[NDArray],
    known: Iterable[tuple[Sequence[NDArray], Index]],
    compute: Callable[[Index], Sequence[NDArray]],
) -> None:
    """Fill arrays of n rows each: those known are copied, the other rows computed.

    ``known`` holds such arrays of other rows, and which of them each row is, or -1.
    """
    if not out:  # a linear network has no patterns
        return
    left = np.ones(len(out[0]), dtype=bool)
    for arrays, at in known:
        mine = np.flatnonzero(left & (at >= 0))
        left[mine] = False
        for whole, own in zip(out, arrays, strict=True):
            whole[mine] = own[at[mine]]
    if left.any():
        at = np.flatnonzero(left)
        for whole, own in zip(out, compute(at), strict=True):
            whole[at] = own


def parts(n: int, width: int) -> Iterator[slice]:
    """Slices of n rows whose kernel entries, ``width`` for each row, are held at once."""
    size = max(1, _CHUNK_ENTRIES // max(1, width))
    return (slice(begin, begin + size) for begin in range(0, n, size))
