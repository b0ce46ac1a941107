"""The Newton system of the final solve: a gate tree whose leaves carry cones.

Where ``tree_system`` gives every leaf the covariance ``I / tau``, a leaf with penalty
``beta |u|`` has that of its second-order cone, ``H = eta^2 (I + 2 a a^T)`` at the
Nesterov-Todd scaling point (design 3.6). The elimination from the leaves to the root is
the same; it keeps the factor Z of every covariance, ``S = Z Z^T``, because near the optimum
the curvatures of the sign rows spread over twenty orders of magnitude and a difference of
matrices would lose the small ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from cutplane.gate_tree import GateTree, Layer

Array = NDArray[np.float64]


def dot(a: Array, b: Array) -> Array:
    """Inner products of matching rows; (m, r), (m, r) -> (m,)."""
    return np.einsum("mr,mr->m", a, b)


@dataclass(frozen=True)
class Cones:
    """Nesterov-Todd scaling of m second-order cones (Vandenberghe 2010, section 5.4).

    With ``w = (w_0, a)`` and ``J = diag(1, -I)`` the scaling matrix squared is
    ``W^2 = eta^2 (2 w w^T - J)``; it maps the dual point z to the primal point x. Points are
    pairs (scalars (m,), vectors (m, r)).
    """

    eta: Array
    w0: Array
    axis: Array

    @classmethod
    def at(cls, tau: Array, u: Array, z0: Array, z: Array) -> Cones:
        """Scaling of the primal point (tau, u) and the dual point (z0, z)."""
        size_x, size_z = _size(tau, u), _size(z0, z)
        ratio = (tau * z0 + dot(u, z)) / (size_x * size_z)
        gamma = 2 * np.sqrt((1 + ratio) / 2)
        w0 = (tau / size_x + z0 / size_z) / gamma
        axis = (u / size_x[:, None] - z / size_z[:, None]) / gamma[:, None]
        return cls(np.sqrt(size_x / size_z), w0, axis)

    def scale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W v``."""
        along = dot(self.axis, v)
        factor = v0 + along / (1 + self.w0)
        return self.eta * (self.w0 * v0 + along), self.eta[:, None] * (
            v + factor[:, None] * self.axis
        )

    def unscale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W^-1 v``."""
        along = dot(self.axis, v)
        factor = -v0 + along / (1 + self.w0)
        return (self.w0 * v0 - along) / self.eta, (
            v + factor[:, None] * self.axis
        ) / self.eta[:, None]

    def root(self) -> Array:
        """``H^1/2`` of every leaf; (m, r, r)."""
        squared = dot(self.axis, self.axis)
        stretch = 2 / (1 + np.sqrt(1 + 2 * squared))
        outer = (stretch[:, None] * self.axis)[:, :, None] * self.axis[:, None, :]
        diagonal = np.arange(self.axis.shape[1])
        outer[:, diagonal, diagonal] += 1.0
        return self.eta[:, None, None] * outer


def _size(v0: Array, v: Array) -> Array:
    """``sqrt(v_0^2 - |v|^2)``."""
    norm = np.sqrt(dot(v, v))
    return np.sqrt((v0 - norm) * (v0 + norm))
