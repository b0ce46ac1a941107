"""Multipliers of the sign rows of single leaves, for the final solve.

A leaf that a force pulls by ``g0`` answers with multipliers of its sigma sign rows. The best
ones make ``g = g0 + X^T (sigma lam)`` the projection of g0 on the leaf's cone: the leaf is
worth its price only where ``|g| > beta``, and any positive multipliers give an upper bound
of that length. A few projections on single halfspaces settle nearly all leaves, non-negative
least squares the others.
"""

from __future__ import annotations

import numpy as np

from cutplane._types import Array
from cutplane.final.cone_scaling import dot
from cutplane.newton.small_matrices import apply, inverse_by_root

#: Share of the way to the boundary that a step may go.
_STEP = 0.95
#: Newton steps from equal multipliers: near enough to the center to start from.
_CENTERING = 4
#: Projections on single halfspaces before non-negative least squares.
_GREEDY = 10


def centered(rows: Array, sigma: Array) -> Array:
    """Multipliers near the analytic center of each leaf's cone, with ``|g|^2 = k``.

    Parameters
    ----------
    rows : ndarray of shape (k, r)
    sigma : ndarray of shape (m, k)
        Signs that the leaves' sign rows require.

    Returns
    -------
    ndarray of shape (m, k)
        Signed multipliers ``sigma * lam``.
    """
    lam = _of_length(np.ones(sigma.shape), rows, sigma)
    for _ in range(_CENTERING):
        residual = 1 / lam - sigma * ((sigma * lam) @ rows @ rows.T)
        change, _ = _newton(rows, sigma, lam**2, residual)
        lam += _length(lam, change)[:, None] * change
    return sigma * _of_length(lam, rows, sigma)


def least_pull(rows: Array, sigma: Array, g0: Array, beta: float) -> Array:
    """Upper bounds of the least pulls (mathematics (6.6)): at most beta, or the least pull itself.

    Parameters
    ----------
    rows : ndarray of shape (k, r)
        Rows of length 1.
    sigma : ndarray of shape (m, k)
        Signs that the leaves' sign rows require.
    g0 : ndarray of shape (m, r)
        Pull on each leaf without multipliers of its own.
    beta : float

    Returns
    -------
    ndarray of shape (m,)
    """
    from scipy.optimize import nnls  # heavy, and most models have no final solve

    pull = _greedy(rows, sigma, g0, beta)
    for i in np.flatnonzero(pull > beta):
        try:
            lam, _ = nnls(-(sigma[i][:, None] * rows).T, g0[i])
        except RuntimeError:
            continue  # rounding errors; what was found is a bound
        pull[i] = min(pull[i], np.linalg.norm(g0[i] + (sigma[i] * lam) @ rows))
    return pull


def _greedy(rows: Array, sigma: Array, g0: Array, beta: float) -> Array:
    """Lengths after every leaf has met its most violated sign row, a few times; (m,)."""
    g = g0.copy()
    pull = np.sqrt(dot(g, g))
    for _ in range(_GREEDY):
        left = np.flatnonzero(pull > beta)
        if left.size == 0:
            break
        slack = sigma[left] * (g[left] @ rows.T)
        worst = slack.argmin(axis=1)
        lam = np.maximum(-slack[np.arange(left.size), worst], 0.0)
        g[left] += (lam * sigma[left, worst])[:, None] * rows[worst]
        pull[left] = np.sqrt(dot(g[left], g[left]))
    return pull


def _newton(rows: Array, sigma: Array, W: Array, residual: Array) -> tuple[Array, Array]:
    """Solve ``sigma X X^T sigma dlam + dlam / W = residual``; dlam and ``X^T sigma dlam``."""
    k, r = rows.shape
    products = (rows[:, :, None] * rows[:, None, :]).reshape(k, r * r)
    information = (W @ products).reshape(-1, r, r) + np.eye(r)
    moved = apply(inverse_by_root(information), (sigma * W * residual) @ rows)
    return W * (residual - sigma * (moved @ rows.T)), moved


def _length(positive: Array, change: Array) -> Array:
    """Step of each leaf that keeps its entries positive; (m,)."""
    fastest = (-change / positive).max(axis=1, initial=0.0)
    return 1 / np.maximum(1.0, fastest / _STEP)


def _of_length(lam: Array, rows: Array, sigma: Array) -> Array:
    g = (sigma * lam) @ rows
    return lam * np.sqrt(rows.shape[0] / dot(g, g))[:, None]
