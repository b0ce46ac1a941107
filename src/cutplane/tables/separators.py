"""What stands between the cells of a table of text."""

from __future__ import annotations

import csv
import io
import re

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE = 1 << 16
_N_ROWS = 100


def guess_separator(file: str, data: bytes) -> str:
    """The separator by which the first rows have as many cells as the header.

    Parameters
    ----------
    file : str
        Its name; in a .tsv or .tab it is a tab wherever the header has one.
    data : bytes
        Text in UTF-8.

    Returns
    -------
    str
        Comma, semicolon, tab or bar, or what a first line ``sep=;`` says.
    """
    said = separator_line(data)
    if said is not None:
        return said
    is_whole = len(data) <= _SAMPLE
    sample = data[:_SAMPLE].decode("utf-8", errors="ignore")
    if re.search(r"\.(tsv|tab)\b", file.lower()) and "\t" in sample.strip().split("\n")[0]:
        return "\t"
    fits = [_fit(sample, mark, is_whole) for mark in _SEPARATORS]
    return _SEPARATORS[fits.index(max(fits))]


def separator_line(data: bytes) -> str | None:
    """The separator named by a first line ``sep=;``, as spreadsheets write it."""
    found = re.match(rb'"?sep=([,;\t|])"?\r?\n', data)
    return found[1].decode() if found else None


def _fit(sample: str, separator: str, is_whole: bool) -> tuple[float, int]:
    """Share of rows as wide as the header, in tenths, and the width; 0 for a width of 1."""
    try:
        rows = list(_first_rows(sample, separator))
    except csv.Error:
        return 0.0, 0
    if not is_whole and len(rows) > 1:
        rows.pop()  # cut through
    header, *others = rows or [[]]
    width = len(header)
    if width < 2:
        return 0.0, 0
    fitting = [len(row) == width or (len(row) > width and not any(row[width:])) for row in others]
    return round(sum(fitting) / len(fitting), 1) if fitting else 1.0, width


def _first_rows(sample: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
        if any(row):
            rows.append(row)
        if len(rows) > _N_ROWS:
            break
    return rows
