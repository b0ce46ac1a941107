"""Predictions of a score under several hypotheses, weighed by evidence (mathematics 12).

Every member is a center of gravity with its law. All share gates and labelled rows, so their
weighted mean is one network, and its law has a mean and a variance in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Metadata, Rows
from cutplane.blas import one_thread
from cutplane.fields import LEAST, number, weights
from cutplane.newton.center import Center
from cutplane.newton.law import Law
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.explained import ByPivots, ByRows, Explained
from cutplane.uncertainty.prior import GatedRows, Prior, parts

#: A site as weak as this leaves everything open.
_LEAST_TOLD = 1e-12
#: Share of a row's prior variance below which rounding decides.
_TINY = 1e-12


class Moments(NamedTuple):
    """Of the score of n rows, each (n,).

    ``variance`` is what the labels leave open about the score, ``noise`` the variance of a label
    around it.
    """

    mean: Array
    variance: Array
    noise: Array


@dataclass(frozen=True)
class Member:
    """One hypothesis of a score.

    Attributes
    ----------
    space : VersionSpace
        With its hypothesis.
    center : Center
        Its center of gravity, with the law.
    weight : float
        Share of the mixture.
    """

    space: VersionSpace
    center: Center
    weight: float

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the member on the labelled rows of its score."""
        arrays, metadata = self.center.to_arrays()
        hypothesis = self.space.hypothesis.as_dict()
        metadata |= {"hypothesis": hypothesis, "weight": self.weight}
        return arrays | {"weight": self.space.labels.weight}, metadata

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray], metadata: Metadata, space: VersionSpace
    ) -> Member:
        """Inverse of :meth:`to_arrays`; ``space`` is the version space of the score."""
        own = space.assuming(Hypothesis.from_dict(metadata["hypothesis"]))
        weight = weights(arrays, "weight", space.y.shape)
        own = own.relabelled(space.y, space.depth, weight)
        center = Center.from_arrays(arrays, metadata, own)
        if center.law is None:
            raise ValueError("a center without a law is no member of a mixture")
        return cls(own, center, number(metadata, "weight", low=LEAST, high=1))

    @property
    def law(self) -> Law:
        """Normal law of the labelled rows."""
        if self.center.law is None:
            raise ValueError("a center without a law is no member of a mixture")
        return self.center.law

    @cached_property
    def unit(self) -> float:
        """What brings predictions under standard normal weights to the scale of the score.

        Classes have no scale: one prior standard deviation of the labelled rows counts as 1.
        """
        space = self.space
        if space.epsilon is not None:
            return space.hypothesis.amplitude
        own = space.prior_variance(space.patterns, space.rows)
        return float(1 / np.sqrt(np.average(own, weights=space.labels.weight)))

    @property
    def left_open(self) -> Array:
        """What each label leaves open about its own unit row, as a variance; (k,)."""
        told = self.law.sites.precision.root * self.space.labels.weight
        return np.asarray(1 / np.maximum(told, _LEAST_TOLD))

    @cached_property
    def explained(self) -> Explained:
        """What other rows have in common with the labelled ones, as their sites leave them."""
        space = self.space
        if (near := space.operator.low_rank) is not None:
            return ByPivots.over(near, self.left_open)
        if space.has_sign_rows:
            gram = space.gate_kernel(space.patterns, space.tree.rows)
        else:  # that of all scores
            gram = space.operator.covariance.copy()
        gram[np.diag_indices_from(gram)] += self.left_open
        with one_thread():
            return ByRows.over(gram)

    @cached_property
    def force(self) -> Array:
        """Weight of each labelled unit row in the mixture's network; (k,)."""
        return self.weight * self.unit * self.center.multipliers.root

    @cached_property
    def network_rows(self) -> Array:
        """What the member adds to the rows of the mixture's network; (k, d)."""
        return self.force[:, None] * self.space.tree.dual_rows

    def mean(self, prior: Prior) -> Array:
        """Score of rows without sign rows; (n,)."""
        return self.unit * (prior.cross @ self.center.multipliers.root)

    def variance(self, prior: Prior) -> Array:
        """What the labels leave open about it, sign rows ignored; (n,)."""
        known = self.explained.of(prior.cross)
        left = prior.variance - np.einsum("kn,kn->n", known, known)
        return self.unit**2 * np.maximum(left, _TINY * prior.variance)

    def noise(self, prior_variance: Array) -> Array:
        """Variance of a label around the score; (n,)."""
        noise = self.space.hypothesis.noise
        if self.space.epsilon is not None:
            return np.full(prior_variance.shape, noise**2)
        return (self.unit * noise) ** 2 * prior_variance

    def leave_one_out(self) -> Moments:
        """Of the labelled rows, each without its own label, however often that counts."""
        space, law = self.space, self.law
        size, precision = self.unit * space.lengths, 1 / law.cavity_variance
        more = np.maximum(space.labels.weight - 1, 0.0)  # than the one the cavity is without
        sites = law.sites
        left = np.maximum(precision - more * sites.precision.root, _TINY * precision)
        mean = (law.cavity_mean * precision - more * sites.shift.root) / left
        prior = space.prior_variance(space.patterns, space.rows)
        return Moments(mean * size, size**2 / left, self.noise(prior))


