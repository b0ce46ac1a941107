"""One row: what people say of it, what stands, and what the learner was told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from cutplane.active.events import Label
from cutplane.app.answers.given import Given
from cutplane.app.answers.rules import Rules


class Verdict(NamedTuple):
    """What all say together.

    Attributes
    ----------
    label : label or None
    name : str
        Whose label it is, "" for nobody.
    is_closed : bool
        Whether the row is not asked again although it has no label.
    """

    label: Label | None
    name: str
    is_closed: bool


@dataclass(frozen=True)
class Row:
    """What was said of a row, and what the learner's book has of it; both are made of events.

    Attributes
    ----------
    answers : tuple of Given
        One of each person, in the order they first came.
    decisions : tuple of Given
        Reviewers'; the last one stands.
    label : label or None
        In the book.
    name : str
        Whose the book has it, "" for nobody.
    is_closed : bool
        Whether the book has the row as skipped.
    """

    answers: tuple[Given, ...] = ()
    decisions: tuple[Given, ...] = ()
    label: Label | None = None
    name: str = ""
    is_closed: bool = False

    def of(self, who: str) -> Given | None:
        """What somebody says."""
        return next((one for one in self.answers if one.who == who), None)

    @property
    def labels(self) -> tuple[Given, ...]:
        """Answers that are labels."""
        return tuple(one for one in self.answers if one.label is not None)

    @property
    def all_labels(self) -> list[Label]:
        """Those of answers and decisions."""
        said = (one.label for one in (*self.answers, *self.decisions))
        return [label for label in said if label is not None]

    def saying(self, given: Given) -> Row:
        """With another answer, in the place of the person's last one."""
        if given.kind == "decision":
            return replace(self, decisions=(*self.decisions, given))
        if self.of(given.who) is None:
            return replace(self, answers=(*self.answers, given))
        answers = tuple(given if one.who == given.who else one for one in self.answers)
        return replace(self, answers=answers)

    def without(self, who: str) -> Row:
        """Without what somebody says and decided."""
        answers = tuple(one for one in self.answers if one.who != who)
        decisions = tuple(one for one in self.decisions if one.who != who)
        return replace(self, answers=answers, decisions=decisions)

    def restored(self, who: str, before: Given | None) -> Row:
        """With what somebody said before, or nothing, in the place of what they say."""
        if before is not None:
            return self.saying(before)
        return replace(self, answers=tuple(one for one in self.answers if one.who != who))

    def undecided(self, who: str) -> Row:
        """Without the last decision of somebody."""
        own = [place for place, one in enumerate(self.decisions) if one.who == who][-1:]
        left = (one for place, one in enumerate(self.decisions) if place not in own)
        return replace(self, decisions=tuple(left))

    def told(self, label: Label, name: str) -> Row:
        """As the book has it after a label."""
        return replace(self, label=label, name=name, is_closed=False)

    def shut(self) -> Row:
        """As the book has it after it was skipped."""
        return replace(self, label=None, name="", is_closed=True)

    def opened(self) -> Row:
        """As the book has it after it was forgotten."""
        return replace(self, label=None, name="", is_closed=False)

    @property
    def is_open(self) -> bool:
        """Whether the book has nothing of it."""
        return self.label is None and not self.is_closed

    def verdict(self, rules: Rules) -> Verdict:
        """A reviewer's decision; else the label of most, or the middle value; else closed or open.

        Of labels that equally many gave, the one given first stands; of two middle values too.
        """
        if self.decisions:
            last = self.decisions[-1]
            return Verdict(last.label, last.who, is_closed=False)
        if labels := self.labels:
            one = _middle(labels) if rules.is_regression else _most_given(labels)
            return Verdict(one.label, one.who, is_closed=False)
        kinds = [one.kind for one in self.answers]
        is_closed = "skip" in kinds or kinds.count("unknown") >= rules.n_unknown
        return Verdict(None, "", is_closed)

    def is_disputed(self, rules: Rules) -> bool:
        """Whether people differ and nobody decided."""
        return not self.decisions and _differ([one.label for one in self.labels], rules)

    def wanted(self, row: int, rules: Rules) -> Literal["third", "overlap", ""]:
        """What another answer is wanted for: two people differ, or two are to say."""
        if self.label is None or self.decisions:
            return ""
        if len(self.labels) == 2 and self.is_disputed(rules):
            n_unknown = sum(one.kind == "unknown" for one in self.answers)
            return "third" if n_unknown < rules.n_unknown else ""
        alone = len(self.answers) == 1 and self.answers[0].who != ""
        return "overlap" if alone and rules.is_overlap(row) else ""


def _most_given(labels: Sequence[Given]) -> Given:
    counts = Counter(one.label for one in labels)
    return max(labels, key=lambda one: counts[one.label])  # the first of them


def _middle(labels: Sequence[Given]) -> Given:
    order = sorted(range(len(labels)), key=lambda place: float(labels[place].label or 0))
    return labels[min(order[(len(order) - 1) // 2 : len(order) // 2 + 1])]


def _differ(labels: Sequence[Label | None], rules: Rules) -> bool:
    if rules.is_regression:
        values = [float(label) for label in labels if label is not None]
        return bool(values) and max(values) - min(values) > rules.tolerance
    return len(set(labels)) > 1
