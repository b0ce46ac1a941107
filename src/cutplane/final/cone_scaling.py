"""Second-order cones ``|v| <= v_0``: their algebra, and the Nesterov-Todd scaling.

Points of m cones are pairs (scalars (m,), vectors (m, r)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cutplane._types import Array


def dot(a: Array, b: Array) -> Array:
    """Inner products of matching rows; (m, r), (m, r) -> (m,)."""
    return np.vecdot(a, b)


@dataclass(frozen=True)
class ConeScaling:
    """Nesterov-Todd scaling of m second-order cones (mathematics (6.3); Vandenberghe 2010, 5.4).

    With ``w = (w_0, a)`` and ``J = diag(1, -I)`` the scaling matrix squared is
    ``W^2 = eta^2 (2 w w^T - J)``; it maps the dual point z to the primal point x. Points are
    pairs (scalars (m,), vectors (m, r)).

    Attributes
    ----------
    eta, w0 : ndarray of shape (m,)
    axis : ndarray of shape (m, r)
        The vectors a.
    """

    eta: Array
    w0: Array
    axis: Array

    @classmethod
    def at(
        cls, tau: Array, u: Array, z0: Array, z: Array, sizes: tuple[Array, Array]
    ) -> ConeScaling:
        """Scaling of the primal point (tau, u) and the dual point (z0, z)."""
        size_x, size_z = np.sqrt(sizes[0]), np.sqrt(sizes[1])
        ratio = (tau * z0 + dot(u, z)) / (size_x * size_z)
        gamma = np.sqrt(2 * (1 + ratio))
        axis = (u / size_x[:, None] - z / size_z[:, None]) / gamma[:, None]
        return cls(np.sqrt(size_x / size_z), np.sqrt(1 + dot(axis, axis)), axis)

    def scale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W v``."""
        along = dot(self.axis, v)
        factor = v0 + along / (1 + self.w0)
        moved = v + factor[:, None] * self.axis
        return self.eta * (self.w0 * v0 + along), self.eta[:, None] * moved

    def unscale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W^-1 v``."""
        along = dot(self.axis, v)
        factor = along / (1 + self.w0) - v0
        moved = v + factor[:, None] * self.axis
        return (self.w0 * v0 - along) / self.eta, moved / self.eta[:, None]

    def squared(self, v: Array) -> tuple[Array, Array]:
        """``W^2 (0, v)``."""
        eta = self.eta**2
        along = 2 * eta * dot(self.axis, v)
        return self.w0 * along, eta[:, None] * v + along[:, None] * self.axis

    def root(self) -> Array:
        """``H^1/2`` of every leaf; (m, r, r)."""
        stretch = 2 / (1 + np.sqrt(1 + 2 * dot(self.axis, self.axis)))
        out = (stretch[:, None] * self.axis)[:, :, None] * self.axis[:, None, :]
        diagonal = np.arange(self.axis.shape[1])
        out[:, diagonal, diagonal] += 1.0
        return self.eta[:, None, None] * out


def squared_size(v0: Array, v: Array) -> Array:
    """``v_0^2 - |v|^2`` without cancellation."""
    norm = np.sqrt(dot(v, v))
    return (v0 - norm) * (v0 + norm)


def divide(l0: Array, l1: Array, r0: Array, r1: Array) -> tuple[Array, Array]:
    """Solve ``l o v = r`` in the algebra of second-order cones."""
    v0 = (l0 * r0 - dot(l1, r1)) / squared_size(l0, l1)
    return v0, (r1 - v0[:, None] * l1) / l0[:, None]


def longest_step(t: Array, v: Array, dt: Array | float, dv: Array, size: Array) -> float:
    """Largest step that keeps every ``|v| <= t``, with ``size = t^2 - |v|^2``; may be infinite."""
    a = dt * dt - dot(dv, dv)
    b = t * dt - dot(v, dv)
    root = np.sqrt(np.maximum(b * b - a * size, 0.0))
    # The inverse of the smallest positive root of a x^2 + 2 b x + size: with t > |v|, and the
    # other root negative or larger, it is the largest of (-b + root) / size.
    fastest = float(((root - b) / size).max(initial=0.0))
    return 1 / fastest if fastest > 0 else np.inf
