"""Theorem 6.3 of CPAL: what it assumes, and what a run did otherwise, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cutplane.certificate.record import Assumed, RunRecord
from cutplane.certificate.volume import first_rows
from cutplane.newton.center import Center
from cutplane.space.version_space import VersionSpace

#: What a cut through the center of gravity leaves at most, of any convex set (mathematics (7.8)).
BOUND = 1 - 1 / np.e
#: Why Theorem 6.3 says nothing about a cut.
AGREED = "the center satisfied the cut"
NO_CENTER = "no center was computed before it"

_ROUNDING = 1e-9


class Share(NamedTuple):
    """What a cut left, by expectation propagation (mathematics (12.2)).

    Attributes
    ----------
    ratio : float
        Of what was left before it.
    log_volume : float
        Natural logarithm of the share of the prior that it and all before it leave.
    """

    ratio: float
    log_volume: float


class Centers:
    """The centers of a run, computed again as the learner did: once for every ``tell``.

    The first is that of the ball, its origin.

    Parameters
    ----------
    record : RunRecord
    space : VersionSpace
        Of one score, with all cuts that :meth:`outside` is asked about.

    Attributes
    ----------
    error : float
        Largest standard error of a center of gravity whose chains did not reach the
        precision asked for, relative to its length; 0 if all did.
    """

    def __init__(self, record: RunRecord, space: VersionSpace):
        assumed = record.assumed
        self._record = record
        self._space = space if assumed is None else space.assuming(assumed.hypothesis)
        self._center: Center | None = None
        self._n_cuts, self._log_z = 0, [0.0]
        self.error = 0.0

    def outside(self, t: int) -> str | None:
        """Why the theorem says nothing of cut t, or None; asked for t = 0, 1, ... in turn."""
        if t > 0 and t not in self._record.ends:
            return NO_CENTER
        return AGREED if _satisfies(_only(self._space, t), self._of(t)) else None

    def share(self, t: int) -> Share | None:
        """What cut t left by evidence, if there is any of classes; asked for after its outside."""
        if self._record.assumed is None or not self._space.cuts.is_cone:
            return None
        center = self._of(t + 1)
        law = None if center is None else center.law
        self._log_z.append(np.nan if law is None else law.log_z)
        before, after = self._log_z[t : t + 2]
        return None if np.isnan(after - before) else Share(float(np.exp(after - before)), after)

    def _of(self, n_cuts: int) -> Center | None:
        """Center of the first so many cuts, warm from the one before; None for no cuts."""
        if n_cuts != self._n_cuts:
            center = self._record.center_of(first_rows(self._space, n_cuts), self._center)
            if center.status != "optimal":
                self.error = max(self.error, center.standard_error)
            self._center, self._n_cuts = center, n_cuts
        return self._center

    @property
    def caveats(self) -> list[str]:
        """What is wrong with the centers so far, in sentences."""
        if self.error == 0:
            return []
        return [
            f"A center of gravity is known only up to {self.error:.0%} of its length: its chains "
            "did not reach the precision asked for."
        ]


def _only(space: VersionSpace, t: int) -> VersionSpace:
    """The cut of label t (from 0) alone."""
    return space.of_rows(slice(t, t + 1))


def _satisfies(cut: VersionSpace, center: Center | None) -> bool:
    """Whether a center, or the origin, satisfies every row of a cut strictly."""
    if center is None or center.scale == 0:  # the origin
        slack = cut.cuts.slack(np.zeros(1))
        return bool(slack.min() > _ROUNDING) and not cut.operator.layers
    unit = center.scale if cut.cuts.is_cone else 1.0  # values have a scale of their own
    prediction, sign = cut.slacks(center.weights / unit)
    size = float(np.linalg.norm(center.weights)) / unit
    least = min(prediction.min(), sign.min(initial=np.inf))
    return bool(least > _ROUNDING * size)


def caveats(record: RunRecord, space: VersionSpace) -> list[str]:
    """Assumptions of Theorem 6.3 that a run's settings do not meet, in sentences."""
    out = [] if record.assumed is None else _assumptions(record.assumed)
    if record.center not in ("gravity", "gravity_sampled"):
        out.append(
            f"The center is {record.center.replace('_', ' ')}: Theorem 6.3 is about the center of "
            "gravity, so its bound is a yardstick here, not a promise."
        )
    if np.isfinite(space.cost):
        out.append(
            f"The cuts are elastic (cost={space.cost:g}): labels may be violated at a price and "
            "bound no set, so what is measured is the mass of the density exp(-C violation)."
        )
    if record.chooses_price:
        out.append("The price was chosen again as labels came; every cut is measured at the last.")
    shifted = int(np.count_nonzero(space.depth))
    if shifted:
        out.append(
            f"{shifted} cuts do not go through the origin (depth): Theorem 6.3 is about cuts that "
            "the center violates, and their volumes are measures under the normal law."
        )
    if len(record.spaces) > 1:
        out.append(
            f"{len(record.spaces)} classes are learnt one against the rest: each has its own "
            "version space, all share the questions, and nothing is promised for them together."
        )
    if not space.cuts.is_cone:
        out.append(
            "Labels are numbers: Theorem 6.3 is about classes. The slabs are measured at the last "
            "scale of the target, which moved as labels came."
        )
    return out


def _assumptions(assumed: Assumed) -> list[str]:
    """What a run with evidence does otherwise."""
    own = assumed.hypothesis
    out = [
        "The center of gravity is computed by expectation propagation, which approximates it: a "
        "cut that passes close by may be counted on the wrong side of it."
    ]
    flips = np.atleast_1d(own.flip)
    if flips.any() or own.noise > 0:
        flip = " or ".join(f"{share:g}" for share in flips)
        out.append(
            f"Labels may be wrong or nearly so (flip {flip}, noise {own.noise:g}): evidence is a "
            "share of likelihood then, not of volume. The volumes measured are of the cuts "
            "themselves."
        )
    if assumed.n_averaged > 1:
        out.append(
            f"The model averages {assumed.n_averaged} hypotheses; centers and evidence are of the "
            "likeliest one whose weights are all alike, as in the sets measured."
        )
    return out


def notes(record: RunRecord, outside: Sequence[str | None]) -> tuple[str, ...]:
    """Labels and cuts that the theorem says nothing about, in sentences.

    ``outside`` holds the reason of each cut that was measured, or None.
    """
    silent = record.n_labels - record.n_cuts
    agreed = sum(reason == AGREED for reason in outside)
    without = sum(reason == NO_CENTER for reason in outside)
    said = []
    if silent:
        said.append(f"{silent} of {record.n_labels} labels agreed and did not cut.")
    if agreed:
        said.append(f"{agreed} of {len(outside)} cuts kept the center, and have no bound.")
    if without:
        said.append(
            f"{without} of {len(outside)} cuts have no bound: no center was computed before them "
            "(labels told together, or before the first model)."
        )
    if len(outside) < record.n_cuts:
        said.append(f"Only the first {len(outside)} of {record.n_cuts} cuts were measured.")
    return tuple(said)
