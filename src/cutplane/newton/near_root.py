"""The system of prediction rows by a kernel of low rank (mathematics (11.21))."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from cutplane._types import Array
from cutplane.newton.low_rank_gravity import information_root
from cutplane.space.low_rank import LowRank


class NearRoot:
    """``(L L^T + diag(rest)) / tau + diag(h)``, factored in ``k r^2``.

    Parameters
    ----------
    kernel : LowRank
        Of k rows and rank r.
    curvature : ndarray of shape (k,)
        h, second derivative of the prediction rows' conjugate barrier.
    tau : float
        Curvature of the ball barrier.

    Raises
    ------
    numpy.linalg.LinAlgError
        Rounding has made the matrix indefinite.
    """

    reach = 1.0

    def __init__(self, kernel: LowRank, curvature: Array, tau: float):
        self.kernel, self.tau = kernel, tau
        self.width = kernel.rest + tau * curvature
        self.factor = information_root(kernel.factor / np.sqrt(self.width)[:, None])

    def solve(self, residual: Array, _below: Array | None) -> tuple[Array, Array]:
        """Force on the prediction rows, and the change of the prediction."""
        force = self.force(residual)
        return force, self.kernel.apply(force) / self.tau

    def force(self, residual: Array) -> Array:
        """Force on the prediction rows alone."""
        own = residual / self.width
        inner = self.kernel.factor.T @ own
        inner = scipy.linalg.cho_solve((self.factor, True), inner, check_finite=False)
        return np.asarray(self.tau * (own - (self.kernel.factor @ inner) / self.width))
