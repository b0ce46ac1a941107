"""`cutplane query`: which rows of a partly labelled table, or points of a box, to label next."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cutplane.cli import options, say
from cutplane.cli.answers import AnswerOptions
from cutplane.cli.estimator import EstimatorOptions
from cutplane.cli.groups import spreads_groups
from cutplane.cli.reading import ReadingOptions
from cutplane.errors import InvalidInputError

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.tables.model import Estimator
    from cutplane.tables.questions import Questions
    from cutplane.tables.row_to_label import RowToLabel
    from cutplane.tables.stored_table import StoredTable
    from cutplane.tables.table import Table

_MAX_CELLS, _MAX_WIDTH = 12, 40

EXAMPLE = (
    "Examples: cutplane query patients.csv --target diagnosis -n 10  |  "
    "cutplane query patients.csv --journal patients.journal --tell 17=ill --skip 52  |  "
    "cutplane query points.csv --target safe --domain -1,1 --domain 0,5  |  "
    "cutplane query readings/ --target fault --journal readings.journal"
)


@spreads_groups
def query(
    table: options.TableOrFolder,
    *,
    reading: ReadingOptions,
    n: Annotated[int, typer.Option("-n", help="How many rows or points.")] = 1,
    answers: AnswerOptions,
    strategy: options.Query = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            help="LOW,HIGH: ask about points of this box instead of rows; once, or once for every "
            "feature column in order."
        ),
    ] = None,
    estimator: EstimatorOptions,
    seed: options.Seed = 0,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Scheduler of a Dask cluster that goes through a folder, such as tcp://host:8786; "
            "its workers have to reach the files.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Read a partly labelled table and print the next rows to label, numbered from 0.

    What stands in these rows, and in which line of a spreadsheet, is said on stderr. With no label
    yet, or one class only, the rows cover the table. With a journal, questions and answers are kept
    there, and every call goes on where the last one was. Of a folder of Parquet files, columns of
    numbers are read, block by block, and rows are counted through all files.
    """
    answers.check(asks_points=bool(domain))
    reading = replace(reading, task=reading.task or answers.task)
    with _opened(table, reading, scheduler, answers, is_box=bool(domain)) as data:
        network = estimator.build(data.task or reading.task, seed, verbose=True)
        if domain:
            answer, text = _points(cast("Table", data), network, domain, n, strategy, seed)
        else:
            asked = answers.ask(data, network, n, query=strategy, seed=seed, keep=reading.kept)
            say.remarks(asked.report.remarks, data.report.remarks)
            answer, text = _rows(asked)
    if as_json:
        say.as_json({"n_labels": len(data.labels), "task": data.task} | answer)
    else:
        say.rows(text)


@contextmanager
def _opened(
    table: str, reading: ReadingOptions, scheduler: str | None, answers: AnswerOptions, is_box: bool
) -> Iterator[Table | StoredTable]:
    """The table: a file, which is read, or a folder, whose rows stay there."""
    has_journal = answers.journal is not None
    if Path(table).is_dir():
        if is_box:
            raise InvalidInputError(
                f"--domain asks about points, and {table!r} is a folder of rows; leave one of them "
                "out"
            )
        with reading.opened(table, scheduler, may_lack_target=has_journal) as stored:
            yield stored
        return
    if scheduler is not None:
        raise InvalidInputError(
            f"--scheduler is {scheduler!r}, and {table!r} is no folder of Parquet files, which a "
            "cluster goes through; put a Parquet file into one, or leave the option out"
        )
    yield reading.read(table, may_be_empty=is_box, may_lack_target=has_journal)


def _points(
    data: Table,
    network: Estimator,
    domain: Sequence[str],
    n: int,
    strategy: str | None,
    seed: int,
) -> tuple[Metadata, str]:
    """Points of a box, in JSON and as CSV."""
    from cutplane.spreadsheet import csv_text
    from cutplane.tables.questions import next_points

    box = parse_box(domain, data.features.shape[1])
    points = next_points(data, box, network, n, query=strategy, seed=seed)
    described = {"points": points.to_dict(orient="records"), "report": data.report.as_dict()}
    return described, csv_text(points)


def _rows(asked: Questions) -> tuple[Metadata, str]:
    """Rows to label, in JSON and as numbers; what stands in them is said on stderr."""
    for row in asked.rows:
        say.remark(shown(row))
    if not asked.rows:
        say.remark(asked.why_none)
    numbers = [row.number for row in asked.rows]
    described = {
        "rows": numbers,
        "questions": [row.as_dict() for row in asked.rows],
        "n_labels": asked.n_labels,
        "n_skipped": asked.n_skipped,
        "report": asked.report.as_dict(),
    }
    return described, "".join(f"{number}\n" for number in numbers)


def shown(row: RowToLabel) -> str:
    """A row in one line: its number, where it stands, and its first cells."""
    cells = [f"{name}={_shortened(cell)}" for name, cell in row.cells.items()]
    more = len(cells) - _MAX_CELLS
    rest = f", and {more} more columns" if more > 0 else ""
    return f"Row {row.number} ({row.where}): {', '.join(cells[:_MAX_CELLS])}{rest}"


def _shortened(cell: object) -> str:
    text = "" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell)
    return text if len(text) <= _MAX_WIDTH else f"{text[: _MAX_WIDTH - 3]}..."


def parse_box(domain: Sequence[str], n_columns: int) -> list[tuple[float, float]]:
    """Turn "LOW,HIGH", given once or for every column, into one pair for each column."""
    try:
        bounds = [tuple(float(part) for part in text.split(",")) for text in domain]
    except ValueError:
        bounds = []
    ordered = all(
        len(pair) == 2 and all(map(math.isfinite, pair)) and pair[0] < pair[1] for pair in bounds
    )
    if not bounds or not ordered or len(bounds) not in (1, n_columns):
        raise InvalidInputError(
            f"--domain is {' '.join(domain)!r}; give LOW,HIGH with LOW below HIGH once, or once "
            f"for each of the {n_columns} feature columns"
        )
    box = [(low, high) for low, high in bounds]
    return box if len(box) == n_columns else box * n_columns
