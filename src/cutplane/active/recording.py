"""What a file and a database of events have in common: who records when, and what is known."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import NoReturn, Self

from cutplane._types import Metadata
from cutplane.active.chain import NOTHING, Content, Line, linked
from cutplane.active.events import Event
from cutplane.errors import InvalidInputError, JournalError


class Recording(ABC):
    """An :class:`cutplane.active.event_log.EventLog` but for where it is kept."""

    name: str
    #: What is recorded for good, as far as it was read.
    _known: Content = NOTHING
    #: The same with what the block that is alone has appended; None outside.
    _block: Content | None = None
    _is_broken = False

    def __init__(self, name: str):
        self.name = name
        self._thread, self._process, self._closed = RLock(), os.getpid(), ""

    @property
    def about(self) -> Metadata:
        """What :meth:`begin` was given; empty before."""
        return self._known.about

    @property
    def events(self) -> tuple[Event, ...]:
        """What is recorded for good, as far as it was read."""
        return self._known.events

    @property
    def n_recorded(self) -> int:
        """Events that are recorded, by whomever."""
        with self._explained():
            return self._n_recorded()

    def begin(self, about: Metadata) -> None:
        """Record what the events are about; errors as for :meth:`append`."""
        with self.alone(), self._explained():
            self._write_about(about)
            self._block = self._inside._replace(about=about)

    def append(self, events: Sequence[Event]) -> None:
        """Record events, all or none; they are on disk when this returns.

        Raises
        ------
        JournalError
            They cannot be written, for example because the disk is full; nothing of them is.
        InvalidInputError
            The journal was closed, or taken over.
        """
        with self.alone():
            block = self._inside
            lines, last = linked(events, len(block.events), block.last)
            with self._explained():
                self._write(lines, len(block.events) + len(lines), last)
            self._block = block._replace(events=(*block.events, *events), last=last)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else appends until this ends, and ``events`` holds all that is recorded.

        What the block appends is recorded together when it ends, or not at all where it raises;
        errors as for :meth:`append`, also when it ends. A block inside a block is part of it.
        """
        self._check_open()
        with self._thread:
            if self._block is None:
                with self._transaction():
                    yield
                return
            try:
                yield
            except BaseException:
                self._is_broken = True
                raise

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._explained():
                self._start()
            self._block, self._is_broken = self._known, False
            yield
            with self._explained():
                if self._is_broken:
                    raise JournalError("a part of a change failed; nothing of it was recorded")
                self._finish(self._inside)
            self._known = self._inside
        except BaseException:
            self._abandon()
            raise
        finally:
            self._block = None
        self._tidy()

    def refresh(self) -> None:
        """Read what is on disk, where others, or an interrupted :meth:`append`, may have come."""
        with self._explained():
            if self._block is None:
                self._known = self._read()

    def close(self, reason: str = "it was closed; open it again") -> None:
        """Let others write. Closing twice is fine."""
        with self._thread:
            if self._closed or os.getpid() != self._process:
                return
            self._closed = reason
            self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise InvalidInputError(
            f"the journal {self.name!r} has one writer, which cannot be copied or pickled; save "
            "the learner, or export the journal"
        )

    @property
    def _inside(self) -> Content:
        """What is known inside a block."""
        return self._known if self._block is None else self._block

    def _check_open(self) -> None:
        if os.getpid() != self._process:
            raise InvalidInputError(
                f"the journal {self.name!r} was opened by process {self._process}, of which "
                f"{os.getpid()} is a copy; open it in the process that writes"
            )
        if self._closed:
            raise InvalidInputError(f"the journal {self.name!r}: {self._closed}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """One thread at a time, in the process that opened; errors in our words."""
        self._check_open()
        with self._thread:
            self._check_open()  # again: another thread may have closed it meanwhile
            with self._explaining():
                yield

    @abstractmethod
    def _explaining(self) -> AbstractContextManager[None]:
        """Errors of the place in our words."""

    @abstractmethod
    def _read(self) -> Content:
        """What is recorded."""

    @abstractmethod
    def _n_recorded(self) -> int:
        """How many events are."""

    @abstractmethod
    def _start(self) -> None:
        """Begin a transaction that nobody else's goes beside; know what others recorded."""

    @abstractmethod
    def _write(self, lines: Sequence[Line], n_events: int, last: str) -> None:
        """Write events, their number with all before, and the last checksum."""

    @abstractmethod
    def _write_about(self, about: Metadata) -> None:
        """Write what the events are about."""

    @abstractmethod
    def _finish(self, content: Content) -> None:
        """End the transaction on disk, which then holds this."""

    @abstractmethod
    def _abandon(self) -> None:
        """Leave nothing of the transaction, if there is one; raise nothing."""

    @abstractmethod
    def _tidy(self) -> None:
        """What may be done after a transaction; raise nothing."""

    @abstractmethod
    def _let_go(self) -> None:
        """Let go of file or connections."""
