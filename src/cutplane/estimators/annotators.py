"""How often each annotator is wrong, by evidence (mathematics 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cutplane.estimators.score import Score
from cutplane.space.likelihood import ProbitLikelihood

#: Shares of wrong labels that one annotator may have.
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)


def annotator_flips(scores: Sequence[Score], n_annotators: int) -> tuple[float, ...]:
    """Share of wrong labels of each annotator that the other labels find most likely.

    With the cavities held, what the labels of one annotator add to the evidence is a sum over
    them; at the sites that expectation propagation ends with, its slope is that of the evidence.

    Parameters
    ----------
    scores : sequence of Score
        Of one classifier, centers of gravity.
    n_annotators : int

    References
    ----------
    Seeger, "Expectation Propagation for Exponential Families" (2005): derivatives of the evidence.
    """
    total = np.zeros((len(SHARES), n_annotators))
    for score in scores:
        member = score.members[0]
        likelihood, labels, law = member.space.likelihood, member.space.labels, member.law
        if not isinstance(likelihood, ProbitLikelihood):
            raise TypeError("values are not right or wrong, so that nobody has flips")
        for i, share in enumerate(SHARES):
            supposed = replace(likelihood, flip=np.full(labels.y.shape, share))
            log_z = supposed.tilted(law.cavity_mean, law.cavity_variance).log_z
            total[i] += np.bincount(labels.annotator, labels.weight * log_z, n_annotators)
    return tuple(SHARES[i] for i in total.argmax(axis=0))
