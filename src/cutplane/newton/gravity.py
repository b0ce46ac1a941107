"""The center of gravity by expectation propagation (mathematics 11).

The law of the weights is normal, times what labels and sign rows say. What each row says is
replaced by a Gaussian site, such that the row's mean and variance are right beside the sites of
all other rows, its cavity. A sweep solves one Newton system and updates all sites at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from cutplane._types import Array
from cutplane.blas import one_thread
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center, Multipliers
from cutplane.newton.law import Law, Sites
from cutplane.newton.marginals import Marginals, marginals
from cutplane.newton.memory import check_size
from cutplane.newton.starts import handed_on
from cutplane.space.likelihood import HalfspaceLikelihood, Likelihood
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: Share of the way that sites go to their new values in a sweep: the most and the least of it,
#: and what it is multiplied by where they overshoot, or do not.
_MOST, _LEAST_SHARE, _SHRINK, _GROW = 0.8, 0.25, 0.6, 1.2
#: Share of a cavity's variance that a site may leave; less would lose all digits.
_LEAST = 1e-10


def gravity_center(
    space: VersionSpace,
    start: Center | None = None,
    *,
    tol: float = 1e-4,
    max_iter: int = 100,
) -> Center:
    """Center of gravity of a version space: the mean of its law.

    Parameters
    ----------
    space : VersionSpace
        Its hypothesis says the law: flips and noise take the place of the elastic price.
    start : Center, optional
        A center of gravity of the same arrangement and the first k' <= k labels, whose sites
        are the first ones here.
    tol : float, default=1e-4
        Sweeps end when no site would change its row's law by more than this share.
    max_iter : int, default=100
        Sweeps.

    Returns
    -------
    Center
        With ``law``; status "inaccurate" where double precision allowed no further sweep. Where
        the sweeps of hard cuts (no flips, no noise) do not end, the analytic center, with status
        "fallback" and no law.

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    InvalidInputError
        The tree has more leaves than fit into half of this machine's memory.

    References
    ----------
    Minka, "Expectation Propagation for Approximate Bayesian Inference" (2001); Rasmussen and
    Williams (2006), 3.6; Cunningham, Hennig and Lacoste-Julien, "Gaussian Probabilities and
    Expectation Propagation" (2011).
    """
    check_size(space)
    with one_thread():
        state = _State.of(space, _first_sites(space, start))
        n_iter, status, share = 0, "max_iter", _MOST
        while state is not None and n_iter < max_iter:
            n_iter += 1
            if state.change < tol:
                status = "optimal"
                break
            moved = _State.of(space, state.sites.towards(state.wanted, share))
            if moved is None and share == _LEAST_SHARE:
                status = "inaccurate"
                break
            if moved is None or moved.change > state.change:
                share = max(_SHRINK * share, _LEAST_SHARE)
            else:
                share = min(_GROW * share, _MOST)
            state = moved or state
    if state is None or (status != "optimal" and space.likelihood.is_hard):
        exact = space.repriced(np.inf) if space.likelihood.is_hard else space
        return replace(analytic_center(exact, tol=tol), status="fallback")
    return _center(space, state, n_iter, status)


@dataclass(frozen=True)
class _Met:
    """Rows of one kind that met their cavities.

    Attributes
    ----------
    mean, variance : ndarray
        Of the cavities.
    log_scale : ndarray
        Logarithm of what the row's site must be multiplied by.
    precision, shift : ndarray
        Of the site that would give the row's law its true mean and variance.
    change : float
        How far that is from the site there is, in the unit of the row's law.
    """

    mean: Array
    variance: Array
    log_scale: Array
    precision: Array
    shift: Array
    change: float


def _met(
    likelihood: Likelihood,
    law: tuple[Array, Array],
    precision: Array,
    shift: Array,
    copies: Array | float = 1.0,
) -> _Met:
    """Rows told ``copies`` times, one of which meets all others; ``law``: their mean, variance."""
    mean, variance = law
    out = np.minimum(copies, 1.0)
    v = 1 / np.maximum(1 / variance - out * precision, _LEAST / variance)
    m = v * (mean / variance - out * shift)
    tilted = likelihood.tilted(m, v)
    new = np.maximum((1 / tilted.left - 1) / v, 0.0)
    new_shift = tilted.slope + new * (m + v * tilted.slope)
    if np.any(silent := np.less_equal(copies, 0)):  # rows told not at all have no site
        new, new_shift = np.where(silent, 0.0, new), np.where(silent, 0.0, new_shift)
    exponent = (2 * m * shift + v * shift**2 - precision * m**2) / (1 + precision * v)
    log_scale = tilted.log_z + 0.5 * (np.log1p(precision * v) - exponent)
    room = 1 / v + np.maximum(precision, new)
    stiffer = np.abs(new - precision) / room
    pushed = np.abs(new_shift - shift - (new - precision) * mean) / np.sqrt(room)
    change = float(np.maximum(stiffer, pushed).max(initial=0.0))
    return _Met(m, v, log_scale, new, new_shift, change)


@dataclass(frozen=True)
class _State:
    """Sites, the law they make, and the sites that would match it."""

    sites: Sites
    marginals: Marginals
    root: _Met
    layers: tuple[_Met, ...]
    log_scale: float

    @classmethod
    def of(cls, space: VersionSpace, sites: Sites) -> _State | None:
        """One sweep; None where double precision cannot follow any more."""
        operator, copies = space.operator, space.labels.weight
        told = sites.times(copies)
        try:
            law = marginals(operator, told.precision, told.shift)
        except np.linalg.LinAlgError:
            return None
        if not (np.isfinite(told.shift.dot(law.mean)) and law.variance.least > 0):
            return None
        mean, variance, tau, nu = law.mean, law.variance, sites.precision, sites.shift
        root = _met(space.likelihood, (mean.root, variance.root), tau.root, nu.root, copies)
        signs = operator.signed([np.ones_like(own) for own in mean.layers])
        laws = zip(mean.layers, variance.layers, strict=True)
        layers = tuple(
            _met(HalfspaceLikelihood(sign), own, *site)
            for sign, own, *site in zip(signs, laws, tau.layers, nu.layers, strict=True)
        )
        scales = RowValues(copies * root.log_scale, tuple(m.log_scale for m in layers), mean.count)
        return cls(sites, law, root, layers, scales.total())

    @property
    def log_z(self) -> float:
        """Logarithm of the mass that all rows leave (mathematics 11)."""
        return self.marginals.log_normaliser + self.log_scale

    @property
    def wanted(self) -> Sites:
        """Sites that would give every row its true mean and variance."""
        count, rows = self.sites.precision.count, (self.root, *self.layers)
        precision, *precisions = (own.precision for own in rows)
        shift, *shifts = (own.shift for own in rows)
        return Sites(
            RowValues(precision, tuple(precisions), count), RowValues(shift, tuple(shifts), count)
        )

    @property
    def change(self) -> float:
        """By how much the wanted sites differ from those there are."""
        return max(own.change for own in (self.root, *self.layers))


def _first_sites(space: VersionSpace, start: Center | None) -> Sites:
    """Sites of an earlier center for its rows, none for the others."""
    operator = space.operator
    if start is not None and start.law is not None:
        earlier = start.multipliers.tree
        return Sites(*(handed_on(own, earlier, operator) for own in start.law.sites.both))
    nodes = [count.size for count in operator.multiplicity]
    none = operator.row_values(np.zeros(space.n_rows), [np.zeros((m, space.n_rows)) for m in nodes])
    return Sites(none, none)


def _center(space: VersionSpace, state: _State, n_iter: int, status: str) -> Center:
    law, forces = state.marginals, state.marginals.forces
    scale = space.hypothesis.amplitude if space.epsilon else _ball_scale(space)
    sign = [np.maximum(own, _LEAST) for own in space.operator.signed(forces.layers)]
    return Center(
        multipliers=Multipliers(forces.root, tuple(sign), space.tree),
        prediction=law.mean.root * space.lengths * scale,
        scale=scale,
        n_iter=n_iter,
        decrement=state.change,
        status=status,
        law=Law(
            state.sites,
            law.mean.root,
            law.variance.root,
            state.root.mean,
            state.root.variance,
            state.log_z,
        ),
    )


def _ball_scale(space: VersionSpace) -> float:
    """From the mean of a normal law on a cone to that of the uniform law on cone and ball.

    The ratio of the mean lengths; on the ball of n dimensions it is ``R n / (n + 1)``.
    """
    n = space.n_weights
    normal = np.sqrt(2) * np.exp(gammaln((n + 1) / 2) - gammaln(n / 2))
    return float(space.radius * n / (n + 1) / normal)
