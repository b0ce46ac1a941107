"""Notes on single columns, and the sentences that many of them make together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa

from cutplane.tables.conventions import Mask
from cutplane.tables.report import Remark

_SHOWN = 5
_LONGEST_CELL = 40


@dataclass(frozen=True)
class Note:
    """What was made of the cells of one column.

    Attributes
    ----------
    kind : str
        As of a :class:`~cutplane.tables.report.Remark`.
    column : str
        Name of the column.
    what : str
        A clause: "3 cells (the first '-' in line 7) were read as missing".
    count : int
        Cells concerned.
    line : int or None
        Line of the first of them.
    """

    kind: str
    column: str
    what: str
    count: int
    line: int | None = None


def note_cells(
    kind: str, column: str, verb: str, cells: pa.Array, where: Mask, first_line: int
) -> list[Note]:
    """A note on the cells at ``where``, with the first of them; none where there are none."""
    if not where.any():
        return []
    first, count = int(where.argmax()), int(np.count_nonzero(where))
    text = shortened(str(cells[first].as_py()))
    line = first_line + first
    which = f"1 cell ({text!r} in line {line}) was"
    if count > 1:
        which = f"{count} cells (the first {text!r} in line {line}) were"
    return [Note(kind, column, f"{which} {verb}", count, line)]


def remarks_of(notes: Iterable[Note]) -> list[Remark]:
    """A sentence for each note, or one for all of a kind where they are many."""
    remarks = []
    for kind, group in groupby(sorted(notes, key=lambda note: note.kind), lambda note: note.kind):
        same = list(group)
        if len(same) <= _SHOWN:
            remarks += [
                Remark(kind, f"Column {n.column!r}: {n.what}.", (n.column,), n.count, n.line)
                for n in same
            ]
            continue
        shown = "; ".join(f"{note.column!r}: {note.what}" for note in same[:_SHOWN])
        message = f"{len(same)} columns: {shown}; and so on for {len(same) - _SHOWN} more."
        lines = [note.line for note in same if note.line is not None]
        remarks.append(
            Remark(
                kind,
                message,
                tuple(note.column for note in same),
                sum(note.count for note in same),
                min(lines, default=None),
            )
        )
    return remarks


def shortened(text: str) -> str:
    """The beginning of a long cell."""
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 3] + "..."
