"""What is known at the desk, made of the log's events alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import RLock

import numpy as np

from cutplane._types import Index, Metadata
from cutplane.active.event_log import EventLog
from cutplane.active.events import Label
from cutplane.app.answers.given import Comment, Given
from cutplane.app.answers.rules import Rules
from cutplane.app.answers.tally import Tally


class DeskView:
    """What people have said, as far as the log was read.

    See :class:`cutplane.app.answers.desk.Desk`.
    """

    def __init__(self, log: EventLog, n_rows: int, rules: Rules):
        self.log, self.n_rows, self.rules = log, n_rows, rules
        self._turn = RLock()
        self._known = Tally(n_rows, rules)

    def follow(self) -> None:
        """Read what others recorded since."""
        if self.log.n_recorded != self._known.n_events:
            self.log.refresh()

    @property
    def _tally(self) -> Tally:
        """With all events that the log has read; to be used in the turn."""
        for event in self.log.events[self._known.n_events :]:
            self._known.add(event)
        return self._known

    @property
    def n_events(self) -> int:
        """Events that are known here."""
        with self._turn:
            return self._tally.n_events

    @property
    def n_given(self) -> int:
        """Answers that people gave; corrections, second opinions and what was undone count."""
        with self._turn:
            return self._tally.n_given

    @property
    def n_asked(self) -> int:
        """Answers paid for as the learner counts them: also labels without anybody's name."""
        with self._turn:
            return self._tally.n_asked

    @property
    def n_labels(self) -> int:
        """Rows with a label that stands."""
        with self._turn:
            return len(self._tally.standing)

    @property
    def n_open(self) -> int:
        """Rows without a label that are not closed."""
        with self._turn:
            return self.n_rows - int(self._tally.is_shut.sum())

    @property
    def n_waiting(self) -> int:
        """Rows with a label on which another opinion is wanted."""
        with self._turn:
            return len(self._tally.wanted)

    @property
    def standing(self) -> Mapping[int, Label]:
        """The label that stands, by row: what the learner learns."""
        with self._turn:
            return dict(self._tally.standing)

    @property
    def skipped(self) -> Index:
        """Rows that are closed without a label, in the order they were."""
        with self._turn:
            return _rows(self._tally.closed)

    @property
    def classes(self) -> tuple[Label, ...]:
        """Labels that somebody gave and that stand as theirs, in the order they first came."""
        with self._turn:
            return tuple(label for label, n in self._tally.labels.items() if n)

    def given(self, row: int) -> tuple[Given, ...]:
        """What people say of a row today, the first one first; without decisions."""
        with self._turn:
            return self._tally.row(row).answers

    def decision(self, row: int) -> Given | None:
        """What a reviewer decided, the last one."""
        with self._turn:
            return next(reversed(self._tally.row(row).decisions), None)

    def all_given(self) -> tuple[Given, ...]:
        """What people say of all rows today, by the order in which rows were first answered."""
        with self._turn:
            return tuple(one for known in self._tally.rows.values() for one in known.answers)

    def comments(self, row: int) -> tuple[Comment, ...]:
        """Remarks about a row in the order of time, those that came with answers included."""
        with self._turn:
            known, notes = self._tally.row(row), self._tally.comments.get(row, [])
        said = [*known.answers, *known.decisions]
        with_answers = (Comment(row, one.who, one.comment, one.time) for one in said if one.comment)
        return tuple(sorted((*with_answers, *notes), key=lambda note: note.time))

    def closed_for(self, who: str) -> Index:
        """Rows that the model need not ask a person: settled, or answered by this person; sorted.

        A row is settled with a label, or closed for all.
        """
        with self._turn:
            is_closed = self._tally.is_shut.copy()
            is_closed[_rows(self._tally.answered.get(who, {}))] = True
        return np.flatnonzero(is_closed)

    def wanting(self, who: str) -> Index:
        """Rows on which this person's opinion is wanted beside others', third ones first."""
        with self._turn:
            own, wanted = self._tally.answered.get(who, {}), self._tally.wanted
            rows = [row for row in wanted if row not in own]
            return _rows(sorted(rows, key=lambda row: wanted[row] != "third"))

    def why_wanting(self, row: int) -> str:
        """What another opinion on a row is for: "third", "overlap", or nothing."""
        with self._turn:
            return self._tally.wanted.get(row, "")

    def disagreements(self) -> Index:
        """Rows on which people differ and nobody decided."""
        with self._turn:
            return _rows(self._tally.disputed)

    def again(self, who: str) -> Index:
        """Rows whose answer the person has just undone and nobody gave since, last ones first."""
        with self._turn:
            return _rows(reversed(self._tally.again.get(who, {})))

    def unasked(self, rows: Sequence[int], who: str) -> list[int]:
        """Those of some rows that were never asked of a person, nor answered by this one."""
        with self._turn:
            asked, own = self._tally.asked.get(who, set()), self._tally.answered.get(who, {})
            return [row for row in rows if row not in asked and row not in own]

    def kept_for_others(self, who: str, seconds: float) -> Index:
        """Rows that somebody else has undone since so many seconds, and will answer again."""
        since = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
        with self._turn:
            others = (rows for one, rows in self._tally.again.items() if one != who)
            return _rows(row for rows in others for row, time in rows.items() if time > since)

    def has_seen(self, row: int, who: str) -> bool:
        """Whether a person has seen a suggestion for a row."""
        with self._turn:
            return (row, who) in self._tally.seen

    def latest_of(self, who: str) -> Given | None:
        """The answer that a person gave last, of those that stand and were given here."""
        with self._turn:
            tally = self._tally
            for step in reversed(tally.steps.get(who, [])):
                for row in step.before:
                    if step.kind in ("label", "skip", "unknown") and (
                        own := tally.row(row).of(who)
                    ):
                        return own
        return None

    @property
    def rng(self) -> Metadata | None:
        """The generator's state after the last question; None before the first."""
        with self._turn:
            return self._tally.rng

    def can_undo(self, who: str) -> bool:
        """Whether a person has a step to take back."""
        with self._turn:
            return bool(self._tally.steps.get(who))


def _rows(rows: Iterable[int]) -> Index:
    return np.fromiter(rows, dtype=np.intp)
