"""All answers: searched, corrected, taken back, decided; and many rows answered at once."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from cutplane.active.events import Label
from cutplane.app.answers.desk import Receipt
from cutplane.app.page.views import Filters, answers_view, grid_view
from cutplane.app.page.views.answers import ONLY
from cutplane.app.page.views.message import Message
from cutplane.app.web.answering import typed_label
from cutplane.app.web.forms import Form
from cutplane.app.web.refusals import Refusal
from cutplane.app.web.visit import Visit, go_to
from cutplane.errors import InvalidInputError


def answers(visit: Visit) -> Response:
    """GET /answers?text=&who=&label=&only=&page=."""
    return _list(visit, _filters(visit, visit.query))


def correct(visit: Visit) -> Response:
    """POST /answers/{row}/correct with label (or other), comment, back: one's own answer."""
    return _changed(visit, visit.project.desk.correct)


def decide(visit: Visit) -> Response:
    """POST /answers/{row}/decide with label (or other), comment, back: the label of the row."""
    return _changed(visit, visit.project.desk.decide)


def withdraw(visit: Visit) -> Response:
    """POST /answers/{row}/withdraw with back: one's own answer."""
    filters, row = _back(visit), visit.row
    try:
        visit.project.desk.withdraw(row, visit.who.name)
    except InvalidInputError as error:
        return _list(visit, filters, str(error))
    return _led_back(visit, filters)


def grid(visit: Visit) -> Response:
    """GET /grid?page=: similar rows, one group after the other."""
    view = grid_view(visit.project, visit.who, page=visit.query.page())
    return visit.show("grid", view, nav="grid")


def answer_many(visit: Visit) -> Response:
    """POST /grid with rows and label (or other)."""
    project, who = visit.project, visit.who
    try:
        rows = visit.form.rows()
        project.assignments.check_affordable(rows, who.name)
        project.desk.answer_many(rows, project.read_label(typed_label(visit)), who.name)
    except InvalidInputError as error:
        view = grid_view(project, who, Message(str(error), "problem"))
        return visit.show("grid", view, nav="grid", status=422)
    project.trainer.wake()
    return go_to("/grid")


def _changed(visit: Visit, act: Callable[[int, Label, str, str], Receipt]) -> Response:
    project, filters, row = visit.project, _back(visit), visit.row
    try:
        label = project.read_label(typed_label(visit))
        act(row, label, visit.who.name, visit.form.text("comment", ""))
    except InvalidInputError as error:
        return _list(visit, filters, str(error))
    return _led_back(visit, filters)


def _led_back(visit: Visit, filters: Filters) -> Response:
    visit.project.trainer.wake()
    query = filters.query()
    return go_to(f"/answers?{query}" if query else "/answers")


def _back(visit: Visit) -> Filters:
    """The list from which a form came, read as an address is: it leads nowhere else."""
    query = visit.form.text("back", "").removeprefix("?")
    return _filters(visit, Form.of(query.encode(), most=10))


def _filters(visit: Visit, query: Form) -> Filters:
    only = query.text("only", "")
    if only not in ONLY:
        raise Refusal(400, f"answers are narrowed to one of {', '.join(filter(None, ONLY))}")
    whose = query.text("who", "")
    if not visit.who.may("review"):
        whose = visit.who.name  # others' answers are for those who review
    return Filters(query.text("text", ""), whose, query.text("label", ""), only, query.page())


def _list(visit: Visit, filters: Filters, problem: str = "") -> Response:
    message = Message(problem, "problem") if problem else None
    view = answers_view(visit.project, visit.who, filters, message)
    return visit.show("answers", view, nav="answers", status=422 if problem else 200)
