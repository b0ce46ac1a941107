"""What reading a table made of it, in sentences that every command prints alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from cutplane._types import Metadata

#: What a remark can be about.
KINDS = (
    "format",
    "rows left out",
    "columns left out",
    "columns renamed",
    "cells read as missing",
    "cells reinterpreted",
    "unseen levels",
    "likely index",
    "likely id",
    "dates",
    "texts",
    "likely label",
    "labels",
    "task",
)

#: Kinds of remarks about columns that are not read.
_DROPPING = ("columns left out", "likely index", "likely id", "texts")


@dataclass(frozen=True)
class Remark:
    """One thing that was dropped, recoded or guessed.

    Attributes
    ----------
    kind : str
        One of ``KINDS``.
    message : str
        One sentence that names columns, counts and the first cell concerned.
    columns : tuple of str
        Columns concerned.
    count : int
        Rows, columns or cells concerned.
    line : int or None
        Line of the file with the first of them, as a spreadsheet counts: the header is line 1.
    """

    kind: str
    message: str
    columns: tuple[str, ...] = ()
    count: int = 0
    line: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} arrived; choose one of {', '.join(KINDS)}")


@dataclass(frozen=True)
class TableReport:
    """What was read, and whatever is not in the file as it was read.

    Attributes
    ----------
    name : str
        The file's stem or the data set's name.
    n_rows, n_columns : int
        Read, before anything was left out; the target is a column.
    remarks : tuple of Remark
        In the order in which things happened.
    """

    name: str
    n_rows: int
    n_columns: int
    remarks: tuple[Remark, ...] = ()

    def with_remarks(self, remarks: Iterable[Remark]) -> Self:
        """The report with more remarks; one that is there already is not said twice."""
        new = [remark for remark in dict.fromkeys(remarks) if remark not in self.remarks]
        return replace(self, remarks=(*self.remarks, *new))

    def of_kind(self, kind: str) -> tuple[Remark, ...]:
        """Remarks of one kind."""
        return tuple(remark for remark in self.remarks if remark.kind == kind)

    @property
    def dropped(self) -> dict[str, str]:
        """Columns that are no features, and the sentence that says why."""
        return {
            column: remark.message
            for remark in self.remarks
            if remark.kind in _DROPPING
            for column in remark.columns
        }

    @property
    def sentences(self) -> list[str]:
        """What to print, a sentence a line."""
        return [remark.message for remark in self.remarks]

    def as_dict(self) -> Metadata:
        """The report in types that JSON knows."""
        remarks = [{**asdict(one), "columns": list(one.columns)} for one in self.remarks]
        return {**asdict(self), "remarks": remarks}

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """Inverse of :meth:`as_dict`; a KeyError, TypeError or ValueError where it is none."""
        fields = dict(stored)
        remarks = tuple(
            Remark(**{**remark, "columns": tuple(remark["columns"])})
            for remark in fields.pop("remarks")  # type: ignore[attr-defined]
        )
        return cls(remarks=remarks, **fields)  # type: ignore[arg-type]
