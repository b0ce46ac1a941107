"""What the page says about the last act, and what was typed for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.active.events import Label
    from cutplane.app.learning.why import Suggestion


@dataclass(frozen=True)
class Message:
    """A sentence about what was done, or could not be.

    Attributes
    ----------
    text : str
    kind : {"done", "problem"}
    """

    text: str
    kind: str = "done"


@dataclass(frozen=True)
class Typed:
    """What a refused form held, so that it is shown again.

    Attributes
    ----------
    label, comment : str
    """

    label: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Answered:
    """The answer just given, and what the model had expected where that may be told now.

    Attributes
    ----------
    row : int
        Position.
    label : bool, int, float or str
    suggestion : Suggestion or None
        Made before the answer; None where suggestions are off or the question was blind.
    """

    row: int
    label: Label
    suggestion: Suggestion | None = None
