"""A run and its journal are brought to the same events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cutplane._types import Metadata
from cutplane.active.event_log import EventLog
from cutplane.active.events import Event
from cutplane.active.identity import (
    added_hashes,
    check_same_run,
    described_run,
    n_first_rows,
)
from cutplane.active.ledger import Ledger
from cutplane.errors import CutplaneError, InvalidInputError, JournalError


def following(ledger: Ledger, seed: int, journal: EventLog) -> Ledger:
    """The run with what the journal holds beyond it; what the journal lacks is recorded.

    Raises
    ------
    InvalidInputError
        The journal is of another run: other events, another pool, other settings.
    JournalError
        It holds what cannot be, or cannot be written.
    """
    try:
        after = _caught_up(ledger, seed, journal)
        if not journal.about or len(after.events) > len(journal.events):
            with journal.alone():
                after = _caught_up(after, seed, journal)  # with what others recorded meanwhile
                if not journal.about:
                    journal.begin(about(after, seed))
                journal.append(after.events[len(journal.events) :])
    except (InvalidInputError, JournalError) as error:
        raise _named(journal, error) from error
    return after


def _named(log: EventLog, error: InvalidInputError | JournalError) -> CutplaneError:
    """The same error, which says of which journal it is."""
    named = f"the journal {log.name!r}: "
    return type(error)(f"{named}{str(error).removeprefix(named)}")


def _caught_up(ledger: Ledger, seed: int, journal: EventLog) -> Ledger:
    """The run with what the journal holds beyond it; refuses the journal of another run."""
    known = ledger.events
    both = min(len(known), len(journal.events))
    if journal.events[:both] != known[:both]:
        raise InvalidInputError(
            "it holds other events than the learner; pass the journal of the same run, or a new "
            "path"
        )
    new = journal.events[both:]
    _check_same(ledger, seed, journal.about, new)
    return ledger.after(*new)


def join(ledger: Ledger, seed: int, log: EventLog) -> None:
    """Check that a log is of the run of a ledger, and begin it where it is new; nothing is learnt.

    Parameters
    ----------
    ledger : Ledger
        Before any event.
    seed : int
    log : EventLog

    Raises
    ------
    InvalidInputError
        The log is of another run: another pool, other settings.
    JournalError
        It holds what cannot be, or cannot be written.
    """
    try:
        with log.alone():
            _check_same(ledger, seed, log.about, log.events)
            if not log.about:
                book = ledger.read(log.events)
                log.begin(about(replace(ledger, events=log.events, book=book), seed))
    except (InvalidInputError, JournalError) as error:
        raise _named(log, error) from error


def about(ledger: Ledger, seed: int) -> Metadata:
    """What makes a run the same run, its pool included."""
    n_rows = n_first_rows({}, ledger.book.n_pool, ledger.events)
    domain = ledger.domain.described(n_rows)
    return described_run(ledger.model.estimator, ledger.settings, seed, domain)


def _check_same(ledger: Ledger, seed: int, kept: Metadata, new: Sequence[Event]) -> None:
    """Refuse the journal of another run or another pool, and events that cannot be."""
    if not kept:
        ledger.check_recorded(new)
        return
    check_same_run(kept, described_run(ledger.model.estimator, ledger.settings, seed, {}))
    described, told = kept["domain"], ledger.book.told
    if described["kind"] == ledger.domain.kind:
        ledger.check_recorded(new)
        told = ledger.read(new).told
    ledger.domain.check_same(described, added_hashes((*ledger.events, *new)), told)
