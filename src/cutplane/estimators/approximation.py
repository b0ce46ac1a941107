"""What an estimator of many labels approximates, and by how much (record 0061)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from cutplane._types import Metadata
from cutplane.estimators.score import Score
from cutplane.newton.low_rank_gravity import NearKernel
from cutplane.uncertainty.mixture import Member

#: Labelled rows whose variance is computed by the kernel itself as well.
_N_CHECKED = 16


@dataclass(frozen=True)
class Approximation:
    """How variances of many labels' predictions were computed; means are the kernel's own.

    Attributes
    ----------
    rank : int
        Columns that stand for the kernel of the labelled rows.
    share_left : float
        Share of the rows' prior variance that these leave, on average.
    deviation_error : float
        Root mean square error of the rows' standard deviations, relative, on a few of them.
    """

    rank: int
    share_left: float
    deviation_error: float

    @classmethod
    def of(cls, scores: Sequence[Score]) -> Approximation | None:
        """Of the heaviest hypothesis of the first score; None where nothing is approximated."""
        if not scores or not scores[0].members:
            return None
        member = scores[0].members[0]
        kernel = NearKernel.of(member.space.operator)
        if kernel is None:
            return None
        near = kernel.near
        return cls(near.rank, near.share_left, _deviation_error(member, kernel))

    @property
    def sentence(self) -> str:
        """For people."""
        return (
            f"Uncertainty is computed from {self.rank} of the labelled rows, which leave "
            f"{self.share_left:.1%} of the variance before any label; standard deviations are "
            f"about {self.deviation_error:.1%} off. The scores are not approximated."
        )

    def as_dict(self) -> Metadata:
        """In types that JSON knows."""
        return asdict(self)


def _deviation_error(member: Member, kernel: NearKernel) -> float:
    law, k = member.law, member.space.n_rows
    told = law.sites.precision.root * member.space.labels.weight
    places = np.linspace(0, k - 1, _N_CHECKED).astype(np.intp)
    exact = kernel.exact_variance(told, places)
    ratio = np.sqrt(law.variance[places] / np.maximum(exact, np.finfo(float).tiny))
    return float(np.sqrt(np.mean((ratio - 1) ** 2)))
