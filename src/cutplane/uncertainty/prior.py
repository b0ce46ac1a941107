"""What no label changes about the predictions of rows: their own variance, and covariances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

    def followed(
        self, space: VersionSpace, rows: Rows, patterns: Sequence[Pattern], known: int
    ) -> Prior:
        """With the labelled rows of a space, of which the first ``known`` are the same."""
        new = [own[known:] for own in space.patterns]
        more = gate_kernel(patterns, rows, new, space.tree.dual_rows[known:])
        return Prior(np.hstack([self.cross[:, :known], more]), self.variance)


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
        known = [(own.others.patterns, own.at) for own in shared]
        patterns = _filled(X.shape[0], known, lambda at: gates.patterns(X[at]))
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
        prior = self._followed(space)
        if prior is None:
            each = [(own.others._followed(space), own.at) for own in self.shared]
            known = [(prior, at) for prior, at in each if prior is not None]
            filled = _filled(self.n_rows, known, lambda at: Prior.of(space, *self._some(at)))
            prior = Prior(*filled)
        self._priors[space.hypothesis.slope] = space.rows, prior
        return prior

    def _followed(self, space: VersionSpace) -> Prior | None:
        """The same where some of the labelled rows were known, else None."""
        if space.hypothesis.slope not in self._priors:
            return None
        labelled, prior = self._priors[space.hypothesis.slope]
        if labelled is space.rows:
            return prior
        known = n_shared(labelled, space.rows)
        return prior.followed(space, self.rows, self.patterns, known) if known else None

    def covariance(self, space: VersionSpace, other: GatedRows) -> Array:
        """Prior covariance with the predictions of other rows (m, d); (n, m), kept as well."""
        pair = space.hypothesis.slope, other
        if pair not in self._covariances:
            held = [(own.others._covariances.get(pair), own.at) for own in self.shared]
            known = [((kernel,), at) for kernel, at in held if kernel is not None]
            dual_rows = weighed(other.rows, space.metric)

            def kernel_of(at: Index | slice) -> tuple[Array]:
                rows, patterns = self._some(at)
                return (gate_kernel(patterns, rows, other.patterns, dual_rows),)

            (self._covariances[pair],) = _filled(self.n_rows, known, kernel_of)
        return self._covariances[pair]

    def _some(self, at: Index | slice) -> tuple[Rows, list[Pattern]]:
        return self.rows[at], [own[at] for own in self.patterns]

    def with_one(self, space: VersionSpace, place: int) -> Array:
        """Prior covariance with one of them; (n,)."""
        part = slice(place, place + 1)
        dual_row, patterns = (
            weighed(self.rows[part], space.metric),
            [p[part] for p in self.patterns],
        )
        return gate_kernel(self.patterns, self.rows, patterns, dual_row)[:, 0]


def _filled(
    n: int,
    known: Sequence[tuple[Sequence[NDArray], Index]],
    compute: Callable[[Index | slice], Sequence[NDArray]],
) -> Sequence[NDArray]:
    """Arrays of n rows each: taken from those known, computed for the other rows.

    ``known`` holds such arrays of other rows, and which of them each row is, or -1.
    """
    if not known:
        return compute(slice(None))
    out = [np.empty((n, *own.shape[1:]), own.dtype) for own in known[0][0]]
    left = np.ones(n, dtype=bool)
    for arrays, at in known:
        mine = np.flatnonzero(left & (at >= 0))
        left[mine] = False
        for whole, own in zip(out, arrays, strict=True):
            whole[mine] = own[at[mine]]
    if left.any():
        at = np.flatnonzero(left)
        for whole, own in zip(out, compute(at), strict=True):
            whole[at] = own
    return out


def parts(n: int, width: int) -> Iterator[slice]:
    """Slices of n rows whose kernel entries, ``width`` for each row, are held at once."""
    size = max(1, _CHUNK_ENTRIES // max(1, width))
    return (slice(begin, begin + size) for begin in range(0, n, size))
