"""The ball: what keeps the weights short, as the conjugate of its barrier (mathematics 3).

The dual objective holds a function of ``|A^T w|`` alone, the conjugate B* of the barrier of
the weights. Its gradient is ``A^T w / tau`` and its Hessian ``I / tau - curl * g g^T`` with
``g = A^T w`` (mathematics (3.8)); the solver needs tau and curl.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

#: |A^T w| / sum |w| below this is rounding: the forces cancel.
FARKAS_MARGIN = 1e-7


class Ball(Protocol):
    """How the weights are bounded."""

    def curvature(self, squared_norm: float) -> tuple[float, float]:
        """Tau and curl at ``|A^T w|^2``."""
        ...

    def balance(self, n_halfspaces: float, squared_norm: float) -> float:
        """Factor of the sign rows' multipliers that brings a start nearer to the center."""
        ...

    def excludes(self, norm: float, total_force: float, support: float) -> bool:
        """Whether forces certify that no weights in the ball satisfy every cut (Farkas).

        Parameters
        ----------
        norm : float
            ``|A^T w|``.
        total_force : float
            Sum of all ``|w|``.
        support : float
            Least ``w . f`` over all f that satisfy the cuts.
        """
        ...

    def scale(self, n_halfspaces: float, squared_norm: float, total_force: float) -> float:
        """Factor from the solver's weights to those of the center in the ball."""
        ...


@dataclass(frozen=True)
class HalfSquare:
    """``1/2 |theta|^2``, for cuts that form a cone: the center's direction is that in the ball.

    Attributes
    ----------
    radius : float
        Radius R of the ball that the center is scaled into.
    """

    radius: float

    def curvature(self, squared_norm: float) -> tuple[float, float]:
        return 1.0, 0.0

    def balance(self, n_halfspaces: float, squared_norm: float) -> float:
        # At the center theta . gradient = 0 reads |theta|^2 = sum(lambda slack).
        return float(np.sqrt(n_halfspaces / squared_norm)) if squared_norm > 0 else 1.0

    def excludes(self, norm: float, total_force: float, support: float) -> bool:
        return norm < FARKAS_MARGIN * total_force

    def scale(self, n_halfspaces: float, squared_norm: float, total_force: float) -> float:
        if np.sqrt(squared_norm) < FARKAS_MARGIN * total_force:
            return 0.0  # labels that cancel exactly leave rounding errors, not a direction
        if squared_norm == 0:
            return 1.0
        n = n_halfspaces
        return self.radius * float(np.sqrt(n / (n + 2) / squared_norm))


@dataclass(frozen=True)
class LogBarrier:
    """``-log(R^2 - |theta|^2)``, for slabs, which fix the scale of the weights.

    Attributes
    ----------
    radius : float
        Radius R of the ball.
    """

    radius: float

    def curvature(self, squared_norm: float) -> tuple[float, float]:
        s = float(np.sqrt(1 + self.radius**2 * squared_norm))
        tau = (1 + s) / self.radius**2
        return tau, 1 / (s * tau * tau)

    def balance(self, n_halfspaces: float, squared_norm: float) -> float:
        return 1.0

    def excludes(self, norm: float, total_force: float, support: float) -> bool:
        return support > norm * self.radius

    def scale(self, n_halfspaces: float, squared_norm: float, total_force: float) -> float:
        return 1.0
