"""Where a run stands: its events, and what they make of book and model. Check, then record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Metadata
from cutplane.active.book import Book
from cutplane.active.course import Course, Lessons, Model
from cutplane.active.domain import Domain
from cutplane.active.events import Event
from cutplane.active.labels import check_takes_names, checked_labels
from cutplane.active.settings import Settings
from cutplane.encoding import DAMAGE, restored_rng
from cutplane.errors import InvalidInputError, JournalError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor


@dataclass(frozen=True, eq=False)
class Ledger:
    """Where a run stands; frozen, so that the next one is made, recorded, and only then taken.

    Attributes
    ----------
    domain : Domain
    settings : Settings
    events : tuple of Event
    book : Book
        What the events say.
    course : Course
        What the model learnt of it.
    """

    domain: Domain
    settings: Settings
    events: tuple[Event, ...]
    book: Book
    course: Course

    @classmethod
    def begun(
        cls,
        domain: Domain,
        settings: Settings,
        estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
        rng: Metadata,
        n_pool: int,
    ) -> Self:
        """Before any event."""
        book = Book.begun(domain.checked([], n_pool), n_pool, rng)
        return cls(domain, settings, (), book, Course.begun(estimator))

    @property
    def model(self) -> Model:
        """The model of today."""
        return self.course.model

    @property
    def nothing_left(self) -> str | None:
        """Why nothing can be asked, in a sentence; None while something can."""
        n_labels, n_skipped = len(self.book.told), len(self.book.skipped)
        if self.domain.kind in ("box", "stream") or n_labels + n_skipped < self.domain.n_rows:
            return None
        return (
            f"of {self.domain.n_rows} rows {n_labels} have a label and {n_skipped} were skipped; "
            "add more rows to go on"
        )

    def rng(self) -> np.random.Generator:
        """A generator in the state that the last question left."""
        return restored_rng(self.book.rng)

    def checked(self, questions: ArrayLike) -> NDArray:
        """Questions as an array; InvalidInputError for what the domain has not."""
        return self.domain.checked(questions, self.book.n_pool)

    def after(
        self, *events: Event, domain: Domain | None = None, ahead: Sequence[Ledger] = ()
    ) -> Ledger:
        """The run with more events: the same model as of a run that was told so from the start.

        Parameters
        ----------
        events : Event
        domain : Domain, optional
            With the rows that an event adds.
        ahead : sequence of Ledger
            Of this run, with events that might have come: what one of them has learnt and these
            events say too, is not learnt again.

        Raises
        ------
        InvalidInputError
            An event cannot have happened, or the estimator refuses its labels.
        """
        book, followed = self.followed(events)
        domain = domain or followed
        if book.n_pool > domain.n_rows:
            raise InvalidInputError(
                f"the pool has {book.n_pool} rows, some of them added later, and {domain.n_rows} "
                "are here; open the journal with all of them"
            )
        domain.expect(book.told)
        courses = [ledger.course for ledger in ahead]
        course = self.course.of(book.batches, Lessons(domain, self.settings), courses)
        known = (*self.events, *events)
        return replace(self, domain=domain, events=known, book=book, course=course)

    def read(self, events: Sequence[Event]) -> Book:
        """The book with more events; nothing is learnt."""
        return self.followed(events)[0]

    def followed(self, events: Sequence[Event]) -> tuple[Book, Domain]:
        """The book with more events, and the domain with the rows that they hold."""
        book, domain = self.book, self.domain
        for event in events:
            domain = domain.following(event)
            book = book.after(event, domain.checked(event.questions, book.n_pool))
        return book, domain

    def check_recorded(self, events: Sequence[Event]) -> None:
        """Refuse events that nobody can have recorded, of a file that was changed or made up.

        Raises
        ------
        JournalError
            It names the first.
        """
        is_regression = isinstance(self.model.estimator, CuttingPlaneRegressor)
        book, domain = self.book, self.domain
        for number, event in enumerate(events, len(self.events)):
            try:
                checked_labels(event.labels, is_regression=is_regression)
                check_takes_names(event.annotators if event.labels else [], self.model.estimator)
                domain = domain.following(event)
                book = book.after(event, domain.checked(event.questions, book.n_pool))
                restored_rng(book.rng)
            except (*DAMAGE, OverflowError) as error:
                raise JournalError(f"event {number} cannot be: {error}") from error
