"""All answers: searched, filtered, corrected in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cutplane.app.page.cells import excerpt, label_text, visible
from cutplane.app.page.views.found import MOST_ODD, ONLY, Filters, found_rows
from cutplane.app.page.views.message import Message

if TYPE_CHECKING:
    from cutplane.app.answers.given import Given
    from cutplane.app.learning.odd import Odd
    from cutplane.app.setup.project import Project
    from cutplane.app.team.people import Person

#: Rows on one page of the list.
PAGE_ROWS = 50
#: Who said what has no name, and what was said where it is no label.
NOBODY = "the table"
WORDS = {"skip": "skipped", "unknown": "doesn't know"}


@dataclass(frozen=True)
class Said:
    """What one person said of a row: an answer, or a comment."""

    who: str
    text: str
    time: str
    note: str = ""


@dataclass(frozen=True)
class AnswerRow:
    """A row with what was said of it.

    Attributes
    ----------
    row, line : int
        Position, and line of the file.
    excerpt : str
    label, text : str
        That stands, as it is sent and as it is shown; empty for a skipped row.
    answers, comments : tuple of Said
    is_disputed : bool
    odd : str
        What the model makes of the label, where it is odd.
    is_own : bool
        Whether the person who looks has answered it.
    """

    row: int
    line: int
    excerpt: str
    label: str
    text: str
    answers: tuple[Said, ...]
    comments: tuple[Said, ...]
    is_disputed: bool
    odd: str
    is_own: bool


@dataclass(frozen=True)
class AnswersView:
    """A page of answers.

    Attributes
    ----------
    rows : tuple of AnswerRow
        The newest first, at most ``PAGE_ROWS``.
    n_found, n_pages : int
    filters : Filters
    people, labels : tuple of str
        To choose from; no people for those who do not review, who see their own answers.
    only : mapping of str to str
        ``ONLY``.
    choices : tuple of str
        Classes to correct to; empty for values.
    may_decide : bool
        Whether the person who looks reviews.
    target : str
    message : Message or None
    """

    rows: tuple[AnswerRow, ...]
    n_found: int
    n_pages: int
    filters: Filters
    people: tuple[str, ...]
    labels: tuple[str, ...]
    only: dict[str, str]
    choices: tuple[str, ...]
    may_decide: bool
    target: str
    message: Message | None


def answers_view(
    project: Project, who: Person, filters: Filters | None = None, message: Message | None = None
) -> AnswersView:
    """For the page ``answers``.

    Its forms POST ``/answers/{row}/correct``, ``withdraw`` or ``decide`` with csrf, label,
    comment and ``back``, the query string of the list, to which the reply leads.
    """
    filters = filters or Filters()
    if filters.only not in ONLY:
        filters = replace(filters, only="")
    found = found_rows(project, filters)
    n_pages = max(1, -(-len(found) // PAGE_ROWS))
    filters = replace(filters, page=min(max(filters.page, 1), n_pages))
    start = (filters.page - 1) * PAGE_ROWS
    disputed = set(project.desk.disagreements().tolist())
    odd = {one.row: one for one in project.trainer.odd(MOST_ODD)}
    labels = {str(label): None for label in (*project.classes, *project.desk.classes)}
    return AnswersView(
        rows=tuple(
            _answer_row(project, who, row, disputed, odd)
            for row in found[start : start + PAGE_ROWS].tolist()
        ),
        n_found=len(found),
        n_pages=n_pages,
        filters=filters,
        people=tuple(sorted({one.who for one in project.desk.all_given() if one.who}))
        if who.may("review")
        else (),
        labels=tuple(labels) if project.rules.task == "classification" else (),
        only=ONLY,
        choices=tuple(labels) if project.rules.task == "classification" else (),
        may_decide=who.may("review"),
        target=visible(project.target),
        message=message,
    )


def _answer_row(
    project: Project, who: Person, row: int, disputed: set[int], odd: Mapping[int, Odd]
) -> AnswerRow:
    """A row; of others' answers those see nothing who do not review, and so answer unbiased."""
    desk, reviews = project.desk, who.may("review")
    given = [one for one in desk.given(row) if reviews or one.who == who.name]
    decision = desk.decision(row) if reviews else None
    label = desk.standing.get(row) if reviews else given[-1].label if given else None
    return AnswerRow(
        row=row,
        line=int(project.table.lines[row]),
        excerpt=excerpt(project.table, row, project.columns, 240),
        label="" if label is None else str(label),
        text="" if label is None else label_text(label),
        answers=tuple(map(_said, [*given, *([] if decision is None else [decision])])),
        comments=tuple(
            Said(one.who or NOBODY, visible(one.text), time_text(one.time))
            for one in desk.comments(row)
            if reviews or one.who == who.name
        ),
        is_disputed=reviews and row in disputed,
        odd=_oddity(odd[row]) if row in odd else "",
        is_own=any(one.who == who.name for one in given),
    )


def _oddity(one: Odd) -> str:
    return (
        f"By the other labels, {label_text(one.label)} has a probability of {one.probability:.1%}."
    )


def _said(one: Given) -> Said:
    text = WORDS[one.kind] if one.label is None else label_text(one.label)
    note = "decided" if one.kind == "decision" else ""
    note = "saw the suggestion first" if one.shown == "before" else note
    return Said(one.who or NOBODY, text, time_text(one.time), note)


def time_text(time: str) -> str:
    """A time of the journal, UTC, to the minute."""
    return time[:16].replace("T", " ")
