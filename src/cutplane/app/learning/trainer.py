"""A thread that follows the journal, learns what it says, and has questions ready."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike

from cutplane.active.events import Label
from cutplane.active.ledger import Ledger
from cutplane.app.learning.ahead import Ready, prepared_for
from cutplane.app.learning.figures import Figures
from cutplane.app.learning.follower import Follower, Watched
from cutplane.app.learning.odd import Odd, odd
from cutplane.app.learning.open_rows import OpenRows
from cutplane.app.learning.similar import Group, groups, similar
from cutplane.app.learning.why import Suggestion, Why, suggestion, why
from cutplane.blas import one_thread

if TYPE_CHECKING:
    from cutplane.active.event_log import EventLog

#: Seconds that ending waits for what is being learnt, which cannot be interrupted.
_PATIENCE = 2.0
#: Rows handed out that are remembered.
_MOST_HANDED_OUT = 32


@dataclass(frozen=True)
class Status:
    """How far the thread is.

    Attributes
    ----------
    n_events, n_labels : int
        Events that are learnt, and labels held after them.
    n_behind, n_labels_behind : int
        Events that are recorded and not learnt yet, and labels among them.
    is_learning : bool
    problem : str
        Why something is not as it should be, in sentences; empty where all is well.
    seconds : float
        What the last label took to learn.
    is_again : bool
        Whether what is learnt had been recorded before the start.
    """

    n_events: int
    n_labels: int
    n_behind: int
    n_labels_behind: int
    is_learning: bool
    problem: str
    seconds: float
    is_again: bool = False

    @property
    def sentence(self) -> str:
        """How far it is, for people; empty where it is up to date."""
        if not self.is_learning or not self.n_labels_behind:
            return ""
        total = self.n_labels + self.n_labels_behind
        again = " again" if self.is_again else ""
        return f"Learning {self.n_labels_behind} of {total} labels{again}."


class Trainer:
    """Learns what a log says, in a thread of its own that never writes to it.

    Whatever is asked of it is answered at once, from what is known by then. A ``with`` block
    starts and stops it.

    Parameters
    ----------
    ledger : Ledger
        The run as far as it is learnt: before any event, as a rule.
    log : EventLog
        Its journal; the events of ``ledger`` are the first of it.
    seed : int
        Of the run.
    snapshot : Path, optional
        Where what was learnt is kept, so that a restart need not learn it again. Only a cache.
    poll : float, default=1.0
        Seconds after which other processes' events are looked for; :meth:`wake` tells of this
        one's.

    Raises
    ------
    InvalidInputError
        The log holds events that cannot have happened to the ledger.
    """

    def __init__(
        self,
        ledger: Ledger,
        log: EventLog,
        *,
        seed: int,
        snapshot: Path | None = None,
        poll: float = 1.0,
    ):
        self._log, self._poll, self._n_before = log, poll, len(log.events)
        self._open_rows = OpenRows(ledger, log.events, seed)
        ready = Ready.of(self._open_rows.after(log.events))
        self._follower = Follower(ledger, log, seed, snapshot, ready)
        self._news, self._is_over = Flag(), Flag()
        self._is_left = False  # nobody waits for it any more
        self._handed_out: tuple[Watched, ...] = ()
        self._turn = Lock()
        self._thread = Thread(target=self._follow, name="cutplane trainer", daemon=True)

    def start(self) -> None:
        """Begin to follow; once."""
        self._thread.start()

    def stop(self) -> None:
        """End. What is being learnt cannot be interrupted, and is waited for two seconds."""
        self._is_over.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)
            self._is_left = self._thread.is_alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wake(self) -> None:
        """Say that events were recorded."""
        self._news.set()

    def ready(self, last: tuple[int, Label] | None = None) -> Ready:
        """Rows to ask now; with the answer just recorded, what was prepared for it."""
        now = self._follower.now
        ready = now.ready
        if last is not None and last[0] not in now.ledger.book.told:
            prepared = prepared_for(now.prepared, *last)
            ready = ready if prepared is None else prepared.ready
            ready = ready.without({last[0]})
        return self._open_rows.only(ready, self._log.events)

    def handed_out(self, row: int, who: str = "") -> None:
        """Say that somebody looks at a row, whose likely answers are then prepared for.

        Parameters
        ----------
        row : int
        who : str, default=""
            Their name if the event of the answer will have it in ``annotators``; what is
            prepared is taken over where it has the same. Of one name only the newest row counts.
        """
        with self._turn:
            others = [own for own in self._handed_out if own.row != row]
            kept = [own for own in others if own.who != who or not who]
            self._handed_out = (Watched(row, who), *kept)[:_MOST_HANDED_OUT]
        self._news.set()

    @property
    def ledger(self) -> Ledger:
        """The newest that is learnt."""
        return self._follower.now.ledger

    @property
    def figures(self) -> Figures | None:
        """The newest that are computed."""
        return self._follower.now.figures

    @property
    def status(self) -> Status:
        """How far the thread is."""
        ledger = self.ledger
        behind = self._log.events[len(ledger.events) :]
        return Status(
            n_events=len(ledger.events),
            n_labels=len(ledger.book.told),
            n_behind=len(behind),
            n_labels_behind=sum(len(own.questions) for own in behind if own.kind == "labelled"),
            is_again=len(ledger.events) < self._n_before,
            is_learning=self._thread.is_alive() and self._follower.is_behind,
            problem=" ".join(tuple(self._follower.problems.values())),
            seconds=self._follower.seconds,
        )

    def why(self, row: int) -> Why:
        """What stands behind a question."""
        return why(self.ledger, row)

    def suggestion(self, row: int) -> Suggestion | None:
        """What the model would answer; None before there is one."""
        return suggestion(self.ledger, row)

    def odd(self, limit: int) -> tuple[Odd, ...]:
        """Labels that the others contradict most, the least probable first."""
        return odd(self.ledger, limit)

    def similar(self, row: int, n: int, closed: ArrayLike) -> tuple[int, ...]:
        """Up to n open rows near a row that are predicted alike, nearest first."""
        return similar(self.ledger, row, n, closed)

    def groups(self, n: int, closed: ArrayLike) -> tuple[Group, ...]:
        """Up to n groups of open rows near each other with one predicted class."""
        return groups(self.ledger, n, closed)

    def _follow(self) -> None:
        """What the thread does until it is told to end."""
        follower, looked_at = self._follower, time.monotonic()
        with one_thread():
            with follower.explained("thread"):
                follower.begin()
            while not self._is_over.is_set():
                self._news.clear()
                follower.look()
                looked_at = time.monotonic()
                while not self._is_over.is_set() and self._step():
                    if time.monotonic() > looked_at + self._poll:
                        break
                else:
                    self._news.wait(self._poll)
            if not self._is_left:
                follower.save()

    def _step(self) -> bool:
        with self._follower.explained("thread"):
            return self._follower.step(self._watched())
        return False

    def _watched(self) -> list[Watched]:
        """Rows that somebody looks at and nobody has answered, the newest first."""
        closed = self._open_rows.after(self._log.events).book.closed
        rows = np.array([own.row for own in self._handed_out], dtype=np.intp)
        is_open = ~np.isin(rows, closed)
        return [own for own, open_ in zip(self._handed_out, is_open, strict=True) if open_]
