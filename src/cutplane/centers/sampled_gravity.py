"""The center of gravity, by sampling: the center of Theorem 6.3."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from cutplane._types import Array
from cutplane.centers.explicit import center_of_values
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.samplers import Chains, paced, start_chains
from cutplane.space.version_space import VersionSpace

_DRAWS = 10  # sweeps between two looks at the standard error
_INSIDE = 1 - 1e-12  # elastic and deep cuts can push the mean to the ball, not through it


def sampled_gravity_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-8,
    max_iter: int = 100,
    seed: int | np.random.Generator = 0,
    precision: float = 0.03,
    n_chains: int = 32,
    burn_in: int = 50,
) -> Center:
    """Mean of the version space, with a stated standard error.

    Parameters
    ----------
    space : VersionSpace
        A classification cone has its direction from N(0, I) restricted to the cone, and
        the length of the mean of the uniform law on cone and ball (mathematics (7.1)). Elastic
        cuts multiply that density by ``exp(-C * violation)``.
    start : Center, optional
        An earlier center, to start the analytic center warm, where the chains begin.
        Without sign rows (gated, linear) it is not needed and ignored.
    tol : float, default=1e-8
        Of that analytic center.
    max_iter : int, default=100
        Rounds of 10 sweeps of every chain, at least 2.
    seed : int or numpy.random.Generator, default=0
    precision : float, default=0.03
        Stop when the standard error, relative to the center's length, is below this.
    n_chains : int, default=32
    burn_in : int, default=50
        Sweeps before the first draw, which also tune the moves. Moves of all leaves
        together, in tight spaces, count for five.

    Returns
    -------
    Center
        With ``standard_error``; ``status`` is "max_iter" when the precision was not
        reached. The weights satisfy every hard cut whatever the error, being a mean of
        points that do. With sign rows ``multipliers`` are the analytic center's, to start
        the next center from.

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    """
    rng = np.random.default_rng(seed)
    warm = start if space.operator.layers else None
    analytic = analytic_center(space, warm, tol=tol)
    chains = start_chains(space, analytic, n_chains)
    for _ in paced(chains, burn_in):
        chains.sweep(rng, adapt=True)
    covariance = space.operator.covariance
    inverse = np.asarray(np.linalg.pinv(covariance, hermitian=True), dtype=np.float64)
    total = np.zeros_like(_read(space, chains, inverse))
    error, status, rounds, draws = np.inf, "max_iter", 0, 0
    for rounds in range(1, max(max_iter, 2) + 1):
        for _ in paced(chains, _DRAWS):
            chains.sweep(rng)
            total += _read(space, chains, inverse)
            draws += 1
        error = _relative_error(space, total / draws, inverse)
        if rounds > 1 and error < precision:
            status = "optimal"
            break
    mean = total.mean(axis=0) / draws
    length = np.sqrt(_squared(space, mean, inverse))
    return center_of_values(
        space,
        mean,
        analytic,
        scale=min(_ball_scale(space), _INSIDE * space.radius / max(length, 1e-300)),
        standard_error=error,
        n_iter=rounds,
        status=status,
    )


def _read(space: VersionSpace, chains: Chains, inverse: Array) -> Array:
    """State of every chain, with the units of a class averaged; (C, m_1, k) or (C, k).

    On a cone the length of a draw is independent of its direction and its law is known, so
    its mean is put in its place.
    """
    values = np.array(chains.values)
    if space.cuts.is_cone and np.isinf(space.cost) and not np.any(space.depth):
        squared = (values * (values @ inverse)).reshape(values.shape[0], -1).sum(axis=1)
        n_blocks = values.size // (values.shape[0] * space.n_rows)
        n = n_blocks * round(float(np.trace(inverse @ space.operator.covariance)))
        factor = _normal_length(n) / np.sqrt(np.maximum(squared, 1e-300))
        values *= factor.reshape(-1, *(1,) * (values.ndim - 1))
    return space.operator.per_class(values)


def _squared(space: VersionSpace, values: Array, inverse: Array) -> float:
    """Squared lengths of the shortest weights with these values (..., k), summed."""
    count = space.operator.multiplicity
    weight = count[0][:, None] if count else 1.0
    return float((weight * values * (values @ inverse)).sum())


def _relative_error(space: VersionSpace, means: Array, inverse: Array) -> float:
    """Standard error of the mean of the chains' means (C, ...), relative to its length."""
    chains = means.shape[0]
    mean = means.mean(axis=0)
    variance = _squared(space, means - mean, inverse) / (chains * max(chains - 1, 1))
    return float(np.sqrt(variance / max(_squared(space, mean, inverse), 1e-300)))


def _ball_scale(space: VersionSpace) -> float:
    """From the mean of N(0, I) on a cone to the mean on cone and ball; 1 for slabs.

    The ratio of the mean lengths; on the ball of n dimensions it is ``R n / (n + 1)``.
    """
    if not space.cuts.is_cone:
        return 1.0
    n = space.n_weights
    return space.radius * n / (n + 1) / _normal_length(n)


def _normal_length(n: int) -> float:
    """Mean length of a standard normal vector of n dimensions."""
    return float(np.sqrt(2) * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2)))
