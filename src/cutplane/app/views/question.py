"""The question page: a row, the answers there are, and what became of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from cutplane.app.cells import Cell, cells_of_row, label_text, visible
from cutplane.app.guide import guide_html
from cutplane.app.keys import KeyHelp, key_help, keys_of
from cutplane.app.views.figures import FiguresView, figures_view
from cutplane.app.views.message import Answered, Message, Typed

if TYPE_CHECKING:
    from cutplane.app.assignments import Question
    from cutplane.app.people import Person
    from cutplane.app.project import Project

#: Columns beyond these are folded.
MOST_CELLS = 24

#: Why a row is asked about, in a few words. That people differ about it is not told, so that a
#: third opinion is one's own.
REASONS = {
    "open": "still waiting for your answer",
    "overlap": "a second opinion is wanted",
    "third": "another opinion is wanted",
    "model": "the model learns most from this row",
    "cover": "to see what the table holds",
}


@dataclass(frozen=True)
class Choice:
    """A class that can be answered.

    Attributes
    ----------
    label, text : str
        As it is sent, and as it is shown.
    key : str
        Empty where there is none.
    """

    label: str
    text: str
    key: str


@dataclass(frozen=True)
class ValueField:
    """Bounds of a number that is to be typed.

    Attributes
    ----------
    low, high : str
        Empty where there is none.
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
    view = question_view(project, question, who, message, typed=typed, answered=answered)
    keys = key_help(
        {choice.text: choice.key for choice in choices_of(project)},
        may_hint=project.rules.suggest == "key",
        is_value=project.rules.task == "regression",
    )
    return PageView(view, figures_view(project), guide_html(project.guide), keys)


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
    row = None if question is None else question.row
    cells = () if row is None else shown_cells(project, row)
    is_value = project.rules.task == "regression"
    return QuestionView(
        row=row,
        line=0 if row is None else int(project.table.lines[row]),
        cells=cells[:MOST_CELLS],
        more_cells=cells[MOST_CELLS:],
        image="" if row is None or project.image is None else f"/image/{row}",
        target=visible(project.target),
        choices=choices_of(project),
        value=_value_field(project) if is_value else None,
        takes_new=project.is_open,
        may_hint=question is not None and project.rules.suggest == "key" and not question.is_blind,
        reason="" if question is None else REASONS[question.reason],
        progress=progress_of(project),
        typed=typed or Typed(),
        message=message,
        outcome=None if answered is None else _outcome(answered),
        can_undo=project.desk.latest_of(who.name) is not None,
        why_none=project.assignments.why_none(who.name) if row is None else "",
    )


def shown_cells(project: Project, row: int) -> tuple[Cell, ...]:
    """Cells of a row but the path of its picture."""
    columns = [name for name in project.columns if name != project.image]
    return cells_of_row(project.table, row, columns)


def choices_of(project: Project) -> tuple[Choice, ...]:
    """The classes with their keys; none for values."""
    labels = [str(label) for label in project.classes]
    keys = keys_of(labels)
    return tuple(
        Choice(label, visible(label), key) for label, key in zip(labels, keys, strict=True)
    )


def progress_of(project: Project) -> Progress:
    """Answers of the budget, or else labels of all rows."""
    desk, budget = project.desk, project.rules.budget
    if budget is not None:
        return Progress(desk.n_given, budget, f"{desk.n_given:,} of {budget:,} answers")
    n_rows = len(project.table.features)
    return Progress(desk.n_labels, n_rows, f"{desk.n_labels:,} of {n_rows:,} rows have a label")


def _value_field(project: Project) -> ValueField:
    low, high = ("" if end is None else f"{end:.12g}" for end in _ends(project))
    if low and high:
        hint = f"From {low} to {high}."
    elif low or high:
        hint = f"At least {low}." if low else f"At most {high}."
    else:
        hint = "Any number."
    return ValueField(low, high, f"{hint} A decimal comma is read as a point.")


def _ends(project: Project) -> tuple[float | None, float | None]:
    return project.rules.low, project.rules.high


def _outcome(answered: Answered) -> Outcome | None:
    """What the model had expected of the row just answered; None where nothing may be told."""
    expected, given = answered.suggestion, answered.label
    if expected is None:
        return None
    if expected.std is not None:
        agrees = abs(float(given) - float(expected.label)) <= 2 * expected.std
        range_ = f"{expected.label:.4g} ± {2 * expected.std:.2g}"
        return Outcome(agrees, f"The model had expected {range_}; you answered {given:.6g}.")
    name, sure = label_text(expected.label), f"{expected.probability:.0%}"
    if str(expected.label) == str(given):
        return Outcome(True, f"The model had expected {name} too, with {sure}.")
    return Outcome(
        False, f"The model had expected {name}, with {sure}; you answered {label_text(given)}."
    )
