"""The tables of a journal in PostgreSQL: made, and recognized, in one schema of a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cutplane.errors import JournalError

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData, Table

FORMAT_VERSION = 1
#: All tables of cutplane begin like this, those of other versions too.
PREFIX = "cutplane_"
#: Of the lock that those who make tables take ("cutp").
_MAKING = 0x63757470


class JournalTables(NamedTuple):
    """Tables of one journal, as in its file, and one row with their version."""

    metadata: MetaData
    about: Table
    events: Table
    last: Table
    format: Table


@cache
def journal_tables() -> JournalTables:
    """The tables, of a schema that the connection knows."""
    import sqlalchemy as sa

    metadata = sa.MetaData()

    def table(name: str, numbers: Collection[str], texts: Collection[str]) -> Table:
        first = [sa.Column(own, sa.BigInteger, nullable=False) for own in numbers]
        others = [sa.Column(own, sa.Text, nullable=False) for own in texts]
        return sa.Table(f"{PREFIX}{name}", metadata, *first, *others)

    texts = ("time", "kind", "rows", "labels", "annotators", "details", "checksum")
    events = table("events", ["number"], texts)
    events.append_constraint(sa.PrimaryKeyConstraint("number"))
    return JournalTables(
        metadata,
        about=table("about", [], ["content", "checksum"]),
        events=events,
        last=table("last", ["n_events"], ["checksum"]),
        format=table("format", ["version"], []),
    )


def make_tables(connection: Connection, schema: str) -> None:
    """Make the tables of a new journal, once, whoever else does so at this moment.

    Raises
    ------
    JournalError
        The schema belongs to another program, or its tables are damaged or of a newer version.
    """
    own = journal_tables()
    taking_turns(connection)
    if has_journal(connection, schema):
        return
    check_is_free(connection, schema)
    own.metadata.create_all(connection, checkfirst=False)
    connection.execute(own.last.insert().values(n_events=0, checksum=""))
    connection.execute(own.format.insert().values(version=FORMAT_VERSION))


def has_journal(connection: Connection, schema: str) -> bool:
    """Whether a journal is there, of this version and as it was made.

    Raises
    ------
    JournalError
        There is another one, or one that would not keep what is recorded.
    """
    own = journal_tables()
    if not has_tables(connection, schema, own.metadata, own.format, FORMAT_VERSION):
        return False
    if _flags(connection, schema, own.metadata.tables) != {("r", "p", False, False, False)}:
        raise JournalError(
            "its tables have triggers, rules or row policies, or are not logged, and would not "
            "keep what is recorded; remove those and run VACUUM, or restore a copy"
        )
    return True


def has_tables(
    connection: Connection, schema: str | None, metadata: MetaData, format: Table, version: int
) -> bool:
    """Whether tables are there, of a version that ``format`` says; JournalError for others."""
    import sqlalchemy as sa
    from sqlalchemy.engine.reflection import ObjectKind

    names = metadata.tables
    columns = sa.inspect(connection).get_multi_columns(
        schema, filter_names=list(names), kind=ObjectKind.ANY
    )
    found = {name: [column["name"] for column in own] for (_, name), own in columns.items()}
    if not found:
        return False
    expected = {name: table.columns.keys() for name, table in names.items()}
    if found.get(format.name) == expected[format.name]:
        _check_version(connection.scalars(sa.select(format.c.version)).all(), version)
    if found != expected:
        raise JournalError("its tables are damaged; restore a copy")
    return True


def taking_turns(connection: Connection) -> None:
    """Wait until no other transaction makes tables in this database; none does until it ends."""
    import sqlalchemy as sa

    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING)))


def check_is_free(connection: Connection, schema: str) -> None:
    """Refuse a schema with tables of another program."""
    import sqlalchemy as sa

    names = sa.inspect(connection).get_table_names(schema)
    others = sorted(name for name in names if not name.startswith(PREFIX))
    if others:
        raise JournalError(
            f"its schema {schema!r} has tables of another program ({', '.join(others[:3])}); give "
            "a database of its own, or create a schema and add ?options=-csearch_path%3DNAME to "
            "the address"
        )


def _check_version(found: Sequence[int], version: int) -> None:
    if len(found) == 1 and found[0] > version:
        raise JournalError(
            f"its format is {found[0]}, this cutplane reads up to {version}; upgrade cutplane, or "
            "restore a copy"
        )
    if found != [version]:
        raise JournalError("its tables are damaged; restore a copy")


def _flags(
    connection: Connection, schema: str, names: Collection[str]
) -> set[tuple[str, str, bool, bool, bool]]:
    """What may keep tables from keeping rows: kind, persistence, triggers, rules, policies."""
    import sqlalchemy as sa

    flags = ("relkind", "relpersistence", "relhastriggers", "relhasrules", "relrowsecurity")
    columns = ("relname", "relnamespace", *flags)
    tables = sa.table("pg_class", *map(sa.column, columns), schema="pg_catalog")
    schemas = sa.table("pg_namespace", sa.column("oid"), sa.column("nspname"), schema="pg_catalog")
    asked = (
        sa.select(*(tables.c[flag] for flag in flags))
        .join_from(tables, schemas, tables.c.relnamespace == schemas.c.oid)
        .where(schemas.c.nspname == schema, tables.c.relname.in_(names))
    )
    return {tuple(row) for row in connection.execute(asked)}
