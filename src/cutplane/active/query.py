"""Query strategies: which rows of the pool deserve a label.

A strategy is one function from a :class:`Question` to utilities, larger is asked earlier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.base import is_regressor

from cutplane._types import Array, Rows
from cutplane.active.selection import nearest
from cutplane.errors import InvalidInputError
from cutplane.uncertainty.link import entropy, link
from cutplane.uncertainty.score_law import ScoreLaw
from cutplane.uncertainty.scoring import Scoring

#: Rows on offer that the variance is summed over.
_N_REFERENCE = 256


@dataclass
class Question:
    """What a strategy may look at; the costly parts are computed when first used.

    Attributes
    ----------
    X : array or CSR matrix of shape (m, n_features)
        Rows on offer.
    labelled : array or CSR matrix of shape (n_labels, n_features)
        Rows with a label.
    model : Scoring
        The fitted estimator.
    rng : numpy.random.Generator
    query_model : {"center", "final"}, optional
        Which of the estimator's networks gives the scores; its own choice by default.
    """

    X: Rows
    labelled: Rows
    model: Scoring
    rng: np.random.Generator
    query_model: str | None = None

    @cached_property
    def scores(self) -> Array:
        """Scores of the rows on offer; (m,) for one score, else (m, n_classes)."""
        return self.model.scores(self.X, self.query_model)

    @cached_property
    def spread(self) -> Array:
        """Spread of those scores over the version space; same shape."""
        return self.model.spread(self.X)

    @cached_property
    def distance(self) -> Array:
        """Squared distance of every row on offer to the nearest labelled row; (m,)."""
        return nearest(self.X, self.labelled)

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return bool(is_regressor(self.model))


Strategy = Callable[[Question], Array]


def margin(question: Question) -> Array:
    """Minus the gap between the two best scores (two classes: minus ``|f|``)."""
    return -gap(question.scores)


def gap(scores: Array) -> Array:
    """Gap between the two best scores, two classes: ``|f|``; (m,)."""
    if scores.ndim == 1:
        return np.abs(scores)
    top = np.partition(scores, -2, axis=1)[:, -2:]
    return top[:, 1] - top[:, 0]


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
    high = np.argsort(np.argsort(-scores))
    low = np.argsort(np.argsort(scores))
    return -np.minimum(2 * high, 2 * low + 1).astype(float)


def random(question: Question) -> Array:
    """Every row alike."""
    return np.asarray(question.rng.random(question.X.shape[0]))


def spread(question: Question) -> Array:
    """Where the networks left differ most (several classes: summed over them)."""
    return question.spread if question.spread.ndim == 1 else question.spread.sum(axis=1)


def variance_reduction(question: Question) -> Array:
    """The row whose label is expected to tell most about the others.

    By how much it reduces the variance of the predictions, in closed form, summed over up to
    256 of the rows on offer; with classes, those count that lie near a decision. Unlike the
    spread of the row itself this leaves alone outliers, which tell little about other rows.
    The law is that of the center, so ``query_model`` does not matter. See
    :func:`cutplane.uncertainty.spread.variance_reduction`.
    """
    n_rows = question.X.shape[0]
    chosen = question.rng.choice(n_rows, size=min(n_rows, _N_REFERENCE), replace=False)
    reference = question.X[chosen]
    if question.is_regression:
        return question.model.variance_reduction(question.X, reference)
    gaps = _gaps(question.model.scores(question.X, "center").reshape(n_rows, -1))
    return question.model.variance_reduction(question.X, reference, (gaps, gaps[chosen]))


def _gaps(scores: Array) -> Array:
    """How far every score is from winning or from losing; (m, n_scores), as ``scores``."""
    if scores.shape[1] == 1:
        return scores
    top = np.partition(scores, -2, axis=1)
    best, second = top[:, -1:], top[:, -2:-1]
    return scores - np.where(scores == best, second, best)


def volume_split(question: Question) -> Array:
    """The row whose answer splits the version space most evenly.

    Two classes: minus the distance of the share of networks with f > 0 from one half.
    Several: the entropy of the networks' votes, which is largest when every class gets the
    same share. Regression, where a slab keeps the less volume the wider the predictions
    are spread: their standard deviation. The networks are those of the estimator's
    ``ensemble``; ``query_model`` does not matter.
    """
    if question.is_regression:
        return question.model.ensemble().std(question.X)[:, 0]
    shares = question.model.ensemble().shares(question.X)
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
        return ensemble.std(question.X)[:, 0]

    def divergence(law: ScoreLaw) -> Array:
        probability = link(law.draws, ensemble.unit[:, None, None])
        return entropy(probability.mean(axis=0)) - entropy(probability).mean(axis=0)

    return ensemble.over(question.X, divergence)


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
    doubtful = gap(question.scores) < gap(known).mean() / 2
    return question.distance * np.where(doubtful, 4.0, 1.0)  # squared distances


STRATEGIES: dict[str, Strategy] = {
    "margin": margin,
    "extremes": extremes,
    "random": random,
    "spread": spread,
    "coverage": coverage,
    "variance_reduction": variance_reduction,
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


def strategy(name: str) -> Strategy:
    """Look a query strategy up by name.

    Raises
    ------
    InvalidInputError
        There is no such strategy.
    """
    if name not in STRATEGIES:
        raise InvalidInputError(
            f"query={name!r} is unknown; choose one of {', '.join(sorted(STRATEGIES))}"
        )
    return STRATEGIES[name]
