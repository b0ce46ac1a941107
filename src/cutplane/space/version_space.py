"""The version space: all leaf weights of an arrangement that agree with the labels.

Rows are scaled to unit length inside: a cut and its barrier's center do not depend on the
length of its row, and the solver is better conditioned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from cutplane._types import Array, Metadata, Pattern, Rows
from cutplane.errors import InvalidInputError
from cutplane.space.arrangement import Arrangement
from cutplane.space.ball import Ball
from cutplane.space.cuts import PredictionCuts
from cutplane.space.gate_tree import GateTree
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.kernel import gate_kernel
from cutplane.space.labels import Labels
from cutplane.space.likelihood import LabelLikelihood, likelihood_of
from cutplane.space.near_operator import NearOperator
from cutplane.space.operator import KernelOperator, Operator, TreeOperator
from cutplane.space.placed import Placed
from cutplane.space.prices import halfspaces, slabs
from cutplane.space.rows import checked_labels, rows_that_cut
from cutplane.space.stored import Stored

#: The operator of other rows is not known yet.
_UNSEEN: Metadata = {"_operator": None, "_home": None}


@dataclass(frozen=True)
class VersionSpace(Stored, Placed):
    """Cuts of k labelled rows over the gate tree of an arrangement.

    Build it with :meth:`classification` or :meth:`regression`; it is immutable, and
    :meth:`with_labels` returns a new one.

    Attributes
    ----------
    arrangement : Arrangement
        The sampled gates.
    rows : ndarray of shape (k, d)
        Labelled rows with their constant. Rows of zeros are left out: every network
        predicts 0 there, so their label cannot cut.
    labels : Labels
        Of these rows.
    patterns : tuple of ndarray
        Entry l of shape (k, P_{l+1}).
    epsilon : float or None
        Half-width of the slabs; None for classification.
    cost : float
        Elastic price C, in units of a hard cut's multiplier (mathematics (4.5)).
    radius : float
        Radius R of the ball.
    gated : bool
        Without sign rows (mathematics 5).
    hypothesis : Hypothesis
        What the center of gravity assumes; its slope also weighs the columns of rows.
    place : Place
        Where operator, cuts and likelihood are; all else is in NumPy.
    """

    arrangement: Arrangement
    rows: Array
    labels: Labels
    patterns: tuple[Pattern, ...] = field(repr=False)
    epsilon: float | None = None
    cost: float = np.inf
    radius: float = 1.0
    gated: bool = False
    hypothesis: Hypothesis = field(default_factory=Hypothesis)

    @classmethod
    def classification(
        cls,
        arrangement: Arrangement,
        X: Rows,
        y: ArrayLike,
        *,
        cost: float = np.inf,
        radius: float = 1.0,
        gated: bool = False,
        depth: ArrayLike = 0.0,
    ) -> VersionSpace:
        """Cuts ``y f(x) >= depth`` with the sign rows of x.

        Parameters
        ----------
        X : array-like of shape (k, n_features)
            Labelled rows as they are given.
        y : array-like of shape (k,)
            Labels -1 or +1.
        depth : array-like, default=0.0
            Offset of each cut, in the solver's scale where a typical slack is 1:
            0 neutral, > 0 deep, < 0 shallow.
        arrangement, cost, radius, gated
            As the attributes; by default the hard cuts of the paper.
        """
        space = cls(*_no_rows(arrangement), cost=cost, radius=radius, gated=gated)
        return space.with_labels(X, y, depth=depth)

    @classmethod
    def regression(
        cls,
        arrangement: Arrangement,
        X: Rows,
        y: ArrayLike,
        *,
        epsilon: float,
        cost: float = np.inf,
        radius: float = 1.0,
        gated: bool = False,
    ) -> VersionSpace:
        """Slabs ``|f(x) - y| <= epsilon`` with the sign rows of x, inside the ball.

        Parameters are those of :meth:`classification`; ``y`` is real, and ``epsilon``
        and ``radius`` are in its units.
        """
        space = cls(*_no_rows(arrangement), epsilon, cost=cost, radius=radius, gated=gated)
        return space.with_labels(X, y)

    def with_labels(
        self,
        X: Rows,
        y: ArrayLike,
        *,
        depth: ArrayLike = 0.0,
        weight: ArrayLike = 1.0,
        annotator: ArrayLike = 0,
    ) -> VersionSpace:
        """The version space after more labels; parameters as in :class:`Labels`.

        InvalidInputError where rows and labels do not fit each other or the arrangement.
        """
        X, y = checked_labels(X, y, self.arrangement.n_features)
        rows = self.leaf_rows(X)
        rows = rows.toarray() if sparse.issparse(rows) else rows
        kept = rows_that_cut(rows)
        new_patterns = [p[kept] for p in self.arrangement.patterns(X)]
        new = Labels.of(y, depth=depth, weight=weight, annotator=annotator).of_rows(kept)
        patterns = tuple(
            np.vstack([old, new]) for old, new in zip(self.patterns, new_patterns, strict=True)
        )
        return replace(
            self,
            rows=np.vstack([self.rows, rows[kept]]),
            labels=self.labels.and_then(new),
            patterns=patterns,
            **_UNSEEN,
        )

    def cleared(self) -> VersionSpace:
        """The version space before any label."""
        return self.of_rows(slice(0))

    def relabelled(
        self, y: ArrayLike, depth: ArrayLike = 0.0, weight: ArrayLike | None = None
    ) -> VersionSpace:
        """The same rows with other labels (k,), depths and weights; the operator is shared."""
        return replace(self, labels=self.labels.saying(y, depth, weight), _operator=self.operator)

    def repriced(self, cost: float) -> VersionSpace:
        """The same cuts at another elastic price; the operator is shared."""
        return replace(self, cost=cost, _operator=self.operator)

    def assuming(self, hypothesis: Hypothesis) -> VersionSpace:
        """The same labels under another hypothesis; the operator is shared where it can be.

        InvalidInputError for a slope other than 1 with sign rows, which no constant meets.
        """
        if self.has_sign_rows and hypothesis.slope != 1.0:
            raise InvalidInputError(
                f"slope={hypothesis.slope:g} arrived; with sign rows it must be 1"
            )
        if hypothesis.slope != self.hypothesis.slope:
            return replace(self, hypothesis=hypothesis, **_UNSEEN)
        return replace(self, hypothesis=hypothesis, _operator=self.operator)

    def of_rows(self, rows: slice) -> VersionSpace:
        """The version space of some of the labelled rows."""
        return replace(
            self,
            rows=self.rows[rows],
            labels=self.labels.of_rows(rows),
            patterns=tuple(pattern[rows] for pattern in self.patterns),
            **_UNSEEN,
        )

    @cached_property
    def operator(self) -> Operator:
        """From weights to values on the unit rows: by the gate tree, or by the gate kernel."""
        if self._operator is not None:
            return self._operator
        unit = self.rows / self.lengths[:, None]
        tree = GateTree.from_patterns(unit, self.patterns, self.metric)
        if self.has_sign_rows:
            return TreeOperator(tree).at(self.place)
        return KernelOperator(tree, self.patterns).at(self.place)

    @property
    def near(self) -> VersionSpace:
        """The same by what is near to its kernel, where that is too large to solve."""
        own = self.operator
        if own.low_rank is None:
            return self
        return replace(self, _operator=NearOperator(own.tree, own.low_rank))

    @property
    def tree(self) -> GateTree:
        """Gate tree of the unit rows."""
        return self.operator.tree

    @cached_property
    def full_tree(self) -> GateTree:
        """The same tree with every unit on its own."""
        return GateTree.without_classes(self.tree.rows, self.patterns, self.metric)

    @cached_property
    def cuts(self) -> PredictionCuts:
        """What the labels say about the prediction of the *unit* rows."""
        if not self.place.is_host:
            return self.place.moved(self.home.cuts)
        variance = self.prior_variance(self.patterns, self.tree.rows)
        if self.epsilon is None:
            return halfspaces(self.labels, self.cost, variance)
        tau = (self.operator.n_sign_rows + 2) / self.radius**2
        return slabs(self.labels, self.cost, variance, self.epsilon, self.lengths, tau)

    @cached_property
    def likelihood(self) -> LabelLikelihood:
        """What the labels say in probability, of the unit rows under standard normal weights."""
        if not self.place.is_host:
            return self.place.moved(self.home.likelihood)
        deviation = np.sqrt(self.prior_variance(self.patterns, self.tree.rows))
        unit = self.lengths * self.hypothesis.amplitude
        return likelihood_of(self.labels, self.hypothesis, self.epsilon, deviation, unit)

    @property
    def ball(self) -> Ball:
        """What keeps the weights short beside the cuts."""
        return self.cuts.ball(self.radius)

    def gate_kernel(self, patterns: Sequence[Pattern], rows: Rows) -> Array:
        """Covariance of f between rows and the labelled unit rows; (n, k).

        Arguments as in :func:`cutplane.space.kernel.gate_kernel`.
        """
        return gate_kernel(patterns, rows, self.patterns, self.tree.dual_rows)

    def slacks(self, weights: Array) -> tuple[Array, Array]:
        """Slacks of leaf weights (L, d), per unit row.

        Returns
        -------
        prediction : ndarray of shape (k,)
        sign : ndarray of shape (n_sign_rows,)
            All nodes of all layers, innermost layer first; empty without sign rows.
        """
        values, prediction = self.full_tree.values(weights @ self.tree.rows.T)
        full = self.operator.on(self.full_tree)
        signs = full.signed(values[: len(full.layers)])
        sign = np.concatenate([np.empty(0), *(own.ravel() for own in signs)])
        return self.cuts.slack(prediction), sign

    def contains(self, weights: Array, *, tol: float = 0.0) -> bool:
        """Whether leaf weights (L, d) satisfy every cut and lie in the ball."""
        prediction, sign = self.slacks(weights)
        inside = float(np.linalg.norm(weights)) <= self.radius * (1 + tol)
        worst = min(prediction.min(initial=np.inf), sign.min(initial=np.inf))
        return bool(inside and worst >= -tol)


def _no_rows(arrangement: Arrangement) -> tuple[Arrangement, Array, Labels, tuple[Pattern, ...]]:
    """The first fields of a version space without labels."""
    none = Labels.of(np.empty(0))
    patterns = tuple(np.empty((0, p), dtype=np.uint8) for p in arrangement.n_patterns)
    return arrangement, np.empty((0, arrangement.n_inputs)), none, patterns
