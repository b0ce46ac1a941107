"""The file of a journal: what it is, its tables, and reading them with nothing taken on trust."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cutplane.active.address import address_in, name_of
from cutplane.active.chain import NOTHING, Content
from cutplane.active.shared_journal import read_shared
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


def read_journal(where: str | Path) -> Content:
    """Read a journal, of a path or an address, to which others may be recording.

    Raises
    ------
    InvalidInputError
        There is none, or another file.
    JournalError
        It is damaged, or of a newer version, or its database cannot be reached.
    """
    content = recorded(where)
    if content is None:
        raise InvalidInputError(f"{name_of(where)!r} does not exist; give a journal")
    return content


def recorded(where: str | Path) -> Content | None:
    """As :func:`read_journal`; None where there is no journal yet."""
    if (address := address_in(where)) is not None:
        return read_shared(address)
    source = located(where)
    if not source.exists():
        return None
    database = connected(source)
    try:
        with explaining(source):
            database.execute("BEGIN")  # one state of the file, whoever writes meanwhile
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
    lines = database.execute("SELECT * FROM events ORDER BY number")
    ends = database.execute("SELECT * FROM last").fetchall()
    return NOTHING.with_about(about).continued(lines, ends)
