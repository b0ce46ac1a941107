"""What an annotation says about one control: a label, a skip, or nothing (any more)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cutplane._types import Metadata
from cutplane.active.events import Event, Label
from cutplane.app.label_studio.config import Control
from cutplane.app.label_studio.payload import identity, moment, objects, person
from cutplane.errors import InvalidInputError, JournalError

LABEL, SKIP, NOTHING, GONE = "label", "skip", "nothing", "gone"


@dataclass(frozen=True)
class Statement:
    """What one annotation says about one control.

    Attributes
    ----------
    annotation : int
        Its number in Label Studio.
    row : int
        Position of its task.
    who : str
    updated : str
        When it was last changed, ISO 8601.
    kind : {"label", "skip", "nothing", "gone"}
        "nothing" leaves the control out; what is "gone" does not come back.
    label : bool, int, float, str or None
        Of a label.
    """

    annotation: int
    row: int
    who: str
    updated: str
    kind: str
    label: Label | None = None

    @property
    def is_label(self) -> bool:
        """Whether there is something to learn from."""
        return self.kind == LABEL

    def as_details(self) -> Metadata:
        """All but the row, for the details of an event."""
        found = {"annotation": self.annotation, "by": self.who, "updated": self.updated}
        return {**found, "said": self.kind, "label": self.label}

    @classmethod
    def of_event(cls, event: Event) -> Statement | None:
        """The statement that an event carries, if it does."""
        details = event.details
        if "annotation" not in details:
            return None
        try:
            parts = (details[key] for key in ("by", "updated", "said", "label"))
            return cls(details["annotation"], event.questions[0], *parts)
        except (KeyError, IndexError) as error:
            raise JournalError(f"an event of an annotation is not whole ({error})") from error


def statement_of(annotation: Metadata, row: int, control: Control) -> Statement:
    """Read what an annotation says about a control.

    Raises
    ------
    InvalidInputError
        Its result is none of the control, or it says several things.
    """
    results = objects(annotation, "result")
    found = [each for each in results if each.get("from_name") == control.name]
    kind, label = NOTHING, None
    if annotation.get("was_cancelled"):
        kind = SKIP
    elif len(found) > 1:
        raise InvalidInputError(f"{control.name!r} has {len(found)} answers; one was expected")
    elif found:
        kind, label = LABEL, control.read(found[0].get("value"))
    who, updated = person(annotation), moment(annotation, "updated_at")
    return Statement(identity(annotation), row, who, updated, kind, label)


def standing(statements: Sequence[Statement]) -> tuple[str, Label | None]:
    """What several people say of a row together, in the order in which they first spoke.

    The label of most, the first of equals; a skip where nobody gave one; else nothing.
    """
    labels = [each.label for each in statements if each.is_label]
    if labels:
        return LABEL, max(dict.fromkeys(labels), key=labels.count)
    return (SKIP if any(each.kind == SKIP for each in statements) else NOTHING), None
