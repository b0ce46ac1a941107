"""What many rows have under their sites, by a kernel of low rank (mathematics (11.21) to (11.23)).

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

from cutplane._types import Array
from cutplane.space.low_rank import LowRank
from cutplane.space.operator import KernelOperator, Operator

Marginals = tuple[Array, Array, Array, Array]

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
        near, root = self.near, np.sqrt(np.maximum(precision, _LEAST))
        room = 1 + root**2 * near.rest
        scaled = (root / np.sqrt(room))[:, None] * near.factor
        factor = information_root(scaled)
        solved = scipy.linalg.solve_triangular(
            factor, near.factor.T, lower=True, overwrite_b=False, check_finite=False
        )
        variance = near.rest / room + np.einsum("rk,rk->k", solved, solved) / room**2

        def inverse(v: Array) -> Array:
            """``(I + T^1/2 K T^1/2)^-1 v`` by the low rank (mathematics (11.22))."""
            own = v / room
            return np.asarray(own - root / room * (solved.T @ (solved @ (root * own))))

        forces, mean = self._mean(root, shift / root, inverse)
        log_determinant = 2 * np.log(np.diag(factor)).sum() + np.log(room).sum()
        return mean, variance, forces, float(shift @ mean - log_determinant) / 2

    def _mean(
        self, root: Array, right: Array, inverse: Callable[[Array], Array]
    ) -> tuple[Array, Array]:
        """Forces and mean: ``(I + T^1/2 K T^1/2) x = right`` by conjugate gradients."""
        x = inverse(right)
        mean = self.product(root * x)
        residual = right - x - root * mean
        step = toward = inverse(residual)
        size, left = float(right @ x), float(residual @ toward)
        for _ in range(_PRODUCTS):
            if not left > _SHARE**2 * abs(size):
                break
            change = self.product(root * step)
            across = step + root * change
            length = left / float(step @ across)
            x, mean = x + length * step, mean + length * change
            residual = residual - length * across
            toward = inverse(residual)
            before, left = left, float(residual @ toward)
            step = toward + left / before * step
        return root * x, mean


def information_root(scaled: Array) -> Array:
    """Lower Cholesky factor of ``I + F^T F`` for F (k, r); (r, r)."""
    information = scaled.T @ scaled
    information[np.diag_indices_from(information)] += 1.0
    return np.asarray(scipy.linalg.cholesky(information, lower=True, check_finite=False))
