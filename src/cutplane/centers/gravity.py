"""The center of gravity, by sampling: the center of Theorem 6.3."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutplane.centers.analytic import analytic_center
from cutplane.centers.center import Center
from cutplane.centers.explicit import center_of_values, class_means
from cutplane.samplers import start_chains
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]

_DRAWS = 10  # sweeps between two looks at the standard error
_BURN_IN = 50


def gravity_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-8,
    max_iter: int = 100,
    seed: int | np.random.Generator = 0,
    precision: float = 0.03,
    n_chains: int = 32,
) -> Center:
    """Mean of the version space, with a stated standard error.

    Parameters
    ----------
    space : VersionSpace
        A classification cone has its direction from N(0, I) restricted to the cone, and
        the length of the mean of the uniform law on cone and ball (design 3.7).
    start : Center, optional
        An earlier center, to start the analytic center warm, where the chains begin.
    tol : float, default=1e-8
        Of that analytic center.
    max_iter : int, default=100
        Rounds of 10 sweeps of every chain.
    seed : int or numpy.random.Generator, default=0
    precision : float, default=0.03
        Stop when the standard error, relative to the center's length, is below this.
    n_chains : int, default=32

    Returns
    -------
    Center
        With ``standard_error``; ``status`` is "max_iter" when the precision was not
        reached. The weights satisfy every hard cut whatever the error, being a mean of
        points that do.

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    """
    rng = np.random.default_rng(seed)
    analytic = analytic_center(space, start if space.has_sign_rows else None, tol=tol)
    chains = start_chains(space, analytic, n_chains)
    for _ in range(_BURN_IN):
        chains.sweep(rng, adapt=True)
    total, error, status, rounds = 0.0, np.inf, "max_iter", 0
    for rounds in range(1, max_iter + 1):
        for _ in range(_DRAWS):
            chains.sweep(rng)
            values = chains.values
            total = total + (class_means(space, values) if space.has_sign_rows else values)
        means = total / (rounds * _DRAWS)
        error = _relative_error(space, means)
        if rounds > 1 and error < precision:
            status = "optimal"
            break
    return center_of_values(
        space,
        means.mean(axis=0),
        analytic,
        scale=_ball_scale(space),
        standard_error=error,
        n_iter=rounds,
        status=status,
    )


def _relative_error(space: VersionSpace, means: Array) -> float:
    """Standard error of the mean of the chains' means (C, ...), relative to its length."""
    gram = space.tree.gram if space.kernel is None else space.kernel
    inverse = np.linalg.pinv(gram, hermitian=True)
    weight = space.tree.multiplicity[0][:, None] if space.has_sign_rows else 1.0
    mean = means.mean(axis=0)
    away = means - mean
    chains = means.shape[0]
    spread = float((weight * away * (away @ inverse)).sum()) / (chains * max(chains - 1, 1))
    length = float((weight * mean * (mean @ inverse)).sum())
    return float(np.sqrt(spread / max(length, 1e-300)))


def _ball_scale(space: VersionSpace) -> float:
    """From the mean of N(0, I) on a cone to the mean on cone and ball; 1 for slabs."""
    if not space.is_cone:
        return 1.0
    n = space.arrangement.n_leaves * space.rows.shape[1]
    return space.radius * n / (n + 1) / np.sqrt(max(n - 0.5, 0.5))
