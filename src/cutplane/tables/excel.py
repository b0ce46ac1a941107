"""Excel's workbooks, their first sheet."""

from __future__ import annotations

from pathlib import Path

from cutplane.errors import InvalidInputError
from cutplane.extras import require
from cutplane.tables.compression import check_members
from cutplane.tables.objects import column_of
from cutplane.tables.report import Remark
from cutplane.tables.sheet import Sheet, sheet_of
from cutplane.tables.typed import simplified


def read_excel(path: Path, target: str | None) -> Sheet:
    """Read the first sheet of an .xlsx file: values, as formulas had them when it was saved.

    Raises
    ------
    InvalidInputError
        The sheet is empty, or openpyxl is not installed.
    """
    openpyxl = require("openpyxl", "excel", "reading Excel files", instead="save the table as CSV")
    check_members(path)
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        title, *others = [sheet.title for sheet in book.worksheets]
        rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    blank = next((i for i, row in enumerate(rows) if any(map(_is_filled, row))), len(rows))
    if blank == len(rows):
        raise InvalidInputError(
            f"the first sheet, {title!r}, of {path.name!r} is empty; move the table there"
        )
    width = max(j + 1 for row in rows for j, cell in enumerate(row) if _is_filled(cell))
    header, *body = [[*row[:width], *[None] * (width - len(row))] for row in rows[blank:]]
    cells = zip(*body, strict=True) if body else [()] * width
    columns = [column_of(column) for column in cells]
    names = ["" if name is None else str(name) for name in header]
    names, columns, made = simplified(zip(names, columns, strict=True), target)
    return sheet_of(
        path.name, names, columns, target, [*_other_sheets(title, others), *made], blank + 2
    )


def _other_sheets(title: str, others: list[str]) -> list[Remark]:
    if not others:
        return []
    shown = ", ".join(map(repr, others[:5]))
    message = f"The first sheet, {title!r}, was read; the others ({shown}) were not."
    return [Remark("format", message, (), len(others))]


def _is_filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())
