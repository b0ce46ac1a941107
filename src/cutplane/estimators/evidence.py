"""Hypotheses of one estimator, and what the labels say of them (mathematics 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from cutplane._types import Array, Metadata
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators.promising import promising
from cutplane.estimators.score import Score, ScoreTarget
from cutplane.fields import floats, whole
from cutplane.newton.center import Center
from cutplane.newton.sweeps import MaybeCenter
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.mixture import Member

#: Prior standard deviations of the features' weights that are tried without sign rows.
SLOPES = (1.0, 0.0)
#: Shares of wrong labels, and soft margins in prior standard deviations of the score.
FLIPS, MARGINS = (0.0, 0.1, 0.2), (0.1, 0.5)
#: Nats of odds, before any label, against wrong labels and against slope 0 (decision 0040).
ODDS = 2.0
#: Values: noise in standard deviations of the target (0: slabs), and prior deviations of the score.
NOISES, AMPLITUDES = (0.0, 0.1, 0.2, 0.35, 0.55, 0.8), (0.5, 1.0, 2.0, 4.0)
#: Labels must have grown by this factor before all hypotheses are tried again.
GROWTH = 1.2
#: Weight, relative to the largest, below which a hypothesis is left out until then.
_LEAST_WEIGHT = 0.01
#: Tolerance at which all hypotheses are compared first, and by how much of log Z one must then be
#: behind to be left as it is.
_ROUGH, _HOPELESS = 0.1, 10.0


#: Centers of many version spaces, each from its start, to a tolerance.
CentersOf = Callable[[Sequence[VersionSpace], Sequence[Center | None], float], list[MaybeCenter]]
#: By the places of score and hypothesis.
_Found = dict[tuple[int, int], MaybeCenter]


@dataclass(frozen=True)
class Evidence:
    """Hypotheses with the logarithm of the share of the prior that the labels leave each.

    Weights are those of Bayes' rule, where hypotheses with wrong labels, and those of slope 0, have
    odds of ``ODDS`` nats against them (mathematics (12.4)).

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
        """Whether that many labels call for all hypotheses again, or none of them had a law."""
        return not self.kept or n_labels >= GROWTH * self.n_searched

    @property
    def log_posterior(self) -> Array:
        """``log_z`` and the odds before any label; (n,)."""
        return self.log_z + _log_prior(self.hypotheses)

    @property
    def weights(self) -> Array:
        """Share of each in the average, (n,); 0 for those left out."""
        best = self.log_posterior.max()
        if not np.isfinite(best):
            return np.zeros_like(self.log_z)
        relative = np.exp(self.log_posterior - best)
        kept = np.where(relative >= _LEAST_WEIGHT, relative, 0.0)
        return np.asarray(kept / kept.sum())

    @property
    def kept(self) -> list[int]:
        """Places of those in the average, heaviest first."""
        weights = self.weights
        return [int(i) for i in np.argsort(-weights, kind="stable") if weights[i] > 0]

    def to_arrays(self) -> tuple[Array, Metadata]:
        """``log_z`` and JSON metadata that rebuild the evidence."""
        hypotheses = [own.as_dict() for own in self.hypotheses]
        own = {"n_labels": self.n_labels, "n_searched": self.n_searched}
        return self.log_z, own | {"hypotheses": hypotheses}

    @classmethod
    def from_arrays(cls, log_z: Array, metadata: Metadata) -> Evidence:
        """Inverse of :meth:`to_arrays`."""
        hypotheses = tuple(Hypothesis.from_dict(own) for own in metadata["hypotheses"])
        log_z = floats({"log_z": log_z}, "log_z", (len(hypotheses),), low=-np.inf)
        n_labels, n_searched = (whole(metadata, name) for name in ("n_labels", "n_searched"))
        return cls(hypotheses, log_z, n_labels, n_searched)

    @property
    def ranked(self) -> list[int]:
        """Places of all, the most probable first."""
        return [int(i) for i in np.argsort(-self.log_posterior, kind="stable")]

    def log_z_of(self, hypothesis: Hypothesis) -> float | None:
        """Of a hypothesis that is compared and that some network satisfies, else None."""
        found = dict(zip(self.hypotheses, self.log_z.tolist(), strict=True)).get(hypothesis)
        return None if found is None or np.isinf(found) else float(found)

    def as_dicts(self) -> list[Metadata]:
        """Every hypothesis, in types that JSON knows, the most probable first.

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
    slopes: Sequence[float], flip: float | str, noise: float | str, n_scores: int = 1
) -> list[Hypothesis]:
    """All hypotheses about labels, where "auto" leaves a number open.

    One of several classes has its share of the prior. Hard cuts stay neutral, as the paper's.
    """
    flips = FLIPS if isinstance(flip, str) else (float(flip),)
    noises = MARGINS if isinstance(noise, str) else (float(noise),)
    made = [Hypothesis(*own) for own in product(slopes, flips, noises)]
    share = 1 / max(n_scores, 2)
    return [replace(own, share=share) if own.flip or own.noise else own for own in made]


def of_annotators(hypotheses: Sequence[Hypothesis], flips: tuple[float, ...]) -> list[Hypothesis]:
    """The same slopes and noises, with the flips of every annotator."""
    return list(dict.fromkeys(replace(own, flip=flips) for own in hypotheses))


def regression_hypotheses(
    space: VersionSpace, slopes: Sequence[float], noise: float | str
) -> list[Hypothesis]:
    """All hypotheses about values; the labelled rows say how large a score the prior makes."""
    noises = NOISES if isinstance(noise, str) else (float(noise),)
    made = []
    for slope in slopes:
        own = space.assuming(Hypothesis(slope))
        prior = own.prior_variance(own.patterns, own.rows)
        size = np.sqrt(np.average(prior, weights=own.labels.weight))
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
    centers_of: CentersOf,
    tol: float,
) -> tuple[Evidence, list[Score]]:
    """Centers of all scores under all hypotheses, averaged by the evidence of all scores together.

    Parameters
    ----------
    space : VersionSpace
        All labelled rows.
    targets : sequence of ScoreTarget
    hypotheses : sequence of Hypothesis
        With more than 2,000 labels a search leaves out those without hope on a thousand of them.
    n_searched : int
        As in :class:`Evidence`.
    centers_of : callable
        As the estimator's.
    tol : float
        Tolerance of the centers. Those of hypotheses without a share are rough.
    """
    if n_searched == space.n_rows:
        hypotheses = promising(
            space,
            targets,
            hypotheses,
            lambda own, told: weigh(own, told, hypotheses, own.n_rows, centers_of, _ROUGH)[0],
        )
    spaces: list[VersionSpace] = []
    for hypothesis in hypotheses:  # those of one slope share their operator
        known = [own for own in spaces if own.hypothesis.slope == hypothesis.slope]
        spaces.append((known[0] if known else space).assuming(hypothesis))
    found, hopeful = _starts(spaces, targets), list(range(len(spaces)))
    how = spaces, targets, centers_of
    if n_searched == space.n_rows:
        found = _centers(*how, found, hopeful, max(tol, _ROUGH))
        rough = _log_z(spaces, found) + _log_prior(hypotheses)
        hopeful = np.flatnonzero(rough >= rough.max() - _HOPELESS).tolist()
    found = _centers(*how, found, hopeful, tol)
    evidence = Evidence(tuple(hypotheses), _log_z(spaces, found), space.n_rows, n_searched)
    return evidence, [
        _score(space, target, spaces, [found[i, j] for j in range(len(spaces))], evidence)
        for i, target in enumerate(targets)
    ]


def _starts(spaces: Sequence[VersionSpace], targets: Sequence[ScoreTarget]) -> _Found:
    """Where centers start that are known: the hypothesis itself, or the heaviest of its slope."""
    made: _Found = {}
    for i, target in enumerate(targets):
        known = target.starts
        for j, space in enumerate(spaces):
            start = known.get(space.hypothesis, known.get(space.hypothesis.slope))
            if start is not None:
                made[i, j] = start
    return made


def _centers(
    spaces: Sequence[VersionSpace],
    targets: Sequence[ScoreTarget],
    centers_of: CentersOf,
    known: _Found,
    chosen: Sequence[int],
    tol: float,
) -> _Found:
    """What is known, with centers of all scores under the hypotheses in some places."""
    places = [(i, j) for i in range(len(targets)) for j in chosen]
    told = [spaces[j].relabelled(*targets[i].said) for i, j in places]
    starts = [own if isinstance(own := known.get(at), Center) else None for at in places]
    return known | dict(zip(places, centers_of(told, starts, tol), strict=True))


def _log_prior(hypotheses: Sequence[Hypothesis]) -> Array:
    """Logarithm of the odds before any label; (n,)."""
    return np.array([-ODDS * (bool(np.any(own.flip)) + (own.slope == 0)) for own in hypotheses])


def _log_z(spaces: Sequence[VersionSpace], found: _Found) -> Array:
    """Evidence of every hypothesis, summed over the scores; (n,).

    None for an empty version space, or where no law was found.
    """
    log_z = np.array([-(own.labels.weight @ own.likelihood.log_unit) for own in spaces])
    for (_, j), center in found.items():
        law = center.law if isinstance(center, Center) else None
        log_z[j] += -np.inf if law is None else law.log_z
    return log_z


def _score(
    space: VersionSpace,
    target: ScoreTarget,
    spaces: Sequence[VersionSpace],
    centers: Sequence[MaybeCenter],
    evidence: Evidence,
) -> Score:
    """The mixture of one score; without a law, the first center there is."""
    base = space.relabelled(*target.said)
    members = tuple(
        Member(own.relabelled(*target.said), center, float(weight))
        for own, center, weight in sorted(
            zip(spaces, centers, evidence.weights, strict=True), key=lambda each: -each[2]
        )
        if weight > 0 and isinstance(center, Center)
    )
    if members:
        return Score(base, members[0].center, target.name, members=members)
    made = [center for center in centers if isinstance(center, Center)]
    if not made:
        raise next(error for error in centers if isinstance(error, EmptyVersionSpaceError))
    return Score(base, made[0], target.name)
