"""Who may label: names, roles, tokens of which only digests are kept, and invitations."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from cutplane.app.team.database import Database
from cutplane.app.team.names import checked_name, key_of
from cutplane.app.team.person import ROLES, Person
from cutplane.app.team.team_tables import INVITATIONS, LEASES, PEOPLE
from cutplane.errors import InvalidInputError

_MOST_DAYS = 366


@dataclass(frozen=True)
class Invitation:
    """A role that waits for somebody; the token that opens it is not kept.

    Attributes
    ----------
    role : {"label", "review", "admin"}
    by : str
        Name of the one who invites.
    until : datetime
        UTC, by the clock of the database.
    used_by : str or None
        Name of the one who accepted it.
    """

    role: str
    by: str
    until: datetime
    used_by: str | None


class People:
    """The people of a team.

    Names have 1 to 64 printable characters, are kept in Unicode's composed form with single spaces,
    and are unique ignoring case and Unicode form. Changes raise InvalidInputError, in a sentence,
    for what cannot be, and then change nothing; JournalError where the database fails.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database):
        self.database = database

    def add(self, name: str, role: str) -> str:
        """A person's token, which is shown once; one who was revoked comes back."""
        with self.database.changing() as connection:
            return _entered(connection, name, _checked_role(role), is_back=True)

    def invite(self, role: str, *, by: str, days: float = 7) -> str:
        """An invitation of an admin, to be accepted once, within days."""
        _checked_role(role)
        if not 0 < days <= _MOST_DAYS:
            raise InvalidInputError(f"{days!r} days arrived; give more than 0, up to {_MOST_DAYS}")
        invitation, now = _new_token(), self.database.now
        with self.database.changing() as connection:
            admin = _row(connection, by)
            if admin.role != "admin":
                raise InvalidInputError(f"{admin.name!r} may not invite people; ask an admin")
            values = {"token": _digest(invitation), "role": role, "by": admin.name}
            times = {"made": now, "until": now + days * 86400.0}
            connection.execute(INVITATIONS.insert().values(**values, **times))
        return invitation

    def accept(self, invitation: str, name: str) -> str:
        """The token of the one who was invited, who chooses the name."""
        own = INVITATIONS.c.token == _digest(invitation)
        with self.database.changing() as connection:
            is_open = (INVITATIONS.c.until > self.database.now).label("is_open")
            found = connection.execute(sa.select(INVITATIONS, is_open).where(own)).one_or_none()
            if found is None or found.used_by is not None or not found.is_open:
                reason = "is unknown" if found is None else "was used" if found.used_by else "ended"
                raise InvalidInputError(f"this invitation {reason}; ask for another one")
            token = _entered(connection, name, found.role, is_back=False)
            used = INVITATIONS.update().where(own).values(used_by=checked_name(name))
            connection.execute(used)
        return token

    def of_token(self, token: str) -> Person | None:
        """Whose token it is; None for any other text."""
        asked = sa.select(PEOPLE.c.name, PEOPLE.c.role).where(PEOPLE.c.token == _digest(token))
        with self.database.reading() as connection:
            found = connection.execute(asked).one_or_none()
        return None if found is None else Person(*found)

    def revoke(self, name: str) -> None:
        """Take away token, lease and open invitations; the last admin stays."""
        with self.database.changing() as connection:
            person = _row(connection, name)
            _check_other_admin(connection, person)
            _change(connection, person, token=None)
            _withdraw(connection, person)
            connection.execute(LEASES.delete().where(LEASES.c.who == person.name))

    def set_role(self, name: str, role: str) -> None:
        """Another role; the last admin stays one."""
        _checked_role(role)
        with self.database.changing() as connection:
            person = _row(connection, name)
            if role != "admin":
                _check_other_admin(connection, person)
                _withdraw(connection, person)
            _change(connection, person, role=role)

    def renew(self, name: str) -> str:
        """A new token, which is shown once; the old one ends."""
        token = _new_token()
        with self.database.changing() as connection:
            _change(connection, _row(connection, name), token=_digest(token))
        return token

    def all(self) -> tuple[Person, ...]:
        """Everybody with a token, by name."""
        own = PEOPLE.select().where(PEOPLE.c.token.is_not(None)).order_by(PEOPLE.c.key)
        with self.database.reading() as connection:
            return tuple(Person(row.name, row.role) for row in connection.execute(own))

    def invitations(self) -> tuple[Invitation, ...]:
        """All invitations, newest first: open, used and run out."""
        with self.database.reading() as connection:
            found = connection.execute(INVITATIONS.select().order_by(INVITATIONS.c.made.desc()))
            return tuple(
                Invitation(row.role, row.by, datetime.fromtimestamp(row.until, UTC), row.used_by)
                for row in found
            )


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise InvalidInputError(f"the role {role!r} arrived; give one of {', '.join(ROLES)}")
    return role


def _new_token() -> str:
    """256 bits that nobody guesses, so that a digest without salt keeps them."""
    return secrets.token_urlsafe(32)


def _digest(token: str) -> str:
    """What is kept of a token, and looked up: it costs the same for every text."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _entered(connection: sa.Connection, name: str, role: str, *, is_back: bool) -> str:
    """The token of somebody new, or of one who comes back."""
    name, token = checked_name(name), _new_token()
    own = PEOPLE.c.key == key_of(name)
    found = connection.execute(PEOPLE.select().where(own)).one_or_none()
    if found is not None and (found.token is not None or not is_back):
        raise InvalidInputError(f"the name {found.name!r} is taken; choose another one")
    values = {"role": role, "token": _digest(token)}
    if found is None:
        connection.execute(PEOPLE.insert().values(key=key_of(name), name=name, **values))
    else:
        connection.execute(PEOPLE.update().where(own).values(**values))
    return token


def _row(connection: sa.Connection, name: str) -> sa.Row[Any]:
    """Somebody with a token; InvalidInputError where there is none of that name."""
    own = PEOPLE.c.key == key_of(checked_name(name))
    found = connection.execute(
        PEOPLE.select().where(own, PEOPLE.c.token.is_not(None))
    ).one_or_none()
    if found is None:
        raise InvalidInputError(f"nobody here is called {name!r}, or not any more; add them first")
    return found


def _change(connection: sa.Connection, person: sa.Row[Any], **values: str | None) -> None:
    connection.execute(PEOPLE.update().where(PEOPLE.c.key == person.key).values(**values))


def _withdraw(connection: sa.Connection, person: sa.Row[Any]) -> None:
    """Take back the open invitations of somebody who may not invite any more."""
    own = INVITATIONS.c.by == person.name
    connection.execute(INVITATIONS.delete().where(own, INVITATIONS.c.used_by.is_(None)))


def _check_other_admin(connection: sa.Connection, person: sa.Row[Any]) -> None:
    """Refuse to lose the last admin."""
    others = sa.select(PEOPLE.c.key).where(
        PEOPLE.c.role == "admin", PEOPLE.c.token.is_not(None), PEOPLE.c.key != person.key
    )
    if person.role == "admin" and connection.execute(others).first() is None:
        raise InvalidInputError(f"{person.name!r} is the last admin; make somebody else one before")
