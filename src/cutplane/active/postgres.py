"""Connections to PostgreSQL that keep what they acknowledge, and what goes wrong, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cutplane.active.address import Address
from cutplane.errors import JournalError
from cutplane.extras import require

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import SQLAlchemyError

#: By the first characters of a SQLSTATE, the longest first.
_REASONS = {
    "55P03": "has been in use by somebody else for half a minute; nothing was recorded: try again",
    "42501": "may not be used like that ({said}); have its owner grant SELECT, INSERT, UPDATE and "
    "DELETE, and CREATE in its schema where the tables are new",
    "25P03": "gave up a transaction that did nothing for minutes; nothing was recorded: try again",
    "25006": "can only be read there ({said}); give the address of the server that is written to",
    "28": "refused to let you in ({said}); check user and password",
    "3D": "is not there ({said}); create the database, or check its name",
    "42": "has lost or changed tables ({said}); restore a copy",
    "53": "has no room left ({said}); nothing was recorded: make room, or end other connections",
    "57P": "is being stopped ({said}); nothing was recorded: try again when it is back",
    "08": "was lost on the way ({said}); nothing was recorded: try again",
}
#: SQLSTATEs of a server that goes away, and of a connection that went.
_LOST = ("57P", "08", "25P03")
#: What libpq says where the server gives no SQLSTATE.
_SAID = {
    "password authentication failed": "28",
    "no password supplied": "28",
    "no pg_hba.conf entry": "28",
    "role ": "28",
    "does not exist": "3D",
    "too many clients": "53",
    "shutting down": "57P",
    "starting up": "57P",
}


def engine_of(address: Address) -> Engine:
    """A pool of connections, each tried before it is used; nothing is connected yet."""
    sqlalchemy = require("sqlalchemy", "team", "a journal in PostgreSQL")
    engine: Engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        connect_args=address.parameters,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        hide_parameters=True,
    )
    return engine


def own_schema(connection: Connection) -> str:
    """The schema where tables are and will be made: the first of ``search_path`` that exists.

    Raises
    ------
    JournalError
        There is none.
    """
    import sqlalchemy as sa

    schema = connection.scalar(sa.select(sa.func.current_schema()))
    if schema is None:
        path = connection.scalar(sa.select(sa.func.current_setting("search_path")))
        raise JournalError(
            f"its search_path {path!r} names no schema that you may use; create one with "
            "CREATE SCHEMA, or name another in the address"
        )
    return str(schema)


def is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection has ended, so that nobody knows how."""
    state = _state(error)
    return bool(getattr(error, "connection_invalidated", False)) or state.startswith(_LOST)


@contextmanager
def explaining(name: str) -> Iterator[None]:
    """What SQLAlchemy and psycopg raise, and what is wrong with a database, in our words."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        raise JournalError(f"the journal {name!r} {_reason(error)}") from error
    except JournalError as error:
        raise JournalError(f"the journal {name!r}: {error}") from error


def _reason(error: SQLAlchemyError) -> str:
    said = said_by(error)
    state = _state(error)
    for start, reason in _REASONS.items():
        if state.startswith(start):
            return reason.format(said=said)
    if getattr(error, "connection_invalidated", False):
        return _REASONS["08"].format(said=said)
    if getattr(error, "statement", None) is None:
        return f"cannot be reached ({said}); check the address, and whether its server runs"
    return f"cannot be read or written ({said}); nothing was recorded: ask who runs the server"


def _state(error: SQLAlchemyError) -> str:
    """The SQLSTATE; of a refused connection, which has none, what its words mean."""
    orig = getattr(error, "orig", None)
    state = getattr(orig, "sqlstate", None)
    if state is None and getattr(error, "statement", None) is None:
        said = str(orig or error)
        state = next((own for words, own in _SAID.items() if words in said), None)
    return state or ""


def said_by(error: SQLAlchemyError) -> str:
    """The first line of what server or libpq said, without what comes before its point."""
    line, *_ = (str(getattr(error, "orig", None) or error) or "no reason given").splitlines()
    return line.rpartition("FATAL:")[2].strip().removeprefix("connection failed: ").rstrip(".")
