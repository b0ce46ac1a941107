"""The file of a journal: what it is, its tables, and reading them with nothing taken on trust."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cutplane._types import Metadata
from cutplane.active.events import Event, checksum
from cutplane.errors import InvalidInputError, JournalError

FORMAT_VERSION = 1
#: Marks the file as a journal ("cutp").
APPLICATION = 0x63757470
TABLES = {
    "about": "CREATE TABLE about (content TEXT, checksum TEXT)",
    "events": (
        'CREATE TABLE events (number INTEGER PRIMARY KEY, time TEXT, kind TEXT, "rows" TEXT, '
        "labels TEXT, annotators TEXT, details TEXT, checksum TEXT)"
    ),
    "last": "CREATE TABLE last (n_events INTEGER, checksum TEXT)",
}


class Content(NamedTuple):
    """What a journal holds.

    Attributes
    ----------
    about : dict
        Pool, settings and seed; empty when no learner has used it yet.
    events : tuple of Event
    last : str
        Checksum of the last event, "" before the first.
    """

    about: Metadata
    events: tuple[Event, ...]
    last: str


def read_journal(path: str | Path) -> Content:
    """Read a journal, to which a learner may be writing.

    Raises
    ------
    InvalidInputError
        There is no such file, or another one.
    JournalError
        It is damaged, or of a newer version.
    """
    source = located(path)
    if not source.exists():
        raise InvalidInputError(f"{str(path)!r} does not exist; give a journal")
    database = connected(source)
    try:
        with explaining(source):
            return read_database(database)
    finally:
        database.close()


def located(path: str | Path) -> Path:
    """The file that a path leads to, or where a journal can be made.

    It is not looked into: to close a file that SQLite has open would take away its locks.
    """
    try:
        source = Path(os.path.realpath(path))  # a link goes on pointing to its file
        if not source.exists():
            return source
        if not source.is_file():
            raise InvalidInputError(f"{str(path)!r} is no file; give the path of a journal")
        if source.stat().st_nlink > 1:
            raise InvalidInputError(
                f"{str(path)!r} is one of several names (hard links) of a file, and SQLite needs "
                "one; remove the others, or copy the file"
            )
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{str(path)!r} cannot be read ({error}); give a path") from error
    return source


def connected(path: Path) -> sqlite3.Connection:
    """A connection whose transactions begin and end when they are told to."""
    try:
        return sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise InvalidInputError(
            f"{str(path)!r} cannot be opened ({error}); give a writable path"
        ) from error


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """What SQLite raises, and what is wrong with its file, in our words."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise _no_journal(path) from error
        raise _unusable(path, error) from error
    except JournalError as error:
        raise JournalError(f"the journal {str(path)!r}: {error}") from error


def _unusable(path: Path, error: sqlite3.DatabaseError) -> JournalError:
    if isinstance(error, sqlite3.OperationalError):
        return JournalError(
            f"the journal {str(path)!r} cannot be read or written ({error}); nothing was "
            "recorded: make room, or check the disk and who else has it open"
        )
    return JournalError(f"the journal {str(path)!r} is damaged ({error}); restore a copy")


def _no_journal(path: Path) -> InvalidInputError:
    """What to say of a file that is no database."""
    with path.open("rb") as file:
        is_csv = file.read(15) == b"order,row,label"
    if is_csv:
        return InvalidInputError(
            f"{str(path)!r} is a journal in CSV; make a new one of it with import_journal of "
            "cutplane.active.transfer, or with `cutplane journal import`"
        )
    return InvalidInputError(
        f"{str(path)!r} is not a journal, or its first bytes are damaged; give another path"
    )


def tables(database: sqlite3.Connection) -> dict[object, object]:
    """What the database consists of: statements by name."""
    return dict(database.execute("SELECT name, sql FROM sqlite_master").fetchall())


def check_tables(database: sqlite3.Connection) -> None:
    """Refuse a database of other programs, of a newer version, or whose pages are damaged."""
    ((application,),) = database.execute("PRAGMA application_id").fetchall()
    ((version,),) = database.execute("PRAGMA user_version").fetchall()
    found = tables(database)
    if application != APPLICATION and not set(TABLES) <= set(found):
        raise JournalError("it is a database of another program; give another path")
    if version > FORMAT_VERSION:
        raise JournalError(
            f"its format is {version}, this cutplane reads up to {FORMAT_VERSION}; upgrade "
            "cutplane, or restore a copy"
        )
    if found != TABLES or application != APPLICATION or version != FORMAT_VERSION:
        raise JournalError("its tables are damaged; restore a copy")
    (problem,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if problem != "ok":
        raise JournalError(f"it is damaged ({problem}); restore a copy")


def read_database(database: sqlite3.Connection) -> Content:
    """Everything, every checksum compared; JournalError names the damaged event."""
    check_tables(database)
    about = database.execute("SELECT content, checksum FROM about").fetchall()
    if about and (len(about) > 1 or digest(about[0][0]) != about[0][1]):
        raise JournalError("the record of pool and settings is damaged; restore a copy")
    events: list[Event] = []
    last = ""
    for number, *texts, stored in database.execute("SELECT * FROM events ORDER BY number"):
        event = _event(len(events), number, texts)
        last = checksum(last, event.texts())
        if last != stored or list(event.texts()) != texts:
            raise JournalError(f"event {len(events)} is damaged; restore a copy")
        events.append(event)
    if database.execute("SELECT * FROM last").fetchall() != [(len(events), last)]:
        raise JournalError(f"what followed event {len(events) - 1} is lost; restore a copy")
    return Content(_parsed(about[0][0]) if about else {}, tuple(events), last)


def _event(at: int, number: object, texts: list[object]) -> Event:
    try:
        if number != at:
            raise JournalError("it is missing")
        return Event.of_texts(texts)
    except JournalError as error:
        raise JournalError(f"event {at} is damaged: {error}; restore a copy") from error


def _parsed(content: str) -> Metadata:
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise JournalError(f"the record of pool and settings is damaged ({error})") from error
    if not isinstance(about, dict):
        raise JournalError("the record of pool and settings is damaged; restore a copy")
    return about


def digest(content: object) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(str(content).encode(errors="surrogatepass")).hexdigest()
