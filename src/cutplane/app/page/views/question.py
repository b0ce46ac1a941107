"""The question page: a row, the answers there are, and what became of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from cutplane.app.learning.why import Suggestion
from cutplane.app.page.cells import Cell, cells_of_row, label_text, visible
from cutplane.app.page.guide import guide_html
from cutplane.app.page.views.choices import Choice, ValueField, choices_of, value_field
from cutplane.app.page.views.figures import FiguresView, figures_view
from cutplane.app.page.views.message import Answered, Message, Typed
from cutplane.app.page.views.progress import Progress, progress_of
from cutplane.app.setup.keys import KeyHelp, key_help

if TYPE_CHECKING:
    from cutplane.app.answers.assignments import Question
    from cutplane.app.page.views.labelled import Labelled
    from cutplane.app.team.people import Person

#: Columns beyond these are folded.
MOST_CELLS = 24

#: What was said of a row that got no label.
NO_LABEL = {"skip": "skipped", "unknown": "you don't know"}

#: Why a row is asked about. That people differ about it is not told, so that a
#: third opinion is one's own.
REASONS = {
    "open": "Still waiting for your answer.",
    "overlap": "A second opinion is wanted.",
    "third": "Another opinion is wanted.",
    "model": "The model learns most from this row.",
    "cover": "To see what the table holds.",
}


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
    unit : str
        What that is called.
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
        Why this row, a sentence.
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
    unit: str
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
    project: Labelled,
    question: Question | None,
    who: Person,
    message: Message | None = None,
    *,
    typed: Typed | None = None,
    answered: Answered | None = None,
) -> PageView:
    """The question page, for ``page`` and ``labeller``; parameters as for ``question_view``.

    Where nothing is said of the last act, it is said of the last answer that stands: after a form
    that was sent without the script, and when the page is opened again.
    """
    if message is None and answered is None:
        message, answered = _last(project, who)
    view = question_view(project, question, who, message, typed=typed, answered=answered)
    keys = key_help(
        {choice.text: choice.key for choice in choices_of(project)},
        may_hint=project.rules.suggest == "key",
        is_value=project.rules.task == "regression",
    )
    return PageView(view, figures_view(project), guide_html(project.guide), keys)


def question_view(
    project: Labelled,
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
    project : Labelled
    question : Question or None
        None where there is none for this person; the view says why.
    who : Person
    message : Message, optional
        About the last act.
    typed : Typed, optional
        What a refused form held.
    answered : Answered, optional
        The answer just given, with what the model had expected where that may be told now.
    """
    row = None if question is None else question.row
    cells = () if row is None else shown_cells(project, row)
    return QuestionView(
        row=row,
        line=0 if row is None else int(project.table.lines[row]),
        unit=project.unit,
        cells=cells[:MOST_CELLS],
        more_cells=cells[MOST_CELLS:],
        image="" if row is None or project.image is None else f"/image/{row}",
        target=visible(project.target),
        choices=choices_of(project),
        value=value_field(project),
        takes_new=project.is_open,
        may_hint=question is not None and project.rules.suggest == "key" and not question.is_blind,
        reason="" if question is None else REASONS[question.reason],
        progress=progress_of(project),
        typed=typed or Typed(),
        message=message or _recorded(project, answered),
        outcome=None if answered is None else _outcome(answered),
        can_undo=project.desk.can_undo(who.name),
        why_none=project.assignments.why_none(who.name) if row is None else "",
    )


def shown_cells(project: Labelled, row: int) -> tuple[Cell, ...]:
    """Cells of a row but the path of its picture."""
    columns = [name for name in project.columns if name != project.image]
    return cells_of_row(project.table, row, columns)


def _last(project: Labelled, who: Person) -> tuple[Message | None, Answered | None]:
    """The last answer of somebody, and what the model had expected where that was told after it."""
    given = project.desk.latest_of(who.name)
    if given is None:
        return None, None
    if given.label is None:
        line = int(project.table.lines[given.row])
        return Message(f"{project.unit.capitalize()} {line}: {NO_LABEL[given.kind]}."), None
    seen, expected = given.seen, None
    if seen.shown == "after" and seen.probability is not None and seen.suggestion is not None:
        expected = Suggestion(seen.suggestion, seen.probability)
    return None, Answered(given.row, given.label, expected)


def _recorded(project: Labelled, answered: Answered | None) -> Message | None:
    """What was just recorded."""
    if answered is None:
        return None
    line = int(project.table.lines[answered.row])
    return Message(f"Recorded for {project.unit} {line}: {label_text(answered.label)}.")


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
