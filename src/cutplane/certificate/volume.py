"""How much of the version space each label leaves: volumes by multilevel splitting.

Volumes are shares of the ball. A cone's share is its measure under N(0, I) (mathematics 7),
and under N(0, I) the leaves are independent, so with sign rows (mathematics (7.7))

    volume = product of the leaves' cones * product of the inner nodes' cones
             * P(every prediction row holds, given all sign rows),

where an inner node's cone is the same problem one layer shallower: its sign rows are the
prediction rows of the network below it, with the node's own pattern for labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cutplane._types import Array, Index, Pattern
from cutplane.certificate.leaf_cones import LeafCones
from cutplane.certificate.splitting import LogEstimate, split
from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.samplers import start_chains
from cutplane.space.arrangement import Arrangement
from cutplane.space.labels import Labels
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class Effort:
    """How long volumes are measured.

    Attributes
    ----------
    n_chains : int
        Independent chains; their spread is the stated error.
    n_draws : int
        Sweeps of every chain that measure a level.
    burn_in : int
        Sweeps before them.
    """

    n_chains: int = 32
    n_draws: int = 60
    burn_in: int = 30

    def __post_init__(self) -> None:
        if self.n_chains < 2 or self.n_draws < 1 or self.burn_in < 1:
            raise InvalidInputError(
                f"n_chains={self.n_chains}, n_draws={self.n_draws}, burn_in={self.burn_in} arrived;"
                " expected at least 2 chains, and 1 of the others"
            )


@dataclass(frozen=True)
class CutVolume:
    """What one label left of the version space.

    Attributes
    ----------
    label : LogEstimate
        log vol(T_{t+1}) / vol(T_t), the label's sign rows and prediction row together.
    prediction : LogEstimate
        The prediction row alone: the share of T_t *with the label's sign rows* on which the
        label holds. The same as ``label`` without sign rows.
    volume : LogEstimate
        log vol(T_{t+1}) / vol(ball).
    """

    label: LogEstimate
    prediction: LogEstimate
    volume: LogEstimate


def cut_volumes(
    space: VersionSpace, rng: np.random.Generator, effort: Effort | None = None
) -> Iterator[CutVolume]:
    """Measure the volume that every label of a version space left, in their order.

    Parameters
    ----------
    space : VersionSpace
        Its first t rows are the version space T_t. Elastic cuts, which bound no set, count
        by the mass of the sampler's density; cuts off the origin (``depth``)
        by their measure under N(0, I).
    rng : numpy.random.Generator
    effort : Effort, optional

    Yields
    ------
    CutVolume
        Of one label after the other, as soon as it is measured.

    Raises
    ------
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    """
    effort = effort or Effort()
    none = LogEstimate(0.0, 0.0, effort.n_chains)
    signs = _SignVolume(space, effort) if space.operator.layers else None
    leaves, rest, volume = none, none, none
    center: Center | None = None
    for t in range(1, space.n_rows + 1):
        part = first_rows(space, t)
        center = analytic_center(part, center)
        prediction = _share(part, center, [t - 1], rng, effort)
        if signs is None:
            label, volume = prediction, volume.plus(prediction)
        else:
            fresh_leaves = signs.new_row(t, rng)
            fresh_rest = signs.inner_nodes(part, rng).plus(prediction)
            if t > 1:
                fresh_rest = fresh_rest.plus(
                    _share(part, center, range(t - 1), rng, effort, ignored=t - 1)
                )
            label = fresh_leaves.plus(fresh_rest).plus(rest, -1.0)
            leaves, rest = leaves.plus(fresh_leaves), fresh_rest
            volume = leaves.plus(rest)
        yield CutVolume(label, prediction, volume)


def first_rows(space: VersionSpace, t: int) -> VersionSpace:
    """The version space of the first t labels."""
    return space.of_rows(slice(t))


class _SignVolume:
    """Log-volume of the cones that the sign rows leave to leaves and inner nodes."""

    def __init__(self, space: VersionSpace, effort: Effort):
        self._effort = effort
        self._widths = [2 * width for width in space.arrangement.n_patterns]
        self._cones = LeafCones(
            space.rows / space.lengths[:, None], space.patterns[0], space.arrangement.gates[0]
        )

    def new_row(self, t: int, rng: np.random.Generator) -> LogEstimate:
        """What row t (from 1) leaves of the leaves' cones."""
        effort = self._effort
        value, variance, count = self._cones.row_shares(
            t - 1, rng, effort.n_chains, n_draws=effort.n_draws, burn_in=effort.burn_in
        )
        count = count * self._copies(0)
        return LogEstimate(float(count @ value), float(count**2 @ variance), self._effort.n_chains)

    def inner_nodes(self, space: VersionSpace, rng: np.random.Generator) -> LogEstimate:
        """The inner nodes' cones, given their children's."""
        total = LogEstimate(0.0, 0.0, self._effort.n_chains)
        for level in range(1, len(self._widths)):
            kinds, counts = np.unique(space.patterns[level], axis=1, return_counts=True)
            for kind, count in zip(kinds.T, counts * self._copies(level), strict=True):
                node = _node_space(space, level, kind)
                rows = range(node.n_rows)
                one = _share(node, analytic_center(node), rows, rng, self._effort)
                own = LogEstimate(count * one.value, count**2 * one.variance, one.n_chains)
                total = total.plus(own)
        return total

    def _copies(self, level: int) -> int:
        """Nodes of one pattern of a layer, for each unit that has it."""
        return 2 * int(np.prod(self._widths[level + 1 :], dtype=np.int64))


