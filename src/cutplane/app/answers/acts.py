"""From what somebody does to the events that say so, and what follows of them for the learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cutplane._types import Metadata
from cutplane.active.events import Event, Label
from cutplane.app.answers.given import NOTHING, Given, Kind, Seen
from cutplane.app.answers.row import Row
from cutplane.app.answers.rules import Rules
from cutplane.app.answers.tally import Tally

#: What an event says of an answer without a label, and of a reviewer's.
_FLAGS: dict[Kind, Metadata] = {
    "label": {},
    "skip": {"skip": True},
    "unknown": {"unknown": True},
    "decision": {"decision": True},
}


@dataclass(frozen=True)
class Said:
    """What somebody says now.

    Attributes
    ----------
    who : str
    kind : {"label", "skip", "unknown", "decision"}
    label : label or None
    seen : Seen
    """

    who: str
    kind: Kind
    label: Label | None = None
    seen: Seen = NOTHING

    def of(self, row: int) -> Given:
        """As it will be known of a row."""
        return Given(row, self.who, self.label, self.kind, "", self.seen)

    def details(self, event: str) -> Metadata:
        """Of an event of this kind."""
        flags = {} if event == "skipped" and self.kind == "skip" else _FLAGS[self.kind]
        return {"by": self.who, **self.seen.details(), **flags}


def news(tally: Tally, rows: Iterable[int], said: Said) -> list[Event]:
    """Events of an answer about the rows of which it says something new; of others, the comment.

    The same answer again, of a doubled click or after a reply that was lost, is none.
    """
    known = {row: _last(tally, row, said) for row in rows}
    new = [row for row, last in known.items() if last is None]
    details = {"by": said.who, "comment": said.seen.comment}
    comments = [
        Event("noted", [row], details=dict(details))
        for row, last in known.items()
        if last is not None and said.seen.comment and not _is_noted(tally, row, said, last)
    ]
    return [*(saying(tally, new, said) if new else []), *comments]


def _last(tally: Tally, row: int, said: Said) -> Given | None:
    """What the person said of a row last, where it is the same."""
    known = tally.row(row)
    last = known.decisions[-1] if said.kind == "decision" and known.decisions else None
    last = known.of(said.who) if said.kind != "decision" else last
    same = last is not None and (last.who, last.kind, last.label) == (
        said.who,
        said.kind,
        said.label,
    )
    return last if same else None


def _is_noted(tally: Tally, row: int, said: Said, last: Given) -> bool:
    notes = (note.text for note in tally.comments.get(row, []) if note.who == said.who)
    return said.seen.comment in (last.comment, *notes)


def saying(tally: Tally, rows: Iterable[int], said: Said) -> list[Event]:
    """Events of an answer or a decision about rows, one step, and what follows."""
    groups: dict[str, list[int]] = {}
    after: dict[int, Row] = {}
    name = said.who if tally.rules.takes_names else ""
    for row in rows:
        known = tally.row(row).saying(said.of(row))
        kind = _kind_of_event(known, said, tally.rules)
        groups.setdefault(kind, []).append(row)
        if kind in ("labelled", "relabelled") and said.label is not None:
            known = known.told(said.label, name)
        after[row] = known.shut() if kind == "skipped" else known
    events = []
    for kind, own in groups.items():
        labels = [] if said.label is None else [said.label] * len(own)
        names = [said.who] * len(own) if name and labels else []
        events.append(Event(kind, own, labels, names, said.details(kind)))
    return [*_as_one_step(events), *following(after, tally.rules, said.who)]


def _kind_of_event(known: Row, said: Said, rules: Rules) -> str:
    """What the book makes of an answer: known is the row with it."""
    if said.label is None:
        is_closing = known.label is None and not known.is_closed and known.verdict(rules).is_closed
        return "skipped" if is_closing else "opinion"
    if known.label is None:
        return "labelled"
    is_alone = len(known.labels) == 1 and not known.decisions
    return "relabelled" if said.kind == "decision" or is_alone else "opinion"


def taking_back(tally: Tally, after: Mapping[int, Row], who: str, *, undo: bool) -> list[Event]:
    """Events that say that rows are as if somebody had not said something, and what follows."""
    opened = [row for row, known in after.items() if _opens(known, tally.rules)]
    is_opened = set(opened)
    others = [row for row in after if row not in is_opened]
    details: Metadata = {"by": who} | ({"undo": True} if undo else {})
    pairs = (("forgotten", opened), ("withdrawn", others))
    events = [Event(kind, rows, details=dict(details)) for kind, rows in pairs if rows]
    left = {row: after[row] for row in others}
    return [*_as_one_step(events), *following(left, tally.rules, who)]


def _opens(known: Row, rules: Rules) -> bool:
    label, _, is_closed = known.verdict(rules)
    return label is None and not is_closed and not known.is_open


def following(after: Mapping[int, Row], rules: Rules, who: str) -> list[Event]:
    """Events that bring the book to what all say together; they were paid for before."""
    again: dict[int, tuple[Label, str]] = {}
    new: dict[int, tuple[Label, str]] = {}
    closed, opened = [], []
    for row, known in after.items():
        label, name, is_closed = known.verdict(rules)
        name = name if rules.takes_names else known.name
        if label is not None and (label, name) != (known.label, known.name):
            (new if known.label is None else again)[row] = (label, name)
        elif label is None and is_closed and not known.is_closed:
            closed.append(row)
        elif label is None and not is_closed and not known.is_open:
            opened.append(row)
    details: Metadata = {"by": who}
    events = [_settled(own, rules, who) for own in (again, new) if own]
    if closed:
        events.append(Event("settled", closed, details=details))
    if opened:
        events.append(Event("forgotten", opened, details=details | {"settles": True}))
    return events


def _settled(verdicts: Mapping[int, tuple[Label, str]], rules: Rules, who: str) -> Event:
    labels = [label for label, _ in verdicts.values()]
    names = [name for _, name in verdicts.values()] if rules.takes_names else []
    return Event("settled", list(verdicts), labels, names, {"by": who})


def _as_one_step(events: Sequence[Event]) -> list[Event]:
    """The second of two events belongs to the first."""
    for event in events[1:]:
        event.details["also"] = True
    return list(events)
