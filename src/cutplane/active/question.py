"""A question before it is asked: the rows on offer, and what strategies look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from scipy import sparse
from sklearn.base import is_regressor

from cutplane._types import Array, Index, Rows
from cutplane.active.offer import Offer
from cutplane.active.selection import BATCH_POOL, nearest
from cutplane.blas import one_thread
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.askable import Askable
from cutplane.scanning.block import Block
from cutplane.scanning.over import over
from cutplane.scanning.scan import Scan, scanned
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.link import gap

#: Rows of a pool that are looked at closely, and how many with several scores.
N_CLOSE, _N_CLOSE_LEAST = 512, 256
#: Rows that single precision is asked for, for each that double precision chooses.
_SHORTLIST = 2


class Close(NamedTuple):
    """Rows that are looked at closely.

    Attributes
    ----------
    places : ndarray of int of shape (m,)
        In order.
    rows : array or CSR matrix of shape (m, n_features)
        In double precision.
    """

    places: Index
    rows: Rows

    def at(self, chosen: Index) -> Close:
        """Some of them."""
        return Close(self.places[chosen], self.rows[chosen])


class Few(NamedTuple):
    """Utilities of some of the rows on offer; the others come last.

    Attributes
    ----------
    places : ndarray of int of shape (m,)
    utilities : ndarray of shape (m,)
    """

    places: Index
    utilities: Array


@dataclass
class Question:
    """What a strategy may look at; the costly parts are computed when first used.

    Attributes
    ----------
    offer : Offer
        All rows, and those on offer.
    labelled : array or CSR matrix of shape (n_labels, n_features)
        Rows with a label.
    model : Askable
        The fitted estimator.
    rng : numpy.random.Generator
    query_model : {"center", "final"}, optional
        Which of the estimator's networks gives the scores; its own choice by default.
    n : int, default=1
        Rows wanted.
    """

    offer: Offer
    labelled: Rows
    model: Askable
    rng: np.random.Generator
    query_model: str | None = None
    n: int = 1

    @classmethod
    def about(cls, X: Rows, labelled: Rows, model: Askable, rng: np.random.Generator) -> Self:
        """About all of some rows (m, n_features), of which nothing is kept."""
        offer = Offer(ArraySource(X, memory=0), np.empty(0, dtype=np.intp))
        return cls(offer, labelled, model, rng)

    @property
    def n_offered(self) -> int:
        """Rows on offer."""
        return self.offer.size

    @cached_property
    def offered(self) -> Index:
        """Places of all rows on offer; (m,)."""
        return self.offer.places

    def over(self, function: Callable[[Rows], Array]) -> Array:
        """A function of the rows on offer, (m, ...), some rows at a time."""
        closed = self.offer.closed

        def of_block(block: Block) -> Array:
            begin, end = np.searchsorted(closed, (block.start, block.stop))
            if begin == end:
                return function(block.double)
            left = np.delete(np.arange(block.n_rows), closed[begin:end] - block.start)
            return function(block.double[left])

        return over(self.offer.source, of_block)

    @cached_property
    def scores(self) -> Array:
        """Scores of the rows on offer; (m,) for one score, else (m, n_classes)."""
        return self.over(lambda X: self.model.scores(X, self.query_model))

    @cached_property
    def distance(self) -> Array:
        """Squared distance of every row on offer to the nearest labelled row; (m,)."""
        return self.over(lambda X: nearest(X, self.labelled))

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return bool(is_regressor(self.model))

    def rows_at(self, at: Index) -> Rows:
        """Some of the rows on offer, by their positions among these."""
        return self.offer.source.take(self.offer.places_at(at))

    def scores_of(self, rows: Rows) -> Array:
        """Scores of rows, as :attr:`scores`."""
        return self.model.scores(rows, self.query_model)

    @property
    def n_close(self) -> int:
        """Rows that are looked at closely."""
        least = 2 * N_CLOSE if self.is_regression else N_CLOSE
        if self.model.n_scores > 1:
            least = _N_CLOSE_LEAST
        return max(least, BATCH_POOL * self.n)

    def nearest_a_decision(self) -> Close:
        """The rows on offer with the least gaps between the two best scores."""
        if self.n_close >= self.n_offered:
            return self._all
        near, _ = self._passed(self.n_close, np.empty(0, dtype=np.intp))
        return near

    @cached_property
    def candidates(self) -> Close:
        """Rows on offer that are worth a close look.

        All of them up to 512 (with several scores 256, of values 1,024). Of more, three quarters
        of these are nearest to a decision in units of their prior deviation, and the others
        random; where values are predicted all are random.
        """
        n = self.n_close
        if n >= self.n_offered:
            return self._all
        drawn = self.offer.drawn(n, self.rng)  # enough, however many turn out to be near
        if self.is_regression:
            drawn.sort()
            return Close(drawn, self.offer.source.take(drawn))
        near, others = self._passed(3 * n // 4, drawn, in_deviations=True)
        left = drawn[np.isin(drawn, near.places, invert=True)][: n - near.places.size]
        others = others.at(np.searchsorted(others.places, np.sort(left)))
        return _together(near, others)

    @property
    def _all(self) -> Close:
        """All rows on offer, where they are few."""
        return Close(self.offered, self.offer.source.take(self.offered))

    def _passed(self, n: int, drawn: Index, *, in_deviations: bool = False) -> tuple[Close, Close]:
        """The n rows nearest to a decision, and those drawn, by one pass over all rows.

        Single precision gives a shortlist, of which double precision chooses. Reference rows that
        are not known yet come with it.
        """
        source = self.offer.source
        unknown = drawn[:0] if source.knows_reference or not in_deviations else source.reference
        model = self.model.passing(self.query_model, room=source.room)
        wanted = np.union1d(drawn, unknown)
        top = scanned(Scan(model, _SHORTLIST * n, self.offer.closed, wanted, in_deviations), source)
        shortlist = Close(top.places, _double(top.rows))
        found = Close(top.found, _double(top.found_rows))
        if unknown.size:
            source.reference_rows = found.at(np.searchsorted(wanted, unknown)).rows
        distance = gap(self.scores_of(shortlist.rows))
        if in_deviations:
            distance = distance / self.model.prior_deviation(shortlist.rows)
        best = np.lexsort((shortlist.places, distance))[:n]
        near = shortlist.at(best[np.argsort(shortlist.places[best])])
        return near, found.at(np.searchsorted(wanted, np.sort(drawn)))

    def laws(self, *, sharp: bool) -> list[JointLaw]:
        """Law of every score, of the candidates and the reference rows.

        ``sharp``: decisions have the law around the analytic center, where rows are gated.
        """
        rows, source, decides = self.candidates.rows, self.offer.source, not self.is_regression
        with one_thread():  # of many small products
            return self.model.joint_laws(
                rows, lambda: source.reference_rows, decides=decides, sharp=sharp
            )


def _double(rows: Rows) -> Rows:
    return rows.astype(np.float64, copy=False)


def _together(one: Close, other: Close) -> Close:
    """All rows of both, in order."""
    both = one.rows, other.rows
    rows = sparse.vstack(both, format="csr") if sparse.issparse(one.rows) else np.vstack(both)
    places = np.concatenate([one.places, other.places])
    return Close(places, rows).at(np.argsort(places))
