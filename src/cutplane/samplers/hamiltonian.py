"""Exact Hamiltonian motion of a Gaussian between halfspaces, many particles at once.

A particle is the value vector z = R a of a standard normal a, so z ~ N(0, R R^T), held in
``sign * z + offset >= 0``. Under the Gaussian potential it moves on an ellipse,
``z cos t + w sin t``, and a wall reflects its velocity (mathematics (7.3)). Only
values are touched: a reflection at wall i changes w by a multiple of column i of R R^T.
"""

from __future__ import annotations

import numpy as np

from cutplane._types import Array, Index

#: Trajectories with more reflections are refused. Their reversals have as many, so the
#: motion stays reversible.
MAX_BOUNCES = 1000
#: Particles moved together: their arrays stay in a core's cache.
_CHUNK_ENTRIES = 2**15
TINY = 1e-200


def move(
    values: Array,
    velocity: Array,
    gram: Array,
    time: Array,
    offset: Array | None = None,
) -> Array:
    """Move particles along their trajectories.

    Parameters
    ----------
    values : ndarray of shape (B, k)
        Signed values ``sign * z`` of each particle.
    velocity : ndarray of shape (B, k)
        Signed values of a fresh standard normal velocity.
    gram : ndarray of shape (k, k) or (S, k, k) with S dividing B
        Signed Gram matrix ``sign_i sign_j (R R^T)_ij``; particle b uses number ``b // (B / S)``.
    time : ndarray of shape (B,)
        Duration of each trajectory.
    offset : ndarray of shape (B, k), optional
        Distance of the walls below zero; 0 by default.

    Returns
    -------
    ndarray of shape (B, k)
        New signed values. A particle whose trajectory is refused stays where it was.

    References
    ----------
    Pakman and Paninski, "Exact Hamiltonian Monte Carlo for Truncated Multivariate
    Gaussians", J. Comput. Graph. Stat. 23 (2014), equations 2.14-2.20.
    """
    n, k = values.shape
    gram = gram.reshape(-1, k, k)
    owner = np.arange(n) // (n // gram.shape[0])
    size = max(1, _CHUNK_ENTRIES // max(k, 1))
    out = values.copy()
    for begin in range(0, n, size):
        part = slice(begin, begin + size)
        out[part] = _move_chunk(
            values[part],
            velocity[part],
            gram,
            owner[part],
            time[part],
            None if offset is None else offset[part],
        )
    return out


def _move_chunk(
    values: Array,
    velocity: Array,
    gram: Array,
    owner: Index,
    time: Array,
    offset: Array | None,
) -> Array:
    out = values.copy()
    index = np.arange(values.shape[0])
    z, w, left = values.copy(), velocity.copy(), time.copy()
    for _ in range(MAX_BOUNCES):
        wall, exit_time = first_wall(z, w, None if offset is None else offset[index])
        step = np.minimum(exit_time, left)
        z, w = _rotate(z, w, step)
        going = exit_time < left
        if not going.all():
            out[index[~going]] = z[~going]
            z, w, wall, index = z[going], w[going], wall[going], index[going]
            left, step = left[going], step[going]
        if index.size == 0:
            break
        left = left - step
        each = np.arange(index.size)
        matrix = owner[index]
        normal = gram[matrix, wall]
        w -= (2 * w[each, wall] / normal[each, wall])[:, None] * normal
        z[each, wall] = TINY if offset is None else -offset[index, wall]
    floor = 0.0 if offset is None else -offset
    stuck = (out < floor).any(axis=1)
    out[stuck] = values[stuck]
    return out


def _rotate(z: Array, w: Array, angle: Array) -> tuple[Array, Array]:
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return z * cos + w * sin, w * cos - z * sin


def first_wall(z: Array, w: Array, offset: Array | None) -> tuple[Index, Array]:
    """Which wall each particle meets first, and when."""
    each = np.arange(z.shape[0])
    if offset is None:  # amplitude * cos(t - psi) = 0 with tan(psi) = w / z: no arctan per wall
        ratio = w / np.maximum(z, TINY)
        wall = ratio.argmin(axis=1)
        return wall, np.arctan(ratio[each, wall]) + np.pi / 2
    # z cos t + w sin t = h is quadratic in tan(t / 2); each root in the form that does not cancel
    above, sum_ = z + offset, z - offset
    square = w**2 + above * sum_
    root = np.sqrt(np.maximum(square, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        tangent = np.where(w > 0, (root + w) / sum_, above / (root - w))
    tangent[~((tangent >= 0) & (square >= 0))] = np.inf
    wall = tangent.argmin(axis=1)
    return wall, 2 * np.arctan(tangent[each, wall])
