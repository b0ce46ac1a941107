"""Where sweeps of expectation propagation begin, and the center that they end with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import gammaln

from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center, Multipliers
from cutplane.newton.law import Law, Sites
from cutplane.newton.matching import LEAST
from cutplane.newton.starts import handed_on
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

MaybeCenter = Center | EmptyVersionSpaceError


def first_sites(space: VersionSpace, start: Center | None) -> Sites:
    """Sites of an earlier center for its rows, none for the others."""
    operator = space.operator
    if start is not None and start.law is not None:
        earlier = start.multipliers.tree
        return Sites(*(handed_on(own, earlier, operator) for own in start.law.sites.both))
    nodes = [count.size for count in operator.multiplicity]
    none = operator.row_values(np.zeros(space.n_rows), [np.zeros((m, space.n_rows)) for m in nodes])
    return Sites(none, none)


def gravity_of(
    space: VersionSpace, forces: RowValues, law: Law, n_iter: int, change: float, status: str
) -> Center:
    """The mean of a law, whose weights are ``A^T`` of the forces; both in NumPy."""
    space = space.home
    scale = space.hypothesis.amplitude if space.epsilon else _ball_scale(space)
    sign = [np.maximum(own, LEAST) for own in space.operator.signed(forces.layers)]
    return Center(
        multipliers=Multipliers(forces.root, tuple(sign), space.tree),
        prediction=law.mean * space.lengths * scale,
        scale=scale,
        n_iter=n_iter,
        decrement=change,
        status=status,
        law=law,
    )


def fallback(space: VersionSpace, tol: float) -> MaybeCenter:
    """The analytic center, or the proof that there is none."""
    exact = space.repriced(np.inf) if space.likelihood.is_hard else space
    try:
        return replace(analytic_center(exact, tol=tol), status="fallback")
    except EmptyVersionSpaceError as error:
        return error


def _ball_scale(space: VersionSpace) -> float:
    """From the mean of a normal law on a cone to that of the uniform law on cone and ball.

    The ratio of the mean lengths; on the ball of n dimensions it is ``R n / (n + 1)``.
    """
    n = space.n_weights
    normal = np.sqrt(2) * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2))
    return float(space.radius * n / (n + 1) / normal)
