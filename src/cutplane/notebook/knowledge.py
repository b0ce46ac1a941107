"""What a learner in the kernel knows, as the page is told it by a trainer."""

from __future__ import annotations

import numpy as np

from cutplane.active.asking import choose
from cutplane.active.events import Label
from cutplane.active.learner_log import LearnerLog
from cutplane.active.ledger import Ledger
from cutplane.app.learning.ahead import Ready
from cutplane.app.learning.figures import Figures, Observer
from cutplane.app.learning.trainer import Status
from cutplane.app.learning.why import Suggestion, Why, suggestion, why
from cutplane.encoding import rng_state
from cutplane.notebook.holds import Holds


class Knowledge:
    """What is learnt by the time somebody asks; learning happens when answers are told.

    Parameters
    ----------
    log : LearnerLog
    holds : Holds
    n_rows : int
        Rows of the pool that people can be shown; those added later are not asked.
    """

    def __init__(self, log: LearnerLog, holds: Holds, n_rows: int):
        self._log, self._holds, self._n_rows = log, holds, n_rows
        self._observer, self._seen = Observer(), -1

    def ready(self, last: tuple[int, Label] | None = None) -> Ready:
        """What the learner would ask now, and as many more as people hold."""
        ledger = self.ledger
        rng = ledger.rng()
        candidates = None if ledger.book.n_pool == self._n_rows else np.arange(self._n_rows)
        asked = choose(ledger, 1 + len(self._holds.all()), rng, candidates)
        rows = tuple(asked.questions.tolist())
        source = "model" if ledger.model.is_fitted else "cover"
        why_none = "" if rows else (ledger.nothing_left or self._added)
        return Ready(rows, rng_state(rng), source, len(ledger.events), len(rows), why_none)

    def handed_out(self, row: int, who: str = "") -> None:
        """Nothing is prepared ahead: the kernel is yours meanwhile."""

    @property
    def ledger(self) -> Ledger:
        """Where the learner stands."""
        return self._log.ledger

    @property
    def status(self) -> Status:
        """Up to date, always; rows that were added since are said."""
        ledger = self.ledger
        n_labels = ledger.model.n_labels
        return Status(len(ledger.events), n_labels, 0, 0, False, self._added, 0.0)

    @property
    def figures(self) -> Figures | None:
        """Of the model as it is now."""
        ledger = self.ledger
        if self._seen != len(ledger.events):
            self._observer.see(ledger)
            self._seen = len(ledger.events)
        return self._observer.figures(ledger)

    def why(self, row: int) -> Why:
        """What stands behind a question."""
        return why(self.ledger, row)

    def suggestion(self, row: int) -> Suggestion | None:
        """What the model would answer; None before there is one."""
        return suggestion(self.ledger, row)

    @property
    def _added(self) -> str:
        n_more = self.ledger.book.n_pool - self._n_rows
        if n_more <= 0:
            return ""
        return f"{n_more:,} rows were added to the pool since; run the cell again to be asked them."
