"""The journal: every event on disk before the learner acts on it, in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import NoReturn, Self
from weakref import WeakValueDictionary

from cutplane._types import Metadata
from cutplane.active.events import Event, checksum
from cutplane.active.journal_file import (
    APPLICATION,
    FORMAT_VERSION,
    TABLES,
    check_tables,
    connected,
    digest,
    explaining,
    located,
    read_database,
    tables,
)
from cutplane.atomic import sync_folder
from cutplane.errors import InvalidInputError, JournalError
from cutplane.locks import Taken, holding

#: Journals that this process has open, by path: the newest takes over.
_open: WeakValueDictionary[str, Journal] = WeakValueDictionary()


class Journal:
    """Events in a file, each with a checksum that depends on all before it.

    What :meth:`append` has returned from is on disk, whatever happens then: written ahead,
    synced and brought into the file itself, which can be copied at any time. Another process
    that opens it is refused; in this process the newest ``Journal`` of a file takes over.

    Parameters
    ----------
    path : str or Path
        Created when it does not exist.

    Attributes
    ----------
    path : Path
    about : dict
        What :meth:`begin` was given; empty before.
    events : tuple of Event

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

    about: Metadata
    events: tuple[Event, ...]
    _last: str

    def __init__(self, path: str | Path):
        self.path = located(path)
        self._thread, self._process, self._closed = RLock(), os.getpid(), ""
        if (other := _open.get(str(self.path))) is not None:
            other.close("a newer learner has taken it over; go on with that one")
        with ExitStack() as held:
            self._lock(held)
            self._database = held.enter_context(closing(connected(self.path)))
            with self._explained():
                self._set_up()
            self.refresh()
            self._status = self.path.stat()
            self._held = held.pop_all()
        _open[str(self.path)] = self

    def begin(self, about: Metadata) -> None:
        """Record what the events are about; errors as for :meth:`append`."""
        content = json.dumps(about, allow_nan=False)
        with self._changing():
            self._database.execute("DELETE FROM about")
            self._database.execute("INSERT INTO about VALUES (?, ?)", (content, digest(content)))
        self.about = about

    def append(self, events: Sequence[Event]) -> None:
        """Record events, all or none; they are on disk when this returns.

        Raises
        ------
        JournalError
            They cannot be written, for example because the disk is full; nothing of them is.
        InvalidInputError
            The journal was closed, or taken over.
        """
        with self._thread:
            last, lines = self._last, []
            for number, event in enumerate(events, len(self.events)):
                texts = event.texts()
                last = checksum(last, texts)
                lines.append((number, *texts, last))
            n_events = len(self.events) + len(lines)
            with self._changing():
                self._database.executemany(f"INSERT INTO events VALUES ({'?, ' * 7}?)", lines)
                self._database.execute(
                    "UPDATE last SET n_events = ?, checksum = ?", (n_events, last)
                )
            self.events, self._last = (*self.events, *events), last

    def refresh(self) -> None:
        """Read what is on disk, where an interrupted :meth:`append` may have come."""
        with self._explained():
            self.about, self.events, self._last = read_database(self._database)

    @property
    def n_recorded(self) -> int:
        """Events on disk."""
        with self._explained():
            ((n_events,),) = self._database.execute("SELECT n_events FROM last").fetchall()
            return int(n_events)

    def close(self, reason: str = "it was closed; open it again") -> None:
        """Let others write. Closing twice is fine."""
        with self._thread:
            if self._closed or os.getpid() != self._process:
                return
            self._closed = reason
            self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_held"):
            self.close()

    def _lock(self, held: ExitStack) -> None:
        """Keep other processes out until ``held`` is closed."""
        try:
            held.enter_context(holding(self.path.with_name(f"{self.path.name}.lock")))
        except Taken as taken:
            raise JournalError(
                f"the journal {str(self.path)!r} is being written by another process (number "
                f"{taken.pid}); end that one, or wait for it"
            ) from taken
        except OSError as error:
            raise InvalidInputError(
                f"{str(self.path)!r} cannot be written ({error.strerror}); give a writable path"
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """A transaction that ends on disk, or leaves nothing behind."""
        with self._explained():
            self._check_is_there()
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # of a full disk, SQLite has rolled back itself
                    self._database.execute("ROLLBACK")
                raise
            with suppress(sqlite3.Error):  # it is on disk; the next one brings it into the file
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _check_is_there(self) -> None:
        """Refuse to write into a file that nobody would find again."""
        if hasattr(self, "_status"):
            with suppress(FileNotFoundError):
                if os.path.samestat(self.path.stat(), self._status):
                    return
            raise JournalError(
                "its file was removed or replaced by another; put it back, or save the learner "
                "and load it with a new journal"
            )

    def __reduce__(self) -> NoReturn:
        raise InvalidInputError(
            f"the journal {str(self.path)!r} has one writer, which cannot be copied or pickled; "
            "save the learner, or export the journal"
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """One thread at a time, in the process that opened; errors of SQLite in our words."""
        with self._thread:
            if os.getpid() != self._process:
                raise InvalidInputError(
                    f"the journal {str(self.path)!r} was opened by process {self._process}, of "
                    f"which {os.getpid()} is a copy; open it in the process that writes"
                )
            if self._closed:
                raise InvalidInputError(f"the journal {str(self.path)!r}: {self._closed}")
            with explaining(self.path):
                yield

    def _set_up(self) -> None:
        """Make the tables of a new file, all at once."""
        is_new = not tables(self._database)
        if not is_new:
            check_tables(self._database)  # a file of another program is left as it is
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "trusted_schema=OFF"):
            self._database.execute(f"PRAGMA {pragma}").fetchall()
        if not is_new:
            return
        with self._changing():
            for table in TABLES.values():
                self._database.execute(table)
            self._database.execute("INSERT INTO last VALUES (0, '')")
            self._database.execute(f"PRAGMA application_id={APPLICATION}")
            self._database.execute(f"PRAGMA user_version={FORMAT_VERSION}")
        sync_folder(self.path.parent)


@contextmanager
def opening(path: str | Path | None) -> Iterator[Journal | None]:
    """The journal of a path, or of none; closed where the block raises, and gone if it was new."""
    is_new = path is not None and not Path(path).exists()
    journal = None if path is None else Journal(path)
    try:
        yield journal
    except BaseException:
        if journal is not None:
            journal.close()
            if is_new and not journal.events:
                journal.path.unlink()
        raise
