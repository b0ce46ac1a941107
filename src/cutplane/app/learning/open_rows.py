"""Which rows are open by what is recorded, whether or not it is learnt yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock

import numpy as np

from cutplane.active.domain import matches
from cutplane.active.events import Event
from cutplane.active.ledger import Ledger
from cutplane.app.learning.ahead import N_READY, Ready
from cutplane.errors import InvalidInputError


class OpenRows:
    """The book of a log, read as it grows; any thread may ask.

    Parameters
    ----------
    ledger : Ledger
        Of the run; its events are the first of the log.
    events : sequence of Event
        Of the log.
    seed : int
        Decides which rows fill up.
    """

    def __init__(self, ledger: Ledger, events: Sequence[Event], seed: int):
        new = events[len(ledger.events) :]
        self._read = replace(ledger, events=tuple(events), book=ledger.read(new))
        self._seed, self._turn = seed, Lock()

    def after(self, events: tuple[Event, ...]) -> Ledger:
        """The run with a newer book, of which nothing more is learnt.

        Events that cannot be stay unread; learning them fails too, and that is said.
        """
        with self._turn:
            known = self._read
            new = events[len(known.events) :]
            with suppress(InvalidInputError):
                self._read = replace(known, events=events, book=known.read(new)) if new else known
            return self._read

    def only(self, ready: Ready, events: tuple[Event, ...]) -> Ready:
        """What is still open of rows that were ready; where it is little, filled up by any rows."""
        read = self.after(events)
        rows = np.array(ready.rows, dtype=np.intp)
        ready = ready.without(set(rows[matches(rows, read.book.closed)].tolist()))
        if len(ready.rows) >= N_READY:
            return ready
        is_open = np.ones(read.book.n_pool, dtype=bool)
        is_open[[*read.book.closed.astype(np.intp), *ready.rows]] = False
        left = np.flatnonzero(is_open)
        rng = np.random.default_rng([self._seed, len(read.events)])
        more = rng.choice(left, size=min(N_READY, left.size), replace=False).tolist()
        rows_now = (*ready.rows, *more)
        why_none = "" if rows_now else (read.nothing_left or "no row is open")
        return replace(ready, rows=rows_now, why_none=why_none)
