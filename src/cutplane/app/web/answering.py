"""The question page: a row is shown, and people answer, skip, do not know, undo and comment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from cutplane.active.events import Label
from cutplane.app.answers.assignments import Question
from cutplane.app.answers.given import Seen
from cutplane.app.learning.why import Suggestion
from cutplane.app.page.beside_answers import expected_of, seen_with
from cutplane.app.page.views import (
    figures_view,
    page_view,
    question_view,
    suggestion_view,
    why_view,
)
from cutplane.app.page.views.message import Answered, Message, Typed
from cutplane.app.web.failures import FAILURES, sentence_of
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.visit import Visit, go_to
from cutplane.errors import InvalidInputError


@dataclass(frozen=True)
class Done:
    """What became of an act: a sentence, and the answer where it was one."""

    sentence: str = ""
    answered: Answered | None = None

    @property
    def last(self) -> tuple[int, Label] | None:
        """Row and label, for which the next question may be prepared."""
        return None if self.answered is None else (self.answered.row, self.answered.label)


def page(visit: Visit) -> Response:
    """GET /: the question page."""
    question = visit.project.assignments.next(visit.who.name)
    return visit.show("page", page_view(visit.project, question, visit.who), nav="label")


def question(visit: Visit) -> Response:
    """GET /question: the question that is open, or the newest; a fragment."""
    return _question(visit, Done())


def answer(visit: Visit) -> Response:
    """POST /answer with row, label (or other), comment, seconds."""
    return _acted(visit, _answered)


def skip(visit: Visit) -> Response:
    """POST /skip with row, comment, seconds."""
    return _acted(visit, _skipped)


def unknown(visit: Visit) -> Response:
    """POST /unknown with row, comment, seconds."""
    return _acted(visit, _unknown)


def undo(visit: Visit) -> Response:
    """POST /undo: the last act of this person."""
    return _acted(visit, _undone)


def comment(visit: Visit) -> Response:
    """POST /comment with row, comment."""
    return _acted(visit, _commented)


def figures(visit: Visit) -> Response:
    """GET /figures."""
    return visit.show("figures", figures_view(visit.project))


def why(visit: Visit) -> Response:
    """GET /why/{row}: what the model expects is told only to who has asked for a suggestion."""
    row = visit.row
    may_tell = visit.project.desk.has_seen(row, visit.who.name)
    return _shown(visit, "why", why_view(visit.project, row, may_tell=may_tell))


def suggestion(visit: Visit) -> Response:
    """POST /suggestion/{row}: what the model would answer; recorded as seen."""
    project, row, who = visit.project, visit.row, visit.who.name
    if project.rules.suggest != "key" or project.rules.is_blind(row):
        raise Refusal(403, "no suggestion is shown for this question; answer it yourself")
    if project.leases.held(who) != row:
        raise Refusal(403, "a suggestion is shown for the question that is open; answer that first")
    found = project.trainer.suggestion(row)
    if found is not None:
        project.desk.showed(row, found.label, who, found.probability)
    return _shown(visit, "suggestion", suggestion_view(row, found))


def _acted(visit: Visit, act: Callable[[Visit], Done]) -> Response:
    """Do it, and lead on; what was refused is shown again with what was typed."""
    try:
        done = act(visit)
    except (InvalidInputError, *FAILURES) as error:
        is_refused = isinstance(error, InvalidInputError)
        return _again(visit, 422 if is_refused else 503, sentence_of(error))
    visit.project.trainer.wake()
    return _next(visit, done)


def _answered(visit: Visit) -> Done:
    project, row, who = visit.project, _row(visit), visit.who.name
    label = project.read_label(typed_label(visit))
    expected = expected_of(project, row)
    seen = _seen(visit, row, expected)
    project.desk.answer(row, label, who, seen)
    return Done(answered=Answered(row, label, expected if seen.shown == "after" else None))


def _skipped(visit: Visit) -> Done:
    row = _row(visit)
    visit.project.desk.skip(row, visit.who.name, _seen(visit, row))
    return Done(f"Line {visit.project.table.lines[row]}: skipped.")


def _unknown(visit: Visit) -> Done:
    row = _row(visit)
    visit.project.desk.unknown(row, visit.who.name, _seen(visit, row))
    return Done(f"Line {visit.project.table.lines[row]}: you don't know.")


def _undone(visit: Visit) -> Done:
    undone = visit.project.desk.undo(visit.who.name)
    if undone is None:
        return Done("Nothing is left to undo.")
    lines = visit.project.table.lines[list(undone.rows)].tolist()
    where = f"line {lines[0]}" if len(lines) == 1 else f"{len(lines)} lines"
    return Done(f"Taken back: your {undone.kind} of {where}.")


def _commented(visit: Visit) -> Done:
    visit.project.desk.comment(visit.form.row(), visit.form.text("comment"), visit.who.name)
    return Done("The comment is kept.")


def _row(visit: Visit) -> int:
    """The row of the form, which was asked, or which the budget has room for."""
    row = visit.form.row()
    visit.project.assignments.check_affordable([row], visit.who.name)
    return row


def typed_label(visit: Visit) -> str:
    """The class that was clicked, or typed in the field for others."""
    return visit.form.text("label", "") or visit.form.text("other", "")


def _seen(visit: Visit, row: int, expected: Suggestion | None = None) -> Seen:
    comment, seconds = visit.form.text("comment", ""), visit.form.seconds()
    return seen_with(visit.project, row, expected, comment=comment, seconds=seconds)


def _shown(visit: Visit, name: str, view: object) -> Response:
    """A fragment for the script, a page of its own for who has none."""
    if visit.is_fragment:
        return visit.show(name, view)
    return visit.show(f"{name}_page", view, nav="label")


def _next(visit: Visit, done: Done) -> Response:
    """The question that follows: a fragment for the script, the page for who has none."""
    return _question(visit, done) if visit.is_fragment else go_to("/")


def _question(visit: Visit, done: Done) -> Response:
    message = Message(done.sentence) if done.sentence else None
    asked = visit.project.assignments.next(visit.who.name, last=done.last)
    view = question_view(visit.project, asked, visit.who, message, answered=done.answered)
    return visit.show("question", view)


def _again(visit: Visit, status: int, sentence: str) -> Response:
    """The same question with a problem; nothing is read from the journal for it.

    After a failure the script keeps the question that it shows, and needs the sentence alone.
    """
    project, form = visit.project, visit.form
    row = form.row() if "row" in form.fields else None
    is_failure = visit.is_fragment and status == 503
    if row is None or row >= len(project.table.features) or is_failure:
        return visit.refused(status, sentence)
    asked = Question(row, "open", project.rules.is_blind(row))
    message = Message(sentence, "problem")
    typed = Typed(typed_label(visit), form.text("comment", ""))
    name, made = ("question", question_view) if visit.is_fragment else ("page", page_view)
    view = made(project, asked, visit.who, message, typed=typed)
    return visit.show(name, view, nav="label", status=status)
