"""The book of a run: what all events together say was told, and what must not be asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Metadata
from cutplane.active.domain import matches, places
from cutplane.active.events import Event, Label
from cutplane.active.labels import check_one_kind, kept_labels
from cutplane.active.meter import Meter
from cutplane.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class Batch:
    """Labels that were told together, as they are known today.

    Attributes
    ----------
    questions : ndarray of shape (n,), or (n, n_features)
        Rows, or points.
    labels, annotators : ndarray of shape (n,)
    n_pool : int
        Rows of the pool at that time.
    """

    questions: NDArray
    labels: NDArray
    annotators: NDArray
    n_pool: int

    def is_same(self, other: Batch) -> bool:
        """Whether a model that learns the other one learns the same."""
        if self is other:
            return True
        pairs = (
            (self.questions, other.questions),
            (self.labels, other.labels),
            (self.annotators, other.annotators),
        )
        alike = all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)
        return alike and self.n_pool == other.n_pool

    def without(self, questions: NDArray) -> Batch | None:
        """The batch as if some had not been told; itself where it has none of them."""
        stays = ~matches(self.questions, questions)
        if stays.all():
            return self
        if not stays.any():
            return None
        questions, labels, names = self.questions, self.labels, self.annotators
        return Batch(questions[stays], labels[stays], names[stays], self.n_pool)

    def saying(self, questions: NDArray, labels: list[Label], annotators: list[str]) -> Batch:
        """The batch with other labels for some; their names stay where none are given."""
        at = places(self.questions, questions).tolist()
        if max(at) < 0:
            return self
        own = [old if i < 0 else labels[i] for i, old in zip(at, self.labels.tolist(), strict=True)]
        names = self.annotators
        if annotators:
            pairs = zip(at, names.tolist(), strict=True)
            names = np.array([old if i < 0 else annotators[i] for i, old in pairs], dtype=str)
        return replace(self, labels=kept_labels(own), annotators=names)


class Batches(tuple[Batch, ...]):
    """Batches in the order they were told, with all of their questions and labels, each (n,)."""

    @cached_property
    def questions(self) -> NDArray | None:
        """None where there are no batches."""
        return _joined([batch.questions for batch in self]) if self else None

    @cached_property
    def labels(self) -> NDArray:
        """As NumPy joins them."""
        return _joined([batch.labels for batch in self] or [np.empty(0)])

    def together(self) -> Batches:
        """All as one batch, which is learnt at once."""
        if self.questions is None:
            return self
        names = np.concatenate([batch.annotators for batch in self])
        return Batches([Batch(self.questions, self.labels, names, self[-1].n_pool)])

    def and_then(self, batch: Batch) -> Batches:
        """With one more; a long journal is read without all of them being joined each time."""
        more = Batches((*self, batch))
        if self.questions is not None:
            more.questions = _joined([self.questions, batch.questions])
            more.labels = _joined([self.labels, batch.labels])
        return more


def _joined(arrays: list[NDArray]) -> NDArray:
    """One array that many may hold, and nobody may change."""
    joined = np.concatenate(arrays)
    joined.flags.writeable = False
    return joined


@dataclass(frozen=True, eq=False)
class Book:
    """What events say, one after the other; frozen, so that a refused event leaves no trace.

    Attributes
    ----------
    batches : Batches
        Labels in the order they were told, corrected since, without those forgotten.
    skipped : ndarray of shape (m,), or (m, n_features)
        Questions that nobody can answer.
    n_asked : int
        Answers that were paid for: labels told, rows skipped, labels corrected, opinions of
        others, rows of a stream bought. What is forgotten or withdrawn was paid for too.
    n_pool : int
        Rows of the pool.
    rng : dict
        State of the generator after the last question.
    pending : ndarray of shape (p, n_features)
        Rows of a stream that were bought, and have no answer yet; none of others.
    meter : Meter
        What had passed of a stream when one was bought last.
    """

    batches: Batches
    skipped: NDArray
    n_asked: int
    n_pool: int
    rng: Metadata
    pending: NDArray
    meter: Meter = field(default_factory=Meter)

    @classmethod
    def begun(cls, no_questions: NDArray, n_pool: int, rng: Metadata) -> Self:
        """Before any event."""
        return cls(Batches(), no_questions, 0, n_pool, rng, no_questions)

    @property
    def told(self) -> NDArray:
        """All questions with a label, in the order they were told."""
        known = self.batches.questions
        return self.skipped[:0] if known is None else known

    @property
    def labels(self) -> NDArray:
        """Their labels."""
        return self.batches.labels

    @property
    def annotators(self) -> NDArray:
        """Who gave them, "" for nobody."""
        return np.concatenate([np.empty(0, str), *(batch.annotators for batch in self.batches)])

    @property
    def closed(self) -> NDArray:
        """Questions that are not asked: told, or skipped."""
        return np.concatenate([self.told, self.skipped])

    def after(self, event: Event, questions: NDArray) -> Book:
        """The book with one more event, about questions of the domain.

        Raises
        ------
        InvalidInputError
            The event cannot have happened.
        """
        act = {
            "asked": self._asked,
            "added": self._added,
            "labelled": self._labelled,
            "skipped": self._skipped,
            "relabelled": self._relabelled,
            "forgotten": self._forgotten,
            "opinion": self._opinion,
            "settled": self._settled,
            "withdrawn": self._unchanged,
            "noted": self._unchanged,
        }
        return act[event.kind](event, questions)

    def _asked(self, event: Event, questions: NDArray) -> Book:
        """Rows of a stream are bought as they are asked about; those of others may be."""
        after = replace(self, rng=event.details["rng"])
        if "meter" not in event.details:
            return after
        return replace(
            after,
            meter=self.meter.with_more(event.details["meter"], len(questions)),
            pending=np.concatenate([self.pending, questions]) if len(self.pending) else questions,
            n_asked=self.n_asked + len(questions),
        )

    def _added(self, event: Event, questions: NDArray) -> Book:
        after = replace(self, n_pool=self.n_pool + event.details["n_rows"])
        if len(self.skipped) or len(self.told):
            return after
        return replace(after, skipped=questions)  # none, of as many columns as are known now

    def _answered(self, questions: NDArray) -> tuple[NDArray, int]:
        """What is bought without an answer after these, and how many of these were not bought."""
        pending = self.pending[~matches(self.pending, questions)]
        return pending, int((~matches(questions, self.pending)).sum())

    def _labelled(self, event: Event, questions: NDArray) -> Book:
        is_told = matches(questions, self.told)
        if questions.ndim == 1 and (is_told.any() or np.unique(questions).size < len(questions)):
            again = questions[is_told].tolist() or questions.tolist()
            raise InvalidInputError(
                f"rows {again} were told before; every row is told once: relabel corrects a label"
            )
        labels = kept_labels(event.labels)
        check_one_kind(labels, self.labels)
        names = np.array(event.annotators or [""] * len(questions), dtype=str)
        pending, n_more = self._answered(questions)
        return replace(
            self,
            batches=self.batches.and_then(Batch(questions, labels, names, self.n_pool)),
            skipped=self.skipped[~matches(self.skipped, questions)],
            pending=pending,
            n_asked=self.n_asked + n_more,
        )

    def _skipped(self, event: Event, questions: NDArray) -> Book:
        if (is_told := matches(questions, self.told)).any():
            raise InvalidInputError(
                f"rows {questions[is_told].tolist()} have labels; forget them before they are "
                "skipped"
            )
        new = questions[~matches(questions, self.skipped)]
        pending, n_more = self._answered(new)
        skipped, n_asked = np.concatenate([self.skipped, new]), self.n_asked + n_more
        return replace(self, skipped=skipped, pending=pending, n_asked=n_asked)

    def _relabelled(self, event: Event, questions: NDArray) -> Book:
        self._check_known(questions, self.told, "have no label; tell them")
        if len(np.unique(questions, axis=0)) < len(questions):
            raise InvalidInputError(
                f"rows {questions.tolist()} repeat each other; give one label for each row"
            )
        check_one_kind(kept_labels(event.labels), self.labels[~matches(self.told, questions)])
        new = [batch.saying(questions, event.labels, event.annotators) for batch in self.batches]
        return replace(self, batches=Batches(new), n_asked=self.n_asked + len(questions))

    def _forgotten(self, event: Event, questions: NDArray) -> Book:
        self._check_known(questions, self.closed, "were neither told nor skipped")
        rest = (batch.without(questions) for batch in self.batches)
        skipped = self.skipped[~matches(self.skipped, questions)]
        left = Batches(batch for batch in rest if batch)
        if event.details.get("together"):
            left = left.together()
        return replace(self, batches=left, skipped=skipped)

    def _opinion(self, event: Event, questions: NDArray) -> Book:
        check_one_kind(kept_labels(event.labels), self.labels)
        return replace(self, n_asked=self.n_asked + len(questions))

    def _settled(self, event: Event, questions: NDArray) -> Book:
        """Rows get these labels, or are skipped where there are none; nothing is counted."""
        is_told = matches(questions, self.told)
        if not event.labels:
            after = self._forgotten(event, questions[is_told])._skipped(event, questions)
        elif is_told.all():
            after = self._relabelled(event, questions)
        elif not is_told.any():
            after = self._labelled(event, questions)
        else:
            raise InvalidInputError(
                f"rows {questions[is_told].tolist()} of {questions.tolist()} have labels; settle "
                "them apart from those without"
            )
        return replace(after, n_asked=self.n_asked)

    def _unchanged(self, event: Event, questions: NDArray) -> Book:
        return self

    def _check_known(self, questions: NDArray, known: NDArray, problem: str) -> None:
        is_known = matches(questions, known)
        if not is_known.all():
            raise InvalidInputError(f"rows {questions[~is_known].tolist()} {problem}")
