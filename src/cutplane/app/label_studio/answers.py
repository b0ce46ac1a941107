"""What people have said about one control, on its journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from cutplane.active.events import Event, Label
from cutplane.active.journal import Journal
from cutplane.app.label_studio.statements import (
    GONE,
    LABEL,
    NOTHING,
    SKIP,
    Statement,
    standing,
)


class Told(NamedTuple):
    """Labels to learn from: all that people said, rows several people labelled several times.

    Attributes
    ----------
    rows : list of int
    labels : list of float or str
    people : list of str
    """

    rows: list[int]
    labels: list[Label]
    people: list[str]


class Answers:
    """Statements by annotation, each recorded once; on disk when :meth:`hear` returns.

    Parameters
    ----------
    journal : Journal
        Of this control alone.
    names_people : bool
        Whether events carry names; values to predict have none.
    """

    def __init__(self, journal: Journal, *, names_people: bool):
        self._journal, self._names_people = journal, names_people
        self._said: dict[int, Statement] = {}
        self._of_row: dict[int, dict[int, Statement]] = defaultdict(dict)
        for event in journal.events:
            known = Statement.of_event(event)
            if known is not None:
                self._keep(known)

    @property
    def n_events(self) -> int:
        """Events recorded so far."""
        return len(self._journal.events)

    @property
    def told(self) -> Told:
        """All labels that stand, in the order of the annotations that gave them."""
        found = [each for each in self._said.values() if each.is_label]
        labels = [each.label for each in found if each.label is not None]
        return Told([each.row for each in found], labels, [each.who for each in found])

    def of_row(self, row: int) -> list[Statement]:
        """What was said about a row and is not gone."""
        return [each for each in self._of_row[row].values() if each.kind != GONE]

    def hear(self, statements: Iterable[Statement]) -> int:
        """Record what is new; the number of events.

        What is older than what is known, or says the same, is heard before; what is gone
        stays gone.

        Raises
        ------
        JournalError
            The journal cannot be written; nothing of it is heard.
        """
        before = dict(self._said)
        events: list[Event] = []
        for new in statements:
            known = self._said.get(new.annotation)
            if known is None and new.kind in (NOTHING, GONE):
                continue
            if known is not None and not _is_news(known, new):
                continue
            was = standing(self.of_row(new.row))
            self._keep(new)
            kinds = _kinds(new, was, standing(self.of_row(new.row)), changes_own=known is not None)
            events += self._events(new, kinds)
        try:
            if events:
                self._journal.append(events)
        except BaseException:
            self._restore(before)
            raise
        return len(events)

    def forget(self, annotations: Iterable[int]) -> int:
        """Take back what annotations said; the number of events."""
        known = (self._said[number] for number in annotations if number in self._said)
        return self.hear([replace(each, kind=GONE, label=None) for each in known])

    def close(self) -> None:
        """Let others write."""
        self._journal.close()

    def _keep(self, statement: Statement) -> None:
        self._said[statement.annotation] = statement
        self._of_row[statement.row][statement.annotation] = statement

    def _restore(self, before: dict[int, Statement]) -> None:
        self._said, self._of_row = {}, defaultdict(dict)
        for each in before.values():
            self._keep(each)

    def _events(self, new: Statement, kinds: list[tuple[str, list[Label]]]) -> list[Event]:
        """The first one carries the statement, another one what it makes of the row."""
        first, *more = kinds
        events = [self._event(*first, new, new.as_details())]
        return events + [self._event(kind, labels, new, {"by": new.who}) for kind, labels in more]

    def _event(self, kind: str, labels: list[Label], new: Statement, details: dict) -> Event:
        names = [new.who] if labels and self._names_people else []
        return Event(kind, [new.row], labels, names, details)


def _is_news(known: Statement, new: Statement) -> bool:
    if known.kind == GONE or (new.kind != GONE and new.updated < known.updated):
        return False
    return (known.kind, known.label, known.row) != (new.kind, new.label, new.row)


def _kinds(
    new: Statement,
    was: tuple[str, Label | None],
    now: tuple[str, Label | None],
    *,
    changes_own: bool,
) -> list[tuple[str, list[Label]]]:
    """Kinds and labels of the events that a statement makes where a row's standing changes so."""
    said = [new.label] if new.label is not None else []
    outcome: list[Label] = [now[1]] if now[1] is not None else []
    if new.kind in (NOTHING, GONE):
        if was == now:
            return [("withdrawn", [])]
        return [("forgotten", [])] if now[0] == NOTHING else [("settled", outcome)]
    if was == now:
        return [("opinion", said)]
    if now != (new.kind, new.label) or (was[0] == LABEL and not changes_own):
        return [("opinion", said), ("settled", outcome)]
    if now[0] == SKIP:
        return [("forgotten", []), ("skipped", [])] if was[0] == LABEL else [("skipped", [])]
    return [("relabelled" if was[0] == LABEL else "labelled", said)]
