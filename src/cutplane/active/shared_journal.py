"""The journal of a team: the same events with the same checksums, in a PostgreSQL database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from cutplane._types import Metadata
from cutplane.active.address import Address
from cutplane.active.chain import NOTHING, Content, Line, digest
from cutplane.active.postgres import engine_of, explaining, is_lost, own_schema
from cutplane.active.recording import Recording
from cutplane.active.shared_tables import has_journal, journal_tables, make_tables
from cutplane.errors import JournalError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Row
    from sqlalchemy.exc import SQLAlchemyError

#: Seconds that a lost answer to COMMIT is looked up for, and between two tries.
_PATIENCE, _PAUSE = 20.0, 0.5


class SharedJournal(Recording):
    """Events in a database, where any number of processes record.

    As :class:`cutplane.active.journal.Journal`: what :meth:`append` has returned from is on the
    disk of the server. Who appends locks the one row of the last event, and records after all that
    others recorded; who reads sees one state, and waits for nobody. A lost connection is a
    ``JournalError``, with nothing recorded by halves, and the next call connects again.

    Parameters
    ----------
    address : str
        ``postgresql://user:password@host:5432/database``, all that libpq understands. Tables are
        made, where there are none, in the first schema of its ``search_path``.

    Attributes
    ----------
    address : Address
    name : str
        The address without password, for messages.
    about : dict
        What :meth:`begin` was given; empty before.
    events : tuple of Event
        What was read of what is recorded: :meth:`refresh` reads on.

    Raises
    ------
    InvalidInputError
        The address cannot be read.
    JournalError
        The database cannot be reached or used, holds tables of another program, or is damaged.

    References
    ----------
    PostgreSQL 15, "Explicit Locking" (13.3) and "Asynchronous Commit" (30.4).
    """

    def __init__(self, address: str):
        self.address = Address.of(address)
        super().__init__(self.address.name)
        self._connection: Connection | None = None
        self._engine = engine_of(self.address)
        try:
            with self._explained():
                with self._engine.begin() as connection:
                    schema = own_schema(connection)
                    mapped = connection.execution_options(schema_translate_map={None: schema})
                    if not has_journal(mapped, schema):
                        make_tables(mapped, schema)
                self._engine = in_schema(self._engine, schema)
            self.refresh()
        except BaseException:
            self._engine.dispose()
            raise

    def __del__(self) -> None:
        if hasattr(self, "_engine"):
            self.close()

    def _explaining(self) -> AbstractContextManager[None]:
        return explaining(self.name)

    def _read(self) -> Content:
        with reading(self._engine) as connection:
            return read_on(self._known, connection)

    def _n_recorded(self) -> int:
        if self._connection is not None:
            return int(_end(self._connection).n_events)
        with reading(self._engine) as connection:
            return int(_end(connection).n_events)

    def _start(self) -> None:
        self._connection = self._engine.connect()
        end = _end(self._connection, is_locking=True)
        if tuple(end) != (len(self.events), self._known.last) or not self.about:
            self._known = read_on(self._known, self._connection)

    def _write(self, lines: Sequence[Line], n_events: int, last: str) -> None:
        own = journal_tables()
        rows = [dict(zip(own.events.columns.keys(), line, strict=True)) for line in lines]
        if rows:
            self._inside_connection.execute(own.events.insert(), rows)
        values = {"n_events": n_events, "checksum": last}
        self._inside_connection.execute(own.last.update().values(values))

    def _write_about(self, about: Metadata) -> None:
        own, content = journal_tables(), json.dumps(about, allow_nan=False)
        values = {"content": content, "checksum": digest(content)}
        self._inside_connection.execute(own.about.delete())
        self._inside_connection.execute(own.about.insert().values(values))

    def _finish(self, content: Content) -> None:
        from sqlalchemy.exc import DBAPIError

        connection = self._inside_connection
        try:
            connection.commit()
        except DBAPIError as error:
            if not is_lost(error):
                raise
            self._release()
            if not self._was_recorded(content, error):
                raise
        self._release()

    def _abandon(self) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        with suppress(SQLAlchemyError):
            self._release()

    def _release(self) -> None:
        """Give the connection back, which rolls back what was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _tidy(self) -> None:
        """Nothing is left to do."""

    def _let_go(self) -> None:
        self._release()
        self._engine.dispose()

    @property
    def _inside_connection(self) -> Connection:
        """The connection of the transaction that is alone."""
        if self._connection is None:
            raise JournalError("its transaction has ended; nothing of it was recorded")
        return self._connection

    def _was_recorded(self, content: Content, error: SQLAlchemyError) -> bool:
        """Whether a transaction was committed whose answer was lost.

        It may be under way still, and holds the row of the last event as long: that is waited for.
        """
        from sqlalchemy.exc import SQLAlchemyError

        until = time.monotonic() + _PATIENCE
        while True:
            try:
                with self._engine.connect() as connection:
                    _end(connection, is_locking=True)
                    return _holds(connection, content)
            except SQLAlchemyError as again:
                if time.monotonic() > until or not _may_pass(again):
                    raise JournalError(
                        "the connection was lost while events were committed, and the database "
                        "does not answer any more: whether they are recorded will be seen when it "
                        "does; look before you record them again"
                    ) from error
            time.sleep(_PAUSE)


