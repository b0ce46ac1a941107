"""How a cell of a row is shown: numbers, dates, text with its paragraphs, what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cutplane.plain_text import printable
from cutplane.tables.table import Table

#: Text beyond a line is long; of very long text the rest is folded, and an end never sent.
_LINE, _SHOWN, _MOST = 90, 3_000, 100_000
#: Columns that an excerpt looks at, and characters from which a text stands for its row.
_IN_A_LINE, _TELLING = 40, 60
#: What would turn the direction of the page's own words, is no character, or controls a terminal.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Cell:
    """What stands in one column of a row.

    Attributes
    ----------
    name : str
        The column.
    kind : {"number", "date", "text", "long", "missing"}
        Long text has paragraphs, or more than a line.
    paragraphs : tuple of str
        Text as shown; one of them but for long text.
    folded : tuple of str
        What is shown on demand, of very long text.
    n_folded, n_left_out : int
        Characters that are folded, and characters at the end that are not sent at all.
    """

    name: str
    kind: str
    paragraphs: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    n_folded: int = 0
    n_left_out: int = 0

    @property
    def text(self) -> str:
        """All paragraphs, those that are folded left out."""
        return "\n\n".join(self.paragraphs)


def cells_of_row(table: Table, position: int, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Cells of a row in the order of the columns."""
    values = table.features.iloc[position]
    return tuple(_cell(name, values[name]) for name in columns)


def excerpt(table: Table, position: int, columns: Sequence[str], length: int = 160) -> str:
    """The row in one line: its longest text, or else its cells by name."""
    cells = cells_of_row(table, position, columns[:_IN_A_LINE])
    texts = [cell.text for cell in cells if cell.kind in ("text", "long")]
    longest = max(texts, key=len, default="")
    if len(longest) < _TELLING:
        said = (cell for cell in cells if cell.kind != "missing")
        longest = " · ".join(f"{cell.name}: {cell.text}" for cell in said)
    words = " ".join(longest.split())
    return words if len(words) <= length else words[:length].rsplit(" ", 1)[0] + " …"


def visible(text: object) -> str:
    """Text of others: controls, marks that turn the direction and halves of characters escaped."""
    lines = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub(lambda found: printable(found[0]), lines)


def label_text(label: object) -> str:
    """A label as people read it."""
    if isinstance(label, float):
        return number_text(label)
    return visible(label)


def number_text(value: float) -> str:
    """A number with up to twelve digits, whole ones without a point."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.12g}"


def _cell(name: str, value: object) -> Cell:
    shown = visible(name)
    is_none = any(value is nothing for nothing in (None, pd.NaT, pd.NA))
    if is_none or (isinstance(value, float) and np.isnan(value)):
        return Cell(shown, "missing")
    if isinstance(value, pd.Timestamp):
        is_day = value == value.normalize()
        return Cell(shown, "date", (f"{value:%Y-%m-%d}" if is_day else f"{value:%Y-%m-%d %H:%M}",))
    if isinstance(value, bool | np.bool_):
        return Cell(shown, "text", (str(value),))
    if isinstance(value, int | float | np.number):
        return Cell(shown, "number", (number_text(float(value)),))
    return _text(shown, visible(value).strip())


def _text(name: str, text: str) -> Cell:
    if not text:
        return Cell(name, "missing")
    if len(text) <= _LINE and "\n" not in text:
        return Cell(name, "text", (text,))
    left_out = max(len(text) - _MOST, 0)
    text = text[:_MOST]
    end = len(text) if len(text) <= _SHOWN * 1.2 else _place(text)
    rest = text[end:].strip()
    folded = _paragraphs(rest) if rest else ()
    return Cell(name, "long", _paragraphs(text[:end].strip()), folded, len(rest), left_out)


def _place(text: str) -> int:
    """Where very long text is folded: at the end of a paragraph, of a word, or anywhere."""
    for separator in ("\n\n", "\n", " "):
        end = text.rfind(separator, _SHOWN // 2, _SHOWN)
        if end > 0:
            return end
    return _SHOWN


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\n") for part in re.split(r"\n[ \t]*\n\s*", text))
