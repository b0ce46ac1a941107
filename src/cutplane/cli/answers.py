"""The options that answer questions: kept in a journal, or for one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import say
from cutplane.errors import InvalidInputError

if TYPE_CHECKING:
    from cutplane.tables.labelling import Labelling
    from cutplane.tables.model import Estimator
    from cutplane.tables.questions import Questions
    from cutplane.tables.stored_table import StoredTable
    from cutplane.tables.table import Table


@dataclass(frozen=True)
class AnswerOptions:
    """Answers to earlier questions, as they were typed."""

    journal: Annotated[
        str | None,
        typer.Option(
            help="File that keeps questions and answers, a new one is begun; or postgresql://..."
        ),
    ] = None
    tell: Annotated[
        list[str] | None,
        typer.Option(metavar="ROW=LABEL", help="An answer, for the journal; repeatable."),
    ] = None
    relabel: Annotated[
        list[str] | None,
        typer.Option(metavar="ROW=LABEL", help="Correct a label of the journal; repeatable."),
    ] = None
    skip: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROW",
            help="A row that nobody can answer, or several with commas; repeatable.",
        ),
    ] = None
    forget: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROW",
            help="Take back a label or a skip of the journal; as --skip.",
        ),
    ] = None
    annotator: Annotated[
        str | None, typer.Option(help="Who answers, for the journal; nobody by default.")
    ] = None

    @property
    def task(self) -> str | None:
        """The task of a journal that was begun; None without one."""
        if self.journal is None:
            return None
        from cutplane.tables.journal_labels import task_of_journal

        return task_of_journal(self.journal)

    def check(self, *, asks_points: bool) -> None:
        """Refuse what does not go together.

        Raises
        ------
        InvalidInputError
            Answers have no journal to be kept in, or are about rows where points are asked.
        """
        for_journal = ("tell", "relabel", "forget", "annotator")
        given = [name for name in (*for_journal, "skip", "journal") if getattr(self, name)]
        if asks_points and given:
            raise InvalidInputError(
                f"--{given[0]} is about rows, and --domain asks about points; leave one of them out"
            )
        if self.journal is None and given and given[0] in for_journal:
            raise InvalidInputError(
                f"--{given[0]} arrived without a journal to keep it in; pass --journal FILE, or "
                "write labels into the table"
            )

    def ask(
        self,
        data: Table | StoredTable,
        network: Estimator,
        n: int,
        *,
        query: str | None,
        seed: int,
        keep: Sequence[str],
    ) -> Questions:
        """Record the answers where there is a journal, and ask on.

        Raises
        ------
        InvalidInputError
            An answer cannot be read, or is about the same row as another, or about none; the
            journal is of another table or other settings.
        """
        from cutplane.tables.labelling import labelling
        from cutplane.tables.questions import next_rows

        skipped = parse_rows("skip", self.skip)
        if self.journal is None:
            if skipped:
                say.remark("Rows are skipped in this call only; --journal FILE keeps them.")
            return next_rows(data, network, n, query=query, seed=seed, skip=skipped, keep=keep)
        with labelling(data, network, self.journal, query=query, seed=seed, keep=keep) as own:
            if sentence := own.take_labels():
                say.remark(sentence)
            self._record(own, skipped)
            if sentence := own.alike():
                say.remark(sentence)
            if own.open_rows().size:
                say.remark("Asked before, and still open:")
            return own.ask(n)

    def _record(self, labelling: Labelling, skipped: list[int]) -> None:
        """Have the journal record the answers: what is taken back first, skips last."""
        told, corrected = parse_labels("tell", self.tell), parse_labels("relabel", self.relabel)
        forgotten = parse_rows("forget", self.forget)
        rows = [*told, *corrected, *forgotten, *skipped]
        twice = sorted({row for row in rows if rows.count(row) > 1})
        if twice:
            raise InvalidInputError(f"row {twice[0]} is answered twice; give one answer for it")
        labelling.check(rows)
        labelling.forget(forgotten)
        labelling.relabel(corrected, self.annotator)
        labelling.tell(told, self.annotator)
        labelling.skip(skipped, self.annotator)


def parse_rows(option: str, given: Sequence[str] | None) -> list[int]:
    """Turn "3" and "3,17", each any number of times, into row numbers."""
    parts = [part.strip() for text in given or () for part in text.split(",")]
    if not all(_is_row(part) for part in parts):
        raise InvalidInputError(
            f"--{option} is {' '.join(given or ())!r}; give numbers of rows, from 0, such as 3 or "
            "3,17"
        )
    return list(dict.fromkeys(map(int, parts)))


def parse_labels(option: str, given: Sequence[str] | None) -> dict[int, str]:
    """Turn "3=yes", any number of times, into labels by row; a label may hold "=" itself."""
    labels: dict[int, str] = {}
    for text in given or ():
        row, mark, label = (part.strip() for part in text.partition("="))
        if not (mark and label and _is_row(row)):
            raise InvalidInputError(
                f"--{option} is {text!r}; give ROW=LABEL with the number of a row, from 0, such as "
                "3=yes"
            )
        if labels.setdefault(int(row), label) != label:
            raise InvalidInputError(f"row {row} is answered twice; give one answer for it")
    return labels


def _is_row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
