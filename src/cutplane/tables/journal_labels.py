"""A table with the labels that its journal holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cutplane._types import Index
from cutplane.active.address import address_in, name_of
from cutplane.active.book import Book
from cutplane.active.domains import domain_of
from cutplane.active.events import Event
from cutplane.active.identity import added_hashes, n_first_rows
from cutplane.active.journal_file import read_journal, recorded
from cutplane.errors import InvalidInputError
from cutplane.tables.cells import as_cells
from cutplane.tables.pool import pool_of
from cutplane.tables.report import Remark
from cutplane.tables.table import Table
from cutplane.tables.target_remarks import about_spellings


def with_journal(table: Table, journal: str | Path, keep: Iterable[str] = ()) -> Table:
    """The table labelled as its journal says; of rows that the journal does not know, as it is.

    Parameters
    ----------
    table : Table
    journal : str or Path
        A path, or an address ``postgresql://...``; others may be recording.
    keep : iterable of str
        As for :meth:`Preprocessing.fit`, and as the journal was begun with.

    Raises
    ------
    InvalidInputError
        The journal is of another table, or there is none.
    JournalError
        It is damaged.
    """
    about, events, _ = read_journal(journal)
    domain = domain_of(pool_of(table, keep).X, None)
    n_pool = n_first_rows(about, domain.n_rows, events)
    book = Book.begun(domain.checked([], n_pool), n_pool, {})
    for event in events:
        book = book.after(event, domain.checked(event.questions, book.n_pool))
    try:
        if about:
            domain.check_same(about["domain"], added_hashes(events), book.told)
    except InvalidInputError as error:
        raise InvalidInputError(f"the journal {name_of(journal)!r}: {error}") from error
    labels = np.full(len(table.features), np.nan, dtype=object)
    labels[table.labelled_rows] = table.labels.tolist()
    labels[rows_answered(events)] = np.nan
    labels[book.told] = book.labels.tolist()
    shown = name_of(journal) if address_in(journal) else Path(journal).name
    message = (
        f"Labels of the journal {shown!r}: {len(book.told)} rows, and {len(book.skipped)} "
        "skipped; the table's count where the journal knows nothing of a row."
    )
    name = "label" if table.target is None else str(table.target.name)
    task = task_of_journal(journal) or table.task or "classification"
    said = [Remark("labels", message, (name,), len(book.told))]
    if task == "classification":
        said += about_spellings(name, as_cells(labels))
    return replace(
        table,
        target=pd.Series(labels, name=name, dtype=object),
        task=task,
        report=table.report.with_remarks(said),
    )


def task_of_journal(journal: str | Path) -> str | None:
    """The task of a journal that was begun; None for a new one."""
    content = recorded(journal)
    kind = "" if content is None else str(content.about.get("estimator"))
    tasks = {
        "CuttingPlaneRegressor": "regression",
        "CuttingPlaneClassifier": "classification",
    }
    return tasks.get(kind)


def rows_answered(events: Sequence[Event]) -> Index:
    """Positions of all rows that ever had a label or were skipped; (n,)."""
    answers = (event.questions for event in events if event.kind in ("labelled", "skipped"))
    return np.array([row for rows in answers for row in rows], dtype=np.intp)
