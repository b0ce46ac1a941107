"""What labels left of the networks, by the evidence of the centers of gravity (mathematics 12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cutplane._types import Metadata
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.evidence import Evidence


@dataclass(frozen=True)
class Volume:
    """What the cuts of a model left, at one moment.

    Attributes
    ----------
    evidence : Evidence or None
        None before the first cut, for centers without a law, and of values, whose evidence is
        a density and no share.
    n_scores : int
        0 before the first cut.
    """

    evidence: Evidence | None
    n_scores: int

    @classmethod
    def of(cls, model: CuttingPlaneClassifier | CuttingPlaneRegressor) -> Volume:
        """Of a classifier or regressor as it is."""
        if not model.__sklearn_is_fitted__():
            return cls(None, 0)
        has_shares = isinstance(model, CuttingPlaneClassifier)
        evidence = getattr(model, "evidence_", None) if has_shares else None
        return cls(evidence, len(model.named_spaces()))

    def since(self, before: Volume) -> Metadata:
        """``log_volume`` and ``ratio`` of the heaviest hypothesis, in types that JSON knows.

        ``log_volume`` is the natural logarithm of the share of the prior that all cuts leave,
        summed over the scores of several classes; ``ratio`` the share that the cuts since
        ``before`` left of what was there, its geometric mean over the scores. Either is None
        where there is none: no law, no new cut, a hypothesis or a class that was not compared
        before.
        """
        if self.evidence is None:
            return {"log_volume": None, "ratio": None}
        heaviest = self.evidence.hypotheses[self.evidence.ranked[0]]
        log_volume, known = self.evidence.log_z_of(heaviest), None
        if before.n_scores == 0:
            known = 0.0
        elif before.evidence is not None and before.n_scores == self.n_scores:
            is_new = self.evidence.n_labels > before.evidence.n_labels
            known = before.evidence.log_z_of(heaviest) if is_new else None
        if log_volume is None or known is None:
            return {"log_volume": log_volume, "ratio": None}
        ratio = float(np.exp((log_volume - known) / self.n_scores))
        return {"log_volume": log_volume, "ratio": ratio}
