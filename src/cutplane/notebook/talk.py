"""Acts of the page, done by a learner in the kernel and answered by HTML."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cutplane.active.events import Label
from cutplane.app.answers.assignments import Question
from cutplane.app.answers.given import Seen
from cutplane.app.learning.why import Suggestion
from cutplane.app.page.beside_answers import expected_of, seen_with
from cutplane.app.page.cells import label_text
from cutplane.app.page.pages import Frame, render
from cutplane.app.page.views.figures import figures_view
from cutplane.app.page.views.message import Answered, Message, Typed
from cutplane.app.page.views.question import MOST_CELLS, QuestionView, page_view, question_view
from cutplane.app.page.views.why import suggestion_view, why_view
from cutplane.app.team.person import Person
from cutplane.errors import CutplaneError, InvalidInputError
from cutplane.notebook.subject import Subject

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """What became of an act: a sentence, and the answer where it was one."""

    sentence: str = ""
    answered: Answered | None = None


class Talk:
    """One person's side of a page: what its script sends is done, and answered by a fragment.

    Parameters
    ----------
    subject : Subject
    who : str
    """

    def __init__(self, subject: Subject, who: str):
        self.subject, self.who = subject, Person(who, "label")
        self._frame = Frame(self.who, "", subject.target)
        self._reading: dict[str, Callable[[Fields], str]] = {
            "labeller": self._labeller,
            "question": lambda _: self._next(Done()),
            "figures": lambda _: render("figures", figures_view(subject), self._frame),
            "why": self._why,
            "suggestion": self._suggestion,
        }
        self._acting: dict[str, Callable[[Fields], Done]] = {
            "answer": self._answered,
            "skip": self._skipped,
            "unknown": self._unknown,
            "undo": self._undone,
            "comment": self._commented,
        }

    def reply(self, act: str, fields: Fields) -> str:
        """HTML of a template: the one that the act leads to.

        What the learner refuses leads to the same question, with what was typed and a sentence.

        Raises
        ------
        CutplaneError
            There is no such act, or nothing can be shown for it.
        """
        if act in self._reading:
            return self._reading[act](fields)
        if act not in self._acting:
            raise InvalidInputError(f"the act {act!r} is unknown; use the page's script")
        try:
            done = self._acting[act](fields)
        except CutplaneError as error:
            return self._again(fields, str(error))
        return self._next(done)

    def _labeller(self, fields: Fields) -> str:
        asked = self.subject.assignments.next(self.who.name)
        view = page_view(self.subject, asked, self.who)
        view = replace(view, question=self._with_look(view.question))
        return render("labeller", view, self._frame)

    def _next(self, done: Done) -> str:
        last = None if done.answered is None else (done.answered.row, done.answered.label)
        asked = self.subject.assignments.next(self.who.name, last=last)
        message = Message(done.sentence) if done.sentence else None
        return self._question(asked, message, answered=done.answered)

    def _again(self, fields: Fields, sentence: str) -> str:
        text = fields.get("row", "")
        row = int(text) if text.isdecimal() else -1
        if not 0 <= row < len(self.subject.table.features):
            return self._next(Done(sentence))
        asked = Question(row, "open", self.subject.rules.is_blind(row))
        typed = Typed(fields.get("label", ""), fields.get("comment", ""))
        return self._question(asked, Message(sentence, "problem"), typed=typed)

    def _question(
        self,
        asked: Question | None,
        message: Message | None,
        typed: Typed | None = None,
        answered: Answered | None = None,
    ) -> str:
        view = question_view(self.subject, asked, self.who, message, typed=typed, answered=answered)
        return render("question", self._with_look(view), self._frame)

    def _with_look(self, view: QuestionView) -> QuestionView:
        """With what people see of the row, or why nothing can be seen."""
        if view.row is None:
            return view
        try:
            seen = self.subject.appearance.of_row(view.row)
        except InvalidInputError as error:
            return replace(view, message=Message(str(error), "problem"))
        shown, more = seen.cells[:MOST_CELLS], seen.cells[MOST_CELLS:]
        return replace(view, cells=shown, more_cells=more, image=seen.picture)

    def _why(self, fields: Fields) -> str:
        row = self._row(fields)
        may_tell = self.subject.desk.has_seen(row, self.who.name)
        view = why_view(self.subject, row, may_tell=may_tell)
        return render("why", view, self._frame)

    def _suggestion(self, fields: Fields) -> str:
        """What the model would answer; recorded as seen."""
        subject, row = self.subject, self._row(fields)
        if subject.rules.suggest != "key" or subject.rules.is_blind(row):
            raise InvalidInputError("no suggestion is shown for this row; answer it yourself")
        found = subject.trainer.suggestion(row)
        if found is not None:
            subject.desk.showed(row, found.label, self.who.name, found.probability)
        return render("suggestion", suggestion_view(row, found), self._frame)

    def _answered(self, fields: Fields) -> Done:
        row, label = self._row(fields), self.subject.read_label(fields.get("label", ""))
        expected = expected_of(self.subject, row)
        seen = self._seen(fields, row, expected)
        self.subject.desk.answer(row, label, self.who.name, seen)
        told = Answered(row, label, expected if seen.shown == "after" else None)
        return Done(self._beside(row, label), told)

    def _beside(self, row: int, label: Label) -> str:
        """That another label stands, told in another cell or by others; empty where it does not."""
        standing = self.subject.desk.standing.get(row, label)
        if standing == label:
            return ""
        return (
            f"Row {row} had the label {label_text(standing)} already, which stays; your "
            f"{label_text(label)} is kept beside it. learner.relabel corrects it."
        )

    def _skipped(self, fields: Fields) -> Done:
        row = self._row(fields)
        self.subject.desk.skip(row, self.who.name, self._seen(fields, row))
        return Done(f"Row {row}: skipped.")

    def _unknown(self, fields: Fields) -> Done:
        row = self._row(fields)
        self.subject.desk.unknown(row, self.who.name, self._seen(fields, row))
        return Done(f"Row {row}: you don't know.")

    def _undone(self, fields: Fields) -> Done:
        undone = self.subject.desk.undo(self.who.name)
        if undone is None:
            return Done("Nothing is left to undo.")
        return Done(f"Taken back: your {undone.kind} of row {undone.row}.")

    def _commented(self, fields: Fields) -> Done:
        self.subject.desk.comment(self._row(fields), fields.get("comment", ""), self.who.name)
        return Done("The comment is kept.")

    def _seen(self, fields: Fields, row: int, expected: Suggestion | None = None) -> Seen:
        comment, seconds = fields.get("comment", ""), _seconds(fields.get("seconds", ""))
        return seen_with(self.subject, row, expected, comment=comment, seconds=seconds)

    def _row(self, fields: Fields) -> int:
        """The row that the script names."""
        text, n_rows = fields.get("row", ""), len(self.subject.table.features)
        if not text.isdecimal() or int(text) >= n_rows:
            raise InvalidInputError(f"row {text!r} arrived; expected one from 0 to {n_rows - 1}")
        return int(text)


def _seconds(text: str) -> float | None:
    """How long the question was looked at; None for what is no time."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None
