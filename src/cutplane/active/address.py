"""Addresses of PostgreSQL databases: told apart from paths, and named without their password."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cutplane.errors import InvalidInputError
from cutplane.extras import require

_SCHEMES = ("postgresql://", "postgres://")
_EXPECTED = "give postgresql://user:password@host:5432/database"
#: What is acknowledged is on disk; nobody waits for ever, nor for a machine that has gone.
_SESSION = {
    "synchronous_commit": "on",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "5min",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_CONNECTION = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "cutplane",
}


@dataclass(frozen=True)
class Address:
    """Where a database is, as libpq understands it.

    Attributes
    ----------
    name : str
        The address without password, for messages.
    parameters : dict
        What psycopg connects with, the password among it; not shown.
    """

    name: str
    parameters: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Address:
        """Read an address; InvalidInputError, which shows nothing of it, for what is none."""
        errors = require("psycopg", "team", "a journal in PostgreSQL").ProgrammingError
        conninfo = require("psycopg.conninfo", "team", "a journal in PostgreSQL")
        try:
            given = {key: str(value) for key, value in conninfo.conninfo_to_dict(text).items()}
        except errors:
            given = {"port": "none"}
        # An unescaped / or @ of a password cuts the address elsewhere, and a part of the password
        # would pass for a host, a port or a database.
        rest = given.get("host", "") + given.get("dbname", "")
        if "@" in rest or not re.fullmatch(r"[0-9,]*", given.get("port", "")):
            raise InvalidInputError(
                f"the address of the database cannot be read; {_EXPECTED}, and in the password "
                "write / as %2F, @ as %40, % as %25 and a space as %20"
            ) from None
        session = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
        options = given.get("options") or os.environ.get("PGOPTIONS", "")
        fixed = {"options": f"{options} {session}".lstrip(), "client_encoding": "utf8"}
        return cls(_name(given), {**_CONNECTION, **given, **fixed})


def address_in(where: str | Path) -> str | None:
    """The address of a database, as it arrived; None for a path.

    Raises
    ------
    InvalidInputError
        It is neither, which shows nothing but how it begins.
    """
    text = str(where)
    if isinstance(where, str) and text.startswith(_SCHEMES):
        return text
    scheme = re.match(r"(postgres\w*):|([a-z][\w+.-]+)://", text, re.IGNORECASE)
    if scheme is None:
        return None
    if isinstance(where, Path):
        raise InvalidInputError(
            f"an address of a database ({scheme[0]}...) arrived as a Path, which changes its "
            "slashes; pass it as text"
        )
    raise InvalidInputError(
        f"the journal begins with {scheme[0]!r}; give the path of a file, or "
        "postgresql://user:password@host:5432/database"
    )


def name_of(where: str | Path) -> str:
    """What messages call a path or an address; never with a password."""
    address = address_in(where)
    return str(where) if address is None else Address.of(address).name


def _name(given: dict[str, str]) -> str:
    """An address of its parts, of which none is secret."""
    hosts, ports = given.get("host", "").split(","), given.get("port", "").split(",")
    ports += ports[-1:] * (len(hosts) - len(ports))  # one port stands for all hosts
    places = (
        f"{f'[{host}]' if ':' in host else quote(host, safe='')}{port and f':{port}'}"
        for host, port in zip(hosts, ports, strict=False)
    )
    user = f"{quote(given['user'])}@" if "user" in given else ""
    name = f"postgresql://{user}{','.join(places)}/{quote(given.get('dbname', ''))}"
    path = re.search(r"search_path=(\S+)", given.get("options", ""))
    return name if path is None else f"{name}?options=-csearch_path%3D{quote(path[1])}"
