"""Where questions come from: rows of a pool, points of a box, or rows that pass.

A learner knows its domain through :class:`Domain` only, so that another one (a table on disk)
needs a class here and no change there. What was asked and told is no part of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Arrays, Index, Metadata, Rows
from cutplane.active.events import Event
from cutplane.active.offer import Offer
from cutplane.network import AnyNetwork
from cutplane.scanning.source import Source


class Domain(ABC):
    """What may be asked about.

    A question is what ``ask`` returns and ``tell`` takes back: the number of a row, or a point.

    Attributes
    ----------
    kind : str
        What :meth:`described` calls it.
    names : list of str or None
        Of the columns.
    source : Source
        The rows of a pool; points that stand for a box.
    searched : tuple of str
        Queries whose questions :meth:`search` finds; the others rank an :meth:`offer`.
    """

    kind: str
    names: list[str] | None = None
    source: Source
    searched: tuple[str, ...] = ()

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Rows of the pool; 0 for points."""

    @abstractmethod
    def probe(self, n_rows: int) -> Rows:
        """Rows that stand for all that may be asked, when the pool had so many."""

    @abstractmethod
    def checked(self, questions: ArrayLike, n_rows: int) -> NDArray:
        """Questions as an array; InvalidInputError for what the domain has not."""

    @abstractmethod
    def columns(self, questions: NDArray) -> Rows:
        """What is asked about, in double precision; (n, n_features)."""

    def expect(self, questions: NDArray) -> None:  # noqa: B027  (most have nothing to read)
        """Be told of questions whose columns are asked for next, to read them at once."""

    @abstractmethod
    def numbers(self, questions: NDArray, n_told: int) -> Index:
        """Row numbers that questions have when they are told after so many others."""

    @abstractmethod
    def told_rows(self, questions: NDArray) -> Rows:
        """Rows by their numbers: the pool, or the points told."""

    @abstractmethod
    def offer(
        self,
        closed: NDArray,
        n: int,
        rng: np.random.Generator,
        *,
        is_first: bool,
        candidates: NDArray | None = None,
    ) -> Offer:
        """Candidates for n questions, without those closed; ``is_first``: there is no model."""

    @abstractmethod
    def search(
        self,
        query: str,
        networks: Sequence[AnyNetwork],
        n: int,
        known: NDArray,
        rng: np.random.Generator,
    ) -> NDArray:
        """n questions that a query of ``searched`` finds by itself, away from those known."""

    @abstractmethod
    def extended(self, X_new: Rows) -> tuple[Domain, Metadata]:
        """The domain with more rows, and what an event says of them."""

    def following(self, event: Event) -> Domain:
        """The domain after an event that holds rows itself; the same for all others."""
        return self

    @abstractmethod
    def seeded(self, seed: int) -> Domain:
        """The domain whose points are drawn with a seed, where it draws any."""

    @abstractmethod
    def described(self, n_rows: int) -> Metadata:
        """What tells it from others, in types that JSON knows, when it had so many rows."""

    @abstractmethod
    def check_same(self, described: Metadata, added: Sequence[str], labelled: NDArray) -> None:
        """Refuse another domain than that of :meth:`described`, to which rows were added."""

    @abstractmethod
    def to_arrays(self, *, with_pool: bool = True) -> Arrays:
        """Arrays that rebuild it, without or with a pool that may be large."""


def places(questions: NDArray, among: NDArray) -> Index:
    """Where some questions (m, ...) first stand among others, -1 for nowhere; (m,)."""
    if questions.size == 0 or among.size == 0:
        return np.full(len(questions), -1)
    if questions.ndim == 1:
        order = np.argsort(among, kind="stable")
        at = order[np.minimum(np.searchsorted(among[order], questions), among.size - 1)]
        return np.where(among[at] == questions, at, -1)
    same = (questions[:, None, :] == among[None, :, :]).all(axis=2)
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def matches(questions: NDArray, among: NDArray) -> NDArray[np.bool_]:
    """Which of some questions (m, ...) are among others; (m,)."""
    return places(questions, among) >= 0
