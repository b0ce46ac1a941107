"""Names of people: what can be seen, in one form, and compared as people compare them."""

from __future__ import annotations

import unicodedata

from cutplane.errors import InvalidInputError

_MOST = 64
#: Letters, marks and signs that show nothing, and are no control characters.
_BLANK = frozenset(
    chr(code)
    for codes in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x16FE4, 0x1D159),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for code in codes
)


def checked_name(text: str) -> str:
    """A name in Unicode's composed form, with single spaces.

    Raises
    ------
    InvalidInputError
        It has no character, too many, or some that cannot be seen.
    """
    name = unicodedata.normalize("NFC", " ".join(part for part in text.split(" ") if part))
    if not name or len(name) > _MOST:
        raise InvalidInputError(
            f"a name of {len(name)} characters arrived; give one of 1 to {_MOST} characters"
        )
    unseen = [sign for sign in name if not sign.isprintable() or sign in _BLANK]
    if unseen or unicodedata.combining(name[0]):
        codes = ", ".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys(unseen or name[:1]))
        raise InvalidInputError(
            f"the name {name!r} has characters that cannot be seen by themselves ({codes}); leave "
            "them out"
        )
    return name


def key_of(name: str) -> str:
    """What two names share that differ by case or Unicode form only."""
    for _ in range(2):  # folding may leave a form that normalizes further, once
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return name
