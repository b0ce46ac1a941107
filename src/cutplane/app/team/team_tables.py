"""The tables of a team: people, invitations and leases."""

from __future__ import annotations

import sqlalchemy as sa

from cutplane.active.shared_tables import PREFIX

FORMAT_VERSION = 1
METADATA = sa.MetaData()


def _text(name: str, *, may_lack: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=may_lack)


def _seconds(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False)


#: One row: the version of all, and the lock of whoever changes them.
TEAM = sa.Table(f"{PREFIX}team", METADATA, sa.Column("version", sa.BigInteger, nullable=False))
#: Names as they are shown, and as they are compared; no token of those who were revoked.
PEOPLE = sa.Table(
    f"{PREFIX}people",
    METADATA,
    _text("key"),
    _text("name"),
    _text("role"),
    _text("token", may_lack=True),
    sa.PrimaryKeyConstraint("key"),
    sa.UniqueConstraint("token"),
)
INVITATIONS = sa.Table(
    f"{PREFIX}invitations",
    METADATA,
    _text("token"),
    _text("role"),
    _text("by"),
    _seconds("made"),
    _seconds("until"),
    _text("used_by", may_lack=True),
    sa.PrimaryKeyConstraint("token"),
)
LEASES = sa.Table(
    f"{PREFIX}leases",
    METADATA,
    _text("who"),
    sa.Column("pool_row", sa.BigInteger, nullable=False),
    _seconds("until"),
    sa.PrimaryKeyConstraint("who"),
)
