"""Text of others on a terminal and in messages: what cannot be seen is written out."""

from __future__ import annotations


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
