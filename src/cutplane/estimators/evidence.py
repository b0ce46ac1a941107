"""Hypotheses of one estimator, and what the labels say of them (mathematics 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from cutplane._types import Array, Metadata
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators.score import Score, ScoreTarget
from cutplane.newton.center import Center
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.mixture import Member

#: Prior standard deviations of the features' weights that are tried without sign rows.
SLOPES = (1.0, 0.0)
#: Shares of wrong labels, and soft margins in prior standard deviations of the score.
FLIPS, MARGINS = (0.0, 0.1, 0.2), (0.1, 0.5, 1.0)
#: Values: noise in standard deviations of the target (0: slabs), and prior deviations of the score.
NOISES, AMPLITUDES = (0.0, 0.1, 0.2, 0.35, 0.55, 0.8), (0.5, 1.0, 2.0, 4.0)
#: Labels must have grown by this factor before all hypotheses are tried again.
GROWTH = 1.2
#: Weight, relative to the largest, below which a hypothesis is left out until then.
_LEAST_WEIGHT = 0.01

#: A center, or that hard labels leave no network under a hypothesis.
Found = Center | EmptyVersionSpaceError


@dataclass(frozen=True)
class Evidence:
    """Hypotheses with the logarithm of the share of the prior that the labels leave each.

    Attributes
    ----------
    hypotheses : tuple of Hypothesis
    log_z : ndarray of shape (n,)
        Summed over the scores; minus infinity where no network satisfies hard labels. Values:
        of the density of the labels.
    n_labels : int
        Labels that it is the evidence of.
    n_searched : int
        Labels when all hypotheses were tried; those kept then are compared until there are 1.2
        times as many.
    """

    hypotheses: tuple[Hypothesis, ...]
    log_z: Array
    n_labels: int
    n_searched: int

    def is_old(self, n_labels: int) -> bool:
        """Whether that many labels call for all hypotheses again."""
        return n_labels >= GROWTH * self.n_searched

    @property
    def weights(self) -> Array:
        """Share of each in the average, (n,); 0 for those left out."""
        if not np.isfinite(self.log_z.max()):  # without any law the first stands for all
            return np.asarray(np.arange(self.log_z.size) == 0, dtype=float)
        relative = np.exp(self.log_z - self.log_z.max())
        kept = np.where(relative >= _LEAST_WEIGHT, relative, 0.0)
        return np.asarray(kept / kept.sum())

    @property
    def kept(self) -> list[int]:
        """Places of those in the average, heaviest first."""
        weights = self.weights
        return [int(i) for i in np.argsort(-weights, kind="stable") if weights[i] > 0]

    @property
    def ranked(self) -> list[int]:
        """Places of all, that of most evidence first."""
        return [int(i) for i in np.argsort(-self.log_z, kind="stable")]

    def log_z_of(self, hypothesis: Hypothesis) -> float | None:
        """Of a hypothesis that is compared and that some network satisfies, else None."""
        found = dict(zip(self.hypotheses, self.log_z.tolist(), strict=True)).get(hypothesis)
        return None if found is None or np.isinf(found) else float(found)

    def to_arrays(self) -> tuple[Array, Metadata]:
        """``log_z`` and JSON metadata that rebuild the evidence."""
        hypotheses = [own.as_dict() for own in self.hypotheses]
        own = {"n_labels": self.n_labels, "n_searched": self.n_searched}
        return self.log_z, own | {"hypotheses": hypotheses}

    @classmethod
    def from_arrays(cls, log_z: Array, metadata: Metadata) -> Evidence:
        """Inverse of :meth:`to_arrays`."""
        hypotheses = tuple(Hypothesis.from_dict(own) for own in metadata["hypotheses"])
        if log_z.shape != (len(hypotheses),):
            raise ValueError(f"evidence of shape {log_z.shape} for {len(hypotheses)} hypotheses")
        return cls(hypotheses, log_z, metadata["n_labels"], metadata["n_searched"])

    def as_dicts(self) -> list[Metadata]:
        """Every hypothesis, in types that JSON knows, that of most evidence first.

        ``log_evidence`` is None where no network satisfies hard labels.
        """
        made = []
        for i in self.ranked:
            own, weight = self.hypotheses[i], float(self.weights[i])
            made.append(own.as_dict() | {"log_evidence": self.log_z_of(own), "weight": weight})
        return made


def slopes(space: VersionSpace) -> tuple[float, ...]:
    """Slopes that are compared: a constant for every gate needs gates and no sign rows."""
    arrangement = space.arrangement
    is_free = space.gated and arrangement.gates and arrangement.fit_intercept
    return SLOPES if is_free else SLOPES[:1]


def classification_hypotheses(
    slopes: Sequence[float], flip: float | str, noise: float | str
) -> list[Hypothesis]:
    """All hypotheses about labels, where "auto" leaves a number open."""
    flips = FLIPS if isinstance(flip, str) else (float(flip),)
    noises = MARGINS if isinstance(noise, str) else (float(noise),)
    return [Hypothesis(*own) for own in product(slopes, flips, noises)]


def regression_hypotheses(
    space: VersionSpace, slopes: Sequence[float], noise: float | str
) -> list[Hypothesis]:
    """All hypotheses about values; the labelled rows say how large a score the prior makes."""
    noises = NOISES if isinstance(noise, str) else (float(noise),)
    made = []
    for slope in slopes:
        own = space.assuming(Hypothesis(slope))
        size = np.sqrt(own.prior_variance(own.patterns, own.rows).mean())
        made += [
            Hypothesis(slope, 0.0, noise, amplitude / float(size))
            for noise, amplitude in product(noises, AMPLITUDES)
        ]
    return made


def weigh(
    space: VersionSpace,
    targets: Sequence[ScoreTarget],
    hypotheses: Sequence[Hypothesis],
    n_searched: int,
    center_of: Callable[[VersionSpace, Center | None], Center],
    side_by_side: Callable[[Sequence[Callable[[], list[Found]]], str], list[list[Found]]],
) -> tuple[Evidence, list[Score]]:
    """Centers of all scores under all hypotheses, averaged by the evidence of all scores together.

    Parameters
    ----------
    space : VersionSpace
        All labelled rows.
    targets : sequence of ScoreTarget
    hypotheses : sequence of Hypothesis
    n_searched : int
        As in :class:`Evidence`.
    center_of, side_by_side : callable
        As the estimator's.

    Raises
    ------
    EmptyVersionSpaceError
        Hard labels leave no network under any hypothesis.
    """
    spaces: list[VersionSpace] = []
    for hypothesis in hypotheses:  # those of one slope share their operator
        known = [own for own in spaces if own.hypothesis.slope == hypothesis.slope]
        spaces.append((known[0] if known else space).assuming(hypothesis))

    def centers(target: ScoreTarget) -> list[Found]:
        known = dict(target.starts)  # the last center of each slope, and those of a hypothesis
        found: list[Found] = []
        for own in spaces:
            slope = own.hypothesis.slope
            start = known.get(own.hypothesis, known.get(slope))
            said = own.relabelled(target.y, target.depth, target.weight)
            try:
                known[slope] = center_of(said, start)
                found.append(known[slope])
            except EmptyVersionSpaceError as error:  # others may be satisfied
                found.append(error)
        return found

    found = side_by_side([partial(centers, target) for target in targets], "centers")
    each = zip(spaces, *found, strict=True)
    log_z = np.array([sum(_log_z(own, center) for center in made) for own, *made in each])
    evidence = Evidence(tuple(hypotheses), log_z, space.n_rows, n_searched)
    scores = []
    for target, own in zip(targets, found, strict=True):
        scores.append(_score(space, target, spaces, own, evidence))
    return evidence, scores


def _log_z(space: VersionSpace, found: Found) -> float:
    """Evidence of one score, comparable between volumes and densities."""
    if isinstance(found, EmptyVersionSpaceError) or found.law is None:
        return -np.inf
    return found.law.log_z - space.likelihood.log_unit


def _score(
    space: VersionSpace,
    target: ScoreTarget,
    spaces: Sequence[VersionSpace],
    found: Sequence[Found],
    evidence: Evidence,
) -> Score:
    """The mixture of one score; without a law, what the first hypothesis has."""
    own = space.relabelled(target.y, target.depth, target.weight)
    members = []
    for i in evidence.kept:
        center = found[i]
        if isinstance(center, EmptyVersionSpaceError):
            raise center
        if center.law is None:
            return Score(own, center, target.name)
        space = spaces[i].relabelled(target.y, target.depth, target.weight)
        members.append(Member(space, center, float(evidence.weights[i])))
    return Score(own, members[0].center, target.name, members=tuple(members))