def read_shared(address: str) -> Content | None:
    """Read the journal of a database, to which others may be recording; None where there is none.

    Raises
    ------
    InvalidInputError
        The address cannot be read.
    JournalError
        The database cannot be reached or used, or the journal is damaged.
    """
    where = Address.of(address)
    engine = engine_of(where)
    try:
        with explaining(where.name), reading(engine) as connection:
            schema = own_schema(connection)
            mapped = connection.execution_options(schema_translate_map={None: schema})
            return read_on(NOTHING, mapped) if has_journal(mapped, schema) else None
    finally:
        engine.dispose()


def in_schema(engine: Engine, schema: str) -> Engine:
    """The same connections, for tables of a schema."""
    return engine.execution_options(schema_translate_map={None: schema})


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One state of the database, whoever writes meanwhile."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ")


def read_on(known: Content, connection: Connection) -> Content:
    """What is recorded, of which a part is known already; JournalError names what is damaged."""
    own, n_known = journal_tables(), len(known.events)
    content = known
    if not known.about:
        content = known.with_about([tuple(row) for row in connection.execute(own.about.select())])
    new = own.events.select().where(own.events.c.number >= n_known).order_by(own.events.c.number)
    lines = [tuple(row) for row in connection.execute(new)]
    return content.continued(lines, [tuple(row) for row in connection.execute(own.last.select())])


def _holds(connection: Connection, content: Content) -> bool:
    """Whether events and what they are about are recorded, whatever came after."""
    import sqlalchemy as sa

    own = journal_tables()
    at = own.events.c.number == len(content.events) - 1
    last = connection.scalar(sa.select(own.events.c.checksum).where(at))
    about = connection.scalar(sa.select(own.about.c.checksum))
    expected = digest(json.dumps(content.about, allow_nan=False)) if content.about else None
    return (last or "") == content.last and (about == expected or not content.about)


def _end(connection: Connection, *, is_locking: bool = False) -> Row[tuple[int, str]]:
    """How many events there are, and the last checksum; locked until the transaction ends."""
    own = journal_tables()
    asked = own.last.select().with_for_update() if is_locking else own.last.select()
    rows = connection.execute(asked).all()
    if len(rows) != 1:
        raise JournalError("what says how many events there are is lost; restore a copy")
    return rows[0]


def _may_pass(error: SQLAlchemyError) -> bool:
    """Whether the server may answer in a moment."""
    return is_lost(error) or getattr(error, "statement", None) is None
