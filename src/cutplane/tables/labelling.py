"""The loop about a table over days: a journal keeps it, and every call goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.active.events import Label
from cutplane.active.learner import ActiveLearner
from cutplane.errors import InvalidInputError
from cutplane.plain_text import visible
from cutplane.tables.cells import as_cells
from cutplane.tables.columns import spellings
from cutplane.tables.journal_labels import rows_answered
from cutplane.tables.model import Estimator
from cutplane.tables.pool import TablePool, pool_of
from cutplane.tables.questions import Questions
from cutplane.tables.stored_table import StoredTable
from cutplane.tables.table import Table

_SHOWN = 5


@dataclass(frozen=True)
class Labelling:
    """A table, and the learner whose journal keeps what was asked and answered about its rows.

    Rows are numbers in the file.

    Attributes
    ----------
    table : Table or StoredTable
    pool : TablePool
    learner : ActiveLearner
    """

    table: Table | StoredTable
    pool: TablePool
    learner: ActiveLearner

    def check(self, rows: Iterable[int]) -> None:
        """Refuse rows that the table has not; InvalidInputError names the first."""
        self.table.positions_of(rows)

    def tell(self, labels: Mapping[int, str], annotator: str | None = None) -> None:
        """Record labels as they were typed; errors as for :meth:`ActiveLearner.tell`."""
        if labels:
            self.learner.tell(self._at(labels), self._read(labels.values()), annotator)

    def relabel(self, labels: Mapping[int, str], annotator: str | None = None) -> None:
        """Correct labels; errors as for :meth:`ActiveLearner.relabel`."""
        if labels:
            self.learner.relabel(self._at(labels), self._read(labels.values()), annotator)

    def skip(self, rows: Sequence[int], annotator: str | None = None) -> None:
        """Never ask about rows again; errors as for :meth:`ActiveLearner.skip`."""
        if rows:
            self.learner.skip(self._at(rows), annotator)

    def forget(self, rows: Sequence[int]) -> None:
        """Take back labels and skips; errors as for :meth:`ActiveLearner.forget`."""
        if rows:
            self.learner.forget(self._at(rows))

    def take_labels(self) -> str:
        """Record labels that were written into the table.

        Where the journal knows a row, the journal counts.

        Returns
        -------
        str
            A sentence about rows of which table and journal say different things; empty where
            there are none.
        """
        rows, labels = self.table.labelled_rows, self.table.labels
        is_known = np.isin(rows, rows_answered(self.learner.events_))
        if not is_known.all():
            self.learner.tell(rows[~is_known], labels[~is_known])
        held = dict(zip(self.learner.labels_rows_.tolist(), self.learner.labels_, strict=True))
        sentence = contradicting(self.table, rows[is_known], labels[is_known], held)
        return sentence and f"{sentence}, and --relabel changes it."

    def alike(self) -> str:
        """A sentence about classes that differ in spelling alone; empty where none do."""
        if self.learner.is_regression:
            return ""
        alike = "; ".join(spellings(as_cells(self.learner.labels_).unique()))
        sentence = "Classes of the journal that differ in spelling alone"
        return alike and f"{sentence}: {alike}; --relabel makes them one."

    def ask(self, n: int) -> Questions:
        """Rows of the last question without an answer, or else the next ones.

        Raises
        ------
        JournalError
            The question cannot be recorded.
        """
        rows = self.open_rows()
        if rows.size == 0 and not self.learner.nothing_left:
            rows = np.asarray(self.learner.ask(n), dtype=np.intp)
        shown, n_labels = self.table.rows_to_label(rows), self.learner.n_labels_
        n_unlabelled, n_skipped = self.table.n_rows - n_labels, len(self.learner.skipped_)
        return Questions(shown, self.pool.report, n_labels, n_unlabelled, n_skipped)

    def open_rows(self) -> Index:
        """Positions of the last question that have no answer yet."""
        asked = [event.questions for event in self.learner.events_ if event.kind == "asked"]
        last = np.array(asked[-1] if asked else [], dtype=np.intp)
        closed = np.concatenate([self.learner.labels_rows_, self.learner.skipped_])
        return last[~np.isin(last, closed)]

    def _at(self, rows: Iterable[int]) -> Index:
        return self.table.positions_of(rows)

    def _read(self, texts: Iterable[str]) -> list[Label]:
        known = [*self.learner.labels_.tolist(), *self.table.labels.tolist()]
        return labels_like(list(texts), known, is_regression=self.learner.is_regression)


@contextmanager
def labelling(
    table: Table | StoredTable,
    estimator: Estimator,
    journal: str | Path,
    *,
    query: str | None = None,
    seed: int = 0,
    keep: Iterable[str] = (),
) -> Iterator[Labelling]:
    """Open the journal of a table, or begin it, and close it afterwards.

    Parameters
    ----------
    table : Table or StoredTable
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
    journal : str or Path
        A path, or an address ``postgresql://...``.
    query, seed, keep
        As for :func:`cutplane.tables.questions.next_rows`, and the same in every call.

    Raises
    ------
    InvalidInputError
        The journal is of another table or other settings; no column is usable.
    JournalError
        It is damaged, another process writes to the file, or the database cannot be reached.
    """
    pool = pool_of(table, keep)
    with ActiveLearner(estimator, pool.X, query=query, random_state=seed, journal=journal) as own:
        yield Labelling(table, pool, own)


def contradicting(
    table: Table | StoredTable, rows: Index, labels: NDArray, held: Mapping[int, Label]
) -> str:
    """What there is to say of rows that have another label in the table than in its journal.

    Parameters
    ----------
    table : Table
    rows : ndarray of int of shape (n,)
        Positions in the table of rows that the journal knows.
    labels : ndarray of shape (n,)
        Theirs in the table.
    held : mapping of int to label
        Labels of the journal by position.

    Returns
    -------
    str
        A sentence without its point, which may go on; empty where they agree.
    """
    pairs = zip(rows.tolist(), labels.tolist(), strict=True)
    other = [row for row, label in pairs if row not in held or held[row] != label]
    if not other:
        return ""
    first = ", ".join(str(table.numbers[row]) for row in other[:_SHOWN])
    return (
        f"Of {len(other)} rows ({first}{', ...' if len(other) > _SHOWN else ''}) the journal "
        "says something else than the table; the journal counts"
    )


def labels_like(
    texts: Sequence[str], known: Sequence[Label], *, is_regression: bool
) -> list[Label]:
    """Labels from text, of the type of those that are known; what looks like one of them is it.

    Parameters
    ----------
    texts : sequence of str
    known : sequence of bool, int, float or str
        Where there are none, whole numbers and True and False are read as such.
    is_regression : bool

    Raises
    ------
    InvalidInputError
        A text is none of that type.
    """
    names: dict[str, Label] = {visible(str(label)): label for label in known}
    names |= {str(label): label for label in known}  # to the letter where it can be
    if is_regression:
        kind: type = float
    elif known:
        kind = type(known[0])
    elif all(map(_is_whole, texts)):
        kind = int
    else:
        kind, names = str, {"True": True, "False": False}
    found = (names.get(text, names.get(visible(text))) for text in texts)
    return [
        _as_kind(text, kind) if label is None else label
        for text, label in zip(texts, found, strict=True)
    ]


def _as_kind(text: str, kind: type) -> Label:
    """A label from text, of a type."""
    if kind is str:
        return text
    if kind is int and _is_whole(text):
        return int(text)
    if kind is float:
        with suppress(ValueError):
            return float(text)
    wanted = {int: "whole numbers", float: "numbers", bool: "True or False"}[kind]
    raise InvalidInputError(f"the label {text!r} arrived, and labels are {wanted} here")


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and str(int(text)) == text
