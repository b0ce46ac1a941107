"""The database of a team: beside a journal in PostgreSQL, or a file beside a journal file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import ColumnElement, Connection

from cutplane.active.event_log import EventLog


class Database:
    """Short transactions on the tables of people and leases.

    Attributes
    ----------
    name : str
        What messages call it; never with a password.
    """

    name: str

    @classmethod
    def beside(cls, journal: EventLog | str | Path) -> Self:
        """That of a journal: the same PostgreSQL database, or ``<journal>.team`` beside a file.

        Raises
        ------
        InvalidInputError
            There is another file.
        JournalError
            It cannot be reached, read or written.
        """
        raise NotImplementedError

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction that nobody else's goes beside; on disk when it ends."""
        raise NotImplementedError

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        raise NotImplementedError

    @property
    def now(self) -> ColumnElement[float]:
        """Seconds since 1970 by the clock of the database."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of connections. Closing twice is fine."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
