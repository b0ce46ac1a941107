"""All answers: searched, filtered, corrected in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutplane.app.views.message import Message

if TYPE_CHECKING:
    from cutplane.app.people import Person
    from cutplane.app.project import Project

PAGE_ROWS = 50

#: What the list can be narrowed to, and what that is called.
ONLY = {
    "": "all answers",
    "disagreement": "people disagree",
    "odd": "the model finds it odd",
    "comment": "with a comment",
    "skipped": "skipped",
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; the fields are the query's.

    Attributes
    ----------
    text, who, label : str
        Text in the row or a comment, the person, the label; empty for all.
    only : str
        A key of ``ONLY``.
    page : int, default=1
    """

    text: str = ""
    who: str = ""
    label: str = ""
    only: str = ""
    page: int = 1

    def query(self, page: int | None = None) -> str:
        """As a query string, without what is empty."""
        raise NotImplementedError


@dataclass(frozen=True)
class OneAnswer:
    """What one person said of a row."""

    who: str
    label: str
    time: str
    comment: str
    note: str


@dataclass(frozen=True)
class AnswerRow:
    """A row with what was said of it.

    Attributes
    ----------
    row, line : int
        Position, and line of the file.
    excerpt : str
    label : str
        That stands; empty for a skipped row.
    answers : tuple of OneAnswer
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
    answers: tuple[OneAnswer, ...]
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
        To choose from.
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
    raise NotImplementedError
