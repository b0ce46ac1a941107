"""Which key means which class: digits first, then letters that mean nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: What a key does on the page besides answering; the first is shown on the button.
COMMANDS: dict[str, tuple[str, ...]] = {
    "skip": ("s",),
    "unknown": ("d",),
    "undo": ("u", "Backspace", "Ctrl+Z"),
    "comment": ("c",),
    "why": ("w",),
    "suggestion": ("h",),
    "filter": ("/",),
    "help": ("?",),
}


@dataclass(frozen=True)
class KeyHelp:
    """A line of the list of keys.

    Attributes
    ----------
    keys : tuple of str
    meaning : str
    """

    keys: tuple[str, ...]
    meaning: str


def keys_of(classes: Sequence[str], chosen: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The key of every class, in their order; empty where keys have run out.

    Parameters
    ----------
    classes : sequence of str
    chosen : mapping of str to str, optional
        Keys that were asked for, by class; the others take what is left of 1 to 9 and of the
        letters that are no command.
    """
    raise NotImplementedError


def read_keys(text: str, classes: Sequence[str]) -> dict[str, str]:
    """Keys that were asked for, ``"good=g,bad=b"``, by class.

    Raises
    ------
    InvalidInputError
        A class is not known, a key is no single letter or digit, or means something else.
    """
    raise NotImplementedError
