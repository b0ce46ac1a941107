"""Text cells of CSV output that a spreadsheet would run as formulas: an apostrophe before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pandas is loaded by whoever has a table
    import pandas as pd

# What begins a formula in Excel, LibreOffice and Google Sheets, full-width signs among them.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def neutral(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break gets an apostrophe in
    front, by which spreadsheets know text; so does text in which apostrophes stand before one of
    these, so that :func:`original` can take one away. Numbers stay, also as text: ``-1.5``.

    References
    ----------
    OWASP, CSV Injection: https://owasp.org/www-community/attacks/CSV_Injection
    """
    if not isinstance(cell, str) or not _FORMULA.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def original(cell: str) -> str:
    """Inverse of :func:`neutral` for a cell read as text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_text(frame: pd.DataFrame, *, float_format: str | None = None, header: bool = True) -> str:
    """A table as CSV without its index, names and texts :func:`neutral`.

    Parameters
    ----------
    frame : DataFrame
    float_format : str, optional
        How numbers of floating point are written, such as ``"%.6g"``; all their digits by default.
    header : bool, default=True
        Whether the names of the columns come first.
    """
    safe = frame.set_axis([neutral(name) for name in frame.columns], axis=1)
    for position, dtype in enumerate(frame.dtypes):
        if dtype.kind == "O":  # texts of every kind, and categories
            safe.isetitem(position, frame.iloc[:, position].astype(object).map(neutral))
    return safe.to_csv(index=False, header=header, float_format=float_format, lineterminator="\n")
