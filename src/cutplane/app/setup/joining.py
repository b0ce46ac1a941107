"""A table and its journal: where that is, whether it is of this run, and labels written already."""

from __future__ import annotations

from collections.abc import Mapping
from getpass import getuser
from pathlib import Path

import numpy as np

from cutplane.active.address import address_in
from cutplane.active.book import Book
from cutplane.active.event_log import EventLog
from cutplane.active.events import Event, Label
from cutplane.active.ledger import Ledger
from cutplane.app.setup.material import folder_of
from cutplane.app.team.names import key_of
from cutplane.app.team.people import People, Person
from cutplane.centers.registry import CENTERS
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.tables.journal_labels import rows_answered
from cutplane.tables.labelling import contradicting
from cutplane.tables.table import Table


def journal_beside(table: str | Path) -> Path:
    """Where the journal of a file, or of a built-in data set, is when nobody says."""
    path = Path(table)
    folder = path.parent if path.exists() else Path.cwd()
    return folder.resolve() / f"{path.name.split('.')[0]}.journal"


def snapshot_beside(table: Table, where: str | Path) -> Path:
    """Where what was learnt is kept: beside a journal file, or else beside the table."""
    if address_in(where) is not None:
        return folder_of(table) / f"{table.name}.learnt.npz"
    return Path(f"{where}.learnt.npz")


def labels_known(table: Table, book: Book) -> list[Label]:
    """Labels of the table and of the journal as they are today, each once."""
    return list(dict.fromkeys([*table.labels.tolist(), *book.labels.tolist()]))


def take_labels(table: Table, ledger: Ledger, log: EventLog) -> str:
    """Record labels that are written in the table; where the journal knows a row, it counts.

    Parameters
    ----------
    table : Table
    ledger : Ledger
        Before any event.
    log : EventLog

    Returns
    -------
    str
        A sentence about rows of which table and journal say different things; empty where there
        are none.

    Raises
    ------
    InvalidInputError
        The labels are of another kind than the journal's.
    """
    rows, labels = table.labelled_rows, table.labels
    with log.alone():
        is_new = ~np.isin(rows, rows_answered(log.events))
        if is_new.any():
            event = Event("labelled", rows[is_new].tolist(), labels[is_new].tolist())
            ledger.read((*log.events, event))
            log.append([event])
    book = ledger.read(log.events)
    held: Mapping[int, Label] = dict(zip(book.told.tolist(), book.labels.tolist(), strict=True))
    return contradicting(table, rows[~is_new], labels[~is_new], held)


def check_something_to_ask(table: Table, log: EventLog) -> None:
    """Refuse a table whose rows all have labels, unless people answered already.

    Raises
    ------
    InvalidInputError
        There is nothing to ask.
    """
    if len(table.labelled_rows) == len(table.features) and not log.events:
        name = "" if table.target is None else f" in {str(table.target.name)!r}"
        raise InvalidInputError(
            f"every row of {table.name!r} has a label{name}, so that there is nothing to ask; "
            "leave cells of that column empty, or name another --target"
        )


def name_of_login() -> str:
    """What the system calls whoever runs this."""
    try:
        return getuser()
    except (OSError, KeyError, ImportError):  # a container without a name for its user
        return "admin"


def let_in(people: People, name: str) -> tuple[Person, str]:
    """Whoever starts the page, and a new token; an admin, unless known under another role.

    Raises
    ------
    InvalidInputError
        Nobody can be called so.
    """
    known = {key_of(person.name) for person in people.all()}
    token = people.renew(name) if key_of(name) in known else people.add(name, "admin")
    person = people.of_token(token)
    assert person is not None
    return person, token


def takes_names(estimator: CuttingPlaneClassifier | CuttingPlaneRegressor) -> bool:
    """Whether a model finds a share of wrong labels for everybody who answers."""
    is_classifier = isinstance(estimator, CuttingPlaneClassifier)
    return is_classifier and CENTERS[estimator.center_name].weighs_evidence
