"""What the thread that learns does, most urgent first, in steps that nobody has to wait for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cutplane.active.events import Event, Label
from cutplane.active.ledger import Ledger
from cutplane.app.learning.ahead import N_READY, Prepared, Ready, likely_answers
from cutplane.app.learning.figures import Figures, Observer
from cutplane.app.learning.snapshot import Snapshot, read_snapshot, write_snapshot
from cutplane.errors import CutplaneError

if TYPE_CHECKING:
    from cutplane.active.event_log import EventLog

#: Seconds after which rows are chosen although more answers wait to be learnt, and figures made
#: although more are prepared for.
_BETWEEN_CHOICES, _BETWEEN_FIGURES = 0.5, 2.0
#: Seconds between two snapshots.
_BETWEEN_SNAPSHOTS = 30.0
#: Answers that correct earlier ones.
_CORRECTIONS = ("relabelled", "forgotten", "settled")
#: Rows whose answers are prepared for.
_MOST_WATCHED = 4
#: What is said when something goes wrong.
_SENTENCES = {
    "journal": "The journal cannot be read: {}.",
    "learning": "Answers are recorded, but no longer learnt, until one is corrected: {}.",
    "questions": "Questions cannot be chosen, so any open rows are asked: {}.",
    "figures": "Figures cannot be computed: {}.",
    "snapshot": "What is learnt cannot be kept, and is learnt again after a restart: {}.",
    "thread": "Something that should not happen: {}.",
}


class Watched(NamedTuple):
    """A row that somebody looks at, and the name that their answer will have; "" for none."""

    row: int
    who: str


@dataclass(frozen=True, eq=False)
class Now:
    """What others read, of one moment.

    Attributes
    ----------
    ledger : Ledger
        What is learnt.
    ready : Ready
        Rows to ask.
    prepared : tuple of Prepared
        What would be after likely answers to rows that somebody looks at.
    figures : Figures or None
    """

    ledger: Ledger
    ready: Ready
    prepared: tuple[Prepared, ...] = ()
    figures: Figures | None = None


class Follower:
    """Follows a log; one thread calls it, any may read.

    Parameters
    ----------
    ledger, log, seed, snapshot
        As for :class:`cutplane.app.learning.trainer.Trainer`.
    ready : Ready
        Rows for the time until something is learnt.

    Attributes
    ----------
    now : Now
    problems : dict of str to str
        What went wrong, by what it was; empty where all is well.
    seconds : float
        What the last label took.
    """

    def __init__(
        self, ledger: Ledger, log: EventLog, seed: int, snapshot: Path | None, ready: Ready
    ):
        self._log, self._seed, self._snapshot = log, seed, snapshot
        self.now = Now(ledger, ready)
        self.problems: dict[str, str] = {}
        self.seconds = 0.0
        self._observer = Observer()
        self._n_refused = 0  # events of the log when learning them failed
        self._rows_of: tuple[object, ...] = ()
        self._figures_of: tuple[object, ...] = ()
        self._chosen_at, self._n_chosen_for, self._n_events = 0.0, 0, 0
        self._figured_at = 0.0
        self._likely: dict[Watched, list[Label]] = {}
        self._tried: set[tuple[Watched, Label]] = set()
        self._saved, self._saved_at = ledger.model, time.monotonic()

    def begin(self) -> None:
        """Take over what a snapshot holds, if it is of this run."""
        if self._snapshot is None:
            return
        found = read_snapshot(self._snapshot, self.now.ledger, self._seed, self._log.events)
        if found is not None:
            self._observer = Observer(found.curve)
            self._saved = found.ledger.model
            self._take(found.ledger)

    def look(self) -> None:
        """Read what other processes recorded."""
        with self.explained("journal"):
            if self._log.n_recorded > len(self._log.events):
                self._log.refresh()

    def step(self, watched: Sequence[Watched]) -> bool:
        """Do what is most urgent; False where nothing is left to do.

        Parameters
        ----------
        watched : sequence of Watched
            Rows that somebody looks at, the newest first.
        """
        now, needs_rows = time.monotonic(), self._needs_rows(watched)
        needs_figures = self._figures_of != self._counted
        if self.is_behind and not (needs_rows and now > self._chosen_at + _BETWEEN_CHOICES):
            self._learn()
        elif needs_rows:
            self._choose(watched)
        elif needs_figures and now > self._figured_at + _BETWEEN_FIGURES:
            self._figure()
        elif (answer := self._unprepared(watched)) is not None:
            self._prepare(*answer, watched)
        elif needs_figures:
            self._figure()
        elif now > self._saved_at + _BETWEEN_SNAPSHOTS:
            self.save()
        else:
            return False
        return True

    def save(self) -> None:
        """Write the snapshot, if there is something new."""
        self._saved_at = time.monotonic()
        model = self.now.ledger.model
        if self._snapshot is None or model is self._saved:
            return
        with self.explained("snapshot"):
            kept = Snapshot(self.now.ledger, self._observer.curve)
            write_snapshot(self._snapshot, kept, self._seed)
            self._saved = model

    @property
    def is_behind(self) -> bool:
        """Whether there is something to learn that was not refused."""
        n_events = len(self._log.events)
        return len(self.now.ledger.events) < n_events != self._n_refused

    @property
    def _open(self) -> tuple[object, ...]:
        """What the rows depend on."""
        book = self.now.ledger.book
        return self.now.ledger.model, len(book.closed), book.n_pool

    @property
    def _counted(self) -> tuple[object, ...]:
        """What the figures depend on."""
        return self.now.ledger.model, self.now.ledger.book.n_asked

    def _learn(self) -> None:
        """The next answer; where it cannot be learnt alone, all that came, a correction perhaps."""
        events, before = self._log.events, self.now.ledger.model
        new = events[len(self.now.ledger.events) :]
        begin = time.perf_counter()
        try:
            self._take(self._after(_portion(new)))
            self.problems.pop("learning", None)
        except Exception:  # what the whole raises is what is said
            with self.explained("learning"):
                self._n_refused = len(events)
                self._take(self._after(new))
        if self.now.ledger.model is not before:
            self.seconds = time.perf_counter() - begin

    def _after(self, events: Sequence[Event]) -> Ledger:
        return self.now.ledger.after(*events, ahead=[own.ledger for own in self.now.prepared])

    def _take(self, ledger: Ledger) -> None:
        """What is learnt now, with the rows that were prepared for it where they were."""
        now, before = self.now, self.now.ledger
        if ledger.book.batches is before.book.batches:
            self.now = replace(now, ledger=ledger)
            return
        self._tried, self._likely = set(), {}
        taken = next((own for own in now.prepared if own.ledger.model is ledger.model), None)
        ready = now.ready if taken is None else taken.ready
        self.now = replace(now, ledger=ledger, ready=ready, prepared=())
        if taken is not None:
            self._rows_of, self._chosen_at = self._open, time.monotonic()
            self._n_events = len(self._log.events)
        with self.explained("figures"):
            self._observer.see(ledger)

    def _needs_rows(self, watched: Sequence[Watched]) -> bool:
        """Whether rows are to be chosen: of another model, or as more people look at some."""
        return self._rows_of != self._open or len(watched) > self._n_chosen_for

    def _choose(self, watched: Sequence[Watched]) -> None:
        n_events = len(self._log.events)
        n_new = n_events - self._n_events if self._rows_of else 0  # as many may come meanwhile
        self._rows_of, self._n_chosen_for, self._n_events = self._open, len(watched), n_events
        with self.explained("questions"):
            ready = Ready.of(self.now.ledger, N_READY + len(watched) + n_new)
            self.now = replace(self.now, ready=ready)
        self._chosen_at = time.monotonic()

    def _figure(self) -> None:
        self._figures_of, self._figured_at = self._counted, time.monotonic()
        with self.explained("figures"):
            self.now = replace(self.now, figures=self._observer.figures(self.now.ledger))

    def _unprepared(self, watched: Sequence[Watched]) -> tuple[Watched, Label] | None:
        """The most probable answer to the newest row that nothing is prepared for."""
        ledger = self.now.ledger
        for own in watched[:_MOST_WATCHED]:
            if own.row in ledger.book.closed:
                continue
            if own not in self._likely:
                self._likely[own] = likely_answers(ledger, own.row)
            for label in self._likely[own]:
                if (own, label) not in self._tried:
                    return own, label
        return None

    def _prepare(self, own: Watched, label: Label, watched: Sequence[Watched]) -> None:
        self._tried.add((own, label))
        kept = [old for old in self.now.prepared if (old.row, old.who) in watched[:_MOST_WATCHED]]
        with (
            self.explained("questions"),
            suppress(CutplaneError),  # an answer that cannot be learnt is no fault until it comes
        ):
            n = N_READY + len(watched)
            made = Prepared.of(self.now.ledger, own.row, label, own.who, n)
            self.now = replace(self.now, prepared=(*kept, made))

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        """What is raised becomes a sentence, which goes once it works; the thread goes on."""
        try:
            yield
        except CutplaneError as error:
            self.problems[what] = _SENTENCES[what].format(error)
        except Exception as error:  # whatever it is, answers are recorded and rows are asked
            self.problems[what] = _SENTENCES[what].format(f"{type(error).__name__}: {error}")
        else:
            self.problems.pop(what, None)


def _portion(events: Sequence[Event]) -> Sequence[Event]:
    """The first events that are learnt at once: up to the last correction, or to the first label.

    What is corrected later need not be learnt as it was first said.
    """
    at = [i for i, event in enumerate(events) if event.kind in _CORRECTIONS][-1:]
    at = at or [i for i, event in enumerate(events) if event.kind == "labelled"][:1]
    return events[: at[0] + 1] if at else events
