"""JSON lines: one object a line, its keys are the columns."""

from __future__ import annotations

import json
from pathlib import Path

from cutplane.errors import InvalidInputError
from cutplane.tables.compression import content
from cutplane.tables.encodings import as_utf8
from cutplane.tables.objects import column_of, without_surrogates
from cutplane.tables.sheet import Sheet, sheet_of
from cutplane.tables.typed import simplified


def read_json_lines(path: Path, target: str | None) -> Sheet:
    """Read a .jsonl or .ndjson file; a key that a line lacks is a missing cell.

    Raises
    ------
    InvalidInputError
        A line is no JSON object, or has a key twice.
    """
    data, remarks = as_utf8(path.name, content(path))
    lines = data.decode("utf-8").rstrip().split("\n")
    rows = [_row(path.name, number, line) for number, line in enumerate(lines, 1)]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        raise InvalidInputError(f"{path.name!r} holds no rows; one JSON object a line is needed")
    columns = [column_of([row.get(key) for row in rows]) for key in keys]
    names, columns, made = simplified(
        zip(map(without_surrogates, keys), columns, strict=True), target
    )
    return sheet_of(path.name, names, columns, target, [*remarks, *made], first_line=1)


def _row(file: str, number: int, line: str) -> dict[str, object]:
    if not line.strip():
        return {}
    try:
        row = json.loads(line, object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            f"line {number} of {file!r} is no JSON ({error}); write one object a line"
        ) from error
    if not isinstance(row, dict):
        raise InvalidInputError(
            f"line {number} of {file!r} holds a {type(row).__name__}; write one object of columns "
            "a line"
        )
    return row


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return row
