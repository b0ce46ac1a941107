"""Events as lines that hang together, and reading them back with nothing taken on trust."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cutplane._types import Metadata
from cutplane.active.events import Event, checksum
from cutplane.errors import JournalError

#: Number, the texts of an event (:meth:`Event.texts`), and its checksum.
Line = tuple[int | str, ...]


class Content(NamedTuple):
    """What a journal holds.

    Attributes
    ----------
    about : dict
        Pool, settings and seed; empty when no learner has used it yet.
    events : tuple of Event
    last : str
        Checksum of the last event, "" before the first.
    """

    about: Metadata
    events: tuple[Event, ...]
    last: str

    def with_about(self, rows: Sequence[Sequence[object]]) -> Content:
        """With what it is about, of rows (content, digest); JournalError where that is damaged."""
        if rows and (len(rows) > 1 or digest(rows[0][0]) != rows[0][1]):
            raise JournalError("the record of pool and settings is damaged; restore a copy")
        return self._replace(about=_parsed(str(rows[0][0])) if rows else {})

    def continued(
        self, lines: Iterable[Sequence[object]], ends: Sequence[Sequence[object]]
    ) -> Content:
        """With the lines after its events, every checksum compared.

        Parameters
        ----------
        lines : iterable of sequence
            As :func:`linked` makes them.
        ends : sequence of sequence
            Rows (number of events, last checksum), of which there is one.

        Raises
        ------
        JournalError
            It names the damaged event.
        """
        events: list[Event] = []
        n_before, last = len(self.events), self.last
        for at, (number, *texts, stored) in enumerate(lines, n_before):
            event = _event(at, number, texts)
            last = checksum(last, event.texts())
            if last != stored or list(event.texts()) != texts:
                raise JournalError(f"event {at} is damaged; restore a copy")
            events.append(event)
        n_events = n_before + len(events)
        if [tuple(end) for end in ends] != [(n_events, last)]:
            raise JournalError(f"what followed event {n_events - 1} is lost; restore a copy")
        return self._replace(events=(*self.events, *events), last=last)


NOTHING = Content({}, (), "")


def linked(events: Iterable[Event], n_before: int, last: str) -> tuple[list[Line], str]:
    """Events as the lines that follow so many others, and the checksum of the last one.

    Raises
    ------
    ValueError
        An event cannot be said in JSON.
    """
    lines: list[Line] = []
    for number, event in enumerate(events, n_before):
        texts = event.texts()
        last = checksum(last, texts)
        lines.append((number, *texts, last))
    return lines, last


def digest(content: object) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(str(content).encode(errors="surrogatepass")).hexdigest()


def _event(at: int, number: object, texts: list[object]) -> Event:
    try:
        if number != at:
            raise JournalError("it is missing")
        return Event.of_texts(texts)
    except JournalError as error:
        raise JournalError(f"event {at} is damaged: {error}; restore a copy") from error


def _parsed(content: str) -> Metadata:
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise JournalError(f"the record of pool and settings is damaged ({error})") from error
    if not isinstance(about, dict):
        raise JournalError("the record of pool and settings is damaged; restore a copy")
    return about
