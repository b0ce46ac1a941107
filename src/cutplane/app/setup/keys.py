"""Which key means which class: digits first, then letters that mean nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits

from cutplane.errors import InvalidInputError


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


#: Letters that do something else than answer; the script knows the same.
COMMANDS = {
    "s": "skip the row",
    "d": "say that you don't know",
    "u": "take the last answer back",
    "c": "write a comment",
    "w": "why this row",
    "h": "what the model expects",
}
_FREE = (*digits[1:], *(letter for letter in ascii_lowercase if letter not in COMMANDS))


def keys_of(classes: Sequence[str], chosen: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The key of every class, in their order; empty where keys have run out.

    Parameters
    ----------
    classes : sequence of str
    chosen : mapping of str to str, optional
        Keys that were asked for, by class; the others take what is left of 1 to 9 and of the
        letters that are no command.
    """
    wanted = {name: key for name, key in (chosen or {}).items() if name in classes}
    left = iter([key for key in _FREE if key not in wanted.values()])
    return tuple(wanted[name] if name in wanted else next(left, "") for name in classes)


def read_keys(pairs: Sequence[str], classes: Sequence[str] = ()) -> dict[str, str]:
    """Keys that were asked for, by class.

    Parameters
    ----------
    pairs : sequence of str
        Such as ``"good=g"``.
    classes : sequence of str
        Those there are; with none, any name will do.

    Raises
    ------
    InvalidInputError
        A class is not known, a key is no digit from 1 or small letter, is taken, or means
        something else.
    """
    parts = [pair.rpartition("=") for pair in pairs]
    for pair, (name, _, key) in zip(pairs, parts, strict=True):
        if not name or (classes and name not in classes):
            known = f"; classes are {', '.join(classes)}" if classes else ""
            raise InvalidInputError(f"the key {pair!r} arrived; write class=key{known}")
        if key in COMMANDS:
            raise InvalidInputError(
                f"the key {key!r} of {name!r} means '{COMMANDS[key]}'; free are {', '.join(_FREE)}"
            )
        if key not in _FREE:
            raise InvalidInputError(
                f"the key {key!r} of {name!r} is none of {', '.join(_FREE)}; choose one of these"
            )
    for at in (0, 2):
        repeated = [one for one, n in Counter(part[at] for part in parts).items() if n > 1]
        if repeated:
            raise InvalidInputError(f"the keys name {repeated[0]!r} twice; name it once")
    return {name: key for name, _, key in parts}


def key_help(choices: Mapping[str, str], *, may_hint: bool, is_value: bool) -> tuple[KeyHelp, ...]:
    """All keys of a question page, for the dialog that lists them.

    Parameters
    ----------
    choices : mapping of str to str
        Key of every class; none for values.
    may_hint : bool
        Whether suggestions may be asked for.
    is_value : bool
    """
    own = tuple(KeyHelp((key,), name) for name, key in choices.items() if key)
    moves = (
        (KeyHelp(("Enter",), "send the value"),)
        if is_value
        else (
            KeyHelp(("↑", "↓", "←", "→"), "move among the answers"),
            KeyHelp(("Enter",), "give the answer you are on; after a comment, send both"),
        )
    )
    narrow = (
        (KeyHelp(("/",), "find a class by its name"),)
        if any(not key for key in choices.values())
        else ()
    )
    more = {"u": ("u", "Backspace", "Ctrl+Z")}
    commands = tuple(
        KeyHelp(more.get(key, (key,)), meaning)
        for key, meaning in COMMANDS.items()
        if key != "h" or may_hint
    )
    leave = KeyHelp(("Esc",), "leave a field, close a list"), KeyHelp(("?",), "this list")
    return (*own, *moves, *narrow, *commands, *leave)
