"""From options to what a project is made of, step by step; whatever is guessed is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cutplane.active.address import name_of
from cutplane.active.beginning import begun
from cutplane.active.event_log import EventLog, opening
from cutplane.active.events import Label
from cutplane.active.following import join
from cutplane.active.ledger import Ledger
from cutplane.active.settings import Settings
from cutplane.app.answers.rules import Rules, Task
from cutplane.app.setup.joining import (
    check_something_to_ask,
    journal_beside,
    labels_known,
    let_in,
    name_of_login,
    take_labels,
    takes_names,
)
from cutplane.app.setup.material import (
    check_pictures,
    classes_given,
    columns_shown,
    read_guide,
    read_rows,
)
from cutplane.app.setup.options import LabelOptions
from cutplane.app.team.names import checked_name
from cutplane.app.team.people import People
from cutplane.runs.folder import target_name
from cutplane.tables.journal_labels import task_of_journal
from cutplane.tables.pool import TablePool, pool_of
from cutplane.tables.table import Table


@dataclass(frozen=True)
class Opening:
    """A table as its options say, before its journal is opened.

    Attributes
    ----------
    options : LabelOptions
    say : callable
        Is told sentences.
    table : Table
    pool : TablePool
    where : str or Path
        The journal.
    columns : tuple of str
        That are shown.
    guide : str
    owner : str
        Name of whoever starts it, as it was given.
    """

    options: LabelOptions
    say: Callable[[str], None]
    table: Table
    pool: TablePool
    where: str | Path
    columns: tuple[str, ...]
    guide: str
    owner: str

    @classmethod
    def of(cls, options: LabelOptions, say: Callable[[str], None]) -> Self:
        """Read table and guide; errors as for :func:`cutplane.app.setup.project.open_project`."""
        owner, guide = checked_name(options.annotator or name_of_login()), read_guide(options.guide)
        where = journal_beside(options.table) if options.journal is None else options.journal
        table = read_rows(options, options.task or task_of_journal(where), say)
        columns = columns_shown(options, table)
        check_pictures(options, table, say)
        pool = pool_of(table, options.keep)
        for remark in pool.report.remarks[len(table.report.remarks) :]:
            say(remark.message)
        if options.journal is None:
            say(f"Answers are kept in {name_of(where)!r}.")
        return cls(options, say, table, pool, where, columns, guide, owner)

    @property
    def task(self) -> Task:
        """What the labels are: classes, unless the table or its journal says values."""
        return "regression" if self.table.task == "regression" else "classification"

    @property
    def target(self) -> str:
        """Name of the labels."""
        return target_name(self.table)

    @contextmanager
    def log(self) -> Iterator[EventLog]:
        """The journal, closed afterwards; a new one is gone where the block cannot begin it."""
        with opening(self.where) as log:
            assert log is not None
            check_something_to_ask(self.table, log)
            try:
                yield log
            finally:
                log.close()

    def joined(self, log: EventLog) -> tuple[Ledger, int]:
        """The run before its first event, of which the journal is, and its seed."""
        options = self.options
        settings = Settings.checked(
            is_regression=self.task == "regression",
            is_box=False,
            query=options.query,
            batch_size=1,
            cut_agreeing=None,
            depth=0.0,
            query_model=None,
        )
        estimator = options.estimator(self.task, options.seed)
        ledger, seed = begun(estimator, settings, self.pool.X, None, options.seed, log)
        join(ledger, seed, log)
        return ledger, seed

    def take_labels(self, ledger: Ledger, log: EventLog) -> tuple[Label, ...]:
        """Record labels that the table has; the classes that were given are returned."""
        known = labels_known(self.table, ledger.read(log.events))
        classes = () if self.task == "regression" else classes_given(self.options, known)
        if sentence := take_labels(self.table, ledger, log):
            self.say(f"{sentence}, and the page of all answers corrects it.")
        if self.task != "regression" and not classes and not known:
            self.say("No class is known yet: name them with --classes, or type them as you go.")
        return classes

    def rules(self, ledger: Ledger, seed: int) -> Rules:
        """How questions are shared out."""
        options, estimator = self.options, ledger.model.estimator
        return Rules(
            task=self.task,
            low=options.low,
            high=options.high,
            suggest=options.suggest,
            blind=options.blind,
            overlap=options.overlap,
            tolerance=options.tolerance,
            n_unknown=options.unknown,
            budget=options.budget,
            seed=seed,
            takes_names=takes_names(estimator),
        )

    def let_in(self, people: People) -> tuple[str, str]:
        """Name and token of whoever starts the page."""
        person, token = let_in(people, self.owner)
        if person.role != "admin":
            self.say(f"{person.name} may {person.role} here; an admin invites and changes roles.")
        return person.name, token
