"""Newton's directions without sign rows: one factor serves several of them.

Near to a factored matrix conjugate gradients need a handful of products with the kernel, which
are as dear as reading it; a factor costs as much as ``k / 3`` of them. Residuals are computed by
the kernel in double precision at every point, so a rounded direction costs accuracy nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import strsv
from scipy.linalg.lapack import spotrf

from cutplane._types import Array
from cutplane.newton.directions import FULL, KEEPS, SLOW, Direction, Directions, solved
from cutplane.newton.dual_point import DualPoint
from cutplane.newton.near_root import NearRoot
from cutplane.newton.sketched_system import FORCING
from cutplane.newton.tree_system import Step
from cutplane.space.near_operator import NearOperator
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: Below so many rows a factor is as quick as the products that it saves.
LEAST_ROWS = 128
#: Products after which a factor is too far off.
_MOST = 15


class _TooFarError(Exception):
    """Conjugate gradients broke down, or took too many products."""


class Root(Protocol):
    """A factored ``K / tau + diag(h)``, up to rounding in whatever precision."""

    def force(self, residual: Array) -> Array:
        """Its solution."""
        ...


class KernelDirections:
    """Where Newton's method goes without sign rows, asked at one point after the other.

    Parameters
    ----------
    space : VersionSpace
        In NumPy, with at least :data:`LEAST_ROWS` rows.
    """

    def __init__(self, space: VersionSpace):
        self._space, self._exact = space, Directions(space, None)
        self._factored, self._product = _by_kernel(space)
        self._kept: Root | None = None
        self._before = np.nan
        self._is_slow = False

    @staticmethod
    def pays(space: VersionSpace) -> bool:
        """Whether these are sooner than a factor at every point."""
        rows_only = space.place.is_host and not space.operator.layers
        return rows_only and space.n_rows >= LEAST_ROWS

    def at(self, point: DualPoint) -> Direction:
        """The direction at a point.

        Raises
        ------
        numpy.linalg.LinAlgError
            Multipliers are too large for double precision.
        """
        found = None if self._is_slow else self._nearly(point)
        if found is None or np.isnan(found.decrement):
            self._is_slow = True
            return self._exact.at(point)
        self._is_slow = self._before < FULL and found.decrement > SLOW * self._before
        if found.decrement * KEEPS > self._before:
            self._kept = None
        self._before = found.decrement
        return found

    def _nearly(self, point: DualPoint) -> Direction | None:
        """By a factor of an earlier point or of this one; None where neither is near enough."""
        curvature = self._space.cuts.curvature(point.forces.root)
        tau, _ = self._space.ball.curvature(point.squared_norm)
        for kept in (self._kept, None) if self._kept is not None else (None,):
            try:
                self._kept = kept or self._factored(curvature, tau)
                system = _System(lambda v: self._product(v) / tau, curvature, self._kept)
                return solved(self._space, point, system, FORCING)
            except (_TooFarError, np.linalg.LinAlgError):
                self._kept = None
        return None


@dataclass(frozen=True)
class _System:
    """Conjugate gradients for ``K / tau + diag(h)``.

    Attributes
    ----------
    product : callable
        ``K / tau`` times a vector (k,).
    curvature : ndarray of shape (k,)
        h.
    near : Root
        Preconditioner.
    """

    product: Callable[[Array], Array]
    curvature: Array
    near: Root

    def solve(self, residual: RowValues) -> Step:
        """The solution to a relative error of ``FORCING`` in the norm of the matrix."""
        left = residual.root
        step = force = value = np.zeros_like(left)
        gain, rho = 0.0, 1.0
        with np.errstate(all="ignore"):  # a breakdown is detected
            for _ in range(_MOST):
                toward = self.near.force(left)
                before, rho = rho, float(left @ toward)
                step = toward + rho / before * step
                moved = self.product(step)
                across = moved + self.curvature * step
                stiffness = float(step @ across)
                if not (np.isfinite(rho) and stiffness > 0):
                    raise _TooFarError
                length = rho / stiffness
                force, value = force + length * step, value + length * moved
                gain += length * rho
                if length * rho <= FORCING**2 * gain:
                    return Step(RowValues(force), RowValues(value))
                left = left - length * across
        raise _TooFarError


class SingleRoot:
    """``K / tau + diag(h)``, factored in single precision.

    Parameters
    ----------
    kernel : ndarray of float32 of shape (k, k)
    curvature : ndarray of shape (k,)
        h.
    tau : float

    Raises
    ------
    numpy.linalg.LinAlgError
        Rounding has made the matrix indefinite.
    """

    def __init__(self, kernel: NDArray[np.float32], curvature: Array, tau: float):
        self.scale = (1 / np.sqrt(curvature)).astype(np.float32)
        stretch = self.scale / np.float32(np.sqrt(tau))
        scaled = stretch[:, None] * kernel
        scaled *= stretch
        scaled[np.diag_indices_from(scaled)] += 1
        self.factor, failed = spotrf(scaled.T, overwrite_a=True)
        if failed:
            raise np.linalg.LinAlgError("matrix is not positive definite")

    def force(self, residual: Array) -> Array:
        """The solution (k,) for a right-hand side."""
        half = strsv(self.factor, self.scale * residual, trans=1, overwrite_x=True)
        half = strsv(self.factor, half, overwrite_x=True)
        return np.asarray(self.scale * half, dtype=np.float64)


def _by_kernel(
    space: VersionSpace,
) -> tuple[Callable[[Array, float], Root], Callable[[Array], Array]]:
    """How a matrix is factored from h and tau, and the product of the kernel with a vector."""
    operator = space.operator
    if isinstance(operator, NearOperator):
        near = operator.kernel
        return lambda curvature, tau: NearRoot(near, curvature, tau), near.apply
    kernel = operator.covariance.astype(np.float32)

    def product(vector: Array) -> Array:
        return np.asarray(kernel @ vector.astype(np.float32), dtype=np.float64)

    return lambda curvature, tau: SingleRoot(kernel, curvature, tau), product
