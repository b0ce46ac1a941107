"""A kernel of many rows as a product of few columns and a diagonal (mathematics (5.5))."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

from cutplane._types import Array, Index

#: Up to this many rows a kernel is solved as it is. Of more, so many columns are taken at least,
#: and more until they leave this share of the rows' variance on average, or are so many (records
#: 0061, 0069).
EXACT, LEAST, LEFT, MOST = 2000, 256, 0.05, 1000
#: Columns that are looked at together, and the share of the largest rest that those taken have.
_BLOCK, _NEARLY = 64, 0.5
#: Share of the variance that is rounding.
_NOTHING = 1e-10


@dataclass(frozen=True)
class LowRank:
    """``K = L L^T + diag(rest)``, exact in the diagonal: what L leaves counts as each row's own.

    Attributes
    ----------
    factor : ndarray of shape (k, r)
        L. The rows of the pivots are lower triangular, and have no rest.
    rest : ndarray of shape (k,)
        Variance that L leaves each row, at least 0.
    pivots : ndarray of int of shape (r,)
        Rows whose columns L spans.
    share_left : float
        Share of the kernel's trace that L leaves; no entry off the diagonal is wrong by more than
        the geometric mean of the rests of its two rows.

    References
    ----------
    Fine and Scheinberg, "Efficient SVM Training Using Low-Rank Kernel Representations" (2001);
    Snelson and Ghahramani, "Sparse Gaussian Processes using Pseudo-inputs" (2006).
    """

    factor: Array = field(repr=False)
    rest: Array = field(repr=False)
    pivots: Index = field(repr=False)
    share_left: float

    @classmethod
    def of(
        cls,
        columns: Callable[[Index], Array],
        diagonal: Array,
        *,
        left: float,
        least: int = 0,
        most: int | None = None,
    ) -> LowRank:
        """Pivoted Cholesky factor, a block of columns at a time.

        Parameters
        ----------
        columns : callable
            From places of rows, (m,), to their columns of the kernel, (k, m).
        diagonal : ndarray of shape (k,)
            Of the kernel, positive.
        left : float
            Share of every row's variance, on average, at which it is enough.
        least : int
            Columns at least, unless fewer leave nothing.
        most : int, optional
            Columns from which on there are enough, whatever they leave; a block may go beyond.
        """
        k = diagonal.size
        most = k if most is None else most
        factor, rest = np.empty((k, _BLOCK)), np.ones(k)
        pivots = np.empty(0, dtype=np.intp)
        unit = 1 / np.sqrt(diagonal)  # of rows of like variance
        while (r := pivots.size) < most and rest.mean() > (_NOTHING if r < least else left):
            looked = np.argsort(-rest, kind="stable")[:_BLOCK]
            block = unit[:, None] * columns(looked) * unit[looked]
            block -= factor[:, :r] @ factor[looked, :r].T
            taken, root = _pivoted(block[looked], float(rest.max()))
            new = solve_triangular(root, block[:, taken].T, lower=True, check_finite=False).T
            new[pivots] = 0.0  # up to rounding
            if r + taken.size > factor.shape[1]:
                factor = np.hstack([factor, np.empty_like(factor)])
            factor[:, r : r + taken.size] = new
            rest = np.maximum(rest - np.vecdot(new, new), 0.0)
            pivots = np.append(pivots, looked[taken])
            rest[pivots] = 0.0
        own = factor[:, : pivots.size] / unit[:, None]
        return cls(own, rest * diagonal, pivots, float((rest * diagonal).sum() / diagonal.sum()))

    @property
    def rank(self) -> int:
        """Number r of columns."""
        return self.pivots.size

    @property
    def diagonal(self) -> Array:
        """Of the kernel; (k,)."""
        return np.vecdot(self.factor, self.factor) + self.rest

    def apply(self, vector: Array) -> Array:
        """The product with a vector (k,), rests counted."""
        return np.asarray(self.factor @ (self.factor.T @ vector) + self.rest * vector)

    def spanned(self, forces: Array) -> Array:
        """Forces on the pivots alone, 0 elsewhere, that say of other rows what those on all do.

        Other rows share nothing of the rests.
        """
        out = np.zeros_like(forces)
        out[self.pivots] = solve_triangular(
            self.factor[self.pivots], self.factor.T @ forces, lower=True, trans=1,
            check_finite=False,
        )  # fmt: skip
        return out

    def features(self, cross: Array) -> Array:
        """Rows in the coordinates that L has, (r, n), from their covariance with all k, (n, k)."""
        return np.asarray(
            solve_triangular(
                self.factor[self.pivots], cross[:, self.pivots].T, lower=True, check_finite=False
            )
        )


def _pivoted(block: Array, largest: float) -> tuple[Index, Array]:
    """Rows of a block (m, m) that are not nearly spanned by each other, and their root."""
    root, order, rank, _ = dpstrf(block, tol=_NEARLY * largest, lower=1)
    rank = max(int(rank), 1)
    return order[:rank].astype(np.intp) - 1, np.tril(root[:rank, :rank])
