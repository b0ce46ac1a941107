"""What many rows have under their sites, by a kernel of low rank (mathematics (11.20), (11.21)).

Every row is ``L a`` of r white coordinates and a rest of its own. The rest integrated out, a site
of precision t is one of ``L a``, of precision ``t / (1 + t rest)``: variances and determinants cost
``k r^2``. The mean is that of the kernel itself, by conjugate gradients with the low rank as
preconditioner: errors of variances move a center little, those of its equation much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.linalg

from cutplane._types import Array, Index
from cutplane.newton.kernel_marginals import Marginals
from cutplane.newton.small_matrices import in_halves
from cutplane.space.low_rank import LowRank
from cutplane.space.operator import KernelOperator, Operator

#: Precisions are at least this, so that a row without a site has a curvature.
_LEAST = 1e-200
#: Conjugate gradients stop at this share of the solution's size, or after so many products.
_SHARE, _PRODUCTS = 1e-5, 60


@dataclass(frozen=True)
class NearKernel:
    """A kernel by its product with a vector, and what is near to it.

    Attributes
    ----------
    near : LowRank
    product : callable
        The kernel times a vector, (k,) to (k,).
    """

    near: LowRank
    product: Callable[[Array], Array]

    @classmethod
    def of(cls, operator: Operator) -> NearKernel | None:
        """Of an operator whose kernel is too large to solve."""
        if not isinstance(operator, KernelOperator) or operator.low_rank is None:
            return None
        return cls(operator.low_rank, operator.product)

    @cached_property
    def diagonal(self) -> Array:
        """Prior variances of the rows; (k,)."""
        return self.near.diagonal

    def marginals(self, precision: Array, shift: Array) -> Marginals:
        """Mean, variance and force of every row, (p, k), and the logarithm of the integral, (p,).

        Parameters
        ----------
        precision, shift : ndarray of shape (p, k)
            Sites of p version spaces.
        """
        each = [self._of_one(*sites) for sites in zip(precision, shift, strict=True)]
        mean, variance, forces, log_normaliser = map(np.array, zip(*each, strict=True))
        return mean, variance, forces, log_normaliser

    def _of_one(self, precision: Array, shift: Array) -> tuple[Array, Array, Array, float]:
        """The same of one version space."""
        beside = _Beside.of(self, precision)
        x, mean = beside.solved(shift / beside.root)
        log_normaliser = float(shift @ mean - beside.log_determinant) / 2
        return mean, beside.variance, beside.root * x, log_normaliser

    def exact_variance(self, precision: Array, places: Index) -> Array:
        """Variances of some rows, (m,), by the kernel itself; ``precision`` (k,) of the sites."""
        beside, unit = _Beside.of(self, precision), np.zeros(precision.size)
        out = np.empty(places.size)
        for i, place in enumerate(places):
            unit[place] = 1.0
            column = self.product(unit)
            unit[place] = 0.0
            right = beside.root * column
            out[i] = column[place] - right @ beside.solved(right)[0]
        return out


@dataclass(frozen=True)
class _Beside:
    """Sites of precision T beside a kernel K: what solves ``I + T^1/2 K T^1/2``.

    Attributes
    ----------
    kernel : NearKernel
    root : ndarray of shape (k,)
        ``T^1/2``.
    room : ndarray of shape (k,)
        ``1 + T rest``.
    factor : ndarray of shape (r, r)
        Cholesky factor of what sites and prior say of the white coordinates.
    halved : ndarray of shape (r, k)
        Its inverse times ``L^T``.
    """

    kernel: NearKernel
    root: Array
    room: Array
    factor: Array
    halved: Array

    @classmethod
    def of(cls, kernel: NearKernel, precision: Array) -> _Beside:
        """Factor the system."""
        near, root = kernel.near, np.sqrt(np.maximum(precision, _LEAST))
        room = 1 + root**2 * near.rest
        factor = information_root((root / np.sqrt(room))[:, None] * near.factor)

        def halve(part: slice) -> Array:
            own = near.factor[part].T
            return np.asarray(
                scipy.linalg.solve_triangular(factor, own, lower=True, check_finite=False)
            )

        return cls(kernel, root, room, factor, np.hstack(in_halves(halve, root.size)))

    @property
    def variance(self) -> Array:
        """Of the rows; (k,)."""
        spanned = np.einsum("rk,rk->k", self.halved, self.halved)
        return np.asarray(self.kernel.near.rest / self.room + spanned / self.room**2)

    @property
    def log_determinant(self) -> float:
        """Of the system."""
        return float(2 * np.log(np.diag(self.factor)).sum() + np.log(self.room).sum())

    def nearly(self, v: Array) -> Array:
        """The solution by the low rank (mathematics (11.21))."""
        own = v / self.room
        spanned = self.halved.T @ (self.halved @ (self.root * own))
        return np.asarray(own - self.root / self.room * spanned)

    def solved(self, right: Array) -> tuple[Array, Array]:
        """The solution x by conjugate gradients, and ``K T^1/2 x``."""
        x = self.nearly(right)
        values = self.kernel.product(self.root * x)
        residual = right - x - self.root * values
        step = toward = self.nearly(residual)
        size, left = float(right @ x), float(residual @ toward)
        for _ in range(_PRODUCTS):
            if not left > _SHARE**2 * abs(size):
                break
            change = self.kernel.product(self.root * step)
            across = step + self.root * change
            length = left / float(step @ across)
            x, values = x + length * step, values + length * change
            residual = residual - length * across
            toward = self.nearly(residual)
            before, left = left, float(residual @ toward)
            step = toward + left / before * step
        return x, values


def information_root(scaled: Array) -> Array:
    """Lower Cholesky factor of ``I + F^T F`` for F (k, r); (r, r)."""
    first, second = in_halves(lambda part: scaled[part].T @ scaled[part], len(scaled))
    information = first + second
    information[np.diag_indices_from(information)] += 1.0
    return np.asarray(scipy.linalg.cholesky(information, lower=True, check_finite=False))
