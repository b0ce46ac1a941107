"""The certificate of convergence: what every label left of the version space.

Theorem 6.3 of CPAL: a cut that the center of gravity does not satisfy leaves at most
``1 - 1/e`` of the volume (Grünbaum's inequality). Here the volume that each cut did leave is
measured, beside that bound and beside what the theorem assumes and this run does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cutplane.arrangement import Rows
from cutplane.centers.center import Center
from cutplane.errors import InvalidInputError
from cutplane.samplers import sample
from cutplane.samplers.splitting import LogEstimate
from cutplane.samplers.volume import CutVolume, Effort, cut_volumes, first_rows
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]

#: What a cut through the center of gravity leaves at most, of any convex set.
BOUND = 1 - 1 / np.e
#: Why Theorem 6.3 says nothing about a cut.
AGREED = "the center satisfied the cut"
NO_CENTER = "no center was computed before it"

#: Pool rows that the spread is measured on, and networks drawn.
_PROBES, _NETWORKS = 200, 64
_ROUNDING = 1e-9


@dataclass(frozen=True)
class CertifiedCut:
    """One cut and what it left.

    Attributes
    ----------
    number : int
        Labels told when it came, this one included.
    row : int
        Row of ``learner.X_pool``.
    volume : CutVolume
        Logarithms of the ratios and of the volume left, with their errors.
    outside : str or None
        Why Theorem 6.3 says nothing about this cut: ``AGREED`` or ``NO_CENTER``.
    spread : float
        Networks drawn from what the cut left, on the pool: root mean square deviation of
        their predictions from the mean network's, over the root mean square prediction
        (regression: in standard deviations of the target). Goes to 0 with the version space.
    disagreement : float or None
        Probability that two such networks put a row of the pool in different classes.
    """

    number: int
    row: int
    volume: CutVolume
    outside: str | None
    spread: float
    disagreement: float | None

    def as_dict(self) -> dict[str, Any]:
        """In types that JSON knows; ``bound`` is null where the theorem says nothing."""
        return {
            "number": self.number,
            "row": self.row,
            "bound": None if self.outside else BOUND,
            "outside": self.outside,
            "label": _as_dict(self.volume.label),
            "prediction": _as_dict(self.volume.prediction),
            "log_volume": _as_dict(self.volume.volume),
            "spread": self.spread,
            "disagreement": self.disagreement,
        }


@dataclass(frozen=True)
class Certificate:
    """Every cut of one score, in order.

    Attributes
    ----------
    positive : str or None
        The class that a positive score speaks for; None for a regression.
    n_labels : int
        Labels told, whether or not they cut.
    n_cuts : int
        Cuts made; ``cuts`` holds fewer where only the first were asked for.
    cuts : tuple of CertifiedCut
    caveats : tuple of str
        Assumptions of Theorem 6.3 that the run does not meet.
    notes : tuple of str
        Which labels and cuts the theorem says nothing about.
    """

    positive: str | None
    n_labels: int
    n_cuts: int
    cuts: tuple[CertifiedCut, ...]
    caveats: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def exceeding(self) -> list[int]:
        """Numbers of the cuts that left more than the bound, beyond their interval."""
        return [
            cut.number
            for cut in self.cuts
            if cut.outside is None and cut.volume.label.interval()[0] > np.log(BOUND)
        ]

    def as_dict(self) -> dict[str, Any]:
        """In types that JSON knows."""
        return {
            "positive": self.positive,
            "n_labels": self.n_labels,
            "n_cuts": self.n_cuts,
            "bound": BOUND,
            "exceeding": self.exceeding,
            "caveats": list(self.caveats),
            "notes": list(self.notes),
            "cuts": [cut.as_dict() for cut in self.cuts],
        }


def certify(
    learner: Any,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    max_cuts: int | None = None,
    on_cut: Callable[[int], None] | None = None,
) -> list[Certificate]:
    """Measure what every cut of a learner left.

    Parameters
    ----------
    learner : ActiveLearner
        Nothing in it is changed.
    seed : int, default=0
    effort : Effort, optional
        Chains and draws of the volumes.
    max_cuts : int, optional
        Only the first so many; by default all.
    on_cut : callable, optional
        Called after every cut with the number of cuts in all.

    Returns
    -------
    list of Certificate
        One for two classes or a regression, else one for each class against the rest.

    Raises
    ------
    InvalidInputError
        The learner has no cut yet.
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    """
    model = learner.estimator_
    if not learner.is_fitted:
        raise InvalidInputError(
            f"the learner holds {learner.n_labels_} labels and no cut, so there is nothing to "
            "certify; tell labels of two classes first"
        )
    if max_cuts is not None and max_cuts < 1:
        raise InvalidInputError(f"max_cuts={max_cuts} arrived; expected at least 1")
    spaces = model._version_spaces
    names: list[str | None] = [str(name) for name in model._positive]
    rng = np.random.default_rng(seed)
    n_cuts = min(learner.n_cuts_, max_cuts or learner.n_cuts_)
    rows = learner.probe_rows[_some(learner.probe_rows.shape[0], rng)]
    certificates = []
    for space, name in zip(spaces, names or [None], strict=True):
        space = first_rows(space, n_cuts)
        outside, warnings = _outside(learner, space)
        cuts = []
        for t, volume in enumerate(cut_volumes(space, rng, effort)):
            spread = _spread(first_rows(space, t + 1), rows, rng)
            row = learner.cut_rows_[t]
            number = int(np.flatnonzero(learner.labels_rows_ == row)[0]) + 1
            cuts.append(CertifiedCut(number, row, volume, outside[t], *spread))
            if on_cut is not None:
                on_cut(n_cuts * len(spaces))
        certificates.append(
            Certificate(
                name,
                learner.n_labels_,
                learner.n_cuts_,
                tuple(cuts),
                (*_caveats(model, space, len(spaces)), *warnings),
                _notes(learner, cuts),
            )
        )
    return certificates


def _some(n_rows: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Rows to measure the spread on."""
    return np.sort(rng.choice(n_rows, min(n_rows, _PROBES), replace=False))


