"""Multipliers of the sign rows of single leaves, for the final solve.

A leaf that a force pulls by ``g0`` answers with multipliers of its sigma sign rows. The best
ones make ``g = g0 + X^T (sigma lam)`` the projection of g0 on the leaf's cone: the leaf is
worth its price only where ``|g| > beta``, and any positive multipliers give an upper bound
of that length. Here: ``min 1/2 |g|^2 - mu sum log lam`` of all leaves at once, by primal-dual
Newton steps; with ``g0 = 0`` that is the analytic center of the leaf's cone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutplane.cone_system import SMALL, dot, whiten
from cutplane.tree_system import inverse_spd

Array = NDArray[np.float64]

#: Share of the way to the boundary that a step may go.
_STEP = 0.95
#: Newton steps from equal multipliers: near enough to the center to start from.
_CENTERING = 4
#: Newton steps of a projection, and what each aims to leave of the products,
#: dsigma to a share of beta^2.
_PROJECTION, _SHRINK, _ACCURACY = 25, 0.1, 1e-9


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


def least_pull(rows: Array, center: Array, g0: Array, beta: float) -> Array:
    """Upper bounds of the least pulls, improved until they are at most beta where possible.

    Parameters
    ----------
    rows : ndarray of shape (k, r)
    center : ndarray of shape (m, k)
        What ``centered`` returned for these leaves.
    g0 : ndarray of shape (m, r)
        Pull on each leaf without multipliers of its own.
    beta : float

    Returns
    -------
    ndarray of shape (m,)
    """
    k = rows.shape[0]
    pull = np.sqrt(dot(g0, g0))
    left = np.flatnonzero(pull > beta)
    sigma, lam = np.sign(center[left]), np.abs(center[left]) * (pull[left] / k)[:, None]
    s = lam.copy()
    for _ in range(_PROJECTION):
        if left.size == 0:
            break
        target = np.maximum(_SHRINK * dot(s, lam), _ACCURACY * beta**2)[:, None] / k
        g = g0[left] + (sigma * lam) @ rows
        try:
            change, moved = _newton(rows, sigma, lam / s, target / lam - sigma * (g @ rows.T))
        except np.linalg.LinAlgError:
            break  # rounding errors; what was found is a bound
        ds = sigma * ((g + moved) @ rows.T) - s
        lam = lam + _length(lam, change)[:, None] * change
        s = s + _length(s, ds)[:, None] * ds
        g = g0[left] + (sigma * lam) @ rows
        pull[left] = np.fmin(pull[left], np.sqrt(dot(g, g)))
        on = pull[left] > beta
        left, sigma, lam, s = left[on], sigma[on], lam[on], s[on]
    return pull


def _newton(rows: Array, sigma: Array, W: Array, residual: Array) -> tuple[Array, Array]:
    """Solve ``sigma X X^T sigma dlam + dlam / W = residual``; dlam and ``X^T sigma dlam``."""
    k, r = rows.shape
    products = (rows[:, :, None] * rows[:, None, :]).reshape(k, r * r)
    information = (W @ products).reshape(-1, r, r) + np.eye(r)
    if r <= SMALL:
        root = whiten(information, np.tile(np.eye(r), (len(W), 1, 1)))
        inverse = root.transpose(0, 2, 1) @ root
    else:
        inverse = inverse_spd(information)
    moved = (inverse @ ((sigma * W * residual) @ rows)[:, :, None])[:, :, 0]
    return W * (residual - sigma * (moved @ rows.T)), moved


def _length(positive: Array, change: Array) -> Array:
    """Step of each leaf that keeps its entries positive; (m,)."""
    fastest = (-change / positive).max(axis=1, initial=0.0)
    return 1 / np.maximum(1.0, fastest / _STEP)


def _of_length(lam: Array, rows: Array, sigma: Array) -> Array:
    g = (sigma * lam) @ rows
    return lam * np.sqrt(rows.shape[0] / dot(g, g))[:, None]
