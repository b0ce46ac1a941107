"""Answers that are corrected, are taken back, or cannot be given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cutplane.active.answers import read_answers
from cutplane.active.domain import matches
from cutplane.active.events import Event
from cutplane.active.labels import checked_names
from cutplane.active.state import LearnerState


class Correcting(LearnerState):
    """What is said of rows beside their label."""

    def relabel(
        self, rows: ArrayLike, labels: ArrayLike, annotator: ArrayLike | None = None
    ) -> None:
        """Correct labels; the model is that of a learner which was told so from the start.

        Parameters
        ----------
        rows : array-like of int of shape (n,)
            Rows with a label; with a domain, points.
        labels : array-like of shape (n,)
        annotator : array-like of shape (n,), or one name, optional
            Who gave the new labels; by default the names stay.

        Raises
        ------
        InvalidInputError, EmptyVersionSpaceError, JournalError
            As for ``tell``, and a row has no label; nothing is recorded or changed.
        """
        questions, read, names = read_answers(self._ledger, rows, labels, annotator)
        if read:
            given = [] if annotator is None else names
            self._happened(Event("relabelled", questions.tolist(), read, given))

    def forget(self, rows: ArrayLike) -> None:
        """Take back labels, and skips: as if they had not been told. The rows are askable again.

        Parameters
        ----------
        rows : array-like of int of shape (n,)
            Rows with a label, or skipped; with a domain, points.

        Raises
        ------
        InvalidInputError, EmptyVersionSpaceError, JournalError
            As for ``tell``, and a row was neither told nor skipped.
        """
        questions = self._ledger.checked(rows)
        if len(questions):
            self._happened(Event("forgotten", questions.tolist()))

    def skip(self, rows: ArrayLike, annotator: ArrayLike | None = None) -> None:
        """Never ask about rows again: nobody can answer. Each counts as asked, and is no label.

        Parameters
        ----------
        rows : array-like of int of shape (n,)
            Rows without a label; those skipped before stay so. With a domain, points.
        annotator : array-like of shape (n,), or one name, optional
            Who could not.

        Raises
        ------
        InvalidInputError, JournalError
            A row is outside the pool or has a label; the journal cannot be written.
        """
        questions = self._ledger.checked(rows)
        names = checked_names(annotator, len(questions))
        first = np.sort(np.unique(questions, axis=0, return_index=True)[1])
        first = first[~matches(questions[first], self.skipped_)]
        if first.size:
            who = [names[place] for place in first]
            self._happened(Event("skipped", questions[first].tolist(), annotators=who))
