"""Cells of the label column that were said to mean that there is no label."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from cutplane.errors import InvalidInputError
from cutplane.plain_text import visible
from cutplane.tables.cells import NUMBER_MARKS, level
from cutplane.tables.notes import Note, note_cells
from cutplane.tables.report import Remark


@dataclass(frozen=True)
class Unmarked:
    """Labels without those cells.

    Attributes
    ----------
    bare : StringArray of shape (n,)
        Null where there is no label.
    notes : list of Note
        Which cells were left out.
    remarks : list of Remark
        Marks that no cell says, and cells that say nearly the same.
    """

    bare: pa.Array
    notes: list[Note]
    remarks: list[Remark]


def unmarked(
    name: str, written: pa.Array, bare: pa.Array, marks: Sequence[str], first_line: int
) -> Unmarked:
    """Leave out what was said to mean no label.

    A cell says a mark when the two look the same. Where capitals differ, or the way in which a
    number is written, they may be two things: cobalt is no carbon monoxide.

    Parameters
    ----------
    name : str
        Of the label column.
    written, bare : StringArray of shape (n,)
        The cells as they are, and without blanks around them.
    marks : sequence of str
    first_line : int
        Line of the first row.

    Raises
    ------
    InvalidInputError
        No cell says a mark, and some say nearly that, or the marks that it joins with commas.
    """
    kinds = _kinds(bare)
    notes: list[Note] = []
    unheard: list[str] = []
    for mark in marks:
        same = pa.array([kind for kind in kinds if visible(kind) == visible(mark)], pa.string())
        is_mark = pc.is_in(bare, value_set=same)
        verb = f"read as no label, as {mark!r} was said to mean"
        where = is_mark.to_numpy(zero_copy_only=False)
        found = note_cells("labels", name, verb, written, where, first_line)
        unheard += [] if found else [mark]
        notes += found
        bare = pc.if_else(is_mark, None, bare)
    remarks = [remark for mark in marks for remark in _alike(name, mark, bare, mark in unheard)]
    for mark in unheard:
        parts = [part.strip() for part in mark.split(",")]
        if len(parts) > 1 and set(parts) <= set(kinds):
            raise InvalidInputError(
                f"no cell of {name!r} says {mark!r}, and some say its parts; pass "
                f"{' '.join(map(_option, parts))}"
            )
        remarks.append(Remark("labels", f"No cell of {name!r} says {mark!r}.", (name,)))
    return Unmarked(bare, notes, remarks)


def _alike(name: str, mark: str, bare: pa.Array, is_unheard: bool) -> list[Remark]:
    """What there is to say of labels that are nearly the mark."""
    alike = [kind for kind in _kinds(bare) if level(kind) == level(mark)]
    if not alike:
        return []
    n = pc.sum(pc.is_in(bare, value_set=pa.array(alike, pa.string()))).as_py()
    cells = f"{n} {'cell says' if n == 1 else 'cells say'} {', '.join(map(repr, alike))}"
    options = " ".join(map(_option, alike))
    if is_unheard:
        raise InvalidInputError(f"no cell of {name!r} says {mark!r}, and {cells}; pass {options}")
    if NUMBER_MARKS.issuperset(map(level, alike)):  # are asked about as classes
        return []
    message = f"{cells} in {name!r}, which is not {mark!r}; if that means no label, pass {options}."
    return [Remark("labels", message, (name,), n)]


def _kinds(bare: pa.Array) -> list[str]:
    return list(bare.unique().drop_null().to_pylist())


def _option(mark: str) -> str:
    return f"--missing {shlex.quote(mark)}"
