"""Spread: how far the networks of a version space differ on a row, in closed form.

Around its center the version space looks like a Gaussian whose precision is the Hessian
of the barrier (a Laplace approximation, mathematics (8.1)). With the sign rows left out, the
prediction is then a Gaussian process whose prior is the gate kernel (mathematics (8.2)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.linalg

from cutplane._types import Array, Pattern, Rows
from cutplane.newton.center import Center
from cutplane.space.cuts import halfspace_multiplier
from cutplane.space.kernel import gate_kernel
from cutplane.space.version_space import VersionSpace

#: Kernel entries held at once.
_CHUNK_ENTRIES = 2**22


class _Prior(NamedTuple):
    """What is known of the predictions of n rows before any cut; the same for every score."""

    rows: Rows
    patterns: Sequence[Pattern]
    cross: Array  # (n, k): covariance with the labelled unit rows
    variance: Array  # (n,)

    @classmethod
    def of(cls, space: VersionSpace, X: Rows) -> _Prior:
        patterns, rows = space.arrangement.patterns(X), space.arrangement.with_constant(X)
        cross = space.gate_kernel(patterns, rows)
        return cls(rows, patterns, cross, space.prior_variance(patterns, rows))

    def covariance(self, other: _Prior) -> Array:
        """Covariance with the predictions of other rows, (n, m)."""
        return gate_kernel(self.patterns, self.rows, other.patterns, other.rows)


@dataclass(frozen=True)
class _Law:
    """Normal law of a prediction over a version space, around its analytic center.

    Lengths are those of the solver: ``center.scale`` times them is the scale of
    ``center.weights``.

    Attributes
    ----------
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

    tau: float
    factor: Array
    width: float

    @classmethod
    def around(cls, space: VersionSpace, center: Center) -> _Law:
        tau = center.multipliers.tau
        curvature = space.cuts.curvature(center.multipliers.root)
        gram = space.gate_kernel(space.patterns, space.tree.rows) / tau
        gram[np.diag_indices_from(gram)] += curvature
        factor = scipy.linalg.cholesky(gram, lower=True, check_finite=False)
        return cls(tau, factor, float(np.median(curvature * space.lengths**2)))

    def explained(self, prior: _Prior) -> Array:
        """The part of the rows that the labels determine, in k independent directions; (k, n)."""
        cross = prior.cross.T / self.tau
        return scipy.linalg.solve_triangular(self.factor, cross, lower=True, check_finite=False)

    def variance(self, prior: _Prior, explained: Array) -> Array:
        """Variance that the labels leave; (n,)."""
        known = np.einsum("kn,kn->n", explained, explained)
        return np.maximum(prior.variance / self.tau - known, np.finfo(float).tiny)


def prediction_spread(space: VersionSpace, center: Center, X: Rows) -> Array:
    """Standard deviation of the prediction over the version space (Laplace, gate kernel).

    Parameters
    ----------
    space : VersionSpace
        k cuts.
    center : Center
        Its analytic center.
    X : array or CSR matrix of shape (n, n_features)

    Returns
    -------
    ndarray of shape (n,)
        At the scale of ``center.weights``. The sign rows are ignored, which makes it an
        upper bound of the Laplace spread of a ReLU arrangement.
    """
    law = _Law.around(space, center)
    # of slabs, the uniform law has the logarithm of the ball's barrier N/2 times
    weight = 1.0 if space.cuts.is_cone else space.n_weights / 2
    out = np.empty(X.shape[0])
    for part in _parts(X.shape[0], space.n_rows):
        prior = _Prior.of(space, X[part])
        out[part] = np.sqrt(law.variance(prior, law.explained(prior)))
    return out * center.scale / np.sqrt(weight)


def variance_reduction(
    spaces: Sequence[VersionSpace],
    centers: Sequence[Center],
    X: Rows,
    reference: Rows,
    margins: tuple[Array, Array] | None = None,
) -> Array:
    """By how much a label of each row is expected to reduce the variance of other predictions.

    A label of x that leaves n of its own variance v open reduces the variance at r by
    ``cov(x, r)^2 / (v + n)`` (mathematics (8.4)); the law is that of :func:`prediction_spread`.
    Regression sums that over the reference rows, n being the median width of the slabs so far.

    Classification weighs each reference row by ``exp(-m^2 / (2 v_r)) / v_r`` for its margin m,
    which is large where the class is open. Its n is the width that a halfspace cut through x
    would have: a label that the center foresees clearly tells little.

    Parameters
    ----------
    spaces, centers : sequence of VersionSpace and of Center
        One for each score, on the same labelled rows, with their analytic centers.
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
    target = _Prior.of(spaces[0], reference)
    scores = [
        _ScoreReduction.of(space, center, target, None if margins is None else margins[1][:, i])
        for i, (space, center) in enumerate(zip(spaces, centers, strict=True))
    ]
    out = np.zeros(X.shape[0])
    for part in _parts(X.shape[0], spaces[0].n_rows + reference.shape[0]):
        prior = _Prior.of(spaces[0], X[part])
        between = prior.covariance(target)
        for i, score in enumerate(scores):
            own = None if margins is None else margins[0][part, i]
            out[part] += score.of_labels(prior, between, own)
    return out


@dataclass(frozen=True)
class _ScoreReduction:
    """What labels tell about one score of the reference rows.

    Attributes
    ----------
    law : _Law
    scale : float
        Of the center, from the solver's lengths.
    known : ndarray of shape (k, m)
        What the labels explain of the reference rows.
    weight : ndarray of shape (m,)
        How much each reference row counts.
    """

    law: _Law
    scale: float
    known: Array
    weight: Array

    @classmethod
    def of(
        cls, space: VersionSpace, center: Center, target: _Prior, margin: Array | None
    ) -> _ScoreReduction:
        """Rows near a decision count most; without margins (m,), all alike."""
        law = _Law.around(space, center)
        known = law.explained(target)
        weight = np.ones(known.shape[1])
        if margin is not None:
            variance = law.variance(target, known)
            distance = margin / center.scale
            weight = np.exp(-(distance**2) / (2 * variance)) / variance
        return cls(law, center.scale, known, weight)

    def of_labels(self, prior: _Prior, between: Array, margin: Array | None) -> Array:
        """Weighted reduction by a label of each row, (n,).

        ``between`` (n, m) is the rows' prior covariance with the reference rows, ``margin``
        (n,) how far they are from the decision.
        """
        explained = self.law.explained(prior)
        variance = self.law.variance(prior, explained)
        open_after = np.full_like(variance, self.law.width)
        if margin is not None:
            clear = np.abs(margin) / self.scale
            open_after = halfspace_multiplier(clear, variance) ** -2.0
        covariance = between / self.law.tau - explained.T @ self.known
        return np.asarray(covariance**2 @ self.weight / (variance + open_after))


def _parts(n: int, width: int) -> Iterator[slice]:
    """Slices of n rows whose kernel entries, ``width`` for each row, are held at once."""
    size = max(1, _CHUNK_ENTRIES // max(1, width))
    return (slice(begin, begin + size) for begin in range(0, n, size))
