"""Where events are recorded: in a file of one process, or in a database that a team shares."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from cutplane._types import Metadata
from cutplane.active.events import Event


class EventLog(Protocol):
    """Events in order, each with a checksum that depends on all before it.

    Threads of one process may share it. :class:`cutplane.active.journal.Journal` is a file,
    :class:`cutplane.active.shared_journal.SharedJournal` a PostgreSQL database.
    """

    @property
    def name(self) -> str:
        """What messages call it; never with a password."""
        ...

    @property
    def about(self) -> Metadata:
        """What :meth:`begin` was given; empty before."""
        ...

    @property
    def events(self) -> tuple[Event, ...]:
        """What is recorded for good, as far as it was read.

        What is appended inside :meth:`alone` is among them when that ends.
        """
        ...

    @property
    def n_recorded(self) -> int:
        """Events that are recorded, by whomever."""
        ...

    def begin(self, about: Metadata) -> None:
        """Record what the events are about; errors as for :meth:`append`."""
        ...

    def append(self, events: Sequence[Event]) -> None:
        """Record events after all that others recorded, all or none; on disk when this returns.

        Raises
        ------
        JournalError
            They cannot be written; nothing of them is.
        InvalidInputError
            The log was closed.
        """
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else appends until this ends, and ``events`` holds all that is recorded.

        What the block appends is recorded together when it ends, or not at all where it raises;
        errors as for :meth:`append`, also when it ends. A block inside a block is part of it.
        """
        ...

    def refresh(self) -> None:
        """Read what was recorded since, by whomever."""
        ...

    def close(self, reason: str = ...) -> None:
        """Refuse everything from now on, for a reason. Closing twice is fine."""
        ...


def open_log(where: str | Path) -> EventLog:
    """Open the log of a path, or of an address that begins with ``postgresql://``.

    Raises
    ------
    InvalidInputError
        Nothing can be recorded there, or something else is there.
    JournalError
        It is damaged, of a newer version, in use, or the database cannot be reached.
    """
    raise NotImplementedError
