"""The outer loop of the final solve: what was left out of the problem comes back if it must.

The interior-point method begins with few sign rows, and units leave it on the way. Rows count
again where the weights violate one; units come back if the forces pull them more than beta, which
is what the penalty asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cutplane._types import Array
from cutplane.final.cone_problem import ConeProblem, Iterate, norms
from cutplane.final.interior_point import Result, interior_point
from cutplane.final.leaf_multipliers import least_pull


class Solved(NamedTuple):
    """Weights of all leaves, (m_1, r), and how good they are.

    Attributes
    ----------
    u : ndarray of shape (m_1, r)
    bound : float
        Lower bound of the optimum.
    n_iter : int
    status : str
    """

    u: Array
    bound: float
    n_iter: int
    status: str


def solve(p: ConeProblem, tol: float, max_iter: int) -> Solved:
    """Solve a cone problem; arguments as in ``interior_point``.

    Begins with few sign rows; where these allow weights that violate another, all count.
    Units that left the problem on the way come back if they pull more than beta: then the
    problem is solved again with them, and no unit may leave.
    """
    everything = np.arange(p.width)
    result = interior_point(p.nearest(), everything, tol, max_iter, drop=True)
    n_iter = result.n_iter
    if _misses_rows(p, result, tol):
        result = interior_point(p, everything, tol, max_iter, drop=True)
        n_iter += result.n_iter
    while True:
        pull = _pull_outside(p, result)
        shrink = min(1.0, p.beta / float(pull.max(initial=p.beta)))
        bound = p.lower_bound(shrink * result.point.q)
        objective, gap = result.point.gap(result.problem)
        if objective - bound <= max(abs(gap), tol * objective):
            break
        columns = np.union1d(result.columns, np.flatnonzero((pull > p.beta).any(axis=0)))
        result = interior_point(p, columns, tol, max_iter, drop=False)
        n_iter += result.n_iter
    u = _prune(p.restricted(result.columns), result.point, tol)
    spread = np.zeros((u.shape[0] // result.columns.size, p.width, u.shape[1]))
    spread[:, result.columns] = u.reshape(-1, result.columns.size, u.shape[1])
    return Solved(spread.reshape(-1, u.shape[1]), bound, n_iter, result.status)


def violation(p: ConeProblem, values: Sequence[Array]) -> float:
    """Largest violation of a sign row relative to the largest value of any node."""
    largest = max((float(abs(v).max(initial=0.0)) for v in values), default=0.0)
    signed = (layer.signed(value) for layer, value in zip(p.layers, values, strict=True))
    worst = max((float((-v).max(initial=0.0)) for v in signed), default=0.0)
    return max(worst / largest, 0.0) if largest > 0 else 0.0


def _misses_rows(p: ConeProblem, result: Result, tol: float) -> bool:
    """Whether weights found with some of the sign rows violate another."""
    rows = result.problem.leaf_rows
    if rows is None or rows.nearest is None:
        return False
    whole = p.restricted(result.columns)
    return violation(whole, whole.values(result.point.u)[0]) > 10 * tol


def _pull_outside(p: ConeProblem, result: Result) -> Array:
    """Pull on every leaf outside the problem that is left, zero inside; (m_2, width)."""
    out = np.setdiff1d(np.arange(p.width), result.columns)
    n_parents = result.point.tau.size // result.columns.size
    pull = np.zeros((n_parents, p.width))
    if out.size > 0:
        few = p.restricted(out)
        own = np.zeros((n_parents * out.size, p.tree.n_rows))
        g0 = few.pulls([own, *result.point.lam[1:]], result.point.q)
        if p.layers:
            sigma = np.tile(few.layers[0].sigma, (n_parents, 1))
            least = least_pull(p.tree.rows, sigma, g0, p.beta)
        else:
            least = norms(g0)
        pull[:, out] = least.reshape(n_parents, -1)
    return pull


def _prune(problem: ConeProblem, point: Iterate, tol: float) -> Array:
    """Set to zero the leaves whose weights, not whose room to beta, go to zero.

    Near the optimum the product of the two is the barrier parameter; both are compared in
    units in which they are at most one. In a deep tree a small leaf may hold a sign row of
    its parent up: leaves are then pruned less eagerly.
    """
    objective, _ = point.gap(problem)
    room = 1 - norms(point.g) / problem.beta
    share = norms(point.u) * problem.beta / objective
    for eagerness in (1.0, 1e-2, 1e-4):
        u = np.where((share > eagerness * room)[:, None], point.u, 0.0)
        values, prediction = problem.values(u)
        dearer = problem.objective(u, prediction) - objective
        if violation(problem, values) <= 10 * tol and dearer <= tol * objective:
            return u
    return point.u
