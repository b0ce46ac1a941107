"""Normal law of the predictions of candidates together with those of reference rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cutplane._types import Array
from cutplane.uncertainty.answers import Answer

#: Share of a variance below which rounding decides.
_TINY = 1e-12


@dataclass(frozen=True)
class Marginals:
    """Laws of the predictions of n rows, each for itself.

    Attributes
    ----------
    mean : ndarray of shape (n,)
        How far each is from the decision; 0 where values are predicted.
    variance : ndarray of shape (n,)
    prior : ndarray of shape (n,)
        Variance before any label.
    """

    mean: Array
    variance: Array
    prior: Array

    def less(self, known: Array) -> Marginals:
        """With a part of the variance known, (n,)."""
        return replace(self, variance=np.maximum(self.variance - known, _TINY * self.prior))


class Reference(NamedTuple):
    """Laws of m reference rows, and their covariance with n candidates, (n, m)."""

    rows: Marginals
    between: Array


@dataclass(frozen=True)
class JointLaw:
    """Law of one score, of n candidates and m reference rows.

    Attributes
    ----------
    candidates : Marginals
    look : callable
        Gives the reference rows, which not every question needs.
    explained : ndarray of shape (r, n)
        Parts of the candidates' predictions that are known, in independent directions.
    prior_column : callable
        From the place of a candidate to its prior covariance with all, (n,).
    moved : ndarray of shape (n,)
        Variance by which answers still to come will have moved the candidates' means.
    answer : Answer
    decides : bool
        Whether the side of a decision matters, or the value.
    share : float, default=1.0
        Weight of its hypothesis.
    unit : float, default=1.0
        What brings deviations to the scale of the score.
    """

    candidates: Marginals
    look: Callable[[], Reference]
    explained: Array
    prior_column: Callable[[int], Array]
    moved: Array
    answer: Answer
    decides: bool
    share: float = 1.0
    unit: float = 1.0

    @cached_property
    def seen(self) -> Reference:
        """The reference rows."""
        return self.look()

    @property
    def reference(self) -> Marginals:
        """Their laws."""
        return self.seen.rows

    @property
    def between(self) -> Array:
        """Their covariance with the candidates; (n, m)."""
        return self.seen.between

    @property
    def told(self) -> Array:
        """What an answer about each candidate tells, as :class:`Answer` has it; (n,)."""
        own = self.candidates
        return self.answer.told(own.mean, own.variance, own.prior)

    def after(self, place: int) -> JointLaw:
        """The law once the prediction of one candidate is known, but not yet what it is.

        An answer tells less than the prediction; but copies of the row are not asked again.
        """
        covariance = self.prior_column(place) - self.explained.T @ self.explained[:, place]
        share = 1 / np.sqrt(self.candidates.variance[place])
        row = covariance * share

        def look() -> Reference:
            told = self.between[place] * share
            return Reference(self.reference.less(told**2), self.between - np.outer(row, told))

        return replace(
            self,
            candidates=self.candidates.less(row**2),
            look=look,
            explained=np.vstack([self.explained, row]),
            moved=self.moved + row**2,
        )
