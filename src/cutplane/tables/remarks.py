"""Sentences about columns and cells on their way into a matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cutplane._types import Array, Index
from cutplane.tables import roles
from cutplane.tables.categorical import Cells
from cutplane.tables.date_numbers import PARTS
from cutplane.tables.frames import Lines, line_of, listed, place
from cutplane.tables.report import Remark

_KEEP = "; --keep {name} keeps it"
#: Kind of the remark, the reason, and what to do where it is wrong.
_REASONS = {
    roles.EMPTY: ("columns left out", "empty in every row", ""),
    roles.CONSTANT: ("columns left out", "the same in every row", ""),
    roles.INDEX: ("likely index", "a count of the rows", _KEEP),
    roles.ID: ("likely id", "a value of its own in every row", _KEEP),
    roles.PROSE: ("texts", "sentences", "; cutplane embed --column {name} makes numbers of them"),
    roles.MANY_LEVELS: ("columns left out", "too many different texts for a category", _KEEP),
}


def left_out(role: str, names: Sequence[str]) -> Remark:
    """Columns that are no features for one reason."""
    kind, reason, remedy = _REASONS[role]
    message = f"{_columns(names)} left out: {reason}{remedy.format(name=repr(names[0]))}."
    return Remark(kind, message, tuple(names), len(names))


def ignored(names: Sequence[str]) -> Remark:
    """Columns of a new table that the model knows nothing of."""
    message = f"{_columns(names)} left out: the model was not fitted on it."
    return Remark("columns left out", message, tuple(names), len(names))


def answer(name: str) -> Remark:
    """The column that a model predicts, in a table it is to predict."""
    message = f"Column {name!r} is left out: it is what the model predicts."
    return Remark("columns left out", message, (name,), 1)


def dates(names: Sequence[str]) -> Remark:
    """Columns of dates that enter as numbers."""
    *first, last = PARTS
    message = f"{_columns(names)} read by {', '.join(first)} and {last}."
    return Remark("dates", message, tuple(names), len(names))


def filled(names: Sequence[str], values: Array, lines: Lines) -> list[Remark]:
    """Missing cells of columns of numbers, at most one remark; values (n, n_names)."""
    is_missing = np.isnan(values)
    if not is_missing.any():
        return []
    own = [names[column] for column in np.flatnonzero(is_missing.any(axis=0)).tolist()]
    row = int(np.flatnonzero(is_missing.any(axis=1))[0])
    count = int(is_missing.sum())
    message = (
        f"The median stands for {_cells(count)} without a number, in {listed(own)} (first: "
        f"{place(row, lines)})."
    )
    return [Remark("cells read as missing", message, tuple(own), count, line_of(row, lines))]


def unseen(name: str, cells: Cells, codes: Index, lines: Lines) -> list[Remark]:
    """Cells of a level that training did not have, at most one remark; codes (n,)."""
    rows = np.flatnonzero(codes < 0)
    if rows.size == 0:
        return []
    first = cells.which[rows[0]]
    shown = "an empty cell" if first < 0 else repr(cells.spelled[first])
    verb = "holds" if rows.size == 1 else "hold"
    message = (
        f"Column {name!r}: {rows.size} of {codes.size} cells {verb} levels never seen in training "
        f"(first: {shown}, {place(int(rows[0]), lines)}); they count as none of the known."
    )
    line = line_of(int(rows[0]), lines)
    return [Remark("unseen levels", message, (name,), int(rows.size), line)]


def unreadable(
    name: str, column: pd.Series, rows: Index, lines: Lines, wanted: str
) -> list[Remark]:
    """Cells (at ``rows``) of a column of numbers or dates that say neither, at most one remark."""
    if rows.size == 0:
        return []
    message = (
        f"Column {name!r}: {_cells(rows.size)} without a {wanted} where the model reads one "
        f"({_first(column, rows, lines)}); they count as missing."
    )
    line = line_of(int(rows[0]), lines)
    return [Remark("cells read as missing", message, (name,), int(rows.size), line)]


def reread(
    name: str, column: pd.Series, rows: Index, conventions: Sequence[str], lines: Lines
) -> list[Remark]:
    """Numbers (at ``rows``) that are not written as programs write them, at most one remark."""
    if rows.size == 0:
        return []
    message = (
        f"Column {name!r}: {_cells(rows.size)} of text as numbers ({_first(column, rows, lines)}): "
        f"{', '.join(conventions)}."
    )
    line = line_of(int(rows[0]), lines)
    return [Remark("cells reinterpreted", message, (name,), int(rows.size), line)]


def _first(column: pd.Series, rows: Index, lines: Lines) -> str:
    return f"first: {str(column.iloc[rows[0]])!r}, {place(int(rows[0]), lines)}"


def _columns(names: Sequence[str]) -> str:
    return f"Column {names[0]!r} is" if len(names) == 1 else f"Columns {listed(names)} are"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
