"""What a line that was typed into a terminal asks for: an answer, or one of the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cutplane.active.events import Label
from cutplane.app.console.screen import choices_of

#: What each key does. A class of that name wins; ``:`` before a key is always the key.
KEYS = {
    "s": "skip: nobody can answer this",
    "d": "I don't know; somebody else may",
    "u": "undo, any number of steps",
    "c TEXT": "comment on this row",
    "w": "why this question",
    "h": "what the model would answer, where that may be seen",
    "a": "all columns, and long texts as a whole",
    "g": "the guide",
    "?": "these keys",
    "q": "quit; answers are kept as they are given",
}
ANY = (
    (":s", "a key, also where a class is called so"),
    ("=ill", "a label, also where a key is called so"),
)
_ALONE = tuple(key for key in KEYS if " " not in key)


@dataclass(frozen=True)
class Line:
    """A line that was understood.

    Attributes
    ----------
    key : str
        One of those of ``KEYS``; "" for a label.
    text : str
        The label, or the comment.
    """

    key: str
    text: str


def understood(line: str, classes: Sequence[Label]) -> Line:
    """What a line asks for.

    Parameters
    ----------
    line : str
    classes : sequence of label
        Classes known so far, none for values: a line may be the name of one, or its number.
    """
    bare = line.strip()
    if bare.startswith("="):
        return Line("", bare[1:])
    if bare.startswith(":"):
        return _key(bare[1:].strip()) or Line("", bare)
    choices = choices_of(classes)
    numbered = {key: name for key, name in choices if key}
    if bare in {name.strip() for _, name in choices}:
        return Line("", bare)
    return _key(bare) or Line("", numbered.get(bare, bare))


def _key(bare: str) -> Line | None:
    if bare in _ALONE:
        return Line(bare, "")
    first, _, rest = bare.partition(" ")
    return Line("c", rest.strip()) if first == "c" else None
