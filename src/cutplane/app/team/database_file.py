"""A team's database in a file, for one machine: written ahead, synced, locked for moments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as Connected
from sqlite3 import OperationalError as BusyError

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from cutplane.errors import InvalidInputError, JournalError

#: Seconds that a transaction waits for those of others.
_PATIENCE = 10.0


def engine_of_file(path: Path) -> sa.Engine:
    """Connections to a SQLite file, whose transactions begin and end when they are told to.

    With the execution option ``is_changing`` a transaction begins as the one that writes, and with
    ``is_lasting=False`` nobody waits until it is on disk.
    """
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": _PATIENCE},
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connected: Connected, _: object) -> None:
        connected.isolation_level = None  # Python begins no transaction of its own
        connected.execute("PRAGMA trusted_schema=OFF").fetchall()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        safety = "FULL" if options.get("is_lasting", True) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous={safety}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("is_changing") else "BEGIN")

    return engine


def write_ahead(engine: sa.Engine) -> None:
    """Have readers and the one who writes not wait for each other, from now on."""
    connected = engine.raw_connection()
    try:
        with suppress(BusyError):  # another process is at it
            connected.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connected.close()


@contextmanager
def explaining_file(path: Path) -> Iterator[None]:
    """What SQLAlchemy raises, and what is wrong with a file, in our words."""
    try:
        yield
    except SQLAlchemyError as error:
        said = getattr(error, "orig", error)
        if getattr(said, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise InvalidInputError(
                f"{str(path)!r} is no database of a team; move it away, people and leases are "
                "kept there"
            ) from error
        if isinstance(error, OperationalError):
            raise JournalError(
                f"the team's file {str(path)!r} cannot be read or written ({said}); nothing was "
                "changed: make room, or check the disk and who else has it open"
            ) from error
        raise JournalError(
            f"the team's file {str(path)!r} is damaged ({said}); restore a copy"
        ) from error
    except JournalError as error:
        raise JournalError(f"the team's file {str(path)!r}: {error}") from error
