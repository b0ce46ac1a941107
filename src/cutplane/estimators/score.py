"""One score: the version space it learns in, its center, and the networks of both.

A regressor and a classifier of two classes have one score, a classifier of several classes
one for each class against the rest, all on the same rows and gates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy import sparse

from cutplane._types import Array, Metadata, Rows
from cutplane.estimators.kept import Kept
from cutplane.network import AnyNetwork, GatedLeafNetwork, GatedNetwork, ReluNetwork, SpannedNetwork
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.newton.starts import start_by_law
from cutplane.space.gate_tree import GateTree
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.near_operator import NearOperator
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.mixture import Member, Mixture
from cutplane.uncertainty.spread import Spread

if TYPE_CHECKING:
    from cutplane.final.final_solve import FinalSolution

T = TypeVar("T")

#: Weight from which a hypothesis about values has a say in questions.
_LEAST_SHARE = 0.03
#: Newton decrement of the analytic center that questions are asked by.
_SHARP = 1e-3
#: Price of its cuts at most, the default: hard ones need no center where labels may be wrong.
_ASKING_PRICE = 30.0

Scorer = AnyNetwork | SpannedNetwork


@dataclass(frozen=True)
class ScoreTarget:
    """What one score has to learn.

    Attributes
    ----------
    name : class label or None
        The class told from the rest; None for numbers.
    y : ndarray of shape (k,)
        Target of every labelled row.
    depth : ndarray of shape (k,)
        Offset of every cut.
    weight : ndarray of shape (k,), or None
        How often each label counts; None for once each.
    start : Center, optional
        Where the new center starts from.
    members : tuple of Member
        Centers under several hypotheses, to start from.
    """

    name: Hashable
    y: Array
    depth: Array
    weight: Array | None = None
    start: Center | None = None
    members: tuple[Member, ...] = ()

    @property
    def said(self) -> tuple[Array, Array, Array | None]:
        """What version spaces take over: labels, depths and weights."""
        return self.y, self.depth, self.weight

    @property
    def starts(self) -> dict[Hypothesis | float, Center]:
        """Known centers by hypothesis, and the heaviest one by its slope."""
        by_slope = {own.space.hypothesis.slope: own.center for own in reversed(self.members)}
        return {own.space.hypothesis: own.center for own in self.members} | by_slope

    @classmethod
    def of(
        cls, score: Score | None, name: Hashable, X: Rows, y: Array, depth: float = 0.0
    ) -> ScoreTarget:
        """What to learn after more rows, from the center of the score so far.

        Parameters
        ----------
        score : Score or None
            None where nothing is known yet: all cuts pass at their labels.
        name : class label or None
        X : array or CSR matrix of shape (n, n_features)
            The new rows.
        y : ndarray of shape (k,)
            Targets of all rows, the new ones last.
        depth : float, default=0.0
            New cuts pass at this many times the distance by which the center misses them.
        """
        if score is None:
            return cls(name, y, np.zeros_like(y))
        new = np.zeros(X.shape[0])
        if depth != 0:
            solved = score.members[0].space if score.members else score.space
            cuts = solved.cleared().with_labels(X, y[solved.n_rows :])
            slack, _ = cuts.slacks(score.center.weights / score.center.scale)
            new = depth * np.minimum(slack, 0)
        depths = np.concatenate([score.space.depth, new])
        return cls(name, y, depths, start=score.center, members=score.members)


@dataclass(frozen=True, eq=False)
class Score:
    """A version space with its center, and what predictions need of them.

    Networks and solves are computed when they are first asked for, once for every fit, and
    whatever the number of threads that ask. Three models have networks: "center", and the
    final solves "sparse" and "ridge".

    Attributes
    ----------
    space : VersionSpace
        All cuts of this score.
    center : Center
        The point of it that the estimator chose.
    name : class label or None
        The class told from the rest; None for numbers.
    analytic : dict, optional
        Options of the analytic center where ``center`` is another one; :meth:`spread` needs
        it, whose law is that of the barrier.
    members : tuple of Member
        Centers of gravity under several hypotheses, whose average the score is; ``center`` is
        the heaviest one's. Empty for other centers.
    """

    space: VersionSpace
    center: Center
    name: Hashable = None
    analytic: Metadata | None = None
    members: tuple[Member, ...] = ()
    _kept: Kept = field(default_factory=Kept, repr=False)

    def scorer(self, model: str = "center") -> Scorer:
        """What evaluates a model soonest, with one unit for each pattern class."""
        spans = not self.space.gated and self.center.explicit is None
        if model == "center" and spans and SpannedNetwork.pays(self.space.tree):
            return self._kept.get("spanned", self._spanned)
        return self.decoded(model)

    def decoded(self, model: str = "center") -> AnyNetwork:
        """Network of a model, with one unit for each pattern class."""
        return self._kept.get(f"decoded {model}", lambda: self._decoded(model, self.space.tree))

    def written_out(self, model: str = "center") -> AnyNetwork:
        """Network of a model with every unit; not kept, it can be far larger than the rest."""
        space = self.space
        if space.gated or model == "ridge":
            return self.decoded(model)
        return self._decoded(model, space.full_tree)

    def final(self) -> FinalSolution:
        """The sparse final solve on the labels held (mathematics 6)."""
        return self._kept.get("final", lambda: final_of([self.space], 0))

    def kept_final(self, solution: FinalSolution) -> FinalSolution:
        """The final solve of this score, which may have been found elsewhere."""
        return self._kept.get("final", lambda: solution)

    def spread(self) -> Spread:
        """Law of predictions over the version space, around its analytic center."""
        return self._kept.get("spread", self._spread)

    def sharp(self) -> tuple[Spread, Array]:
        """Law of gated predictions around the analytic center of the same cuts, and that center.

        Questions are asked by it: noise that labels near a boundary are taken for does not enter.
        The center is given by its coefficients on the labelled unit rows, (k,).
        """
        return self._kept.get("sharp", self._sharp)

    def _sharp(self) -> tuple[Spread, Array]:
        space = self.space.repriced(min(self.space.cost, _ASKING_PRICE)).near
        known = self.members[0]
        start = replace(known.center, multipliers=start_by_law(space, known.law))
        center = analytic_center(space, start, tol=_SHARP)
        own = center.coefficients
        if isinstance(space.operator, NearOperator):
            own = space.operator.kernel.spanned(own)
        return Spread.around(space, center), own

    def spreads(self) -> list[Spread]:
        """Laws under all hypotheses that matter, heaviest first; else the one around the center."""
        heavy = [own for own in self.members if own.weight >= _LEAST_SHARE]
        return [Spread.of_member(own) for own in heavy] or [self.spread()]

    @property
    def mixture(self) -> Mixture | None:
        """Law of the score over all hypotheses, for centers of gravity."""
        return Mixture(self.members) if self.members else None

    @property
    def prediction(self) -> Array:
        """Scores of the labelled rows; (k,)."""
        return self.center.prediction if self.mixture is None else self.mixture.prediction

    def _spread(self) -> Spread:
        if self.members:
            return Spread.of_member(self.members[0])
        center = self.center
        if self.analytic is not None:
            center = analytic_center(self.space, **self.analytic)
        return Spread.around(self.space, center)

    def _spanned(self) -> SpannedNetwork:
        tree = self.space.tree
        return SpannedNetwork.from_tree(tree, self._leaf_forces, self.space.arrangement.inputs)

    @property
    def _leaf_forces(self) -> Array:
        """Force on every leaf class at the scale of the score, (m_1, k); that of the mixture."""
        own = self.center.multipliers
        made = [(own, self.center.scale / own.tau)]
        if self.members:
            made = [(each.center.multipliers, each.weight * each.unit) for each in self.members]
        return np.sum([scale * each.leaf_forces() for each, scale in made], axis=0)

    def _decoded(self, model: str, tree: GateTree) -> AnyNetwork:
        """Network of a model, with the units of ``tree``."""
        space = self.space
        if model == "ridge":
            from cutplane.final.ridge_solve import ridge_solve  # seldom asked for, and large

            return ridge_solve(space, space.y)
        if space.gated and model == "center" and self.members:
            rows = np.sum([member.network_rows for member in self.members], axis=0)
            return GatedNetwork(space.arrangement, rows, np.ones(len(rows)), space.patterns)
        if space.gated and model == "center":
            own = self.center.coefficients
            return GatedNetwork(space.arrangement, tree.rows, own, space.patterns)
        source = self.center if model == "center" else self.final()
        if model == "center" and self.members:
            source = replace(self.center, explicit=self._leaf_forces @ space.tree.dual_rows)
        if space.gated:
            members = tuple(layer.member for layer in space.tree.layers)
            return GatedLeafNetwork(space.arrangement, members, source.class_weights)
        weights = source.class_weights if tree is space.tree else source.weights
        return ReluNetwork.from_tree(tree, weights, space.arrangement.inputs)


@dataclass(frozen=True)
class CenterWork:
    """Centers to be found: how, of which version spaces, from where."""

    compute: Callable[[VersionSpace, Center | None], Center]
    spaces: Sequence[VersionSpace]
    starts: Sequence[Center | None]

    def of(self, i: int) -> Center:
        """The center of one of them."""
        return self.compute(self.spaces[i], self.starts[i])


def final_of(spaces: Sequence[VersionSpace], i: int) -> FinalSolution:
    """The sparse final solve of one of some version spaces (mathematics 6)."""
    from cutplane.final.final_solve import final_solve  # seldom asked for, and large

    return final_solve(spaces[i], spaces[i].y)


def spaces_and_centers(scores: Sequence[Score]) -> tuple[list[VersionSpace], list[Center]]:
    """Version space and center of every score."""
    return [score.space for score in scores], [score.center for score in scores]


def labelled_rows(scores: Sequence[Score], X: Rows) -> Rows:
    """Rows held by scores, if any, without their constant, and new rows X after them."""
    if not scores:
        return X
    held = scores[0].space.rows[:, : X.shape[1]]
    return np.vstack([held, X.toarray() if sparse.issparse(X) else X])


def evaluate(scorers: Sequence[Scorer], X: Rows) -> Array:
    """Scores of rows, (n,) or (n, n_scores); gated networks share their kernel."""
    gated = [scorer for scorer in scorers if isinstance(scorer, GatedNetwork)]
    alike = all(scorer.rows is gated[0].rows for scorer in gated)
    if alike and len(gated) == len(scorers) > 1:
        joint = np.column_stack([network.coefficients for network in gated])
        return replace(gated[0], coefficients=joint)(X)
    return stacked([scorer(X) for scorer in scorers])


def stacked(scores: Sequence[Array]) -> Array:
    """One array for one score, columns for several."""
    return scores[0] if len(scores) == 1 else np.column_stack(scores)


def single(items: list[T]) -> T | list[T]:
    """The item itself when there is one only, else the list."""
    return items[0] if len(items) == 1 else items
