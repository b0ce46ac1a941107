"""A question before it is asked: the rows on offer, and what strategies look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from sklearn.base import is_regressor

from cutplane._types import Array, Index, Rows
from cutplane.active.offer import Offer
from cutplane.active.selection import BATCH_POOL, nearest
from cutplane.blas import one_thread
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.askable import Askable
from cutplane.scanning.block import Block
from cutplane.scanning.looked import Close, Looked
from cutplane.scanning.over import over
from cutplane.scanning.scan import Scan, Top, scanned, stacked
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.link import gap
from cutplane.uncertainty.prior import GatedRows

#: Rows of a pool that are looked at closely, and how many with several scores.
N_CLOSE, _N_CLOSE_LEAST = 512, 256
#: Rows near a decision that are looked at closely where nothing else matters.
_N_NEAREST = 64
#: Rows that single precision is asked for, for each that double precision chooses.
_SHORTLIST = 2
#: Products with labelled rows that are kept from one question to the next at most, 64 MB.
_KEPT = 2**23


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
        model, which = self.model, self.query_model  # all that an engine has to send
        return self.over(lambda X: model.scores(X, which))

    @cached_property
    def distance(self) -> Array:
        """Squared distance of every row on offer to the nearest labelled row; (m,)."""
        labelled = self.labelled
        return self.over(lambda X: nearest(X, labelled))

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return bool(is_regressor(self.model))

    def rows_at(self, at: Index) -> Rows:
        """Some of the rows on offer, by their positions among these."""
        return self.offer.source.take(self.offer.places_at(at))

    @property
    def n_close(self) -> int:
        """Rows that are looked at closely."""
        least = 2 * N_CLOSE if self.is_regression else N_CLOSE
        if self.model.n_scores > 1:
            least = _N_CLOSE_LEAST
        return max(least, BATCH_POOL * self.n)

    def nearest_a_decision(self) -> Few:
        """Rows on offer by how near they are to a decision: minus the gap of the two best scores.

        All rows where they are few, else the 64 nearest, or those that n rows are spread over.
        """
        n = max(_N_NEAREST, BATCH_POOL * self.n)
        if _SHORTLIST * n >= self.n_offered:
            return Few(self.offered, -gap(self.scores))
        top = self._pass(_SHORTLIST * n, none := np.empty(0, dtype=np.intp), none)
        distance = gap(self.model.scores(_double(top.rows), self.query_model))
        best = np.lexsort((top.places, distance))[:n]
        return Few(top.places[best], -distance[best])

    @cached_property
    def candidates(self) -> Close:
        """Rows on offer that are worth a close look.

        All of them up to 512 (with several scores 256, of values 1,024). Of more, three quarters
        of these are nearest to a decision in units of their prior deviation, and the others
        random; where values are predicted all are random.
        """
        n, source = self.n_close, self.offer.source
        if n >= self.n_offered:
            return self._kept(self._closely(self.offered, source.take(self.offered)))
        drawn = np.sort(self.offer.drawn(n, self.rng))  # enough, however many of them are near
        if self.is_regression:
            return self._kept(self._closely(drawn, source.take(drawn)))
        reference = drawn[:0] if source.knows_reference else source.reference
        top = self._pass(_SHORTLIST * (3 * n // 4), drawn, reference, in_deviations=True)
        if reference.size:
            source.reference_rows = _double(top.found_rows[np.isin(top.found, reference)])
        shortlist = self._closely(top.places, top.rows)
        near = self._nearest_in_deviations(shortlist, 3 * n // 4)
        others = np.flatnonzero(np.isin(top.found, np.setdiff1d(drawn, top.places[near])))
        others = np.sort(self.rng.permutation(others)[: n - near.size])
        places = np.concatenate([top.places[near], top.found[others]])
        rows, order = stacked((top.rows[near], top.found_rows[others])), np.argsort(places)
        return self._kept(self._closely(places[order], rows[order], shortlist), shortlist)

    def _pass(self, n: int, drawn: Index, reference: Index, *, in_deviations: bool = False) -> Top:
        """The n rows on offer that are nearest to a decision in single precision, and others."""
        source = self.offer.source
        model = self.model.passing(self.query_model, room=source.room)
        wanted = np.union1d(drawn, reference)
        return scanned(Scan(model, n, self.offer.closed, wanted, in_deviations), source)

    def _nearest_in_deviations(self, shortlist: Close, n: int) -> Index:
        """Positions of those n of a shortlist that double precision finds nearest."""
        scores = self.model.close_scores(shortlist.rows, self.query_model)
        distance = gap(scores[:, 0] if scores.shape[1] == 1 else scores)
        distance = distance / self.model.close_deviation(shortlist.rows)
        return np.lexsort((shortlist.places, distance))[:n]

    def _closely(self, places: Index, rows: Rows, *looked: Close) -> Close:
        """Rows in some places, of which others that were looked at closely know something."""
        known = Looked((*looked, *self.offer.source.looked.close)).shared(places)
        return Close(places, self.model.closely(_double(rows), known))

    def _kept(self, candidates: Close, *others: Close) -> Close:
        """Candidates, for the next question as well where products with the labels have room."""
        close = [Close(own.places, own.rows.settled()) for own in (candidates, *others)]
        if sum(own.places.size for own in close) * self.labelled.shape[0] > _KEPT:
            close = []
        self.offer.source.looked = replace(self.offer.source.looked, close=close)
        return candidates

    def laws(self, *, sharp: bool) -> list[JointLaw]:
        """Law of every score, of the candidates and the reference rows.

        ``sharp``: decisions have the law around the analytic center, where rows are gated.
        """
        source, decides = self.offer.source, not self.is_regression

        rows = self.candidates.rows  # whose pass uses all cores

        def reference() -> GatedRows:
            known = source.looked.reference
            if known is None or known.arrangement is not rows.arrangement:
                known = self.model.closely(source.reference_rows)
                source.looked = replace(source.looked, reference=known)
            return known

        with one_thread():  # of many small products
            return self.model.joint_laws(rows, reference, decides=decides, sharp=sharp)


def _double(rows: Rows) -> Rows:
    return rows.astype(np.float64, copy=False)
