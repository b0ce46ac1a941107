"""What one person said of one row, what came with it, and how events hold that."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from cutplane._types import Metadata
from cutplane.active.events import Label
from cutplane.errors import InvalidInputError

#: Characters of a comment.
LONGEST_COMMENT = 10_000

Kind = Literal["label", "skip", "unknown", "decision"]
Shown = Literal["no", "before", "after"]


def check_comment(text: str) -> None:
    """Refuse what is too long for a comment, or no text that a file can hold."""
    if len(text) > LONGEST_COMMENT:
        raise InvalidInputError(
            f"a comment of {len(text):,} characters arrived; give at most {LONGEST_COMMENT:,}"
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            "a comment with half of a character arrived, which no file can hold; repair the text"
        ) from error


@dataclass(frozen=True)
class Seen:
    """What came with an answer.

    Attributes
    ----------
    comment : str
    seconds : float or None
        From the question to the answer.
    blind : bool
        Whether no suggestion could be seen before.
    suggestion : label or None
        What the model would have answered, also where nobody saw it: blind answers are what those
        under a suggestion are compared with.
    probability : float or None
        Of the suggestion; None for values.
    shown : {"no", "before", "after"}
        Whether it was seen, before or after the answer.
    """

    comment: str = ""
    seconds: float | None = None
    blind: bool = False
    suggestion: Label | None = None
    probability: float | None = None
    shown: Shown = "no"

    def __post_init__(self) -> None:
        check_comment(self.comment)
        for name, most in (("seconds", math.inf), ("probability", 1.0 + 1e-9)):
            number = getattr(self, name)
            if number is not None and not 0 <= number < most:
                raise InvalidInputError(
                    f"{name}={number!r} arrived with an answer; give None, or a finite number of "
                    f"at least 0{'' if most == math.inf else ' and at most 1'}"
                )
        if self.shown not in ("no", "before", "after"):
            raise InvalidInputError(
                f"shown={self.shown!r} arrived with an answer; give no, before or after"
            )

    def details(self) -> Metadata:
        """What an event holds of it."""
        details: Metadata = {"comment": self.comment} if self.comment else {}
        if self.seconds is not None:
            details["seconds"] = self.seconds
        if self.blind:
            details["blind"] = True
        if self.suggestion is None and self.shown == "no":
            return details
        own = {"label": self.suggestion, "probability": self.probability, "shown": self.shown}
        return details | {"suggestion": own}

    @classmethod
    def of_details(cls, details: Metadata) -> Seen:
        """Inverse of :meth:`details`.

        Raises
        ------
        InvalidInputError, TypeError, AttributeError
            Nobody here wrote that.
        """
        own = details.get("suggestion", {})
        label = own.get("label")
        if not isinstance(label, bool | int | float | str | None):
            raise TypeError(f"a suggestion {label!r} is no label")
        return cls(
            details.get("comment", ""),
            details.get("seconds"),
            details.get("blind", False) is True,
            label,
            own.get("probability"),
            own.get("shown", "no"),
        )

    def after(self, before: Seen | None) -> Seen:
        """As the answer of somebody who had seen a suggestion before."""
        if before is None:
            return self
        if self.suggestion is not None:
            return replace(self, shown="before")
        suggestion, probability = before.suggestion, before.probability
        return replace(self, shown="before", suggestion=suggestion, probability=probability)


#: For an answer that came with nothing.
NOTHING = Seen()


@dataclass(frozen=True)
class Given:
    """What one person said of one row.

    Attributes
    ----------
    row : int
        Position in the pool.
    who : str
        "" for nobody: a label of the table, or told without a name.
    label : label or None
        None where ``kind`` is "skip" or "unknown".
    kind : {"label", "skip", "unknown", "decision"}
        A decision is a reviewer's, and stands whatever others say.
    time : str
        UTC, ISO 8601.
    seen : Seen
    """

    row: int
    who: str
    label: Label | None
    kind: Kind
    time: str
    seen: Seen = NOTHING

    @property
    def comment(self) -> str:
        """That came with it; "" for none."""
        return self.seen.comment

    @property
    def seconds(self) -> float | None:
        """From the question to the answer."""
        return self.seen.seconds

    @property
    def shown(self) -> Shown:
        """Whether a suggestion was seen, before or after the answer."""
        return self.seen.shown

    @property
    def blind(self) -> bool:
        """Whether no suggestion could be seen before."""
        return self.seen.blind


@dataclass(frozen=True)
class Comment:
    """A remark about a row.

    Attributes
    ----------
    row : int
    who, text, time : str
    """

    row: int
    who: str
    text: str
    time: str
