"""A thread that follows the journal, learns what it says, and has questions ready."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from numpy.typing import ArrayLike

from cutplane.active.events import Label
from cutplane.active.ledger import Ledger
from cutplane.app.ahead import Ready
from cutplane.app.figures import Figures
from cutplane.app.odd import Odd
from cutplane.app.similar import Group
from cutplane.app.why import Suggestion, Why

if TYPE_CHECKING:
    from cutplane.active.event_log import EventLog


@dataclass(frozen=True)
class Status:
    """How far the thread is.

    Attributes
    ----------
    n_events : int
        Events that are learnt.
    n_behind : int
        Events that are recorded and not learnt yet.
    n_labels, n_labels_behind : int
        Labels among them.
    is_learning : bool
    problem : str
        Why it does not get further, a sentence; empty where nothing is wrong.
    seconds : float
        What the last label took to learn.
    """

    n_events: int
    n_behind: int
    n_labels: int
    n_labels_behind: int
    is_learning: bool
    problem: str
    seconds: float

    @property
    def sentence(self) -> str:
        """How far it is, for people; empty where it is up to date."""
        raise NotImplementedError


class Trainer:
    """Learns what a journal says, in a thread of its own that never writes to it.

    Everything here answers at once, from what is known by then.

    Parameters
    ----------
    ledger : Ledger
        The run as far as it is known, before any event for example.
    log : EventLog
        Its journal; events that ``ledger`` has are its first.
    seed : int
        Of the run.
    snapshot : Path, optional
        Where what was learnt is kept, so that a restart need not learn it again. Only a cache.
    poll : float, default=1.0
        Seconds after which other processes' events are looked for; :meth:`wake` tells of this
        one's.
    """

    def __init__(
        self,
        ledger: Ledger,
        log: EventLog,
        *,
        seed: int,
        snapshot: Path | None = None,
        poll: float = 1.0,
    ):
        self._log, self._seed, self._snapshot, self._poll = log, seed, snapshot, poll
        self._ledger = ledger

    def start(self) -> None:
        """Begin to follow."""
        raise NotImplementedError

    def stop(self) -> None:
        """End; waits two seconds at most, for what is being learnt cannot be interrupted."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wake(self) -> None:
        """Say that events were recorded."""
        raise NotImplementedError

    def ready(self, last: tuple[int, Label] | None = None) -> Ready:
        """Rows to ask now; with the answer just given, what was prepared for it."""
        raise NotImplementedError

    def handed_out(self, row: int, who: str = "") -> None:
        """Say that somebody is looking at a row: its likely answers are prepared for.

        ``who`` as the event will have it in ``annotators``; "" where it will have none.
        """
        raise NotImplementedError

    @property
    def ledger(self) -> Ledger:
        """The newest that is learnt."""
        return self._ledger

    @property
    def status(self) -> Status:
        """How far it is."""
        raise NotImplementedError

    @property
    def figures(self) -> Figures | None:
        """The newest that are computed."""
        raise NotImplementedError

    def why(self, row: int) -> Why:
        """What stands behind a question."""
        raise NotImplementedError

    def suggestion(self, row: int) -> Suggestion | None:
        """What the model would answer; None before there is one."""
        raise NotImplementedError

    def odd(self, limit: int) -> tuple[Odd, ...]:
        """Labels that the others contradict most."""
        raise NotImplementedError

    def similar(self, row: int, n: int, closed: ArrayLike) -> tuple[int, ...]:
        """Open rows near a row that are predicted alike."""
        raise NotImplementedError

    def groups(self, n: int, closed: ArrayLike) -> tuple[Group, ...]:
        """Groups of open rows near each other with one predicted class."""
        raise NotImplementedError
