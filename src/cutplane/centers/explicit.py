"""Centers that are given by their weights instead of by multipliers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutplane._types import Array
from cutplane.newton.center import Center, Multipliers
from cutplane.space.version_space import VersionSpace


def center_of_values(
    space: VersionSpace,
    values: Array,
    analytic: Center,
    *,
    scale: float = 1.0,
    standard_error: float = 0.0,
    n_iter: int = 0,
    status: str = "optimal",
) -> Center:
    """The center with given values on the labelled unit rows, and no weight besides.

    Parameters
    ----------
    space : VersionSpace
    values : ndarray of shape (m_1, k), or (k,) without sign rows
        Leaf values of each class, or predictions.
    analytic : Center
        The analytic center, whose multipliers later solves start from.
    scale : float
        Factor that brings the weights into the ball.
    standard_error, n_iter, status
        As in :class:`cutplane.newton.center.Center`.
    """
    common = replace(
        analytic, n_iter=n_iter, status=status, standard_error=standard_error, decrement=0.0
    )
    operator, lengths = space.operator, space.lengths
    if operator.layers:
        prediction = space.tree.values(values)[1]
        return replace(
            common,
            prediction=prediction * lengths * scale,
            scale=analytic.scale,
            explicit=scale * values @ np.linalg.pinv(space.tree.rows).T,
        )
    force = np.linalg.pinv(operator.covariance, hermitian=True) @ values
    own = Multipliers(force, (), space.tree, 1.0)
    return replace(common, multipliers=own, prediction=values * lengths * scale, scale=scale)
