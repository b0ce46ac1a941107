"""Where events are recorded: in a file of one process, or in a database that a team shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from cutplane._types import Metadata
from cutplane.active.address import address_in
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.shared_journal import SharedJournal


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
    address = address_in(where)
    return Journal(where) if address is None else SharedJournal(address)


@contextmanager
def opening(where: str | Path | None) -> Iterator[EventLog | None]:
    """The log of a path or an address, or of none; closed where the block raises.

    A file that was new, and in which nothing was recorded, is gone then.
    """
    is_new = where is not None and address_in(where) is None and not Path(where).exists()
    log = None if where is None else open_log(where)
    try:
        yield log
    except BaseException:
        if log is not None:
            log.close()
            if is_new and isinstance(log, Journal) and not log.events:
                log.path.unlink()
        raise
