"""How often each annotator is wrong, by evidence (mathematics 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cutplane._types import Array
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
    return tuple(SHARES[i] for i in _log_evidence(scores, SHARES, n_annotators).argmax(axis=0))


def flip_quantiles(
    scores: Sequence[Score], n_annotators: int, probabilities: Sequence[float]
) -> Array:
    """Shares of wrong labels below which each annotator's is with these probabilities, (n, p).

    By the same evidence, and a prior for which all shares below a half are as likely. Scores of
    several classes are not independent: two of them feel a wrong label, so that each counts half.

    Parameters
    ----------
    scores : sequence of Score
        Of one classifier, centers of gravity.
    n_annotators : int
    probabilities : sequence of float
        p of them, between 0 and 1.
    """
    shares = (np.arange(100) + 0.5) / 200
    log_z = _log_evidence(scores, shares.tolist(), n_annotators) / min(len(scores), 2)
    weight = np.exp(log_z - log_z.max(axis=0))
    below = np.cumsum(weight, axis=0) / weight.sum(axis=0)
    places = [np.argmax(below >= probability, axis=0) for probability in probabilities]
    return np.column_stack([shares[place] for place in places])


def _log_evidence(scores: Sequence[Score], shares: Sequence[float], n_annotators: int) -> Array:
    """What the labels of each annotator add to the evidence by each share; (n_shares, n)."""
    total = np.zeros((len(shares), n_annotators))
    for score in scores:
        member = score.members[0]
        likelihood, labels, law = member.space.likelihood, member.space.labels, member.law
        if not isinstance(likelihood, ProbitLikelihood):
            raise TypeError("values are not right or wrong, so that nobody has flips")
        for i, share in enumerate(shares):
            supposed = replace(likelihood, flip=np.full(labels.y.shape, share))
            log_z = supposed.tilted(law.cavity_mean, law.cavity_variance).log_z
            total[i] += np.bincount(labels.annotator, labels.weight * log_z, n_annotators)
    return total
