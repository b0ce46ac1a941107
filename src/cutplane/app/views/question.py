"""The question page: a row, the answers there are, and what became of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from cutplane.app.cells import Cell
from cutplane.app.keys import KeyHelp
from cutplane.app.views.figures import FiguresView
from cutplane.app.views.message import Answered, Message, Typed

if TYPE_CHECKING:
    from cutplane.app.assignments import Question
    from cutplane.app.people import Person
    from cutplane.app.project import Project


@dataclass(frozen=True)
class Choice:
    """A class that can be answered, and its key; empty where there is none."""

    label: str
    key: str


@dataclass(frozen=True)
class ValueField:
    """Bounds of a number that is to be typed.

    Attributes
    ----------
    low, high : str
        As shown; empty where there is none.
    hint : str
        A sentence about the range.
    """

    low: str
    high: str
    hint: str


@dataclass(frozen=True)
class Progress:
    """How far the labelling is.

    Attributes
    ----------
    done, of : int
        Answers given, of the budget, or else of the rows.
    text : str
    """

    done: int
    of: int
    text: str


@dataclass(frozen=True)
class Outcome:
    """What the model had expected of the row just answered.

    Attributes
    ----------
    agrees : bool
    text : str
    """

    agrees: bool
    text: str


@dataclass(frozen=True)
class QuestionView:
    """A question, or why there is none.

    Attributes
    ----------
    row : int or None
        Position; None where there is no question.
    line : int
        In the file, as a spreadsheet counts.
    cells, more_cells : tuple of Cell
        Shown, and shown on demand.
    image : str
        Address of the row's picture; empty where there is none.
    target : str
        What is asked for.
    choices : tuple of Choice
        Empty for values.
    value : ValueField or None
    takes_new : bool
        Whether a class that nobody has named yet can be typed.
    may_hint : bool
        Whether the suggestion may be asked for.
    reason : str
        Why this row, in a few words.
    progress : Progress
    typed : Typed
    message : Message or None
    outcome : Outcome or None
    can_undo : bool
    why_none : str
        Empty where there is a question.
    """

    row: int | None
    line: int
    cells: tuple[Cell, ...]
    more_cells: tuple[Cell, ...]
    image: str
    target: str
    choices: tuple[Choice, ...]
    value: ValueField | None
    takes_new: bool
    may_hint: bool
    reason: str
    progress: Progress
    typed: Typed
    message: Message | None
    outcome: Outcome | None
    can_undo: bool
    why_none: str


@dataclass(frozen=True)
class PageView:
    """The whole question page.

    Attributes
    ----------
    question : QuestionView
    figures : FiguresView
    guide : Markup
        Empty where there is none.
    keys : tuple of KeyHelp
    """

    question: QuestionView
    figures: FiguresView
    guide: Markup
    keys: tuple[KeyHelp, ...]


def question_view(
    project: Project,
    question: Question | None,
    who: Person,
    message: Message | None = None,
    *,
    typed: Typed | None = None,
    answered: Answered | None = None,
) -> QuestionView:
    """What is asked of somebody now, for the fragment ``question``.

    Parameters
    ----------
    project : Project
    question : Question or None
        None where there is none for this person; the view says why.
    who : Person
    message : Message, optional
        About the last act.
    typed : Typed, optional
        What a refused form held.
    answered : Answered, optional
        The answer just given, where suggestions are shown after it.
    """
    raise NotImplementedError


def page_view(
    project: Project,
    question: Question | None,
    who: Person,
    message: Message | None = None,
    *,
    typed: Typed | None = None,
    answered: Answered | None = None,
) -> PageView:
    """The question page, for ``page`` and ``labeller``; parameters as for ``question_view``."""
    raise NotImplementedError
