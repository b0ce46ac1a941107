"""The journal: every event on disk before the learner acts on it, in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from cutplane._types import Metadata
from cutplane.active.chain import Content, Line, digest
from cutplane.active.journal_file import (
    APPLICATION,
    FORMAT_VERSION,
    TABLES,
    check_tables,
    connected,
    explaining,
    located,
    read_database,
    tables,
)
from cutplane.active.recording import Recording
from cutplane.atomic import sync_folder
from cutplane.errors import InvalidInputError, JournalError
from cutplane.locks import Taken, holding

#: Journals that this process has open, by path: the newest takes over.
_open: WeakValueDictionary[str, Journal] = WeakValueDictionary()


class Journal(Recording):
    """Events in a file, each with a checksum that depends on all before it.

    What :meth:`append` has returned from is on disk, whatever happens then: written ahead,
    synced and brought into the file itself, which can be copied at any time. Another process
    that opens it is refused; in this process the newest ``Journal`` of a file takes over.

    What is recorded stands in ``about``, which :meth:`begin` was given, and ``events``, a tuple.

    Parameters
    ----------
    path : str or Path
        Created when it does not exist.

    Attributes
    ----------
    path : Path
    name : str
        The path, for messages.

    Raises
    ------
    InvalidInputError
        Nothing can be written there, or there is another file.
    JournalError
        The file is damaged, of a newer version, or another process writes to it.

    References
    ----------
    SQLite, "Write-Ahead Logging": https://sqlite.org/wal.html
    """

    def __init__(self, path: str | Path):
        self.path = located(path)
        super().__init__(str(self.path))
        if (other := _open.get(self.name)) is not None:
            other.close("a newer learner has taken it over; go on with that one")
        with ExitStack() as held:
            self._lock(held)
            self._database = held.enter_context(closing(connected(self.path)))
            with self._explained():
                self._set_up()
            self.refresh()
            self._status = self.path.stat()
            self._held = held.pop_all()
        _open[self.name] = self

    def __del__(self) -> None:
        if hasattr(self, "_held"):
            self.close()

    def _lock(self, held: ExitStack) -> None:
        """Keep other processes out until ``held`` is closed."""
        try:
            held.enter_context(holding(self.path.with_name(f"{self.path.name}.lock")))
        except Taken as taken:
            raise JournalError(
                f"the journal {self.name!r} is being written by another process (number "
                f"{taken.pid}); end that one, or wait for it"
            ) from taken
        except OSError as error:
            raise InvalidInputError(
                f"{self.name!r} cannot be written ({error.strerror}); give a writable path"
            ) from error

    def _explaining(self) -> AbstractContextManager[None]:
        return explaining(self.path)

    def _read(self) -> Content:
        return read_database(self._database)

    def _n_recorded(self) -> int:
        ((n_events,),) = self._database.execute("SELECT n_events FROM last").fetchall()
        return int(n_events)

    def _start(self) -> None:
        self._check_is_there()
        self._database.execute("BEGIN IMMEDIATE")
        if self._n_recorded() != len(self.events):  # an append was interrupted
            self._known = self._read()

    def _write(self, lines: Sequence[Line], n_events: int, last: str) -> None:
        self._database.executemany(f"INSERT INTO events VALUES ({'?, ' * 7}?)", lines)
        self._database.execute("UPDATE last SET n_events = ?, checksum = ?", (n_events, last))

    def _write_about(self, about: Metadata) -> None:
        content = json.dumps(about, allow_nan=False)
        self._database.execute("DELETE FROM about")
        self._database.execute("INSERT INTO about VALUES (?, ?)", (content, digest(content)))

    def _finish(self, content: Content) -> None:
        self._database.execute("COMMIT")

    def _abandon(self) -> None:
        with suppress(sqlite3.Error):  # of a full disk, SQLite has rolled back itself
            self._database.execute("ROLLBACK")

    def _tidy(self) -> None:
        with suppress(sqlite3.Error):  # it is on disk; the next one brings it into the file
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _let_go(self) -> None:
        self._held.close()

    def _check_is_there(self) -> None:
        """Refuse to write into a file that nobody would find again."""
        with suppress(FileNotFoundError):
            if os.path.samestat(self.path.stat(), self._status):
                return
        raise JournalError(
            "its file was removed or replaced by another; put it back, or save the learner and "
            "load it with a new journal"
        )

    def _set_up(self) -> None:
        """Make the tables of a new file, all at once."""
        is_new = not tables(self._database)
        if not is_new:
            check_tables(self._database)  # a file of another program is left as it is
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "trusted_schema=OFF"):
            self._database.execute(f"PRAGMA {pragma}").fetchall()
        if is_new:
            self._make_tables()

    def _make_tables(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            for table in TABLES.values():
                self._database.execute(table)
            self._database.execute("INSERT INTO last VALUES (0, '')")
            self._database.execute(f"PRAGMA application_id={APPLICATION}")
            self._database.execute(f"PRAGMA user_version={FORMAT_VERSION}")
            self._database.execute("COMMIT")
        except BaseException:
            self._abandon()
            raise
        self._tidy()
        sync_folder(self.path.parent)
