"""Query strategies: which rows of the pool deserve a label.

A strategy is one function from a :class:`Question` to utilities, larger is asked earlier: of all
rows on offer, or of a few that are worth it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from cutplane._types import Array
from cutplane.active.question import Few, Question
from cutplane.active.selection import places
from cutplane.errors import InvalidInputError
from cutplane.uncertainty.gain import GAINS, Gain
from cutplane.uncertainty.link import entropy, gap, link
from cutplane.uncertainty.score_law import ScoreLaw

#: Shares of a consensus, and of a mean gap, that may be rounding.
_ROUNDING = 1e-7


Strategy = Callable[[Question], Array | Few]


def margin(question: Question) -> Few:
    """Minus the gap between the two best scores (two classes: minus ``|f|``)."""
    return question.nearest_a_decision()


def extremes(question: Question) -> Array:
    """Algorithms 4 and 6 of CPAL: the most positive and the most negative row first.

    The two sides take turns, also from one question to the next; with several classes, the
    row with the largest score of any.
    """
    scores = question.scores
    if scores.ndim == 2:
        return np.max(scores, axis=1)
    if question.labelled.shape[0] % 2:
        scores = -scores
    high, low = places(scores, question.rng), places(-scores, question.rng)
    return -np.minimum(2 * high, 2 * low + 1).astype(float)


def random(question: Question) -> Array:
    """Every row alike."""
    return np.asarray(question.rng.random(question.n_offered))


def spread(question: Question) -> Array:
    """Where the networks left differ most (several classes: summed over them)."""
    model = question.model
    return question.over(lambda X: model.spread(X).reshape(X.shape[0], -1).sum(axis=1))


def by_gain(gain: Gain, question: Question) -> Few:
    """What the answer about each candidate is expected to bring.

    The law is that of the center, so ``query_model`` does not matter. See
    :mod:`cutplane.uncertainty.gain`.
    """
    return Few(question.candidates.places, gain.of(question.laws(sharp=gain.is_sharp)))


def volume_split(question: Question) -> Array:
    """The row whose answer splits the version space most evenly.

    Two classes: minus the distance of the share of networks with f > 0 from one half.
    Several: the entropy of the networks' votes, which is largest when every class gets the
    same share. Regression, where a slab keeps the less volume the wider the predictions
    are spread: their standard deviation. The networks are those of the estimator's
    ``ensemble``; ``query_model`` does not matter.
    """
    if question.is_regression:
        return question.over(question.model.ensemble().std)[:, 0]
    shares = question.over(question.model.ensemble().shares)
    if shares.shape[1] == 2:
        return -np.abs(shares[:, 1] - 0.5)
    return entropy(shares)


def disagreement(question: Question) -> Array:
    """Mean Kullback-Leibler divergence of the networks' probabilities from their consensus.

    A network's probabilities are the link of its scores, in units of its mean absolute
    score on the labelled rows. Unlike votes they tell networks that contradict each other
    from networks that are all undecided. Regression: the standard deviation.

    References
    ----------
    McCallum and Nigam, "Employing EM and Pool-Based Active Learning for Text
    Classification", ICML 1998.
    """
    ensemble = question.model.ensemble()
    if question.is_regression:
        return question.over(ensemble.std)[:, 0]

    def divergence(law: ScoreLaw) -> Array:
        probability = link(law.draws, ensemble.unit[:, None, None])
        consensus = entropy(probability.mean(axis=0))
        apart = consensus - entropy(probability).mean(axis=0)
        return np.where(apart > _ROUNDING * consensus, apart, 0.0)

    return question.over(lambda X: ensemble.over(X, divergence))


def coverage(question: Question) -> Array:
    """The row farthest from every labelled one (greedy k-center)."""
    return question.distance


def frontier(question: Question) -> Array:
    """The row farthest from every labelled one, with doubtful rows taken twice as far.

    Doubtful is a row whose gap between the two best scores is less than half of the mean
    gap on the labelled rows. While few rows are labelled this covers the pool, later it refines
    the boundary. Regression: ``coverage``.
    """
    if question.is_regression:
        return question.distance
    known = question.model.scores(question.labelled, question.query_model)
    # a little less than half, so that rounding does not place a row that is exactly there
    doubtful = gap(question.scores) < (0.5 - _ROUNDING) * gap(known).mean()
    return question.distance * np.where(doubtful, 4.0, 1.0)  # squared distances


STRATEGIES: dict[str, Strategy] = {
    **{name: partial(by_gain, gain) for name, gain in GAINS.items()},
    "margin": margin,
    "extremes": extremes,
    "random": random,
    "spread": spread,
    "coverage": coverage,
    "frontier": frontier,
    "volume_split": volume_split,
    "disagreement": disagreement,
}


def default_query(*, is_regression: bool, by_scores: bool = False) -> str:
    """Strategy used when none is named.

    ``by_scores`` asks for one that looks at nothing but the scores where there are classes: the
    final solve has no version space of its own, and the least margin in a box is found exactly.
    """
    return "margin" if by_scores and not is_regression else "variance_reduction"


def strategy(query: str | Strategy) -> Strategy:
    """Look a query strategy up by name; a function of one's own has its utilities checked.

    Raises
    ------
    InvalidInputError
        There is no such strategy.
    """
    if callable(query):
        return partial(_checked, query)
    if query not in STRATEGIES:
        raise InvalidInputError(
            f"query={query!r} is unknown; choose one of {', '.join(sorted(STRATEGIES))}, or give "
            "a function from a Question to utilities"
        )
    return STRATEGIES[query]


def _checked(function: Strategy, question: Question) -> Array:
    """Utilities of a function that a caller gave: a number for each row on offer, no NaN."""
    given = np.asarray(function(question))
    if given.shape != (question.n_offered,) or given.dtype.kind not in "biuf":
        raise InvalidInputError(
            f"query gave {given.dtype} utilities of shape {given.shape}; expected numbers of shape "
            f"({question.n_offered},), one for each row on offer (question.offered)"
        )
    utilities = given.astype(np.float64)
    if np.isnan(utilities).any():
        raise InvalidInputError(
            f"query gave NaN for {int(np.isnan(utilities).sum())} of {utilities.size} rows; give "
            "numbers, or -inf for rows that must not be asked"
        )
    return utilities
