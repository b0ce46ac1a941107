"""Rows that pass one by one: each is bought or gone at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Index, Metadata, Rows
from cutplane.active.asking import by_position
from cutplane.active.correcting import Correcting
from cutplane.active.course import Model
from cutplane.active.doubt import DOUBTS
from cutplane.active.events import Event
from cutplane.active.ledger import Ledger
from cutplane.active.meter import Meter, luck
from cutplane.active.stream import N_FIRST, Stream
from cutplane.errors import InvalidInputError, JournalError


@dataclass(frozen=True)
class Passing:
    """What passed since an event said so.

    Attributes
    ----------
    n_passed : int
        Rows.
    recent : tuple of float, or None
        Utilities of the last ones, as the meter has them; None for those of the book.
    stream : Stream or None
        With first rows that no event holds yet, if there are any.
    """

    n_passed: int = 0
    recent: tuple[float, ...] | None = None
    stream: Stream | None = None

    def described(self) -> Metadata:
        """What an event says of it, as :meth:`Meter.with_more` reads it."""
        return {"n_passed": self.n_passed, "recent": list(self.recent or ())}


class Offering(Correcting):
    """What a learner of a stream does; its memory grows with rows bought, not with rows seen."""

    _passing: Passing
    #: A model, and the mean utility of the first rows to it, the unit of others: it falls as the
    #: model learns, and rows are compared over several models.
    _level: tuple[Model | None, float]

    def _start(self, ledger: Ledger, seed: int) -> None:
        super()._start(ledger, seed)
        self._passing, self._level = Passing(), (None, 1.0)

    def offer(self, X: Rows) -> bool | NDArray[np.bool_]:
        """Decide at once whether to label rows of a stream, which are gone then.

        A row is bought where the budget allows, and its label is worth more than those of the other
        rows that passed lately; a tenth of the budget is spent by chance, so that what the model
        takes for certain is seen too when the world changes. Before there is a model, all
        that the budget allows is bought. Tell its label whenever it comes, or skip it.

        A bought row is recorded before this returns. Rows that are not are counted, and a crash
        forgets those since the last one bought: ``n_seen_`` then says where to go on, and the
        decisions are those of a run without a crash.

        Parameters
        ----------
        X : array-like of shape (n_features,), (n, n_features), Series, DataFrame or CSR matrix
            One row, or several that are decided one after the other, by the labels told so far.

        Returns
        -------
        bool, or ndarray of bool of shape (n,) for several rows
            Whether to label it.

        Raises
        ------
        InvalidInputError
            The learner has no stream, or the rows are none of it.
        JournalError
            The journal cannot be written; then nothing was bought, and the rows were not seen.
        """
        with self._turn:
            self._catch_up()
            budget = self._ledger.settings.budget
            if budget is None or not isinstance(self.domain, Stream):
                raise InvalidInputError(
                    f"rows were offered to a learner with a {self.domain.kind}; use ask, or begin "
                    "one with stream=True"
                )
            bought = self._passed(X, self._watching(self.domain), budget)
        return bool(bought[0]) if np.ndim(X) == 1 else bought

    def _passed(self, X: Rows, stream: Stream, budget: float) -> NDArray[np.bool_]:
        """Which of the rows are bought; recorded where any is, or the first rows are complete."""
        rows, names = stream.read(X)
        n_first, book = min(stream.n_missing, len(rows)), self._ledger.book
        rest = rows[n_first:]
        meter = self._meter
        meter = replace(meter, n_seen=meter.n_seen + n_first)
        chance = luck(self.random_state, meter.n_seen, len(rest))
        bought, meter = meter.over(self._utilities(rest), chance, budget)
        watched = stream.watching(rows[:n_first], names) if n_first else self._passing.stream
        passing = Passing(meter.n_seen - book.meter.n_seen, meter.recent, watched)
        if bought.any() or (n_first and n_first == stream.n_missing):
            self._record(passing, rest[bought])
        else:
            self._passing = passing
        return np.concatenate([np.zeros(n_first, dtype=bool), bought])

    def _utilities(self, rows: Array) -> Sequence[float | None]:
        """What the labels of rows are worth; None for each before there is a model."""
        settings, model = self._ledger.settings, self._ledger.model
        if len(rows) == 0 or not model.is_fitted:
            return [None] * len(rows)
        doubt, scorer = DOUBTS[settings.query_name], by_position(model.estimator)
        if self._level[0] is not model:
            typical = doubt(scorer, self.domain.probe(N_FIRST)).mean()
            self._level = model, float(typical) or 1.0
        utilities: list[float] = (doubt(scorer, rows) / self._level[1]).tolist()
        return utilities

    def _outlived(self, new: Array) -> list[Event]:
        """The event that forgets the oldest labels, where new ones are too many; else none."""
        most, told = self._ledger.settings.max_labels, self._ledger.book.told
        if most is None or len(told) + len(new) <= most:
            return []
        known = np.concatenate([told, new])
        old = known[: len(known) - (most - most // 4)]
        return [Event("forgotten", old.tolist(), details={"together": True})]

    def _watching(self, domain: Stream) -> Stream:
        """The stream with first rows that no event holds yet."""
        watched = self._passing.stream
        return domain if watched is None or watched.n_rows <= domain.n_rows else watched

    def _record(self, passing: Passing, bought: Array) -> None:
        """Record what passed, with the rows that were bought."""
        book, domain, events = self._ledger.book, self.domain, []
        if isinstance(domain, Stream) and passing.stream is not None:
            events.append(Event("added", [], details=passing.stream.since(domain)))
        details = {"rng": book.rng, "meter": passing.described()}
        self._happened(*events, Event("asked", bought.tolist(), details=details))
        self._passing = Passing(recent=passing.recent)

    @property
    def _meter(self) -> Meter:
        """What passed and was bought until now."""
        known, passing = self._ledger.book.meter, self._passing
        recent = known.recent if passing.recent is None else passing.recent
        return replace(known, n_seen=known.n_seen + passing.n_passed, recent=recent)

    @property
    def n_seen_(self) -> int:
        """Rows of a stream that were offered; after a crash, those that events know of."""
        return self._meter.n_seen

    @property
    def n_bought_(self) -> int:
        """Rows of a stream that were bought, with or without an answer yet."""
        return self._meter.n_bought

    @property
    def pending_(self) -> NDArray:
        """Rows of a stream that were bought and have no answer yet; (p, n_features)."""
        return self._ledger.book.pending

    def _note_passed(self) -> None:
        """Record what passed since the last purchase, so that a file or a journal knows."""
        with self._turn:
            if self._passing.n_passed:
                self._record(self._passing, self._ledger.domain.checked([], 0))

    def add(self, X_new: Rows) -> Index:
        """As for pools; rows that passed before are counted first."""
        self._note_passed()
        return super().add(X_new)

    def to_arrays(self, *, with_pool: bool = True) -> tuple[Arrays, Metadata]:
        self._note_passed()
        return super().to_arrays(with_pool=with_pool)

    def close(self) -> None:
        with suppress(InvalidInputError, JournalError):  # of a journal that is gone
            if self._journal is not None:
                self._note_passed()
        super().close()