def _spread(
    space: VersionSpace, rows: Rows, rng: np.random.Generator
) -> tuple[float, float | None]:
    """Spread and disagreement of networks drawn from a version space, on rows."""
    scores = sample(space, _NETWORKS, rng).scores(rows)
    deviation = float(np.sqrt(scores.var(axis=0).mean()))
    if not space.is_cone:
        return deviation, None
    positive = (scores > 0).mean(axis=0)
    pairs = _NETWORKS / (_NETWORKS - 1)  # of different networks
    size = float(np.sqrt((scores**2).mean()))
    return deviation / max(size, 1e-300), float(pairs * (2 * positive * (1 - positive)).mean())


def _outside(learner: Any, space: VersionSpace) -> tuple[list[str | None], list[str]]:
    """Why the theorem leaves each cut out, and what is wrong with the centers.

    The first center is that of the ball, its origin. Later ones are computed as the
    learner did: once for every ``tell``.
    """
    model = learner.estimator_
    ends = {int(step["n_cuts"]) for step in learner.history_}
    outside: list[str | None] = []
    center: Center | None = None
    errors = []
    for t in range(space.n_rows):
        if t > 0 and t not in ends:
            outside.append(NO_CENTER)
            continue
        if t > 0:
            center = model.center_of(first_rows(space, t), center)
            errors.append((center.status != "optimal", center.standard_error))
        outside.append(AGREED if _satisfies(_only(space, t), center) else None)
    worst = max((error for bad, error in errors if bad), default=0.0)
    if worst > 0:
        return outside, [
            f"A center of gravity is known only up to {worst:.0%} of its length: its chains did "
            "not reach the precision asked for."
        ]
    return outside, []


def _only(space: VersionSpace, t: int) -> VersionSpace:
    """The cut of label t (from 0) alone."""
    part = first_rows(space, t + 1)
    return replace(
        part,
        rows=part.rows[t:],
        y=part.y[t:],
        depth=part.depth[t:],
        patterns=tuple(pattern[t:] for pattern in part.patterns),
    )


def _satisfies(cut: VersionSpace, center: Center | None) -> bool:
    """Whether a center, or the origin, satisfies every row of a cut strictly."""
    if center is None:
        slack = cut.cuts.slack(np.zeros(1))
        return bool(slack.min() > _ROUNDING) and not cut.has_sign_rows
    prediction, sign = cut.slacks(center.weights / center.scale)
    size = float(np.linalg.norm(center.weights)) / center.scale
    least = min(prediction.min(), sign.min(initial=np.inf))
    return bool(least > _ROUNDING * size)


def _caveats(model: Any, space: VersionSpace, n_scores: int) -> list[str]:
    """Assumptions of Theorem 6.3 that a model's settings do not meet, in sentences."""
    out = []
    if model.center != "gravity":
        out.append(
            f"The center is {model.center.replace('_', ' ')}: Theorem 6.3 is about the center of "
            "gravity, so its bound is a yardstick here, not a promise."
        )
    if np.isfinite(space.cost):
        out.append(
            f"The cuts are elastic (cost={space.cost:g}): labels may be violated at a price and "
            "bound no set, so what is measured is the mass of the density exp(-C violation)."
        )
    if model.cost == "auto":
        out.append("The price was chosen again as labels came; every cut is measured at the last.")
    shifted = int(np.count_nonzero(space.depth))
    if shifted:
        out.append(
            f"{shifted} cuts do not go through the origin (depth): Theorem 6.3 is about cuts that "
            "the center violates, and their volumes are measures under the normal law."
        )
    if n_scores > 1:
        out.append(
            f"{n_scores} classes are learnt one against the rest: each has its own version space, "
            "all share the questions, and nothing is promised for them together."
        )
    if not space.is_cone:
        out.append(
            "Labels are numbers: Theorem 6.3 is about classes. The slabs are measured at the last "
            "scale of the target, which moved as labels came."
        )
    return out


def _notes(learner: Any, cuts: list[CertifiedCut]) -> tuple[str, ...]:
    """Labels and cuts that the theorem says nothing about, in sentences."""
    silent = learner.n_labels_ - learner.n_cuts_
    agreed = sum(cut.outside == AGREED for cut in cuts)
    without = sum(cut.outside == NO_CENTER for cut in cuts)
    notes = []
    if silent:
        notes.append(f"{silent} of {learner.n_labels_} labels agreed and did not cut.")
    if agreed:
        notes.append(f"{agreed} of {len(cuts)} cuts kept the center, and have no bound.")
    if without:
        notes.append(
            f"{without} of {len(cuts)} cuts have no bound: no center was computed before them "
            "(labels told together, or before the first model)."
        )
    if len(cuts) < learner.n_cuts_:
        notes.append(f"Only the first {len(cuts)} of {learner.n_cuts_} cuts were measured.")
    return tuple(notes)


def _as_dict(estimate: LogEstimate) -> dict[str, Any]:
    low, high = estimate.interval()
    return {
        "log": estimate.value,
        "standard_error": float(np.sqrt(estimate.variance)),
        "interval": [low, high],
    }
