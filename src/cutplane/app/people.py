"""Who may label: names, roles, tokens of which only digests are kept, and invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cutplane.app.database import Database

#: What people may do; each role may what those before it may.
ROLES = ("label", "review", "admin")


@dataclass(frozen=True)
class Person:
    """Somebody who may label.

    Attributes
    ----------
    name : str
    role : {"label", "review", "admin"}
    """

    name: str
    role: str

    def may(self, role: str) -> bool:
        """Whether the own role is this one, or one that may more."""
        return ROLES.index(self.role) >= ROLES.index(role)


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

    Names have 1 to 64 printable characters, kept in Unicode's composed form with single spaces, and
    are unique ignoring case and Unicode form. All changes raise InvalidInputError, in a sentence,
    for what cannot be, and then change nothing.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database):
        self.database = database

    def add(self, name: str, role: str) -> str:
        """A person's token, which is shown once; one who was revoked comes back."""
        raise NotImplementedError

    def invite(self, role: str, *, by: str, days: float = 7) -> str:
        """An invitation of an admin, to be accepted once, within days."""
        raise NotImplementedError

    def accept(self, invitation: str, name: str) -> str:
        """The token of the one who was invited, who chooses the name."""
        raise NotImplementedError

    def of_token(self, token: str) -> Person | None:
        """Whose token it is; None for any other text."""
        raise NotImplementedError

    def revoke(self, name: str) -> None:
        """Take away the token, and withdraw open invitations; the last admin stays."""
        raise NotImplementedError

    def set_role(self, name: str, role: str) -> None:
        """Another role; the last admin stays one."""
        raise NotImplementedError

    def renew(self, name: str) -> str:
        """A new token, which is shown once; the old one ends."""
        raise NotImplementedError

    def all(self) -> tuple[Person, ...]:
        """Everybody with a token, by name."""
        raise NotImplementedError

    def invitations(self) -> tuple[Invitation, ...]:
        """All invitations, newest first: open, used and run out."""
        raise NotImplementedError
