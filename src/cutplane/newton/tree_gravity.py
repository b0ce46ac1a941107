"""The center of gravity with sign rows: sweeps over the gate tree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cutplane.arrays import HOST, largest, namespace
from cutplane.newton.center import Center
from cutplane.newton.law import Law, Sites
from cutplane.newton.marginals import Marginals, marginals
from cutplane.newton.matching import GROW, LEAST_SHARE, MOST, SHRINK, Met, met
from cutplane.newton.memory import check_size
from cutplane.newton.sweeps import MaybeCenter, fallback, first_sites, gravity_of
from cutplane.space.likelihood import HalfspaceLikelihood
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace


def tree_gravity(
    space: VersionSpace, start: Center | None, *, tol: float, max_iter: int
) -> MaybeCenter:
    """Center of gravity of a version space with sign rows, or why there is none."""
    check_size(space)
    state = _State.of(space, space.place.moved(first_sites(space.home, start)))
    n_iter, status, share = 0, "max_iter", MOST
    while state is not None and n_iter < max_iter:
        n_iter += 1
        if state.change < tol:
            status = "optimal"
            break
        moved = _State.of(space, state.sites.towards(state.wanted, share))
        if moved is None and share == LEAST_SHARE:
            status = "inaccurate"
            break
        if moved is None or moved.change > state.change:
            share = max(SHRINK * share, LEAST_SHARE)
        else:
            share = min(GROW * share, MOST)
        state = moved or state
    if state is None or (status != "optimal" and space.likelihood.is_hard):
        return fallback(space, tol)
    return state.center(space, n_iter, status)


@dataclass(frozen=True)
class _State:
    """Sites, the law they make, and the sites that would match it."""

    sites: Sites
    marginals: Marginals
    root: Met
    layers: tuple[Met, ...]
    log_scale: float

    @classmethod
    def of(cls, space: VersionSpace, sites: Sites) -> _State | None:
        """One sweep; None where double precision cannot follow any more."""
        operator, copies = space.operator, space.place.array(space.labels.weight)
        told = sites.times(copies)
        try:
            law = marginals(operator, told.precision, told.shift)
        except np.linalg.LinAlgError:
            return None
        if not (math.isfinite(told.shift.dot(law.mean)) and law.variance.least > 0):
            return None
        mean, variance, tau, nu = law.mean, law.variance, sites.precision, sites.shift
        root = met(space.likelihood, (mean.root, variance.root), tau.root, nu.root, copies)
        signs = operator.signed([namespace(own).ones_like(own) for own in mean.layers])
        laws = zip(mean.layers, variance.layers, strict=True)
        layers = tuple(
            met(HalfspaceLikelihood(sign), own, *site)
            for sign, own, *site in zip(signs, laws, tau.layers, nu.layers, strict=True)
        )
        scales = RowValues(copies * root.log_scale, tuple(m.log_scale for m in layers), mean.count)
        return cls(sites, law, root, layers, scales.total())

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
        return max(largest(own.change, 0.0) for own in (self.root, *self.layers))

    def center(self, space: VersionSpace, n_iter: int, status: str) -> Center:
        """The mean of the law."""
        own = self.marginals
        law = Law(
            self.sites,
            own.mean.root,
            own.variance.root,
            self.root.mean,
            self.root.variance,
            own.log_normaliser + self.log_scale,
        )
        forces, law = HOST.moved((own.forces, law))
        return gravity_of(space, forces, law, n_iter, self.change, status)