@dataclass(frozen=True)
class Mixture:
    """All hypotheses of one score.

    Attributes
    ----------
    members : tuple of Member
        At least one, of falling weight; the weights sum to 1.
    """

    members: tuple[Member, ...]

    def moments(self, X: Rows, scores: Array) -> Moments:
        """Law of the scores of rows X (n, n_features), around those of the network, (n,)."""
        space = self.members[0].space
        variance, noise = np.empty_like(scores), np.empty_like(scores)
        for part in parts(X.shape[0], space.n_rows):
            priors = self.priors(GatedRows.of(space, X[part]))
            variance[part], noise[part] = self._spread(priors, scores[part])
        return Moments(scores, variance, noise)

    def _spread(self, priors: dict[float, Prior], scores: Array) -> tuple[Array, Array]:
        """Variance within and, where a kernel says their scores, between the members; and noise."""
        variance, noise = np.zeros_like(scores), np.zeros_like(scores)
        for member in self.members:
            prior = priors[member.space.hypothesis.slope]
            own = member.variance(prior)
            if len(self.members) > 1 and not member.space.has_sign_rows:
                own += (member.mean(prior) - scores) ** 2
            variance += member.weight * own
            noise += member.weight * member.noise(prior.variance)
        return variance, noise

    @property
    def spaces(self) -> dict[float, VersionSpace]:
        """One version space for each slope."""
        return {member.space.hypothesis.slope: member.space for member in self.members}

    @property
    def forces(self) -> dict[float, Array]:
        """What the labelled unit rows add to the score of the network, by slope; (k,) each."""
        total = {slope: np.zeros(space.n_rows) for slope, space in self.spaces.items()}
        for member in self.members:
            total[member.space.hypothesis.slope] += member.force
        return total

    def priors(self, rows: GatedRows) -> dict[float, Prior]:
        """What is known of rows before any label, by slope."""
        return {slope: rows.prior(space) for slope, space in self.spaces.items()}

    def mean(self, priors: dict[float, Prior]) -> Array:
        """Scores of the network on rows without sign rows; (n,)."""
        parts = [priors[slope].cross @ force for slope, force in self.forces.items()]
        return np.asarray(np.sum(parts, axis=0))

    def leave_one_out(self) -> Moments:
        """Law of the scores of the labelled rows, each without its own label."""
        each = [member.leave_one_out() for member in self.members]
        weight = np.array([member.weight for member in self.members])
        means = np.array([own.mean for own in each])
        mean = weight @ means
        within = weight @ np.array([own.variance for own in each])
        return Moments(
            mean, within + weight @ (means - mean) ** 2, weight @ np.array([m.noise for m in each])
        )

    @property
    def prediction(self) -> Array:
        """Score of the labelled rows; (k,)."""
        total = np.zeros(self.members[0].space.n_rows)
        for member in self.members:
            total += member.weight * member.unit * member.space.lengths * member.law.mean
        return total
