"""The database of a team: beside a journal in PostgreSQL, or a file beside a journal file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cutplane.active.address import Address, address_in
from cutplane.active.event_log import EventLog
from cutplane.active.journal import Journal
from cutplane.active.journal_file import located
from cutplane.active.postgres import engine_of, explaining, is_lost, own_schema
from cutplane.active.shared_journal import SharedJournal, in_schema, reading
from cutplane.active.shared_tables import check_is_free, has_tables, taking_turns
from cutplane.app.team.database_file import engine_of_file, explaining_file, write_ahead
from cutplane.app.team.team_tables import FORMAT_VERSION, METADATA, TEAM
from cutplane.errors import InvalidInputError, JournalError


class Database:
    """Short transactions on the tables of people and leases.

    Threads may share it, and processes what is behind it.

    Parameters
    ----------
    where : Address or Path
        A PostgreSQL database, or a file; tables are made where there are none.

    Attributes
    ----------
    name : str
        What messages call it; never with a password.

    Raises
    ------
    InvalidInputError
        There is another file.
    JournalError
        It cannot be reached, read or written, or is of another program or a newer version.
    """

    def __init__(self, where: Address | Path):
        self._where = where
        self.name = where.name if isinstance(where, Address) else str(where)
        self._engine = engine_of(where) if isinstance(where, Address) else engine_of_file(where)
        try:
            with self._explained():
                self._set_up()
                if isinstance(where, Path):
                    write_ahead(self._engine)
        except BaseException:
            self.close()
            raise

    @classmethod
    def beside(cls, journal: EventLog | str | Path) -> Self:
        """That of a journal: the same PostgreSQL database, or ``<journal>.team`` beside a file."""
        if isinstance(journal, SharedJournal):
            return cls(journal.address)
        if isinstance(journal, Journal):
            journal = journal.path
        if not isinstance(journal, str | Path):
            raise InvalidInputError(
                f"{journal.name!r} is a journal of another kind; give a path or an address"
            )
        if (address := address_in(journal)) is not None:
            return cls(Address.of(address))
        path = located(journal)
        return cls(path.with_name(f"{path.name}.team"))

    @contextmanager
    def changing(self, *, is_lasting: bool = True) -> Iterator[sa.Connection]:
        """A transaction that nobody else's goes beside.

        It is on disk when it ends; with ``is_lasting=False`` a moment later, which nobody waits for
        and a machine that dies then loses.
        """
        engine = self._engine.execution_options(is_changing=True, is_lasting=is_lasting)
        with self._explained(), engine.connect() as connection:
            if isinstance(self._where, Address) and not is_lasting:
                connection.execute(sa.select(sa.func.set_config("synchronous_commit", "off", True)))
            connection.execute(TEAM.select().with_for_update())  # SQLite is locked as a whole
            yield connection
            try:
                connection.commit()
            except DBAPIError as error:
                if is_lost(error):
                    raise JournalError(
                        "the connection was lost while a change was committed; look whether it "
                        "was made before you make it again"
                    ) from error
                raise

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that changes nothing, and sees one state."""
        with self._explained():
            if isinstance(self._where, Address):
                with reading(self._engine) as connection:
                    yield connection
            else:
                with self._engine.begin() as connection:
                    yield connection

    @property
    def now(self) -> sa.ColumnElement[float]:
        """Seconds since 1970 by the clock of the database."""
        if isinstance(self._where, Address):
            return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
        days = sa.func.julianday("now") - 2440587.5
        return sa.type_coerce(days * 86400.0, sa.Double)

    def close(self) -> None:
        """Let go of connections. Closing twice is fine."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors in our words."""
        if isinstance(self._where, Address):
            with explaining(self.name):
                yield
        else:
            with explaining_file(self._where):
                yield

    def _set_up(self) -> None:
        """Make the tables where there are none, once, whoever else does so at this moment."""
        with self._engine.execution_options(is_changing=True).begin() as connection:
            schema = None
            if isinstance(self._where, Address):
                schema = own_schema(connection)
                taking_turns(connection)
                self._engine = in_schema(self._engine, schema)
            mapped = connection.execution_options(schema_translate_map={None: schema})
            if has_tables(mapped, schema, METADATA, TEAM, FORMAT_VERSION):
                return
            if schema is not None:
                check_is_free(mapped, schema)
            elif sa.inspect(mapped).get_table_names():
                raise JournalError("it is a database of another program; move it away")
            METADATA.create_all(mapped, checkfirst=False)
            mapped.execute(TEAM.insert().values(version=FORMAT_VERSION))
