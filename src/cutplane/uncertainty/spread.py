"""Spread: how far the networks of a version space differ on a row, in closed form.

Around its center the version space looks like a Gaussian whose precision is the Hessian
of the barrier (a Laplace approximation, mathematics (8.1)). With the sign rows left out, the
prediction is then a Gaussian process whose prior is the gate kernel (mathematics (8.2)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.linalg

from cutplane._types import Array, Pattern, Rows
from cutplane.newton.center import Center
from cutplane.space.cuts import halfspace_multiplier
from cutplane.space.kernel import gate_kernel, weighed
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.mixture import Member, parts


class _Prior(NamedTuple):
    """What is known of the predictions of n rows before any cut; the same for every score."""

    rows: Rows
    dual_rows: Rows  # columns weighed by their weights' prior variance
    patterns: Sequence[Pattern]
    cross: Array  # (n, k): covariance with the labelled unit rows
    variance: Array  # (n,)

    @classmethod
    def of(cls, space: VersionSpace, X: Rows) -> _Prior:
        patterns, rows = space.arrangement.patterns(X), space.leaf_rows(X)
        cross, variance = space.gate_kernel(patterns, rows), space.prior_variance(patterns, rows)
        return cls(rows, weighed(rows, space.metric), patterns, cross, variance)

    def covariance(self, other: _Prior) -> Array:
        """Covariance with the predictions of other rows, (n, m)."""
        return gate_kernel(self.patterns, self.rows, other.patterns, other.dual_rows)


@dataclass(frozen=True)
class Spread:
    """Normal law of a prediction over a version space, around its analytic center.

    The sign rows are ignored, which makes its deviations upper bounds of those of the Laplace
    approximation of a ReLU arrangement. Lengths are those of the solver where nothing else is
    said.

    Attributes
    ----------
    space : VersionSpace
        k cuts.
    scale : float
        What brings lengths of the solver to the scale of ``center.weights``.
    tau : float
        Curvature of the ball at the center.
    factor : ndarray of shape (k, k)
        Cholesky factor of the covariance of the labelled rows plus the widths of their cuts.
    width : float
        What a cut leaves open about its row, as a variance; median over the cuts.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 2.2 and 3.4.
    """

    space: VersionSpace
    scale: float
    tau: float
    factor: Array
    width: float

    @classmethod
    def around(cls, space: VersionSpace, center: Center) -> Spread:
        """The law around a version space's analytic center."""
        tau = center.multipliers.tau
        curvature = space.cuts.curvature(center.multipliers.root)
        gram = space.gate_kernel(space.patterns, space.tree.rows) / tau
        gram[np.diag_indices_from(gram)] += curvature
        factor = scipy.linalg.cholesky(gram, lower=True, check_finite=False)
        width = float(np.median(curvature * space.lengths**2))
        return cls(space, center.scale, tau, factor, width)

    @classmethod
    def of_member(cls, member: Member) -> Spread:
        """The law of a center of gravity, at the scale of its score."""
        width = float(np.median(member.left_open * member.space.lengths**2))
        return cls(member.space, member.unit, 1.0, member.factor, width)

    def deviation(self, X: Rows) -> Array:
        """Standard deviation of the prediction of rows, at the scale of ``center.weights``.

        Parameters
        ----------
        X : array or CSR matrix of shape (n, n_features)

        Returns
        -------
        ndarray of shape (n,)
        """
        # of slabs, the uniform law has the logarithm of the ball's barrier N/2 times
        weight = 1.0 if self.space.cuts.is_cone else self.space.n_weights / 2
        out = np.empty(X.shape[0])
        for part in parts(X.shape[0], self.space.n_rows):
            prior = _Prior.of(self.space, X[part])
            out[part] = np.sqrt(self._variance(prior, self._explained(prior)))
        return out * self.scale / np.sqrt(weight)

    def _explained(self, prior: _Prior) -> Array:
        """The part of the rows that the labels determine, in k independent directions; (k, n)."""
        cross = prior.cross.T / self.tau
        return scipy.linalg.solve_triangular(self.factor, cross, lower=True, check_finite=False)

    def _variance(self, prior: _Prior, explained: Array) -> Array:
        """Variance that the labels leave; (n,)."""
        known = np.einsum("kn,kn->n", explained, explained)
        return np.maximum(prior.variance / self.tau - known, np.finfo(float).tiny)

    def _target(self, prior: _Prior, margin: Array | None) -> tuple[Array, Array]:
        """Of reference rows: what the labels explain, (k, m), and how much each counts, (m,).

        Rows near a decision count most; without margins (m,), all alike.
        """
        known = self._explained(prior)
        if margin is None:
            return known, np.ones(known.shape[1])
        variance, distance = self._variance(prior, known), margin / self.scale
        return known, np.exp(-(distance**2) / (2 * variance)) / variance

    def _reduction(
        self, prior: _Prior, between: Array, margin: Array | None, target: tuple[Array, Array]
    ) -> Array:
        """Weighted reduction on the target by a label of each row, (n,).

        ``between`` (n, m) is the rows' prior covariance with the reference rows, ``margin``
        (n,) how far they are from the decision.
        """
        known, weight = target
        explained = self._explained(prior)
        variance = self._variance(prior, explained)
        open_after = np.full_like(variance, self.width)
        if margin is not None:
            open_after = halfspace_multiplier(np.abs(margin) / self.scale, variance) ** -2.0
        covariance = between / self.tau - explained.T @ known
        return np.asarray(covariance**2 @ weight / (variance + open_after))


def variance_reduction(
    spreads: Sequence[Spread],
    X: Rows,
    reference: Rows,
    margins: tuple[Array, Array] | None = None,
) -> Array:
    """By how much a label of each row is expected to reduce the variance of other predictions.

    A label of x that leaves n of its own variance v open reduces the variance at r by
    ``cov(x, r)^2 / (v + n)`` (mathematics (8.4)). Regression sums that over the reference
    rows, n being the median width of the slabs so far.

    Classification weighs each reference row by ``exp(-m^2 / (2 v_r)) / v_r`` for its margin m,
    which is large where the class is open. Its n is the width that a halfspace cut through x
    would have: a label that the center foresees clearly tells little.

    Parameters
    ----------
    spreads : sequence of Spread
        One for each score, on the same labelled rows.
    X : array or CSR matrix of shape (n, n_features)
        Rows that may be labelled.
    reference : array or CSR matrix of shape (m, n_features)
        Rows whose predictions matter.
    margins : tuple of ndarray of shape (n, n_scores) and (m, n_scores), optional
        How far every score of X and of reference is from the decision, at the scale of
        ``center.weights``: classification. None: regression.

    Returns
    -------
    ndarray of shape (n,)
        Summed over scores and reference rows, at the solver's scale.

    References
    ----------
    Cohn, "Neural Network Exploration Using Optimal Experiment Design" (1996); Picheny et al.,
    "Adaptive Designs of Experiments for Accurate Approximation of a Target Region" (2010).
    """
    space = spreads[0].space
    reference_prior = _Prior.of(space, reference)
    targets = [
        spread._target(reference_prior, None if margins is None else margins[1][:, i])
        for i, spread in enumerate(spreads)
    ]
    out = np.zeros(X.shape[0])
    for part in parts(X.shape[0], space.n_rows + reference.shape[0]):
        prior = _Prior.of(space, X[part])
        between = prior.covariance(reference_prior)
        for i, (spread, target) in enumerate(zip(spreads, targets, strict=True)):
            own = None if margins is None else margins[0][part, i]
            out[part] += spread._reduction(prior, between, own, target)
    return out
