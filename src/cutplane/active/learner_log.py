"""A learner as a log: what is appended is checked, recorded and learnt, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cutplane._types import Metadata
from cutplane.active.events import Event
from cutplane.active.following import about
from cutplane.active.ledger import Ledger
from cutplane.active.state import LearnerState
from cutplane.errors import InvalidInputError


class LearnerLog:
    """An :class:`cutplane.active.event_log.EventLog` whose events happen to a learner.

    Appending returns when the model has learnt; what the learner refuses is not recorded, neither
    here nor in its journal.

    Parameters
    ----------
    learner : ActiveLearner
    """

    name = "the learner"

    def __init__(self, learner: LearnerState):
        self._learner, self._closed = learner, ""
        self._waiting: list[Event] | None = None

    @property
    def ledger(self) -> Ledger:
        """Where the learner stands."""
        return self._learner._ledger

    @property
    def about(self) -> Metadata:
        """What the events are about, as a journal has it."""
        return about(self.ledger, self._learner.random_state)

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened to the learner, by whomever."""
        return self.ledger.events

    @property
    def n_recorded(self) -> int:
        """Events that happened."""
        self.refresh()
        return len(self.events)

    def begin(self, about: Metadata) -> None:
        """Refuse: a learner has begun already."""
        raise InvalidInputError("a learner's events are about its own pool; append to them")

    def append(self, events: Sequence[Event]) -> None:
        """Check events, record them and learn from them, all or none.

        Raises
        ------
        InvalidInputError, EmptyVersionSpaceError, JournalError
            As for :meth:`ActiveLearner.tell`; nothing is recorded or learnt.
        """
        with self.alone():
            if self._waiting is not None:
                self._waiting.extend(events)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other thread changes the learner; what is appended happens when the block ends."""
        with self._learner._turn:
            if self._waiting is not None:
                yield
                return
            self._check_is_open()
            self._learner._catch_up()
            events: list[Event] = []
            self._waiting = events
            try:
                yield
            finally:
                self._waiting = None
            if events:
                self._learner._happened(*events)

    def refresh(self) -> None:
        """Take over what a call that was interrupted has recorded."""
        with self._learner._turn:
            self._learner._catch_up()

    def close(self, reason: str = "it was closed; make a new one") -> None:
        """Append nothing more; the learner goes on."""
        self._closed = reason

    def _check_is_open(self) -> None:
        if self._closed:
            raise InvalidInputError(f"the log of the learner: {self._closed}")
