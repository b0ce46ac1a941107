"""One set of multipliers, and everything about it that Newton's method needs.

The dual objective is ``B*(A^T w) + sum psi(w) - sum log(lambda)``, where B* is the conjugate
of the ball's barrier: half the squared norm for a cone, and for regression the conjugate of
``-log(R^2 - |theta|^2)``, a function of ``|A^T w|`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cutplane._types import Array
from cutplane.newton.tree_system import Step
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class DualPoint:
    """Multipliers with what the Newton step needs of them."""

    root: Array
    sign: tuple[Array, ...]
    values: list[Array]
    prediction: Array
    squared_norm: float  # |A^T w|^2


def evaluate(space: VersionSpace, root: Array, sign: Sequence[Array]) -> DualPoint:
    """Values of every node at the weights that the multipliers stand for."""
    tree = space.tree
    signed = [layer.signed(lam) for layer, lam in zip(tree.layers, sign, strict=False)]
    values: list[Array] = []
    if space.kernel is not None:
        prediction = space.kernel @ root
    else:
        force = tree.forces(root, signed)
        narrow = tree.rows.shape[1] < tree.n_rows
        leaf = (force @ tree.rows) @ tree.rows.T if narrow else force @ tree.gram
        values, prediction = tree.values(leaf)
    squared = float(prediction @ root)
    for value, force, count in zip(values, signed, space.multiplicity, strict=False):
        squared += float(count @ np.einsum("mk,mk->m", value, force))
    tau, _ = ball(space, squared)
    if tau != 1.0:
        values, prediction = [value / tau for value in values], prediction / tau
    return DualPoint(root, tuple(sign), values, prediction, max(squared, 0.0))


def move(space: VersionSpace, point: DualPoint, step: Step, length: float) -> DualPoint:
    """The point ``length`` along a step."""
    sign = [
        lam + length * layer.signed(force)
        for layer, lam, force in zip(space.tree.layers, point.sign, step.sign_forces, strict=False)
    ]
    return evaluate(space, point.root + length * step.root_force, sign)


def balanced(space: VersionSpace, point: DualPoint) -> DualPoint:
    """Scale the sign multipliers so that ``|theta|^2`` is the number of halfspaces.

    At the center of a cone it is: ``theta . grad = 0`` reads ``|theta|^2 = sum(lambda slack)``.
    """
    if not point.sign or point.squared_norm == 0 or not space.is_cone:
        return point
    factor = np.sqrt((space.n_rows + space.n_sign_rows) / point.squared_norm)
    return evaluate(space, point.root, [factor * lam for lam in point.sign])


@dataclass(frozen=True)
class NormAlong:
    """The ball's part of the dual objective along a step, a function of |A^T w|^2."""

    radius: float | None
    constant: float
    linear: float
    square: float

    @classmethod
    def of(cls, space: VersionSpace, point: DualPoint, step: Step) -> NormAlong:
        """``|A^T w|^2`` from a point along a step."""
        tau, _ = ball(space, point.squared_norm)
        linear = float(point.prediction @ step.root_force)
        square = float(step.prediction @ step.root_force)
        for value, change, force, count in zip(
            point.values, step.values, step.sign_forces, space.multiplicity, strict=False
        ):
            linear += float(count @ np.einsum("mk,mk->m", value, force))
            square += float(count @ np.einsum("mk,mk->m", change, force))
        radius = None if space.is_cone else space.radius
        return cls(radius, point.squared_norm, tau * linear, tau * square)

    def derivatives(self, a: float) -> tuple[float, float]:
        """First and second derivative in the step length a."""
        first = self.linear + a * self.square
        if self.radius is None:
            return first, self.square
        squared = max(self.constant + 2 * a * self.linear + a * a * self.square, 0.0)
        tau, curl = _ball_of(self.radius, squared)
        return first / tau, self.square / tau - curl * first * first


def ball(space: VersionSpace, squared_norm: float) -> tuple[float, float]:
    """Curvature tau of the barrier at the point, and its rank-one coefficient."""
    if space.is_cone:
        return 1.0, 0.0
    return _ball_of(space.radius, squared_norm)


def _ball_of(radius: float, squared_norm: float) -> tuple[float, float]:
    """Conjugate of ``-log(R^2 - |theta|^2)`` at g = A^T w: gradient ``g / tau``.

    Its Hessian is ``I / tau - curl * g g^T``.
    """
    s = float(np.sqrt(1 + radius**2 * squared_norm))
    tau = (1 + s) / radius**2
    return tau, 1 / (s * tau * tau)
