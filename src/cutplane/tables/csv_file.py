"""Tables of text: cells between separators, one row a line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from cutplane.errors import InvalidInputError
from cutplane.tables.compression import content
from cutplane.tables.encodings import as_utf8
from cutplane.tables.ragged import Ragged
from cutplane.tables.report import Remark
from cutplane.tables.separators import guess_separator, separator_line
from cutplane.tables.sheet import Sheet, sheet_of

# Cells of one piece of a file that is read row by row.
_CELLS_AT_ONCE = 1_000_000
_BLOCK = 1 << 24


@dataclass(frozen=True)
class _Text:
    """A file of text, and how far its header reaches."""

    name: str
    data: bytes
    separator: str
    header: list[str]
    #: Records, and lines of text, to the end of the header.
    records: int
    lines: int


def read_csv(path: Path, target: str | None) -> Sheet:
    """Read a .csv or .tsv file; every cell is text as it is written.

    The separator is guessed from the first rows. There is never an index: a row may be longer
    than the header by empty cells only.

    Raises
    ------
    InvalidInputError
        A row has more cells than the header or the other rows, a quote is never closed, the
        target is there twice, or it is no text.
    """
    data, remarks = as_utf8(path.name, content(path))
    separator = guess_separator(path.name, data)
    with _long_cells():
        text = _header(path.name, data, separator)
        ragged = Ragged(path.name, len(text.header), first_line=text.records + 1)
        columns = _tidy(text) or _row_by_row(text, ragged)
    said = [] if separator == "," else [_separated(path.name, separator)]
    return sheet_of(
        path.name,
        text.header,
        columns,
        target,
        [*remarks, *said, *_no_header(text), *ragged.remarks()],
        text.records + 1,
        decimal_comma=separator == ";",
    )


def _separated(name: str, separator: str) -> Remark:
    shown = {"\t": "tabs"}.get(separator, repr(separator))
    return Remark("format", f"The cells of {name!r} are separated by {shown}.")


def _header(name: str, data: bytes, separator: str) -> _Text:
    rows = _records(name, data, separator)
    records = 0
    skipped = separator_line(data) is not None
    for header, lines in rows:
        if skipped:
            skipped = False
            continue
        records += 1
        if any(cell.strip() for cell in header):
            return _Text(name, data, separator, header, records, lines)
    raise InvalidInputError(f"cannot read {name!r}: it is empty; a line of column names is needed")


def _no_header(text: _Text) -> tuple[Remark, ...]:
    """Whether names are numbers with a fraction, as a first row without names would have."""
    numbers = tuple(n for n in text.header if re.fullmatch(r"[+-]?\d+\.\d+", n.strip()))
    if not numbers:
        return ()
    message = (
        f"Names of columns are numbers such as {numbers[0]!r}; without names, add a first line."
    )
    return (Remark("format", message, numbers, len(numbers), text.records),)


def _tidy(text: _Text) -> tuple[pa.Array, ...] | None:
    """The columns of a file as a program writes it, fast; None for any other."""
    body = text.data.rstrip(b"\r\n")
    is_odd = (
        body.count(b"\n") < text.lines
        or b"\n\n" in body
        or b"\n\r\n" in body
        or body.count(b"\r") != body.count(b"\r\n")
        or not _is_well_quoted(body, text.separator)
    )
    if is_odd:
        return None
    names = [str(j) for j in range(len(text.header))]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text.data),
            pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=text.lines, block_size=_BLOCK, encoding="utf8"
            ),
            pyarrow.csv.ParseOptions(delimiter=text.separator, newlines_in_values=b'"' in body),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid:  # a row of another length
        return None
    return tuple(_one(column) for column in table.columns)


def _is_well_quoted(body: bytes, separator: str) -> bool:
    """Whether every quote stands at an end of a cell or beside another one."""
    if b'"' not in body:
        return True
    edge = re.escape(separator).encode() + rb'\r\n"'
    # The quote comes first, so that the search skips to the next one.
    inside = re.compile(rb'"(?<=[^%b]")(?=[^%b])' % (edge, edge))
    return body.count(b'"') % 2 == 0 and inside.search(body) is None


def _row_by_row(text: _Text, ragged: Ragged) -> tuple[pa.Array, ...]:
    """The columns of any file, slower: rows of other lengths, blank lines, quotes in cells."""
    width = len(text.header)
    rows = (row for row, _ in _records(text.name, text.data, text.separator))
    for _ in range(text.records + (separator_line(text.data) is not None)):
        next(rows)
    pieces: list[list[pa.Array]] = [[] for _ in range(width)]
    start = 0
    while piece := list(islice(rows, max(1, _CELLS_AT_ONCE // width))):
        for column, cells in zip(
            pieces, zip(*ragged.squared(piece, start), strict=True), strict=True
        ):
            column.append(pa.array(cells, pa.string()))
        start += len(piece)
    ragged.check()
    n = ragged.n_rows
    return tuple(_one(pa.chunked_array(column, pa.string())).slice(0, n) for column in pieces)


def _records(name: str, data: bytes, separator: str) -> Iterator[tuple[list[str], int]]:
    """Rows of cells, and the line of text after which each ends."""
    lines = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    # behind a blank, a quote opens a cell where one is closed as well: a, "b", c
    quoted = rb'(?:^|%b) +"[^"\n]*" *(?:%b|\r?$)' % ((re.escape(separator).encode(),) * 2)
    has_gaps = b' "' in data and re.search(quoted, data, re.MULTILINE) is not None
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=has_gaps)
    ended = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = (
                "a quote opens that is never closed" if "end of data" in str(error) else f"{error}"
            )
            raise InvalidInputError(
                f"cannot read {name!r}: in line {ended + 1} {what}; write a quote inside a quoted "
                'cell twice ("")'
            ) from error
        ended = reader.line_num
        yield row, ended


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells of any length; the csv module stops at 131,072 characters otherwise."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
