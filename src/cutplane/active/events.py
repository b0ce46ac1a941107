"""Events: everything that happened to a learner, in types that JSON brings back as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cutplane._types import Metadata
from cutplane.errors import JournalError

#: What can happen, and what the learner does with it.
KINDS = {
    "asked": "questions were chosen, or bought; details hold generator and meter afterwards",
    "labelled": "answers were told, together as one batch",
    "skipped": "nobody can answer; never asked again",
    "relabelled": "labels told before were wrong",
    "forgotten": "labels, or skips, are taken back; with together, the rest is learnt at once",
    "added": "more rows; details hold their number and hashes, of a stream the rows",
    "opinion": "another answer about rows, paid for; the label that stands is another event's",
    "withdrawn": "what somebody said is taken back; the label that stands stays",
    "settled": "what all say together now: other labels, or, with none, closed; nothing was paid",
    "noted": "a comment, or a suggestion that was shown; nothing is learnt",
}

#: Kinds with one label for each question, and those of them that may have none.
_LABELLED = ("labelled", "relabelled", "opinion", "settled")
_MAY_LACK = ("opinion", "settled")

Label = bool | int | float | str


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    questions : list
        Numbers of pool rows, or points as lists of coordinates.
    labels : list of bool, int, float or str
        One for each question where the kind has labels, none for the "opinion" of somebody who
        cannot tell and where "settled" closes rows; JSON keeps their types and all digits.
    annotators : list of str
        Who answered each question, "" for nobody; none where names stay as they were.
    details : dict
        What came with it, for example the comment; "by" says whose act it was, where that is
        known.
    time : str
        UTC, ISO 8601.
    """

    kind: str
    questions: list
    labels: list[Label] = field(default_factory=list)
    annotators: list[str] = field(default_factory=list)
    details: Metadata = field(default_factory=dict)
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def texts(self) -> tuple[str, ...]:
        """Time, kind, rows, labels, annotators and details as texts: what is stored."""
        parts = (self.questions, self.labels, self.annotators, self.details)
        return (self.time, self.kind, *map(_canonical, parts))

    @classmethod
    def of_texts(cls, texts: Sequence[object]) -> Event:
        """Inverse of :meth:`texts`.

        Raises
        ------
        JournalError
            They are none of an event.
        """
        try:
            if not all(isinstance(text, str) for text in texts):
                raise TypeError("a field is no text")
            time, kind, *parts = map(str, texts)
            questions, labels, annotators, details = (
                json.loads(part, parse_constant=_refused) for part in parts
            )
            datetime.fromisoformat(time)
            _check_shape(kind, questions, labels, annotators, details)
        except (TypeError, ValueError, KeyError, RecursionError) as error:
            raise JournalError(f"it reads as no event ({error})") from error
        return cls(kind, questions, labels, annotators, details, time)


def checksum(before: str, texts: Sequence[str]) -> str:
    """SHA-256 of an event that follows one with the checksum ``before``; "" for the first."""
    return hashlib.sha256(json.dumps([before, *texts]).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def check_hashes(text: Any, n_rows: Any) -> None:
    """Raise ValueError or TypeError where a text does not hold the hashes of so many rows."""
    if type(n_rows) is not int or n_rows < 0 or len(bytes.fromhex(text)) != 8 * n_rows:
        raise ValueError(f"hashes of other than {n_rows!r} rows")


def _check_shape(kind: str, questions: Any, labels: Any, annotators: Any, details: Any) -> None:
    """Raise ValueError or TypeError where the parts do not make an event."""
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is unknown")
    if not all(isinstance(part, list) for part in (questions, labels, annotators)):
        raise TypeError("rows, labels and annotators are lists")
    if not isinstance(details, dict):
        raise TypeError("details are an object")
    has_labels = kind in _LABELLED and (bool(labels) or kind not in _MAY_LACK)
    n_labels = len(questions) if has_labels else 0
    if len(labels) != n_labels or len(annotators) not in (0, len(questions)):
        raise ValueError(f"{len(labels)} labels and {len(annotators)} names do not fit {kind}")
    if kind == "asked" and not isinstance(details.get("rng"), dict):
        raise TypeError("no generator after a question")
    if kind == "added":
        check_hashes(details["hashes"], details["n_rows"])
    if not all(isinstance(details.get(name, ""), str) for name in ("by", "comment")):
        raise TypeError("who acted, or a comment, is no text")
    if not all(isinstance(label, bool | int | float | str) for label in labels):
        raise TypeError("a label is no truth value, number or text")
    if not all(isinstance(name, str) for name in annotators):
        raise TypeError("an annotator is no text")
