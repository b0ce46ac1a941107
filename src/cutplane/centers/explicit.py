"""Centers that are given by their weights instead of by multipliers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutplane._types import Array
from cutplane.newton.center import Center, Multipliers
from cutplane.space.version_space import VersionSpace


def class_means(space: VersionSpace, values: Array) -> Array:
    """Average leaf values (..., L, k) over the units of each pattern class; (..., m_1, k).

    Units of a class can be exchanged without changing the version space, so every center
    that the space determines gives them the same weights.
    """
    n_classes = space.tree.n_nodes[0]
    member = space.tree.expand(np.arange(n_classes, dtype=float)).astype(np.intp)
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(n_classes))
    counts = np.bincount(member, minlength=n_classes)
    sums = np.add.reduceat(values[..., order, :], starts, axis=-2)
    return sums / counts[:, None]


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
    tree = space.tree
    if space.kernel is not None:
        force = np.linalg.pinv(space.kernel, hermitian=True) @ values
        own = Multipliers(force, (), tree, 1.0)
        return replace(
            common, multipliers=own, prediction=values * space.lengths * scale, scale=scale
        )
    prediction = tree.values(values)[1]
    return replace(
        common,
        prediction=prediction * space.lengths * scale,
        scale=analytic.scale,
        explicit=scale * values @ np.linalg.pinv(tree.rows).T,
    )
