"""The certificate of convergence: what every label left of the version space.

Theorem 6.3 of CPAL: a cut that the center of gravity does not satisfy leaves at most
``1 - 1/e`` of the volume (Grünbaum's inequality). Here the volume that each cut did leave is
measured, beside that bound and beside what the theorem assumes and this run does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cutplane._types import Index, Metadata, Rows
from cutplane.certificate.record import RunRecord
from cutplane.certificate.splitting import LogEstimate
from cutplane.certificate.theorem import BOUND, Centers, Share, caveats, notes
from cutplane.certificate.volume import CutVolume, Effort, cut_volumes, first_rows
from cutplane.errors import InvalidInputError
from cutplane.samplers import sample
from cutplane.space.version_space import VersionSpace

#: Pool rows that the spread is measured on, and networks drawn.
_PROBES, _NETWORKS = 200, 64


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
        Why Theorem 6.3 says nothing about this cut; see :mod:`cutplane.certificate.theorem`.
    evidence : Share or None
        What it left by the evidence of the center of gravity, without sampling.
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
    evidence: Share | None
    spread: float
    disagreement: float | None

    def as_dict(self) -> Metadata:
        """In types that JSON knows; ``bound`` is null where the theorem says nothing."""
        return {
            "number": self.number,
            "row": self.row,
            "bound": None if self.outside else BOUND,
            "outside": self.outside,
            "label": _as_dict(self.volume.label),
            "prediction": _as_dict(self.volume.prediction),
            "log_volume": _as_dict(self.volume.volume),
            "evidence": None if self.evidence is None else self.evidence._asdict(),
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
        Cuts made; ``cuts`` holds fewer where only the first were measured.
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

    def as_dict(self) -> Metadata:
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
    record: RunRecord,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    max_cuts: int | None = None,
    max_seconds: float | None = None,
    on_cut: Callable[[int], None] | None = None,
) -> list[Certificate]:
    """Measure what every cut of a run left.

    Parameters
    ----------
    record : RunRecord
        What :meth:`cutplane.ActiveLearner.record` gives.
    seed : int, default=0
    effort : Effort, optional
        Chains and draws of the volumes.
    max_cuts : int, optional
        Only the first so many; by default all.
    max_seconds : float, optional
        No further cut is begun after this time. Ctrl-C, too, ends with the cuts measured by
        then, if there are any.
    on_cut : callable, optional
        Called after every cut with the number of cuts in all.

    Returns
    -------
    list of Certificate
        One for two classes or a regression, else one for each class against the rest.

    Raises
    ------
    InvalidInputError
        A limit leaves nothing to measure.
    EmptyVersionSpaceError
        No network satisfies every hard cut.
    """
    for name, limit, least in (("max_cuts", max_cuts, 1), ("max_seconds", max_seconds, 0)):
        if limit is not None and not limit >= least:
            raise InvalidInputError(f"{name}={limit} arrived; expected at least {least}")
    rng = np.random.default_rng(seed)
    n_cuts = min(record.n_cuts, max_cuts or record.n_cuts)
    rows = record.probe[_some(record.probe.shape[0], rng)]
    scores = [
        _Score(record, first_rows(space, n_cuts), rows, rng, effort) for _, space in record.spaces
    ]
    end = np.inf if max_seconds is None else time.monotonic() + max_seconds
    try:
        for t in range(n_cuts):
            for score in scores:
                score.measure(t)
                if on_cut is not None:
                    on_cut(n_cuts * len(scores))
            if time.monotonic() >= end:
                break
    except KeyboardInterrupt:
        if not scores[-1].cuts:
            raise
    measured = len(scores[-1].cuts)
    return [
        score.certificate(None if name is None else str(name), measured)
        for score, (name, _) in zip(scores, record.spaces, strict=True)
    ]


class _Score:
    """The cuts of one score, measured one after the other."""

    def __init__(
        self,
        record: RunRecord,
        space: VersionSpace,
        rows: Rows,
        rng: np.random.Generator,
        effort: Effort | None,
    ):
        self._record, self._space, self._rows, self._rng = record, space, rows, rng
        self._volumes = cut_volumes(space, rng, effort)
        self._centers = Centers(record, space)
        self.cuts: list[CertifiedCut] = []

    def measure(self, t: int) -> None:
        """Measure cut t, from 0."""
        volume = next(self._volumes)
        spread, disagreement = _spread(first_rows(self._space, t + 1), self._rows, self._rng)
        row, number = self._record.cut_rows[t], self._record.cut_numbers[t]
        outside, evidence = self._centers.outside(t), self._centers.share(t)
        self.cuts.append(CertifiedCut(number, row, volume, outside, evidence, spread, disagreement))

    def certificate(self, positive: str | None, n_cuts: int) -> Certificate:
        """Of the first so many cuts."""
        record, cuts = self._record, tuple(self.cuts[:n_cuts])
        settings = caveats(record, first_rows(self._space, n_cuts))
        return Certificate(
            positive,
            record.n_labels,
            record.n_cuts,
            cuts,
            (*settings, *self._centers.caveats),
            notes(record, [cut.outside for cut in cuts]),
        )


def _some(n_rows: int, rng: np.random.Generator) -> Index:
    """Rows to measure the spread on."""
    return np.sort(rng.choice(n_rows, min(n_rows, _PROBES), replace=False))


def _spread(
    space: VersionSpace, rows: Rows, rng: np.random.Generator
) -> tuple[float, float | None]:
    """Spread and disagreement of networks drawn from a version space, on rows."""
    scores = sample(space, _NETWORKS, rng).scores(rows)
    deviation = float(np.sqrt(scores.var(axis=0).mean()))
    if not space.cuts.is_cone:
        return deviation, None
    positive = (scores > 0).mean(axis=0)
    pairs = _NETWORKS / (_NETWORKS - 1)  # of different networks
    size = float(np.sqrt((scores**2).mean()))
    return deviation / max(size, 1e-300), float(pairs * (2 * positive * (1 - positive)).mean())


def _as_dict(estimate: LogEstimate) -> Metadata:
    low, high = estimate.interval()
    return {
        "log": estimate.value,
        "standard_error": float(np.sqrt(estimate.variance)),
        "interval": [low, high],
    }
