"""Choosing questions: the ones found in passing, ranked by a query, spread over a batch."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Index
from cutplane.active.batch import best_together
from cutplane.active.domain import matches
from cutplane.active.ledger import Ledger
from cutplane.active.offer import Offer
from cutplane.active.question import Few, Question
from cutplane.active.selection import diverse, select
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.uncertainty.link import gap


class Asked(NamedTuple):
    """Questions, and what their answers are worth to the query.

    Attributes
    ----------
    questions : ndarray of shape (n,), or (n, n_features)
    utilities : ndarray of shape (n,)
    """

    questions: NDArray
    utilities: Array


def choose(
    ledger: Ledger, n: int, rng: np.random.Generator, candidates: NDArray | None = None
) -> Asked:
    """n questions, fewer where fewer are open, and none that was told or skipped.

    Parameters
    ----------
    ledger : Ledger
    n : int
    rng : numpy.random.Generator
        Moves on.
    candidates : ndarray, optional
        Rows, or points, of which the questions are; all by default.
    """
    settings, domain, book, model = ledger.settings, ledger.domain, ledger.book, ledger.model
    is_searched = settings.query in domain.searched and candidates is None
    if model.is_fitted and is_searched:
        networks = model.estimator.scorers(settings.query_model)
        found = domain.search(settings.query_name, networks, n, book.closed, rng)
        return Asked(found, _of_points(ledger, found))
    if candidates is None:
        candidates = on_offer(ledger, n, rng)
    offer = domain.offer(book.closed, n, rng, is_first=not model.is_fitted, candidates=candidates)
    if offer.size == 0:
        return Asked(offer.questions_at(offer.places), np.empty(0))
    if not model.is_fitted:
        rows = offer.source.take(offer.places)
        first = offer.places_at(diverse(rows, domain.columns(book.told), n, rng))
        return Asked(offer.questions_at(first), np.zeros(first.size))
    return _ranked(ledger, offer, n, rng)


def on_offer(ledger: Ledger, n: int, rng: np.random.Generator) -> Index | None:
    """Open rows that the learner's candidates give for n questions; None for all rows.

    All are on offer before there is a model, and where the candidates are fewer than n.
    """
    candidates, book = ledger.settings.candidates, ledger.book
    if candidates is None or not ledger.model.is_fitted:
        return None
    rows = candidates.offered(ledger.domain.columns(book.told), book.n_pool, rng)
    left = rows[~matches(rows, book.closed)]
    return left if left.size >= n else None


def _ranked(ledger: Ledger, offer: Offer, n: int, rng: np.random.Generator) -> Asked:
    settings = ledger.settings
    labelled = ledger.domain.columns(ledger.book.told)
    scorer = by_position(ledger.model.estimator)
    question = Question(offer, labelled, scorer, rng, settings.query_model, n)
    if settings.gain is not None:
        places, utilities = best_together(question, settings.gain)
        return Asked(offer.questions_at(places), utilities)
    found = settings.strategy(question)
    places, utilities = found if isinstance(found, Few) else (question.offered, found)
    at = select(
        utilities,
        lambda some: offer.source.take(places[some]),
        n,
        rng,
        spread_out=settings.spreads_batch,
    )
    return Asked(offer.questions_at(places[at]), utilities[at])


def _of_points(ledger: Ledger, points: Array) -> Array:
    """Utilities of points that were searched for: minus the margin, or the size of the score."""
    settings = ledger.settings
    if settings.query == "random":
        return np.zeros(len(points))
    scores = by_position(ledger.model.estimator).scores(points, settings.query_model)
    if settings.query == "margin":
        return -gap(scores)
    return np.abs(scores) if scores.ndim == 1 else scores.max(axis=1)


def by_position(
    model: CuttingPlaneClassifier | CuttingPlaneRegressor,
) -> CuttingPlaneClassifier | CuttingPlaneRegressor:
    """The same model for rows of the domain, whose columns need no names."""
    model = copy.copy(model)
    model.__dict__.pop("feature_names_in_", None)
    return model
