"""Spread: how far the networks of a version space differ on a row, in closed form.

Around its center the version space looks like a Gaussian whose precision is the Hessian
of the barrier (a Laplace approximation, mathematics (8.1)). With the sign rows left out, the
prediction is then a Gaussian process whose prior is the gate kernel (mathematics (8.2)). A center
of gravity comes with such a law of its own (mathematics 11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cutplane._types import Array, Rows
from cutplane.newton.center import Center
from cutplane.space.near_operator import NearOperator
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.answers import Answer, Halfspace, NoisyClass, Value
from cutplane.uncertainty.explained import ByPivots, ByRows, Explained
from cutplane.uncertainty.joint_law import JointLaw, Marginals, Reference
from cutplane.uncertainty.mixture import Member
from cutplane.uncertainty.prior import GatedRows, Prior, parts


@dataclass(frozen=True)
class Spread:
    """Normal law of predictions over a version space, around its center.

    The sign rows are ignored, which makes its deviations upper bounds of those of the Laplace
    approximation of a ReLU arrangement. Lengths are those of the solver where nothing else is
    said.

    Attributes
    ----------
    space : VersionSpace
        k cuts.
    scale : float
        What brings lengths of the solver to the scale of the scores.
    tau : float
        Curvature of the ball at the center.
    explained : Explained
        What other rows have in common with the labelled ones, as far as their cuts tell.
    answer : Answer
        What the next label will say.
    share : float
        Weight of its hypothesis.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 2.2 and 3.4.
    """

    space: VersionSpace
    scale: float
    tau: float
    explained: Explained
    answer: Answer
    share: float = 1.0

    @classmethod
    def around(cls, space: VersionSpace, center: Center) -> Spread:
        """The law around a version space's analytic center."""
        tau = center.multipliers.tau
        curvature = space.cuts.curvature(center.multipliers.root)
        explained = _explained(space, curvature, tau)
        width = float(np.median(curvature * space.lengths**2))
        answer: Answer = Halfspace() if space.epsilon is None else Value(width)
        return cls(space, center.scale or 1.0, tau, explained, answer)  # of a network of zeros

    @classmethod
    def of_member(cls, member: Member) -> Spread:
        """The law of a center of gravity, at the scale of its score."""
        space, hypothesis = member.space, member.space.hypothesis
        if space.epsilon is None:
            flips = hypothesis.flips(space.labels.annotator)
            answer: Answer = NoisyClass(float(np.mean(flips)), hypothesis.noise)
        else:
            answer = Value(float(np.median(member.left_open * space.lengths**2)))
        return cls(space, member.unit, 1.0, member.explained, answer, member.weight)

    def deviation(self, X: Rows) -> Array:
        """Standard deviation of the prediction of rows, at the scale of the scores.

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
            prior = GatedRows.of(self.space, X[part]).prior(self.space)
            out[part] = np.sqrt(self._variance(prior, self._explained(prior)))
        return out * self.scale / np.sqrt(weight)

    def joint(
        self,
        candidates: GatedRows,
        margin: Array | None,
        reference: Callable[[], tuple[GatedRows, Array | None]],
    ) -> JointLaw:
        """Law of candidates (n rows) and reference rows (m) together.

        Parameters
        ----------
        candidates : GatedRows
        margin : ndarray of shape (n,), or None
            How far their scores are from a decision; None where values are predicted.
        reference : callable
            Gives the reference rows and their margin, (m,) or None.
        """
        space, tau = self.space, self.tau
        prior = candidates.prior(space)
        explained = self._explained(prior)

        def look() -> Reference:
            rows, own = reference()
            known = self._explained(rows.prior(space))
            between = candidates.covariance(space, rows) / tau - explained.T @ known
            return Reference(self._marginals(rows.prior(space), known, own), between)

        return JointLaw(
            self._marginals(prior, explained, margin),
            look,
            explained,
            lambda place: candidates.with_one(space, place) / tau,
            np.zeros(prior.variance.size),
            self.answer,
            decides=margin is not None,
            share=self.share,
            unit=self.scale,
        )

    def _marginals(self, prior: Prior, explained: Array, margin: Array | None) -> Marginals:
        mean = np.zeros_like(prior.variance) if margin is None else margin / self.scale
        return Marginals(mean, self._variance(prior, explained), prior.variance / self.tau)

    def _explained(self, prior: Prior) -> Array:
        """The part of the rows that the labels determine, in k independent directions; (k, n)."""
        return self.explained.of(prior.cross if self.tau == 1.0 else prior.cross / self.tau)

    def _variance(self, prior: Prior, explained: Array) -> Array:
        """Variance that the labels leave; (n,)."""
        known = np.einsum("kn,kn->n", explained, explained)
        return np.maximum(prior.variance / self.tau - known, np.finfo(float).tiny)


def _explained(space: VersionSpace, curvature: Array, tau: float) -> Explained:
    """By the covariance of the labelled rows plus the widths of their cuts."""
    if isinstance(space.operator, NearOperator):
        return ByPivots.over(space.operator.kernel, curvature, tau)
    if space.has_sign_rows:
        gram = space.gate_kernel(space.patterns, space.tree.rows) / tau
    else:
        gram = space.operator.covariance / tau  # a copy
    rounding = len(gram) * np.finfo(float).eps * np.trace(gram)  # copies under hard cuts
    gram[np.diag_indices_from(gram)] += curvature + rounding
    return ByRows.over(gram)
