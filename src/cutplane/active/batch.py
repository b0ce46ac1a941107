"""Batches of questions by what their answers are expected to bring together."""

from __future__ import annotations

import numpy as np

from cutplane._types import Index
from cutplane.active.question import Question
from cutplane.active.selection import ranking
from cutplane.uncertainty.gain import Gain


def best_together(question: Question, gain: Gain) -> Index:
    """Places on offer of ``question.n`` candidates, one after the other the most telling.

    Each is chosen as if those before it were answered: what they tell is taken from the joint law
    of candidates and reference rows, whatever the answers will be. Ties are broken at random.

    Returns
    -------
    ndarray of int
        Fewer than wanted where fewer rows are on offer.

    References
    ----------
    Nemhauser, Wolsey and Fisher, "An Analysis of Approximations for Maximizing Submodular Set
    Functions" (1978): the greedy choice.
    """
    laws = question.laws(sharp=gain.is_sharp)
    chosen: list[int] = []
    for number in range(min(question.n, question.candidates.size)):
        if number:
            laws = [law.after(chosen[-1]) for law in laws]
        order = ranking(gain.of(laws), question.rng)
        chosen.append(int(order[~np.isin(order, chosen)][0]))
    return question.candidates[chosen]
