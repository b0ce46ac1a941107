"""All that commands print: answers to stdout, whatever is said about them to stderr.

Names and labels come from others, so what cannot be seen is written out on the way.
"""

from __future__ import annotations

import errno
import json
import math
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cutplane.plain_text import printable

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.tables.report import Remark


def line(text: str) -> None:
    """Print a line of the answer on stdout."""
    _write(printable(text) + "\n")


def block(text: str) -> None:
    """Print several lines whose breaks are our own."""
    _write(printable(text, keep="\n") + "\n")


def rows(text: str) -> None:
    """Print lines that programs read; they stay as they are unless somebody watches."""
    _write(printable(text, keep="\n") if sys.stdout and sys.stdout.isatty() else text)


def as_json(answer: Metadata) -> None:
    """Print one line of JSON, which has no infinity and no NaN: text and null stand for them."""
    _write(json.dumps(_finite(answer)).replace("\x7f", "\\u007f") + "\n")


def flush() -> None:
    """Send what was printed on its way now, to readers who wait for it."""
    if sys.stdout is not None:
        sys.stdout.flush()


def remark(text: object) -> None:
    """Print one sentence on stderr."""
    if sys.stderr is not None:
        sys.stderr.write(printable(text) + "\n")


def remarks(made: Iterable[Remark], said: Iterable[Remark] = ()) -> None:
    """Say on stderr what was made of a table, a sentence a line, but for what was said before."""
    before = set(said)
    for one in dict.fromkeys(made):
        if one not in before:
            remark(one.message)


def _write(text: str) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed, and the answer goes there")
    sys.stdout.write(text)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
