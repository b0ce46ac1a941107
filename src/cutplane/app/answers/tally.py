"""The tally: events, one after the other, folded into what people have said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cutplane._types import Metadata
from cutplane.active.events import Event, Label
from cutplane.app.answers.given import Comment, Given, Kind, Seen
from cutplane.app.answers.row import Row
from cutplane.app.answers.rules import Rules
from cutplane.errors import InvalidInputError, JournalError

#: Kinds that somebody was paid for.
_PAID = ("labelled", "relabelled", "skipped", "opinion")
_NOBODY_SAID = Row()


@dataclass
class Step:
    """What one act of a person did, so that it can be taken back.

    Attributes
    ----------
    kind : {"label", "skip", "unknown", "decision", "comment"}
    label : label or None
    before : dict of int to Given or None
        What the person said of each row before.
    """

    kind: Kind | str
    label: Label | None
    before: dict[int, Given | None]


class Tally:
    """What people have said by the events so far; no more than they say.

    An event whose details have "by" is that person's act, a step that they can take back. With
    "also" it belongs to the step before, with "settles" it is nobody's: only what follows for
    the learner. Without "by" it came from elsewhere: labels are those of the annotators, labels
    corrected are decisions, and rows forgotten are forgotten for everybody.

    Parameters
    ----------
    n_rows : int
    rules : Rules

    Attributes
    ----------
    n_events, n_asked, n_given : int
        Events; answers paid for as the learner's book counts them; those with a name to them.
    rows : dict of int to Row
        All that somebody said something of.
    standing, closed : dict
        Labels by row, and rows without label, as the book has them and in its order.
    is_shut : ndarray of bool of shape (n_rows,)
        Rows with a label, and closed ones.
    answered : dict of str to dict of int to None
        By person: rows with an answer.
    again : dict of str to dict of int to str
        By person: rows whose answer was just undone, and when.
    asked : dict of str to set of int
        By person: rows that were ever in front of them as a question.
    wanted : dict of int to str
        Rows that wait for another opinion, "third" or "overlap".
    disputed : dict of int to None
    labels : Counter
        Of all answers and decisions.
    comments : dict of int to list of Comment
    seen : dict of (int, str) to Seen
        Suggestions that people saw.
    steps : dict of str to list of Step
        Those of each person that stand.
    rng : dict or None
        The generator's state after the last question.
    """

    def __init__(self, n_rows: int, rules: Rules):
        self.n_rows, self.rules = n_rows, rules
        self.n_events = self.n_asked = self.n_given = 0
        self.rows: dict[int, Row] = {}
        self.standing: dict[int, Label] = {}
        self.closed: dict[int, None] = {}
        self.is_shut = np.zeros(n_rows, dtype=bool)
        self.answered: dict[str, dict[int, None]] = {}
        self.again: dict[str, dict[int, str]] = {}
        self.asked: dict[str, set[int]] = {}
        self.wanted: dict[int, str] = {}
        self.disputed: dict[int, None] = {}
        self.labels: Counter[Label] = Counter()
        self.comments: dict[int, list[Comment]] = {}
        self.seen: dict[tuple[int, str], Seen] = {}
        self.steps: dict[str, list[Step]] = {}
        self.rng: Metadata | None = None

    def row(self, row: int) -> Row:
        """What is known of a row."""
        return self.rows.get(row, _NOBODY_SAID)

    def add(self, event: Event) -> None:
        """Fold one more event.

        Raises
        ------
        JournalError
            It is about other rows than the pool's, or holds what no desk writes.
        """
        seen = self._checked(event)
        if event.kind in _PAID:
            self._count(event)
        if event.kind == "asked":
            self.rng = event.details["rng"]
            self.asked.setdefault(event.details.get("by", ""), set()).update(event.questions)
        elif event.kind == "noted":
            self._note(event, seen)
        elif event.kind in ("forgotten", "withdrawn"):
            self._take_back(event)
        elif event.kind in _PAID and event.questions:
            self._say(event, seen)
        self._book(event)
        self.n_events += 1

    def _checked(self, event: Event) -> Seen:
        """What came with an event that this pool can have."""
        try:
            for row in event.questions:
                if type(row) is not int or not 0 <= row < self.n_rows:
                    raise TypeError(f"{row!r} is no row of the {self.n_rows} here")
            return Seen.of_details(event.details)
        except (InvalidInputError, TypeError, AttributeError) as error:
            raise JournalError(f"event {self.n_events} cannot be: {error}") from error

    def _count(self, event: Event) -> None:
        names = zip(event.questions, _names(event), strict=True)
        is_skip = event.kind == "skipped"
        paid = [who for row, who in names if not (is_skip and self.row(row).is_closed)]
        self.n_asked += len(paid)
        self.n_given += sum(who != "" for who in paid)

    def _say(self, event: Event, seen: Seen) -> None:
        """Answers, and decisions, which are steps where the desk wrote them."""
        kind = _kind(event)
        labels: Sequence[Label | None] = event.labels or [None] * len(event.questions)
        before: dict[int, Given | None] = {}
        for row, who, label in zip(event.questions, _names(event), labels, strict=True):
            own = seen.after(self.seen.get((row, who)))
            known = self.row(row)
            before[row] = known.of(who)
            self._set(row, known.saying(Given(row, who, label, kind, event.time, own)))
            if own.shown != "no":
                self.seen[row, who] = own
            for rows in self.again.values():
                rows.pop(row, None)
        if (by := event.details.get("by")) is not None:
            self._step(by, Step(kind, labels[0], before), also="also" in event.details)

    def _step(self, who: str, step: Step, *, also: bool = False) -> None:
        steps = self.steps.setdefault(who, [])
        if also and steps:
            steps[-1].before.update(step.before)
        else:
            steps.append(step)

    def _note(self, event: Event, seen: Seen) -> None:
        text = event.details.get("comment", "")
        for row, who in zip(event.questions, _names(event), strict=True):
            if text:
                note = Comment(row, who, text, event.time)
                self.comments.setdefault(row, []).append(note)
                self._step(who, Step("comment", None, {row: None}))
            if seen.shown != "no":
                self.seen[row, who] = seen

    def _take_back(self, event: Event) -> None:
        """An undone step, or all that somebody, or everybody, says of rows."""
        details = event.details
        if "settles" in details or ("undo" in details and "also" in details):
            return
        if "undo" in details:
            self._undo(details.get("by", ""), event.time)
            return
        everybody = event.kind == "forgotten" and "by" not in details
        for row, who in zip(event.questions, _names(event), strict=True):
            known = self.row(row)
            self._set(row, _NOBODY_SAID if everybody else known.without(who))
            for one in list(self.steps) if everybody else [who]:
                self._purge(one, row)

    def _purge(self, who: str, row: int) -> None:
        """No step of a person has to do with a row any more."""
        for step in self.steps.get(who, []):
            if step.kind != "comment":
                step.before.pop(row, None)
        self.steps[who] = [step for step in self.steps.get(who, []) if step.before]

    def undone(self, who: str) -> dict[int, Row]:
        """The rows of a person's last step as they are without it."""
        step = self.steps[who][-1]
        if step.kind == "comment":
            return {row: self.row(row) for row in step.before}
        if step.kind == "decision":
            return {row: self.row(row).undecided(who) for row in step.before}
        return {row: self.row(row).restored(who, own) for row, own in step.before.items()}

    def _undo(self, who: str, time: str) -> None:
        if not self.steps.get(who):
            return
        after = self.undone(who)
        step = self.steps[who].pop()
        for row, known in after.items():
            self._set(row, known)
        (first, *others) = step.before
        if step.kind == "comment":
            own = [note for note in self.comments[first] if note.who == who]
            self.comments[first].remove(own[-1])
        elif step.kind != "decision" and not others and after[first].of(who) is None:
            rows = self.again.setdefault(who, {})
            rows.pop(first, None)
            rows[first] = time

    def _book(self, event: Event) -> None:
        """What the learner makes of it."""
        names: Sequence[str | None] = event.annotators or [None] * len(event.questions)
        is_new = event.kind == "labelled"
        if event.kind in ("labelled", "relabelled", "settled") and event.labels:
            for row, label, name in zip(event.questions, event.labels, names, strict=True):
                known = self.row(row)
                kept = ("" if is_new else known.name) if name is None else name
                self._set(row, known.told(label, kept))
        elif event.kind in ("skipped", "settled"):
            for row in event.questions:
                self._set(row, self.row(row).shut())
        elif event.kind == "forgotten":
            for row in event.questions:
                self._set(row, self.row(row).opened())

    def _set(self, row: int, known: Row) -> None:
        """Keep what is known of a row, and what is looked up by other things."""
        old = self.row(row)
        self.rows[row] = known
        self.labels.subtract(old.all_labels)
        self.labels.update(known.all_labels)
        for one in old.answers:
            self.answered[one.who].pop(row, None)
        for one in known.answers:
            self.answered.setdefault(one.who, {})[row] = None
        _keep(self.standing, row, known.label)
        _keep(self.closed, row, known.is_closed or None)
        self.is_shut[row] = not known.is_open
        _keep(self.wanted, row, known.wanted(row, self.rules) or None)
        _keep(self.disputed, row, known.is_disputed(self.rules) or None)


def _keep(kept: dict, row: int, value: object) -> None:
    """A value in its place in the order, or nothing for None."""
    if value is None:
        kept.pop(row, None)
    else:
        kept[row] = value


def _names(event: Event) -> list[str]:
    """Whose act it is, for each row; "" for nobody's."""
    n_rows = len(event.questions)
    if "by" in event.details:
        return [event.details["by"]] * n_rows
    return event.annotators or [""] * n_rows


def _kind(event: Event) -> Kind:
    """What was said with an event that somebody was paid for."""
    if event.details.get("decision") or (event.kind == "relabelled" and "by" not in event.details):
        return "decision"
    if event.labels:
        return "label"
    return "unknown" if event.details.get("unknown") else "skip"
