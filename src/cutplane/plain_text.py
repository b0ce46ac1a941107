"""Text of others: what cannot be seen of it is written out, or does not count."""

from __future__ import annotations

import unicodedata


def printable(text: object, *, keep: str = "") -> str:
    r"""Write every character that cannot be seen as its escape, as ``repr`` does.

    A name or a label may hold sequences that clear a terminal, set its title, turn the direction
    of reading or break a line in two. Characters that Python does not call printable are
    escaped: controls (escape, tab and line breaks among them), marks of direction, characters of
    no width, separators other than the blank, and halves of characters that no encoding knows.

    Parameters
    ----------
    text : object
        What ``str`` makes of it is written.
    keep : str, default=""
        Characters that stay as they are: ``"\n"`` for a text of several lines of our own.

    Returns
    -------
    str
        The text itself where there is nothing to escape.
    """
    given = str(text)
    if given.isprintable():
        return given
    return "".join(c if c.isprintable() or c in keep else repr(c)[1:-1] for c in given)


def visible(text: str) -> str:
    """What can be seen of a text, so that two which look the same are the same.

    Accents are joined with their letters, white space of any kind is one blank and none at the
    ends, and characters without a width are gone: marks of direction and of byte order, soft
    hyphens, zero-width blanks.
    """
    if not text.isascii():
        seen = "".join(filter(_has_width, text))
        text = unicodedata.normalize("NFC", seen)
    return " ".join(text.split())


def _has_width(character: str) -> bool:
    """Whether a character is neither a format character nor a selector of how another one looks."""
    return unicodedata.category(character) != "Cf" and not "\ufe00" <= character <= "\ufe0f"
