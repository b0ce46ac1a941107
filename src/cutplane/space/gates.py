"""Gates of one layer: drawn through the rows, and kept where their patterns are distinct."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from cutplane._types import Array, Rows
from cutplane.errors import InvalidInputError

#: From a number of gates and a source of randomness to gates (d, n).
Draw = Callable[[int, np.random.Generator], Array]

#: How often a layer is drawn until it has enough distinct patterns.
_ROUNDS = 10
#: How far from its row a gate passes, in the unit of its direction: a row exactly on a gate
#: would be on one side or the other by rounding.
_OFF_ROW = 0.1


def sample_layer(
    features: Rows,
    width: int,
    rng: np.random.Generator,
    draw: Draw,
    constant: int | None,
    always: Array | None = None,
) -> Array:
    """Draw gates until enough of them have distinct patterns.

    Parameters
    ----------
    features : array or CSR matrix of shape (n, d)
        What the layer reads.
    width : int
        Gates wanted.
    rng : numpy.random.Generator
    draw : function
        Draws so many gates.
    constant : int or None
        The column of ones. The first gate is the one that reads this only, always on.
    always : ndarray of shape (d, m), optional
        Gates that come first.

    Returns
    -------
    ndarray of shape (d, P)
        Fewer gates than wanted where there are no more patterns, or some more.

    Raises
    ------
    InvalidInputError
        No gate is on for any row.
    """
    gate = np.empty((features.shape[1], 0))
    if always is not None:
        gate = _distinct(always, features)
    for _ in range(_ROUNDS):
        fresh = draw(width, rng)
        if constant is not None and gate.shape[1] == 0:
            fresh[:, 0] = np.arange(features.shape[1]) == constant
        gate = _distinct(np.hstack([gate, fresh]), features)
        if gate.shape[1] >= width:
            break
    if gate.shape[1] == 0:
        raise InvalidInputError(
            f"no gate is on for any of the {features.shape[0]} rows; give rows with at least one "
            "non-zero value, or use fit_intercept=True"
        )
    return gate


def halfspaces(
    features: Rows, scale: Array, constant: int | None, width: int, rng: np.random.Generator
) -> Array:
    """Directions, normal in columns of deviations ``scale`` (d,), with a constant by random rows.

    Returns
    -------
    ndarray of shape (d, width)
    """
    directions = rng.standard_normal((scale.size, width)) / scale[:, None]
    if constant is not None:
        directions[constant] *= _OFF_ROW
        directions[constant] -= _projections(features, directions, constant, rng)
    return directions


def never_all_off(features: Rows, level: int, width: int, rng: np.random.Generator) -> Array | None:
    """Gates of which one is on for every row that is not zero, where no constant is.

    A row on which all gates of a layer are off leaves the nodes above without a value: their
    sign rows then hold with equality only, and the version space has no interior.
    """
    if level > 0:  # ReLU features are not negative
        return np.ones((features.shape[1], 1))
    if width < 2:
        return None
    direction = rng.standard_normal((features.shape[1], 1))
    direction /= column_scale(features)[:, None]
    return np.hstack([direction, -direction])


def _projections(
    features: Rows, directions: Array, constant: int, rng: np.random.Generator
) -> Array:
    """One random row on each direction, the constant left out; (width,)."""
    rows = features[rng.integers(features.shape[0], size=directions.shape[1])]
    slopes = directions.T.copy()
    slopes[:, constant] = 0.0
    if sparse.issparse(rows):
        return np.asarray(rows.multiply(slopes).sum(axis=1)).ravel()
    return np.einsum("pd,pd->p", rows, slopes)


def _distinct(gate: Array, features: Rows) -> Array:
    """Keep, in order, the first gate of every pattern that is on somewhere."""
    on = features @ gate >= 0
    first = np.unique(np.packbits(on, axis=0).T, axis=0, return_index=True)[1]
    return gate[:, np.sort(first[on.any(axis=0)[first]])]


def column_scale(features: Rows) -> Array:
    """Standard deviations of columns, 1 for a constant one."""
    _, deviation = mean_and_deviation(features)
    return np.where(deviation == 0, 1.0, deviation)


def mean_and_deviation(features: Rows) -> tuple[Array, Array]:
    """Column means and standard deviations, exactly 0 for a constant column."""
    if sparse.issparse(features):
        mean, variance = mean_variance_axis(features, axis=0)
        deviation = np.sqrt(variance)
    else:
        mean = features.mean(axis=0)
        deviation = features.std(axis=0)
    constant = deviation <= 1e-12 * np.maximum(np.abs(mean), np.finfo(float).tiny)
    return mean, np.where(constant, 0.0, deviation)
