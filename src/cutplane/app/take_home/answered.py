"""All that was said of a row, for files that leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cutplane._types import Metadata
from cutplane.active.events import Label
from cutplane.app.answers.given import Comment, Given
from cutplane.app.setup.project import Project


@dataclass(frozen=True)
class Answered:
    """A row of which somebody said something.

    Attributes
    ----------
    row, line : int
        Number in the file, from 0, and line of a spreadsheet.
    label : label or None
        The one that stands.
    is_skipped : bool
        Whether it is closed without a label.
    given : tuple of Given
        What everybody said, a reviewer's decision last.
    comments : tuple of Comment
    """

    COLUMNS: ClassVar = (
        *("row", "line", "label", "annotators", "comments", "skipped", "time", "answers"),
    )

    row: int
    line: int
    label: Label | None
    is_skipped: bool
    given: tuple[Given, ...]
    comments: tuple[Comment, ...]

    @property
    def labels(self) -> list[Label]:
        """All labels that the row has or had."""
        labels = (self.label, *(one.label for one in self.given))
        return [label for label in labels if label is not None]

    @property
    def annotators(self) -> list[str]:
        """Who answered, each once; nobody for labels of the table."""
        return list(dict.fromkeys(one.who for one in self.given if one.who))

    @property
    def answers(self) -> list[Metadata]:
        """What everybody said, in types that JSON knows."""
        return [
            {
                "annotator": one.who,
                "label": one.label,
                "kind": one.kind,
                "time": one.time,
                "seconds": one.seconds,
                "comment": one.comment,
                "suggestion": one.shown,
                "blind": one.blind,
            }
            for one in self.given
        ]

    def as_dict(self) -> Metadata:
        """The row in types that JSON knows, by ``COLUMNS``."""
        said = [{"annotator": one.who, "text": one.text, "time": one.time} for one in self.comments]
        times = [one.time for one in self.given] + [one.time for one in self.comments]
        return {
            "row": self.row,
            "line": self.line,
            "label": self.label,
            "annotators": self.annotators,
            "comments": said,
            "skipped": self.is_skipped,
            "time": max(times, default=None),
            "answers": self.answers,
        }


def answered_rows(project: Project) -> list[Answered]:
    """Rows of which anybody said anything, in the order of the table."""
    desk, table = project.desk, project.table
    standing, skipped = desk.standing, set(desk.skipped.tolist())
    noted = (row for event in desk.log.events if event.kind == "noted" for row in event.questions)
    said = {*standing, *skipped, *(one.row for one in desk.all_given()), *noted}
    rows = []
    for row in sorted(said):
        decision = desk.decision(row)
        given = desk.given(row) if decision is None else (*desk.given(row), decision)
        number, line = int(table.numbers[row]), int(table.lines[row])
        one = Answered(number, line, standing.get(row), row in skipped, given, desk.comments(row))
        if one.label is not None or one.is_skipped or given or one.comments:
            rows.append(one)
    return rows
