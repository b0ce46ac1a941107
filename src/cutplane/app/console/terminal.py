"""Labelling in a terminal: a row a screen, an answer a line; over SSH, and from a pipe."""

from __future__ import annotations

import shutil
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from cutplane.active.events import Label
from cutplane.app.answers.assignments import Question
from cutplane.app.answers.given import Seen, Shown
from cutplane.app.console.screen import (
    key_lines,
    question_lines,
    row_lines,
    suggestion_line,
    why_lines,
)
from cutplane.app.console.typed_line import ANY, KEYS, Line, understood
from cutplane.app.learning.why import Suggestion
from cutplane.app.setup.project import Project
from cutplane.errors import InvalidInputError, JournalError
from cutplane.plain_text import printable

#: Of a guide, that are shown unasked.
_LINES_OF_GUIDE = 12


def label_in_terminal(project: Project, typed: TextIO, shown: TextIO) -> int:
    """Ask the owner row after row until nothing is left, or they have had enough.

    Parameters
    ----------
    project : Project
    typed : text file
        A line for each answer; its end, and Ctrl-C, end the labelling.
    shown : text file
        Where rows and messages go, those of others without what steers a terminal.

    Returns
    -------
    int
        Answers that were given.
    """
    before = project.desk.n_given
    terminal = Terminal(project, project.owner, typed, shown)
    try:
        terminal.run()
    except KeyboardInterrupt:
        terminal.write("")
    return project.desk.n_given - before


@dataclass
class Terminal:
    """One person at a terminal."""

    project: Project
    who: str
    typed: TextIO
    shown: TextIO
    #: Of the question that is open.
    question: Question | None = None
    last: tuple[int, Label] | None = None
    hint: Suggestion | None = None
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Ask until somebody quits, or no line is left."""
        self.write(*self._welcome())
        self._next()
        while True:
            self.shown.write("> ")
            self.shown.flush()
            line = self.typed.readline()
            if not line or not self.typed.isatty():  # a terminal shows by itself what is typed
                self.write(printable(line.rstrip("\n")))
            if not line:
                return
            asked = understood(line, self.project.classes)
            if asked.key == "q":
                return
            try:
                self._do(asked, is_empty=not line.strip())
            except (InvalidInputError, JournalError) as error:
                self.write(printable(error))

    def write(self, *lines: str) -> None:
        """Write lines as wide as the terminal, in which nothing steers it."""
        folded = (part for line in lines for part in textwrap.wrap(line, self._width) or [""])
        self.shown.write("".join(f"{line}\n" for line in folded))
        self.shown.flush()

    def _do(self, asked: Line, *, is_empty: bool) -> None:
        project, question = self.project, self.question
        if asked.key == "?":
            self.write(*key_lines((*KEYS.items(), *ANY), self._width))
        elif asked.key == "g":
            self.write(*self._guide() if project.guide else ["There is no guide."])
        elif asked.key == "u":
            self._undo()
        elif question is None:
            self.write(printable(project.assignments.why_none(self.who)), "u undoes, q quits.")
        elif is_empty or asked.key == "a":
            self._show(question, whole=asked.key == "a")
        elif asked.key == "w":
            why = project.trainer.why(question.row)
            self.write(*why_lines(project, why, may_tell=self.hint is not None))
        elif asked.key == "h":
            self._suggest(question)
        elif asked.key == "c":
            project.desk.comment(question.row, asked.text, self.who)
            self.write("The comment is kept.")
        else:
            self._answer(question, asked)

    def _answer(self, question: Question, asked: Line) -> None:
        """Record a label, a skip or that somebody does not know, and go on."""
        project, seen = self.project, self._seen(question)
        self.last = None
        if asked.key == "s":
            project.desk.skip(question.row, self.who, seen)
        elif asked.key == "d":
            project.desk.unknown(question.row, self.who, seen)
        else:
            known = project.classes
            label = project.read_label(asked.text)
            project.desk.answer(question.row, label, self.who, seen)
            self.last = (question.row, label)
            if project.is_open and label not in known:
                self.write(printable(f"{label} is a new class; u takes it back."))
            if seen.suggestion is not None and seen.shown == "after":
                self.write(suggestion_line(Suggestion(seen.suggestion, seen.probability)))
        self._next()

    def _seen(self, question: Question) -> Seen:
        """What was before the person who answers."""
        rules, found = self.project.rules, self.hint
        shown: Shown = "no"
        if rules.suggest != "off":
            found = found or self.project.trainer.suggestion(question.row)
        if self.hint is not None:
            shown = "before"
        elif rules.suggest == "after" and found is not None and not question.is_blind:
            shown = "after"
        return Seen(
            seconds=round(time.monotonic() - self.began, 3),
            blind=question.is_blind,
            suggestion=None if found is None else found.label,
            probability=None if found is None else found.probability,
            shown=shown,
        )

    def _suggest(self, question: Question) -> None:
        project = self.project
        if project.rules.suggest != "key" or question.is_blind:
            self.write("No suggestion is shown for this question; answer it yourself.")
            return
        found = project.trainer.suggestion(question.row)
        if found is not None and self.hint is None:
            project.desk.showed(question.row, found.label, self.who, found.probability)
            self.hint = found
        self.write(suggestion_line(self.hint))

    def _undo(self) -> None:
        undone = self.project.desk.undo(self.who)
        self.last = None
        if undone is None:
            self.write("Nothing is left to undo.")
            return
        number = self.project.table.numbers[undone.row]
        what = undone.kind if undone.label is None else undone.label
        self.write(printable(f"Taken back: {what} for row {number}."))
        self._next()

    def _next(self) -> None:
        """The next question, or why there is none."""
        project = self.project
        project.trainer.wake()
        self.question, self.hint = project.assignments.next(self.who, last=self.last), None
        if self.question is None:
            self.write("", printable(project.assignments.why_none(self.who)))
            return
        self._show(self.question)
        self.began = time.monotonic()

    def _show(self, question: Question, *, whole: bool = False) -> None:
        project, width = self.project, self._width
        self.write("", *self._progress(), *row_lines(project, question.row, width, whole=whole))
        self.write(*question_lines(project, project.classes, width))

    def _welcome(self) -> Iterator[str]:
        yield printable(f"{self.who} labels {self.project.table.name}: {self.project.target}.")
        yield "Type an answer and Enter; ? lists the keys, q quits."
        yield from self._guide(_LINES_OF_GUIDE)

    def _guide(self, most: int | None = None) -> Iterator[str]:
        """How to label; so many lines of it."""
        lines = self.project.guide.splitlines()
        yield from map(printable, lines[:most])
        if most is not None and len(lines) > most:
            yield f"... and {len(lines) - most} more lines (g shows the whole guide)"

    def _progress(self) -> Iterator[str]:
        """Answers against the budget, and what keeps the model from following."""
        desk, rules = self.project.desk, self.project.rules
        yield "-" * min(self._width, 40)
        budget = "" if rules.budget is None else f" of {rules.budget}"
        yield f"answers: {desk.n_given}{budget}, labels: {desk.n_labels}"
        if problem := self.project.trainer.status.problem:
            yield printable(problem)

    @property
    def _width(self) -> int:
        return max(20, shutil.get_terminal_size().columns)
