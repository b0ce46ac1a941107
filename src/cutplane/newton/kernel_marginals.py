"""What rows on one kernel have under Gaussian sites (mathematics (11.4), (11.7), (11.17))."""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.arrays import namespace
from cutplane.newton.small_matrices import (
    add_to_diagonals,
    apply,
    column_dots,
    diagonals,
    in_chunks,
    invert_roots,
)

Marginals = tuple[Array, Array, Array, Array]

#: Precisions are at least this, so that a row without a site has a curvature.
_LEAST = 1e-200
#: Below this product of precision and prior variance, what the sites take off is rounding.
_SOFT = 1e-6


def kernel_marginals(covariance: Array, precision: Array, shift: Array) -> Marginals:
    """Mean, variance and force of every row, (p, k), and the logarithm of the integral, (p,).

    Not finite where double precision cannot follow.
    """
    xp, k = namespace(precision), precision.shape[1]

    def work(part: slice) -> tuple[Array, ...]:
        root, own = xp.sqrt(xp.maximum(precision[part, :], _LEAST)), shift[part, :]
        factor = root[:, :, None] * covariance
        factor *= root[:, None, :]
        add_to_diagonals(factor, 1.0)
        log_determinant = invert_roots(factor)
        with np.errstate(all="ignore"):  # numbers that are not finite tell
            right = apply(factor, own / root)
            forces = root * apply(factor.mT, right)
            mean = forces @ covariance
            variance = _variance(covariance, root, factor)
            return mean, variance, forces, (xp.vecdot(own, mean) - log_determinant) / 2

    each = zip(*in_chunks(work, precision, k * k), strict=True)
    mean, variance, forces, log_normaliser = (xp.concat(own) for own in each)
    return mean, variance, forces, log_normaliser


def _variance(covariance: Array, root: Array, factor: Array) -> Array:
    """Variances of the rows, (p, k), from the inverse Cholesky factors of ``I + T^1/2 K T^1/2``."""
    xp, prior = namespace(root), diagonals(covariance)
    left = (1 - column_dots(factor, factor)) / root**2
    soft = root**2 * prior < _SOFT
    if xp.any(soft):
        some = soft.any(axis=0) if xp is np else slice(None)
        known = factor @ (root[:, :, None] * covariance[:, some])
        known = prior[some] - column_dots(known, known)
        left[:, some] = xp.where(soft[:, some], known, left[:, some])
    return left
