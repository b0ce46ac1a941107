"""What no label changes about the predictions of rows: their own variance, and covariances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import sparse

from cutplane._types import Array, Index, Pattern, Rows
from cutplane.space.kernel import gate_kernel, weighed
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

    def at(self, chosen: Index) -> Prior:
        """Of some of the rows."""
        return Prior(self.cross[chosen], self.variance[chosen])

    def then(self, other: Prior) -> Prior:
        """Of these and other rows after them."""
        variance = np.concatenate([self.variance, other.variance])
        return Prior(np.vstack([self.cross, other.cross]), variance)


@dataclass(frozen=True)
class GatedRows:
    """Rows as the leaves of version spaces on the same labelled rows read them.

    Attributes
    ----------
    rows : array or CSR matrix of shape (n, d)
    patterns : sequence of ndarray
        Entry l of shape (n, P_{l+1}).
    """

    rows: Rows
    patterns: Sequence[Pattern]
    _priors: dict[float, Prior] = field(default_factory=dict, repr=False)
    _covariances: dict[tuple[float, int], Array] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, space: VersionSpace, X: Rows) -> GatedRows:
        """Of rows X (n, n_features)."""
        return cls(space.leaf_rows(X), space.arrangement.patterns(X))

    def at(self, chosen: Index) -> GatedRows:
        """Some of them, with what is known of these."""
        priors = {slope: prior.at(chosen) for slope, prior in self._priors.items()}
        return GatedRows(self.rows[chosen], [p[chosen] for p in self.patterns], priors)

    def then(self, other: GatedRows) -> GatedRows:
        """These and other rows after them, with what is known of both."""
        both = [self.rows, other.rows]
        rows = sparse.vstack(both, format="csr") if sparse.issparse(self.rows) else np.vstack(both)
        patterns = [np.vstack(each) for each in zip(self.patterns, other.patterns, strict=True)]
        known = self._priors.keys() & other._priors.keys()
        priors = {slope: self._priors[slope].then(other._priors[slope]) for slope in known}
        return GatedRows(rows, patterns, priors)

    def prior(self, space: VersionSpace) -> Prior:
        """What is known of them before any label; kept for every slope."""
        slope = space.hypothesis.slope
        if slope not in self._priors:
            self._priors[slope] = Prior.of(space, self.rows, self.patterns)
        return self._priors[slope]

    def covariance(self, space: VersionSpace, other: GatedRows) -> Array:
        """Prior covariance with the predictions of other rows (m, d); (n, m), kept as well."""
        known = space.hypothesis.slope, id(other)
        if known not in self._covariances:
            dual_rows = weighed(other.rows, space.metric)
            kernel = gate_kernel(self.patterns, self.rows, other.patterns, dual_rows)
            self._covariances[known] = kernel
        return self._covariances[known]

    def with_one(self, space: VersionSpace, place: int) -> Array:
        """Prior covariance with one of them; (n,)."""
        part = slice(place, place + 1)
        dual_row, patterns = (
            weighed(self.rows[part], space.metric),
            [p[part] for p in self.patterns],
        )
        return gate_kernel(self.patterns, self.rows, patterns, dual_row)[:, 0]


def parts(n: int, width: int) -> Iterator[slice]:
    """Slices of n rows whose kernel entries, ``width`` for each row, are held at once."""
    size = max(1, _CHUNK_ENTRIES // max(1, width))
    return (slice(begin, begin + size) for begin in range(0, n, size))
