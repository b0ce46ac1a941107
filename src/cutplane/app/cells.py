"""How a cell of a row is shown: numbers, dates, text with its paragraphs, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cutplane.tables.table import Table


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
    """

    name: str
    kind: str
    paragraphs: tuple[str, ...]
    folded: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The first paragraph."""
        return self.paragraphs[0] if self.paragraphs else ""


def cells_of_row(table: Table, position: int, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Cells of a row in the order of the columns."""
    raise NotImplementedError


def excerpt(table: Table, position: int, columns: Sequence[str], length: int = 160) -> str:
    """The row in one line: its longest text, or else its cells by name."""
    raise NotImplementedError
