"""Who has which row in front of them, for people who share one learner in one process."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from cutplane.active.events import Event
from cutplane.active.learner import ActiveLearner

_of_learners: WeakKeyDictionary[ActiveLearner, Holds] = WeakKeyDictionary()


class Holds:
    """Rows that people have in front of them.

    Of a team: :class:`cutplane.app.team.leases.Leases`.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[str, tuple[int, float]] = {}

    @classmethod
    def of(cls, learner: ActiveLearner) -> Holds:
        """Those of a learner, whoever asks; after a restart, as its events say."""
        if learner not in _of_learners:
            _of_learners[learner] = cls()
            _of_learners[learner]._recall(learner.events_)
        return _of_learners[learner]

    def take(self, rows: Sequence[int], who: str, *, seconds: float = 600.0) -> int | None:
        """The first row that nobody else holds, held from now on in the place of one's last one."""
        with self._lock:
            taken = self._rows_of_others(who)
            row = next((row for row in rows if row not in taken), None)
            if row is not None:
                self._held[who] = row, time.monotonic() + seconds
            return row

    def held(self, who: str) -> int | None:
        """The row that somebody holds."""
        row, until = self._held.get(who, (None, 0.0))
        return row if until > time.monotonic() else None

    def release(self, who: str) -> None:
        """Let others have the row that somebody holds."""
        with self._lock:
            self._held.pop(who, None)

    def all(self) -> Mapping[int, str]:
        """Who holds which row."""
        with self._lock:
            held = {who: self.held(who) for who in self._held}
            return {row: who for who, row in held.items() if row is not None}

    def _rows_of_others(self, who: str) -> list[int]:
        return [
            row
            for other, (row, _) in self._held.items()
            if other != who and self.held(other) is not None
        ]

    def _recall(self, events: Sequence[Event]) -> None:
        """What people were asked last; an answer since then ends it as ever."""
        for event in events:
            if event.kind == "asked" and event.details.get("by") and event.questions:
                self.take([int(event.questions[0])], str(event.details["by"]))
