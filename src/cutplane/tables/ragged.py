"""Rows that are shorter or longer than the header."""

from __future__ import annotations

from collections import Counter

import numpy as np

from cutplane.errors import InvalidInputError
from cutplane.plain_text import visible
from cutplane.tables.report import Remark


class Ragged:
    """Makes rows as long as the header, and counts those that were not.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    width : int
        Cells of the header.
    first_line : int
        Line of the first row.

    Attributes
    ----------
    n_rows : int
        Rows up to the last one that is no blank line.
    """

    def __init__(self, file: str, width: int, first_line: int):
        self._file, self._width, self._first_line = file, width, first_line
        self._short: list[int] = []
        self._long: list[int] = []
        self._n_cells: Counter[int] = Counter()
        self._moved: list[tuple[int, int]] = []
        self.n_rows = 0

    def squared(self, rows: list[list[str]], start: int) -> list[list[str]]:
        """These rows, of which the first has the number ``start``, as long as the header.

        Raises
        ------
        InvalidInputError
            A row has cells beyond the header that hold something.
        """
        lengths = np.fromiter(map(len, rows), dtype=int, count=len(rows))
        for at in np.flatnonzero(lengths != self._width):
            rows[at] = self._square(rows[at], start + int(at))
        filled = np.flatnonzero(lengths)
        if len(filled):
            self.n_rows = start + int(filled[-1]) + 1
            self._n_cells.update(lengths[filled].tolist())
        return rows

    def _square(self, row: list[str], number: int) -> list[str]:
        cells, surplus = row[: self._width], row[self._width :]
        line = self._first_line + number
        if any(visible(cell) for cell in surplus):
            above = f"remove what stands above line {line}, if the names of columns stand there"
            name = "name every column" if self._width > 1 else above
            raise InvalidInputError(
                f"line {line} of {self._file!r} has {len(row)} cells, and the header {self._width} "
                f"names; the cells beyond them begin with {surplus[0]!r}: {name}, or quote cells "
                "that hold the separator"
            )
        if surplus:
            self._long.append(line)
            if visible(cells[-1]):
                self._moved.append((line, len(row)))
        elif any(map(visible, cells)):
            self._short.append(line)
        return cells + [""] * (self._width - len(cells))

    def check(self) -> None:
        """Refuse rows whose cells may have moved, once all rows are known.

        An empty cell at the end of every row is a habit of whoever wrote the file. At the end of
        one row it may be the last column's, behind an amount such as 1,234.50 that became two.

        Raises
        ------
        InvalidInputError
            A row has more cells than the others, and only empty ones beyond the header.
        """
        usual = max(self._n_cells, key=lambda n: (self._n_cells[n], -n), default=0)
        for line, length in self._moved:
            if length > usual:
                raise InvalidInputError(
                    f"line {line} of {self._file!r} has {length} cells, the last of them empty, "
                    f"and most lines have {usual}: quote cells that hold the separator, such as an "
                    "amount of 1,234.50, or remove the separator at the end"
                )

    def remarks(self) -> tuple[Remark, ...]:
        """What was cut and what was filled."""
        remarks = []
        for kind, lines, what in (
            ("format", self._long, "ended in empty cells beyond the header, which were left out"),
            (
                "cells read as missing",
                self._short,
                "had fewer cells than the header; the others are missing",
            ),
        ):
            if lines:
                rows = "One row" if len(lines) == 1 else f"{len(lines)} rows"
                message = f"{rows} {what} (the first in line {lines[0]})."
                remarks.append(Remark(kind, message, (), len(lines), lines[0]))
        return tuple(remarks)
