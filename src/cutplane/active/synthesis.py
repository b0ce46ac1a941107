"""Query synthesis (Algorithm 2 of CPAL): the next question is a point of a box.

A ReLU network is piecewise linear along any segment, so its breakpoints, its extremes and
its zeros along a segment are found exactly, layer by layer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutplane._types import Array
from cutplane.active.box import Box
from cutplane.active.selection import leveled
from cutplane.errors import InvalidInputError
from cutplane.network import AnyNetwork, ReluNetwork

#: Queries whose point is searched for; the others rank random points of the box.
SYNTHESIZED = ("margin", "extremes", "random")
#: Segments searched from each start when an extreme is wanted.
_SWEEPS = 20


def along_segment(network: ReluNetwork, start: Array, end: Array) -> tuple[Array, Array]:
    """Exact piecewise-linear form of a ReLU network along a segment.

    Parameters
    ----------
    network : ReluNetwork
        One that reads no lengths.
    start, end : ndarray of shape (n_features,)

    Returns
    -------
    t : ndarray of shape (m,)
        Breakpoints in [0, 1], 0 and 1 included; the network is linear between them.
    f : ndarray of shape (m,)
        Its values there.
    """
    ends = network.inputs.of(np.array([start, end]))
    t = np.array([0.0, 1.0])
    hidden = ends @ network.weights[0]
    for layer in network.weights[1:]:
        t, hidden = _split_at_zeros(t, hidden)
        hidden = np.maximum(hidden, 0) @ layer
    return t, hidden[:, 0]


def _split_at_zeros(t: Array, z: Array) -> tuple[Array, Array]:
    """Insert the points where a column of z, linear between the t, changes sign."""
    before, after = z[:-1], z[1:]
    interval, unit = np.nonzero(np.sign(before) * np.sign(after) < 0)
    share = before[interval, unit] / (before[interval, unit] - after[interval, unit])
    crossing = t[interval] + share * (t[interval + 1] - t[interval])
    merged = np.unique(np.concatenate([t, crossing]))
    return merged, np.column_stack([np.interp(merged, t, column) for column in z.T])


def zero_between(network: ReluNetwork, start: Array, end: Array) -> Array | None:
    """First exact zero of the network on a segment, or None."""
    t, f = along_segment(network, start, end)
    crossing = np.flatnonzero(np.sign(f[:-1]) * np.sign(f[1:]) <= 0)
    if crossing.size == 0:
        return None
    i = crossing[0]
    gap = f[i] - f[i + 1]
    share = f[i] / gap if gap != 0 else 0.0
    return start + (t[i] + share * (t[i + 1] - t[i])) * (end - start)


def extreme_point(
    network: ReluNetwork,
    box: Box,
    sign: float,
    rng: np.random.Generator,
    *,
    known: Array | None = None,
    n_starts: int = 8,
) -> Array:
    """Point of the box with the largest ``sign * f`` found, away from known points.

    Line searches along coordinates and random directions from several starts are exact;
    the global extreme of a ReLU network is not guaranteed. Every start gives its best
    point; the best that is not known already is asked.
    """
    width = box.high - box.low
    known = np.empty((0, width.size)) if known is None else known
    found, values = [], []
    for point in box.points(n_starts, rng):
        for sweep in range(_SWEEPS):
            if sweep < box.low.size:
                direction = np.eye(box.low.size)[sweep] * width
            else:
                direction = rng.standard_normal(box.low.size) * width
            start, end = box.segment(point, direction)
            t, f = along_segment(network, start, end)
            for top in np.argsort(-leveled(sign * f), kind="stable"):
                reached = start + t[top] * (end - start)
                if not _is_known(reached, known, box):
                    break
            point = reached
        found.append(point)
        values.append(-np.inf if _is_known(point, known, box) else sign * network(point[None])[0])
    return found[int(np.argmax(leveled(np.array(values))))]


def _is_known(point: Array, known: Array, box: Box) -> bool:
    """Whether a point was asked before, up to a billionth of the box."""
    gaps = np.abs(known - point) / (box.high - box.low)
    return bool((gaps.max(axis=1, initial=0.0) < 1e-9).any()) if known.size else False


def margin_point(
    network: ReluNetwork,
    box: Box,
    known: Array,
    rng: np.random.Generator,
    *,
    n_starts: int = 32,
) -> Array:
    """Point of the decision boundary in the box, as far as possible from known points.

    Every zero of f has the same margin, so the farthest of the zeros found on segments
    between points of opposite sign is asked. Without a sign change in the box, the point
    of smallest ``|f|`` comes back.
    """
    points = box.points(n_starts, rng)
    scores = network(points)
    positive, negative = points[scores > 0], points[scores <= 0]
    if not (positive.size and negative.size):
        sign = -1.0 if positive.size else 1.0
        other = extreme_point(network, box, sign, rng, known=known)
        if sign * network(other[None])[0] <= 0:
            return other
        positive, negative = (positive, other[None]) if positive.size else (other[None], negative)
    pairs = max(len(positive), len(negative))
    zeros = [
        zero_between(network, positive[i % len(positive)], negative[i % len(negative)])
        for i in range(pairs)
    ]
    found = np.array([zero for zero in zeros if zero is not None])
    return found[_farthest(found, known, box)]


def _farthest(candidates: Array, known: Array, box: Box) -> int:
    """Candidate whose nearest known point is farthest, in units of the box."""
    if known.size == 0:
        return 0
    width = box.high - box.low
    gaps = (candidates[:, None, :] - known[None, :, :]) / width
    return int(np.argmax(leveled((gaps**2).sum(axis=2).min(axis=1))))


def synthesize(
    query: str,
    networks: Sequence[AnyNetwork],
    box: Box,
    known: Array,
    rng: np.random.Generator,
) -> Array:
    """The next point to ask about.

    Parameters
    ----------
    query : {"margin", "extremes", "random"}
        "extremes" takes the largest and the smallest score in turns.
    networks : sequence of ReluNetwork
        One for two classes or regression, else one for each class.
    box : Box
    known : ndarray of shape (n_labels, n_features)
        Points with a label.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n_features,)
    """
    if query == "random":
        return box.points(1, rng)[0]
    relu = [network for network in networks if isinstance(network, ReluNetwork)]
    if len(relu) < len(networks):
        raise InvalidInputError(
            "questions can be synthesized for activation='relu' only; a gated network jumps at "
            "its gates"
        )
    if relu[0].inputs.norms is not None:
        raise InvalidInputError(
            "questions can be synthesized for units='halfspaces' only; a network that reads the "
            "length of a row is not linear between its bends"
        )
    network = relu[0]
    if len(relu) > 1:
        a, b = rng.choice(len(relu), 2, replace=False)
        network = relu[a].minus(relu[b])
    if query == "margin":
        return margin_point(network, box, known, rng)
    if query == "extremes":
        return extreme_point(network, box, 1.0 if len(known) % 2 else -1.0, rng, known=known)
    raise InvalidInputError(
        f"query={query!r} cannot be synthesized; choose margin, extremes or random"
    )
