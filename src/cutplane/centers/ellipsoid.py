"""The center of the maximum-volume inscribed ellipsoid, for small problems only."""

from __future__ import annotations

import warnings
from contextlib import suppress
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.centers.explicit import center_of_values
from cutplane.errors import InvalidInputError
from cutplane.extras import require
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.space.cuts import SlabCuts
from cutplane.space.version_space import VersionSpace

#: Most weights (leaves times inputs): 12 take half a second, 30 about 15 s.
MAX_ELLIPSOID_WEIGHTS = 30


def max_volume_ellipsoid_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-8,
    max_iter: int = 100,
) -> Center:
    """Center d of the largest ellipsoid ``{B v + d : |v| <= 1}`` inside cuts and ball.

    Parameters
    ----------
    space : VersionSpace
        At most 30 weights, neutral cuts. Elastic cuts that the elastic analytic center
        violates are left out; every other cut is taken as hard.
    start : Center, optional
        An earlier center, to start that analytic center warm. The conic solver starts cold.
    tol : float, default=1e-8
        Accuracy asked of the conic solver, but no less than 1e-8.
    max_iter : int, default=100
        Its iterations.

    Returns
    -------
    Center

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    InvalidInputError
        There are too many weights, the cuts are deep or shallow, CVXPY with CLARABEL is not
        installed, or CLARABEL failed.

    References
    ----------
    Boyd and Vandenberghe, Convex Optimization (2004), 8.4.2 and 8.5.2.
    """
    n = space.n_weights
    if n > MAX_ELLIPSOID_WEIGHTS:
        raise InvalidInputError(
            f"{n} weights arrived; the maximum-volume ellipsoid takes at most "
            f"{MAX_ELLIPSOID_WEIGHTS} (leaves times inputs); use center='analytic', or fewer gates"
        )
    if np.any(space.depth):
        raise InvalidInputError(
            "the maximum-volume ellipsoid is computed for neutral cuts; use center='analytic' "
            "for deep or shallow cuts"
        )
    cp = _cvxpy()
    warm = start if space.operator.layers else None
    analytic = analytic_center(space, warm, tol=tol, max_iter=max_iter)
    satisfied = space.cuts.slack(analytic.prediction / space.lengths) > 0
    matrix, bound = _halfspaces(space, satisfied)
    theta = _solve(cp, matrix, bound, space.radius, max(tol, 1e-8), max_iter)
    leaf = theta.reshape(-1, space.rows.shape[1]) @ space.tree.rows.T
    observed = space.operator.on(space.full_tree).observed(leaf)
    return center_of_values(space, space.operator.per_class(observed), analytic)


def _cvxpy() -> ModuleType:
    what, instead = "center='max_volume_ellipsoid'", "use center='analytic'"
    require("clarabel", "bench", what, instead=instead)
    return require("cvxpy", "bench", what, instead=instead)


def _halfspaces(space: VersionSpace, kept: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Dense ``matrix @ theta >= bound`` of the sign rows and the ``kept`` cuts."""
    tree = space.full_tree
    n_signed = len(space.operator.layers)
    n_leaves, d = space.arrangement.n_leaves, space.rows.shape[1]
    columns = []
    for unit in np.eye(n_leaves * d):
        values, prediction = tree.values(unit.reshape(n_leaves, d) @ tree.rows.T)
        signed = zip(tree.layers[:n_signed], values[:n_signed], strict=True)
        columns.append(
            np.concatenate([*(layer.signed(v).ravel() for layer, v in signed), prediction])
        )
    matrix = np.array(columns).T
    sign, root = np.split(matrix, [matrix.shape[0] - space.n_rows])
    zero = np.zeros(sign.shape[0])
    root, cuts = root[kept], space.cuts
    if isinstance(cuts, SlabCuts):
        low, high = (cuts.target - cuts.half_width)[kept], (cuts.target + cuts.half_width)[kept]
        return np.vstack([sign, root, -root]), np.concatenate([zero, low, -high])
    matrix = np.vstack([sign, space.y[kept, None] * root])
    return matrix, np.zeros(matrix.shape[0])


def _solve(
    cp: ModuleType, matrix: Array, bound: Array, radius: float, tol: float, max_iter: int
) -> Array:
    """Maximize log det B; the ball by the S-lemma (mathematics (9.4))."""
    length = np.maximum(np.linalg.norm(matrix, axis=1), 1e-300)  # unlike rows defeat the solver
    matrix, bound = matrix / length[:, None], bound / length
    n = matrix.shape[1]
    B, d, multiplier = cp.Variable((n, n), PSD=True), cp.Variable((n, 1)), cp.Variable()
    ball = cp.bmat(
        [
            [cp.reshape(radius**2 - multiplier, (1, 1), order="C"), np.zeros((1, n)), d.T],
            [np.zeros((n, 1)), multiplier * np.eye(n), B],
            [d, B, np.eye(n)],
        ]
    )
    inside = cp.norm(matrix @ B, 2, axis=1) <= (matrix @ d)[:, 0] - bound
    problem = cp.Problem(cp.Maximize(cp.log_det(B)), [ball >> 0, inside])
    with suppress(cp.error.SolverError), warnings.catch_warnings():  # the status tells
        warnings.simplefilter("ignore")
        problem.solve(
            solver=cp.CLARABEL, max_iter=max_iter, tol_gap_rel=tol, tol_gap_abs=tol, tol_feas=tol
        )
    if problem.status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
        raise InvalidInputError(
            f"CLARABEL ended with status {problem.status or 'failed'!r}; change tol, raise "
            "max_iter, or use center='analytic'"
        )
    if ((matrix @ d.value)[:, 0] < bound).any():
        raise InvalidInputError(
            f"the center that CLARABEL found at tol={tol:g} violates a cut, so thin is what they "
            "leave; lower tol, or use center='analytic'"
        )
    return np.asarray(d.value)[:, 0]
