"""Batches of questions by what their answers are expected to bring together."""

from __future__ import annotations

import numpy as np

from cutplane.active.question import Few, Question
from cutplane.active.selection import ranking
from cutplane.uncertainty.gain import Gain


def best_together(question: Question, gain: Gain) -> Few:
    """``question.n`` candidates, one after the other the most telling.

    Each is chosen as if those before it were answered: what they tell is taken from the joint law
    of candidates and reference rows, whatever the answers will be. Ties are broken at random.

    Returns
    -------
    Few
        Fewer than wanted where fewer rows are on offer; their utilities are what each was expected
        to bring when it was chosen.

    References
    ----------
    Nemhauser, Wolsey and Fisher, "An Analysis of Approximations for Maximizing Submodular Set
    Functions" (1978): the greedy choice.
    """
    candidates, laws = question.candidates, question.laws(sharp=gain.is_sharp)
    chosen: list[int] = []
    gains: list[float] = []
    for number in range(min(question.n, candidates.places.size)):
        if number:
            laws = [law.after(chosen[-1]) for law in laws]
        expected = gain.of(laws)
        order = ranking(expected, question.rng)
        chosen.append(int(order[~np.isin(order, chosen)][0]))
        gains.append(float(expected[chosen[-1]]))
    return Few(candidates.places[chosen], np.array(gains))
