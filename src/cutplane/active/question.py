"""A question before it is asked: the rows on offer, and what strategies look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from sklearn.base import is_regressor

from cutplane._types import Array, Index, Rows
from cutplane.active.selection import BATCH_POOL, nearest
from cutplane.blas import one_thread
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.kept_pool import KeptPool
from cutplane.uncertainty.link import gap
from cutplane.uncertainty.prior import parts
from cutplane.uncertainty.scoring import Scoring

#: Rows of a pool that are looked at closely, and how many with several scores.
N_CLOSE, _N_CLOSE_LEAST = 512, 256


@dataclass
class Question:
    """What a strategy may look at; the costly parts are computed when first used.

    Attributes
    ----------
    pool : KeptPool
        All rows.
    offered : ndarray of int of shape (m,)
        Places of those on offer.
    labelled : array or CSR matrix of shape (n_labels, n_features)
        Rows with a label.
    model : Scoring
        The fitted estimator.
    rng : numpy.random.Generator
    query_model : {"center", "final"}, optional
        Which of the estimator's networks gives the scores; its own choice by default.
    n : int, default=1
        Rows wanted.
    """

    pool: KeptPool
    offered: Index
    labelled: Rows
    model: Scoring
    rng: np.random.Generator
    query_model: str | None = None
    n: int = 1

    @classmethod
    def about(cls, X: Rows, labelled: Rows, model: Scoring, rng: np.random.Generator) -> Self:
        """About all of some rows (m, n_features), of which nothing is kept."""
        return cls(KeptPool(X, memory=0), np.arange(X.shape[0]), labelled, model, rng)

    def over(self, function: Callable[[Rows], Array]) -> Array:
        """A function of the rows on offer, (m, ...), some rows at a time."""
        blocks = [self.offered[part] for part in parts(self.offered.size, self.labelled.shape[1])]
        return np.concatenate([function(self.pool.take(block)) for block in blocks])

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

    def among(self, at: Index, utilities: Array) -> Array:
        """Utilities of some of the rows on offer; the others come last."""
        out = np.full(self.offered.size, -np.inf)
        out[at] = utilities
        return out

    def rows_at(self, at: Index) -> Rows:
        """Some of the rows on offer."""
        return self.pool.take(self.offered[at])

    def scores_at(self, at: Index) -> Array:
        """Their scores, as :attr:`scores`."""
        return self.model.scores(self.rows_at(at), self.query_model)

    def nearest_a_decision(self, n: int, *, in_deviations: bool = False) -> Index:
        """Places on offer of the n least gaps between the two best scores, in order.

        ``in_deviations``: each in units of the row's deviation before any label.
        """
        if n >= self.offered.size:
            return np.arange(self.offered.size)
        scores = self.model.passing_scores(self.pool, self.query_model)
        distance = gap(scores[:, 0] if scores.shape[1] == 1 else scores)
        if in_deviations:
            distance = distance / self.model.passing_deviation(self.pool)
        return np.sort(np.argpartition(distance[self.offered], n - 1)[:n])

    @property
    def n_close(self) -> int:
        """Rows that are looked at closely."""
        least = 2 * N_CLOSE if self.is_regression else N_CLOSE
        if self.model.n_scores > 1:
            least = _N_CLOSE_LEAST
        return max(least, BATCH_POOL * self.n)

    @cached_property
    def candidates(self) -> Index:
        """Places on offer that are worth a close look, in order.

        All of them up to 512 (with several scores 256, of values 1,024). Of more, three quarters
        of these are nearest to a decision in units of their prior deviation, and the others
        random; where values are predicted all are random.
        """
        size, n = self.offered.size, self.n_close
        if n >= size:
            return np.arange(size)
        near = np.empty(0, dtype=np.intp)
        if not self.is_regression:
            near = self.nearest_a_decision(3 * n // 4, in_deviations=True)
        others = np.setdiff1d(np.arange(size), near, assume_unique=True)
        return np.sort([*near, *self.rng.choice(others, size=n - near.size, replace=False)])

    def laws(self, *, sharp: bool) -> list[JointLaw]:
        """Law of every score, of the candidates and the reference rows.

        ``sharp``: decisions have the law around the analytic center, where rows are gated.
        """
        places, decides = self.offered[self.candidates], not self.is_regression
        with one_thread():  # of many small products
            return self.model.joint_laws(self.pool, places, decides=decides, sharp=sharp)
