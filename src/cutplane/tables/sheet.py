"""What a file holds before anything is made of it: named columns of equal length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import pyarrow as pa

from cutplane.errors import InvalidInputError
from cutplane.plain_text import visible
from cutplane.tables.column_names import (
    BLANK,
    about_renamed,
    about_twins,
    distinct_names,
    refuse_repeated,
    require_name,
    written,
)
from cutplane.tables.report import Remark

_SHOWN = 20


@dataclass(frozen=True)
class Sheet:
    """Columns as they are in a file.

    Attributes
    ----------
    name : str
        Of the file, for messages.
    names : tuple of str
        One for each column, no two alike.
    columns : tuple of pyarrow.Array
        Of equal length; strings as they are written, or typed values where the file has types.
    remarks : tuple of Remark
        What was guessed or left out so far.
    first_line : int
        Line of the first row, as a spreadsheet counts.
    decimal_comma : bool
        What 1,234 means where a column itself does not tell.
    target : str or None
        Name of the labels, once they are apart from the columns.
    labels : pyarrow.Array or None
        The labels, once they are apart from the columns.
    lacks_target : bool
        Whether the file has no column of the target's name, and the labels are empty.
    """

    name: str
    names: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    remarks: tuple[Remark, ...] = ()
    first_line: int = 2
    decimal_comma: bool = False
    target: str | None = None
    labels: pa.Array | None = None
    lacks_target: bool = False

    def __len__(self) -> int:
        any_column = self.columns[0] if self.columns else self.labels
        return 0 if any_column is None else len(any_column)

    def with_target(self, target: str | None) -> Self:
        """The sheet with this column as its labels; an InvalidInputError where there is none."""
        if target is None:
            return self
        require_name(self.name, target, self.names, self._names_below(target))
        at = self.names.index(target)
        return replace(
            self,
            names=self.names[:at] + self.names[at + 1 :],
            columns=self.columns[:at] + self.columns[at + 1 :],
            target=target,
            labels=self.columns[at],
        )

    def _names_below(self, target: str) -> str:
        """What to do where the names of columns stand further down, below a title."""
        if not any(name.startswith(BLANK) for name in self.names):
            return ""
        for column in self.columns:
            first = column[:_SHOWN].to_pylist() if pa.types.is_string(column.type) else []
            for row, cell in enumerate(first):
                if cell is not None and visible(cell) == visible(target):
                    line = self.first_line + row
                    return f"line {line} says it: remove what stands above the names of columns"
        return ""

    def with_no_labels(self, target: str) -> Self:
        """The sheet without a label in any row, under a name that no column has.

        Raises
        ------
        InvalidInputError
            Nobody can read the name.
        """
        if not target.strip() or not target.isprintable():
            raise InvalidInputError(
                f"the target {target!r} is no column, and no name either; give one of characters "
                "that can be seen"
            )
        message = f"There is no column {written(target)}, so that no row has a label yet."
        said = (*self.remarks, Remark("labels", message, (target,), len(self)))
        labels = pa.nulls(len(self), pa.string())
        return replace(self, target=target, labels=labels, remarks=said, lacks_target=True)


def sheet_of(
    file: str,
    header: Sequence[str],
    columns: Sequence[pa.Array],
    target: str | None,
    remarks: Sequence[Remark] = (),
    first_line: int = 2,
    *,
    decimal_comma: bool = False,
) -> Sheet:
    """Columns under the names that they have in a file, as a :class:`Sheet`.

    Columns without a name and without a cell are left out, and no two names are alike.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    header : sequence of str
        As it is in the file.
    columns : sequence of pyarrow.Array
        One for each name.
    target : str or None
        Must be there once at most.
    remarks, first_line, decimal_comma
        As of the sheet.

    Raises
    ------
    InvalidInputError
        The target is there twice, as far as one can see, or a row repeats the names.
    """
    refuse_repeated(file, header, columns, first_line)
    twins = about_twins(file, header, target)
    distinct = distinct_names(header)
    names = [name.strip() for name in header]
    empty = [j for j, column in enumerate(columns) if not names[j] and not _has_cells(column)]
    if len(empty) == len(header):
        empty = []
    kept = [j for j in range(len(header)) if j not in set(empty)]
    said = [*remarks, *about_renamed([(header[j], distinct[j]) for j in kept]), *twins]
    if empty:
        lost = tuple(distinct[j] for j in empty)
        said += [
            Remark(
                "columns left out",
                f"Columns without a name and without a cell were left out: {len(empty)}.",
                lost,
                len(empty),
            )
        ]
    return Sheet(
        file,
        tuple(distinct[j] for j in kept),
        tuple(columns[j] for j in kept),
        tuple(said),
        first_line,
        decimal_comma,
    )


def _has_cells(column: pa.Array) -> bool:
    if not pa.types.is_string(column.type):
        return column.null_count < len(column)
    return any(cell is not None and cell.strip() for cell in column.unique().to_pylist())
