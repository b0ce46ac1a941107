"""What a file holds before anything is made of it: named columns of equal length."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import pyarrow as pa

from cutplane.errors import InvalidInputError
from cutplane.plain_text import visible
from cutplane.tables.report import Remark

_SHOWN = 20
_BLANK = "Unnamed: "
#: Names more alike than this are one name and a slip of it.
_ALIKE = 0.8


class NoTargetError(InvalidInputError):
    """No column has the target's name, and none is called nearly so."""


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
        if not any(name.startswith(_BLANK) for name in self.names):
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
        The target is there twice, as far as one can see.
    """
    twins = about_twins(file, header, target)
    distinct = _distinct_names(header)
    names = [name.strip() for name in header]
    empty = [j for j, column in enumerate(columns) if not names[j] and not _has_cells(column)]
    if len(empty) == len(header):
        empty = []
    kept = [j for j in range(len(header)) if j not in set(empty)]
    said = [*remarks, *_renamed([(header[j], distinct[j]) for j in kept]), *twins]
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


def about_twins(file: str, names: Sequence[str], target: str | None) -> list[Remark]:
    """What there is to say of names that are the target's but for capitals.

    Raises
    ------
    InvalidInputError
        Several names cannot be told from the target's by looking at them.
    """
    if target is None or target not in names:
        return []
    same = [name for name in names if visible(name) == visible(target)]
    if len(same) > 1:
        raise InvalidInputError(
            f"{file!r} has {len(same)} columns of the name {target!r} "
            f"({', '.join(map(written, same))}); rename all but the one with the labels"
        )
    twins = tuple(name for name in names if _plain(name) == _plain(target) and name != target)
    if not twins:
        return []
    message = (
        f"Only capitals tell {', '.join(map(written, twins))} from the target {written(target)}; "
        "leave out of the table what holds the labels once more."
    )
    return [Remark("labels", message, twins, len(twins))]


def _has_cells(column: pa.Array) -> bool:
    if not pa.types.is_string(column.type):
        return column.null_count < len(column)
    return any(cell is not None and cell.strip() for cell in column.unique().to_pylist())


def _distinct_names(names: Sequence[str]) -> list[str]:
    """Names for all columns, no two alike; blank ones are numbered."""
    distinct = [name if name.strip() else f"{_BLANK}{j}" for j, name in enumerate(names)]
    seen: Counter[str] = Counter()
    taken = set(distinct)
    for j, name in enumerate(distinct):
        seen[name] += 1
        while seen[name] > 1 and (new := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        if seen[name] > 1:
            distinct[j] = new
            taken.add(new)
    return distinct


def _renamed(pairs: list[tuple[str, str]]) -> list[Remark]:
    changed = [(old, new) for old, new in pairs if old != new]
    if not changed:
        return []
    shown = ", ".join(f"{old!r} as {new!r}" for old, new in changed[:5])
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    message = f"Blank or repeated column names were made distinct: {shown}{more}."
    return [Remark("columns renamed", message, tuple(new for _, new in changed), len(changed))]


def require_name(file: str, target: str, names: Sequence[str], remedy: str = "") -> None:
    """Raise an error that shows what there is, unless the target is among the names.

    Parameters
    ----------
    file, target : str
    names : sequence of str
    remedy : str, default=""
        What to do, where that is known.

    Raises
    ------
    NoTargetError
        No name is nearly the target, and there is no remedy.
    InvalidInputError
        One is, or there is.
    """
    if target in names:
        return
    shown = ", ".join(map(written, names[:_SHOWN])) or "none"
    more = ", ..." if len(names) > _SHOWN else ""
    alike = {_plain(name): name for name in names}
    nearest = difflib.get_close_matches(_plain(target), alike, n=1)
    slips = difflib.get_close_matches(_plain(target), alike, n=1, cutoff=_ALIKE)
    hint = remedy or (_meant(alike[nearest[0]], target) if nearest else _separated(names))
    raise (InvalidInputError if slips or remedy else NoTargetError)(
        f"{file!r} has no target {written(target)}; its columns are {shown}{more}"
        + f"; {hint}" * bool(hint)
    )


def _meant(name: str, target: str) -> str:
    looks_so = not name.isascii() and visible(name) == visible(target)
    return f"did you mean {written(name)}{' (it looks the same; rename it)' * looks_so}?"


def _separated(names: Sequence[str]) -> str:
    if len(names) != 1 or not re.search(r"[\s:,;|]", names[0].strip()):
        return ""
    return "if this is several of them, put commas, semicolons, tabs or bars between them"


def written(name: str) -> str:
    """A name so that two different ones look different."""
    return repr(name) if name == unicodedata.normalize("NFC", name) else ascii(name)


def _plain(name: str) -> str:
    return visible(name).casefold()