def _node_space(space: VersionSpace, level: int, pattern: Pattern) -> VersionSpace:
    """The network below a node, with the node's sign rows as its prediction rows."""
    whole = space.arrangement
    below = Arrangement(whole.gates[:level], whole.inputs)
    return VersionSpace(
        below,
        space.rows,
        Labels.of(2.0 * pattern.astype(np.float64) - 1),
        space.patterns[:level],
    )


def _share(
    space: VersionSpace,
    center: Center,
    rows: range | list[int],
    rng: np.random.Generator,
    effort: Effort,
    *,
    ignored: int | None = None,
) -> LogEstimate:
    """Share of the networks under the other cuts on which those of ``rows`` hold."""
    measured = np.asarray(rows, dtype=np.intp)
    scale = np.sqrt(np.maximum(space.prior_variance(space.patterns, space.tree.rows), 1e-300))

    def start(_: Index, level: Array) -> _CutChains:
        return _CutChains(space, center, effort.n_chains, measured, level[0] * scale, ignored)

    value, variance = split(start, 1, rng, n_draws=effort.n_draws, burn_in=effort.burn_in)
    return LogEstimate(float(value[0]), float(variance[0]), effort.n_chains)


class _CutChains:
    """Chains of a version space, some of whose prediction rows are lowered."""

    def __init__(
        self,
        space: VersionSpace,
        center: Center,
        n_chains: int,
        measured: Index,
        lowered: Array,
        ignored: int | None,
    ):
        self._chains = start_chains(space, center, n_chains)
        self._cuts = self._chains.cuts  # in the units of the law
        self._measured = measured
        self._scale = np.sqrt(space.prior_variance(space.patterns, space.tree.rows))[measured]
        by = np.zeros(space.n_rows)
        by[measured] = lowered[measured]
        if ignored is not None:
            by[ignored] = np.inf
        self._by = by[measured]
        self._chains.lower(by)

    @property
    def pace(self) -> int:
        return self._chains.pace

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        self._chains.sweep(rng, adapt=adapt)

    @property
    def _slacks(self) -> Array:
        return self._cuts.slack(self._chains.prediction)[:, self._measured]

    @property
    def slack(self) -> Array:
        return (self._slacks / self._scale).min(axis=1)[None]

    @property
    def slope(self) -> Array:
        price = self._cuts.price[self._measured]
        return np.array([(np.where(np.isinf(price), 0.0, price) * self._scale).sum()])

    def gain(self, lowered: Array) -> Array:
        slack = self._slacks
        before = np.maximum(-(slack + self._by), 0)
        after = np.maximum(-(slack + lowered[0] * self._scale), 0)
        price = self._cuts.price[self._measured]
        hard = np.isinf(price)
        log_gain = -np.where(hard, 0.0, price) * (after - before)
        inside = ((after == 0) | ~hard).all(axis=1)
        return np.where(inside, np.exp(np.minimum(log_gain.sum(axis=1), 0.0)), 0.0)[None]
