"""The law of rows whose sites move a few at a time (mathematics (11.23)).

A label more moves its own site and those of rows near to it; most stay where they are. The
covariance of the rows then follows by the rank of what moved, ``k^2`` for each site, and is kept
with the center for the next label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.linalg.blas import dgemm
from scipy.linalg.lapack import dpotrf

from cutplane._types import Array, Index
from cutplane.newton.kernel_marginals import Marginals

#: Rank that updates add up to before the covariance is computed anew, in labels.
_RANKS = 4
#: Standard deviations by which the mean may miss its own equation.
_DRIFT = 1e-5


@dataclass(frozen=True, eq=False)
class MovingLaw:
    """A normal law of k rows under Gaussian sites.

    Attributes
    ----------
    covariance : ndarray of shape (k, k)
    precision, shift : ndarray of shape (k,)
        Of the sites, each times how often its label was told.
    log_determinant : float
        Of ``I + T K``, with T of the precisions and K the prior covariance.
    n_moved : int
        Sites moved since the covariance was computed.
    """

    covariance: Array
    precision: Array
    shift: Array
    log_determinant: float
    n_moved: int = 0

    @classmethod
    def of(cls, prior: Array, precision: Array, shift: Array) -> MovingLaw | None:
        """Computed anew; None where double precision cannot follow."""
        root = np.sqrt(precision)
        system = root[:, None] * prior * root
        system[np.diag_indices_from(system)] += 1.0
        lower, failed = dpotrf(system.T, lower=True, overwrite_a=True)
        if failed:
            return None
        halved = scipy.linalg.solve_triangular(
            lower, root[:, None] * prior, lower=True, overwrite_b=True, check_finite=False
        )
        log_determinant = 2 * float(np.log(np.diag(lower)).sum())
        return cls(prior - halved.T @ halved, precision, shift, log_determinant)

    def extended(self, prior: Array) -> MovingLaw:
        """A copy with new rows, the last ones of the prior covariance (k, k), without sites yet."""
        known, k = self.shift.size, len(prior)
        across = prior[known:, :known]
        told = self.precision[:, None] * across.T
        between = across - told.T @ self.covariance
        covariance = np.empty((k, k))
        covariance[:known, :known] = self.covariance
        covariance[known:, :known], covariance[:known, known:] = between, between.T
        covariance[known:, known:] = prior[known:, known:] - between @ told
        precision, shift = (np.pad(own, (0, k - known)) for own in (self.precision, self.shift))
        return MovingLaw(covariance, precision, shift, self.log_determinant, self.n_moved)

    def moved(self, precision: Array, shift: Array) -> MovingLaw | None:
        """The law under other sites (mathematics (11.23)), None where rounding leaves none.

        In the place of this one, whose covariance is overwritten.
        """
        places: Index = np.flatnonzero(precision != self.precision)
        more = (precision - self.precision)[places, None]
        columns = self.covariance[:, places]
        system = more * columns[places]
        system[np.diag_indices_from(system)] += 1.0
        sign, log_change = np.linalg.slogdet(system)
        if not sign > 0:
            return None
        covariance = self.covariance
        if places.size:
            weights = np.linalg.solve(system, more * columns.T)
            covariance = dgemm(-1.0, columns, weights, 1.0, covariance.T, overwrite_c=True).T
        log_determinant = self.log_determinant + float(log_change)
        n_moved = self.n_moved + places.size
        return MovingLaw(covariance, precision, shift, log_determinant, n_moved)

    @property
    def mean(self) -> Array:
        """Of the rows; (k,)."""
        return np.asarray(self.covariance @ self.shift)

    @property
    def variance(self) -> Array:
        """Of the rows; (k,)."""
        return np.diag(self.covariance).copy()

    @property
    def marginals(self) -> Marginals:
        """Mean, variance, forces of the rows, (1, k), and logarithm of the integral, (1,)."""
        mean = self.mean
        log_normaliser = (self.shift @ mean - self.log_determinant) / 2
        each = mean, self.variance, self.forces(mean)
        mean, variance, forces = (own[None] for own in each)
        return mean, variance, forces, np.array([log_normaliser])

    @property
    def is_stale(self) -> bool:
        """Whether so many sites have moved that computing anew costs no more."""
        return self.n_moved > _RANKS * self.shift.size

    def forces(self, mean: Array) -> Array:
        """Forces whose weights have this mean; (k,)."""
        return self.shift - self.precision * mean

    def has_drifted(self, prior: Array) -> bool:
        """Whether the mean is not, or no longer, what the prior makes of its own forces."""
        mean = self.mean
        residual = prior @ self.forces(mean) - mean
        error = residual - self.covariance @ (self.precision * residual)
        return not bool(np.all(np.abs(error) <= _DRIFT * np.sqrt(np.abs(self.variance))))
