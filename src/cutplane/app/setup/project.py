"""A table that people label: what is asked, who answers, where answers are kept, what is learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cutplane.active.event_log import EventLog
from cutplane.active.events import Label
from cutplane.app.answers.assignments import Assignments
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules
from cutplane.app.learning.trainer import Trainer
from cutplane.app.setup.joining import snapshot_beside
from cutplane.app.setup.material import folder_of
from cutplane.app.setup.opening import Opening
from cutplane.app.setup.options import LabelOptions
from cutplane.app.setup.typed_label import label_of
from cutplane.app.team.database import Database
from cutplane.app.team.leases import Leases
from cutplane.app.team.people import People
from cutplane.tables.pool import TablePool
from cutplane.tables.table import Table


@dataclass(frozen=True, eq=False)
class Project:
    """Everything that a page, a terminal or a download needs of a table being labelled.

    Rows are positions in the pool; people see ``table.numbers`` and ``table.lines`` of them.

    Attributes
    ----------
    options : LabelOptions
        As they were given.
    table : Table
    pool : TablePool
    target : str
        Name of the labels.
    rules : Rules
    given_classes : tuple of label
        All classes there may be; none where people may type new ones.
    columns : tuple of str
        Columns that are shown, in order.
    image : str or None
        A column of paths to pictures.
    folder : Path
        The table's; nothing outside it is shown.
    guide : str
        How to label, in Markdown; empty where nobody said.
    where : str or Path
        The journal: a file, or a URL.
    log : EventLog
    desk : Desk
    people : People
    leases : Leases
    trainer : Trainer
    assignments : Assignments
    owner : str
        Name of whoever started it.
    token : str
        Lets the owner in; new with every start.
    """

    options: LabelOptions
    table: Table
    pool: TablePool
    target: str
    rules: Rules
    given_classes: tuple[Label, ...]
    columns: tuple[str, ...]
    image: str | None
    folder: Path
    guide: str
    where: str | Path
    log: EventLog
    desk: Desk
    people: People
    leases: Leases
    trainer: Trainer
    assignments: Assignments
    owner: str
    token: str = field(repr=False)

    @property
    def unit(self) -> str:
        """What the page calls a row: a line, as a spreadsheet counts."""
        return "line"

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that were asked for, each as ``class=key``."""
        return self.options.keys

    @property
    def is_open(self) -> bool:
        """Whether people may type classes that nobody has named before."""
        return self.rules.task == "classification" and not self.given_classes

    @property
    def classes(self) -> tuple[Label, ...]:
        """The classes that were given; otherwise those seen so far, new ones last. None for values.

        A class keeps its place, by which people know its key.
        """
        if self.rules.task == "regression":
            return ()
        return self.given_classes or tuple(self.desk.classes)

    def read_label(self, text: str) -> Label:
        """A label as it was typed or clicked.

        Parameters
        ----------
        text : str
            The name of a class, exactly; or a number, also with a decimal comma where it cannot
            mean anything else.

        Raises
        ------
        InvalidInputError
            It is no class that may be used, no number, or outside the limits.
        """
        return label_of(text, self.rules, self.classes, is_open=self.is_open)


@contextmanager
def open_project(
    options: LabelOptions, say: Callable[[str], None] = lambda _: None
) -> Iterator[Project]:
    """Read the table, begin its journal or go on with it, and have the learner follow.

    Parameters
    ----------
    options : LabelOptions
    say : callable, optional
        Is told in sentences what was read, guessed and left out.

    Yields
    ------
    Project
        Everything it holds is closed afterwards, the journal last.

    Raises
    ------
    InvalidInputError
        Table, journal, guide or options cannot be used, or do not go together.
    JournalError
        The journal is damaged, or another process writes to it.
    """
    opening = Opening.of(options, say)
    with ExitStack() as held:
        log = held.enter_context(opening.log())
        ledger, seed = opening.joined(log)
        classes = opening.take_labels(ledger, log)
        rules = opening.rules(ledger, seed)
        desk = Desk(log, len(opening.table.features), rules)
        database = held.enter_context(Database.beside(log))
        people, leases = People(database), Leases(database)
        owner, token = opening.let_in(people)
        snapshot = snapshot_beside(opening.table, opening.where)
        trainer = held.enter_context(Trainer(ledger, log, seed=seed, snapshot=snapshot))
        yield Project(
            options=options,
            table=opening.table,
            pool=opening.pool,
            target=opening.target,
            rules=rules,
            given_classes=classes,
            columns=opening.columns,
            image=options.image,
            folder=folder_of(opening.table),
            guide=opening.guide,
            where=opening.where,
            log=log,
            desk=desk,
            people=people,
            leases=leases,
            trainer=trainer,
            assignments=Assignments(desk, leases, trainer, rules),
            owner=owner,
            token=token,
        )
