"""The part of other rows' predictions that the labelled rows explain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import scipy.linalg
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf

from cutplane._types import Array, Index
from cutplane.newton.low_rank_gravity import information_root
from cutplane.newton.small_matrices import in_halves
from cutplane.space.low_rank import LowRank

#: Multiplications from which a second thread helps.
_MUCH_WORK = 1e9
#: A direction that no label says anything about is told this share, by rounding.
_ROUNDING = 1e-12


class Explained(Protocol):
    """What rows have in common with the labelled ones, in independent directions."""

    def of(self, cross: Array) -> Array:
        """Of rows by their covariance with the labelled ones, (n, k); (r, n)."""
        ...

    @property
    def matrix(self) -> Array:
        """W of ``of(C) = (C W)^T``; (k, r)."""
        ...


@dataclass(frozen=True)
class ByRows:
    """In one direction for each labelled row.

    Attributes
    ----------
    factor : ndarray of shape (k, k)
        Cholesky factor of the covariance of the labelled rows plus what each leaves open.
    """

    factor: Array = field(repr=False)

    @classmethod
    def over(cls, gram: Array) -> ByRows:
        """By this covariance, which is overwritten.

        numpy.linalg.LinAlgError where rounding has made it indefinite.
        """
        upper, failed = dpotrf(gram.T, overwrite_a=True)  # of rows as they lie in memory
        if failed:
            raise np.linalg.LinAlgError("matrix is not positive definite")
        return cls(upper.T)

    def of(self, cross: Array) -> Array:
        """As :class:`Explained` has it."""

        out = cross.copy()

        def solve(part: slice) -> None:
            own = out[part].T
            out[part] = solve_triangular(
                self.factor, own, lower=True, overwrite_b=True, check_finite=False
            ).T

        if cross.size * len(self.factor) < _MUCH_WORK:
            solve(slice(None))
        else:
            in_halves(solve, len(cross))
        return out.T

    @property
    def matrix(self) -> Array:
        """As :class:`Explained` has it."""
        return _inverse(self.factor).T


@dataclass(frozen=True)
class ByPivots:
    """In the directions of a kernel of low rank (mathematics (11.22)).

    Attributes
    ----------
    root : ndarray of shape (r, r)
    pivots : ndarray of int of shape (r,)
    n_rows : int
        Labelled rows k.
    """

    root: Array = field(repr=False)
    pivots: Index = field(repr=False)
    n_rows: int

    @classmethod
    def over(cls, kernel: LowRank, left_open: Array, tau: float = 1.0) -> ByPivots:
        """Where each label leaves so much of its row open, (k,).

        ``tau``: what rows are asked for by their covariance over, the curvature of the ball.
        """
        r = kernel.rank
        scaled = kernel.factor / np.sqrt(kernel.rest + tau * left_open)[:, None]
        inverse = _inverse(information_root(scaled))
        known = np.eye(r) * (1 + _ROUNDING) - inverse.T @ inverse
        known = scipy.linalg.cholesky(known, lower=True, check_finite=False)
        root = known.T @ _inverse(kernel.factor[kernel.pivots])
        return cls(np.sqrt(tau) * root, kernel.pivots, kernel.rest.size)

    def of(self, cross: Array) -> Array:
        """As :class:`Explained` has it."""
        return np.asarray(self.root @ cross[:, self.pivots].T)

    @property
    def matrix(self) -> Array:
        """As :class:`Explained` has it."""
        out = np.zeros((self.n_rows, self.pivots.size))
        out[self.pivots] = self.root.T
        return out


def _inverse(factor: Array) -> Array:
    """Inverse of a lower triangular matrix."""
    identity = np.eye(factor.shape[0])
    return np.asarray(solve_triangular(factor, identity, lower=True))
