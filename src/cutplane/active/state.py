"""How a learner changes, and where it is kept: check, record, learn."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Arrays, Index, Metadata, Rows
from cutplane.active.domain import Domain
from cutplane.active.event_log import EventLog, opening
from cutplane.active.events import Event
from cutplane.active.following import about, following
from cutplane.active.learner_file import ledger_arrays, restored_ledger
from cutplane.active.ledger import Ledger
from cutplane.active.view import LearnerView
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import DAMAGE
from cutplane.errors import InvalidInputError, ModelFileError


class LearnerState(LearnerView):
    """How events change a ledger, and where it is kept: in a journal, and in files."""

    _journal: EventLog | None
    #: Of threads, one changes the learner at a time.
    _turn: RLock

    def _start(self, ledger: Ledger, seed: int) -> None:
        """Take over a run that has no journal."""
        self.random_state, self._ledger, self._journal = seed, ledger, None
        self._turn = RLock()
        self._shown = ledger.model
        self._estimator = copy.copy(ledger.model.estimator)

    def add(self, X_new: Rows) -> Index:
        """More rows for the pool; the gates stay those that were sampled for the first model.

        Parameters
        ----------
        X_new : array-like, DataFrame or CSR matrix of shape (m, n_features)
            The same columns; a DataFrame's are matched by name.

        Returns
        -------
        ndarray of int of shape (m,)
            Numbers of the new rows, after those of the pool.

        Raises
        ------
        InvalidInputError
            The columns are others, or there is no pool.
        JournalError
            The journal cannot be written.
        """
        with self._turn:
            n_before = self.domain.n_rows
            domain, details = self.domain.extended(X_new)
            self._happened(Event("added", [], details=details), domain=domain)
        return np.arange(n_before, domain.n_rows)

    def _happened(self, *events: Event, domain: Domain | None = None) -> None:
        """Check events and learn from them aside, record them, and only then take them over.

        Others may record while this learns: then it learns again, while they wait.
        """
        with self._turn:
            self._catch_up()
            ledger = self._ledger.after(*events, domain=domain)
            if (journal := self._journal) is not None:
                with journal.alone():
                    if len(journal.events) != len(self._ledger.events):
                        self._catch_up()
                        ledger = self._ledger.after(*events, domain=domain)
                    journal.append(events)
            self._ledger = ledger
            self._show()

    def _catch_up(self) -> None:
        """Take over what others recorded, or a call that was interrupted."""
        journal, known = self._journal, len(self._ledger.events)
        if journal is not None and journal.n_recorded != known:
            journal.refresh()
            new = journal.events[known:]
            self._ledger.check_recorded(new)
            self._ledger = self._ledger.after(*new)

    def _follow(self, journal: EventLog | None) -> None:
        """Bring a journal and the run to the same events, then record to it."""
        if journal is not None:
            self._ledger = following(self._ledger, self.random_state, journal)
            self._journal = journal
            self._show()

    def __getstate__(self) -> Metadata:
        return {name: value for name, value in vars(self).items() if name != "_turn"}

    def __setstate__(self, state: Metadata) -> None:
        vars(self).update(state)
        self._turn = RLock()

    def close(self) -> None:
        """Close the journal, if there is one; what was told stays, and no more can be recorded."""
        if self._journal is not None:
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def to_arrays(self, *, with_pool: bool = True) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the learner, without its journal.

        Parameters
        ----------
        with_pool : bool, default=True
            Whether the pool is among them; if not, :meth:`from_arrays` has to be given it.
        """
        return ledger_arrays(
            self._ledger, about(self._ledger, self.random_state), with_pool=with_pool
        )

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray], metadata: Metadata, X_pool: Rows | None = None
    ) -> Self:
        """Inverse of :meth:`to_arrays`; the learner has no journal.

        Raises
        ------
        InvalidInputError
            The pool is missing, or another one.
        ModelFileError
            A learner of this version cannot have such settings, events or estimator.
        KeyError, TypeError, ValueError, IndexError, AttributeError
            The state is damaged (:data:`cutplane.encoding.DAMAGE`).
        """
        learner = cls.__new__(cls)
        ledger = restored_ledger(arrays, metadata, X_pool)
        learner._start(ledger, metadata["about"]["random_state"])
        return learner

    def save(self, path: str | Path, *, with_pool: bool = True) -> None:
        """Write the learner as .npz, without pickle; the file is replaced at once.

        ``with_pool`` as in :meth:`to_arrays`.

        Raises
        ------
        InvalidInputError
            A parameter, a label or the query cannot be stored, or nothing can be written there.
        """
        write_archive(path, *self.to_arrays(with_pool=with_pool), what="learner")

    @classmethod
    def load(
        cls,
        path: str | Path,
        X_pool: Rows | None = None,
        journal: str | Path | None = None,
    ) -> Self:
        """Read a learner that :meth:`save` wrote; the run goes on as if uninterrupted.

        Parameters
        ----------
        path : str or Path
        X_pool : array-like, CSR matrix or Source, optional
            The pool, where the file was written without it; one on disk always is.
        journal : str or Path, optional
            Where events go from now on, nowhere by default: a path, or an address in PostgreSQL.
            Those that it holds beyond the file's happen to the learner, those that it lacks are
            added.

        Raises
        ------
        InvalidInputError
            There is no such file; the pool is missing or another one; the journal is of
            another run.
        ModelFileError
            The file is damaged, holds something else, or comes from a newer version.
        """
        arrays, metadata = read_archive(path, what="learner")
        try:
            learner = cls.from_arrays(arrays, metadata, X_pool)
        except (InvalidInputError, ModelFileError) as error:
            raise type(error)(f"{str(path)!r}: {error}") from error
        except DAMAGE as error:
            raise damaged(path, error, what="learner") from error
        with opening(journal) as opened:
            learner._follow(opened)
        return learner
