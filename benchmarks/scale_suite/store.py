"""What was measured, a line of JSON each, in a file that a later run goes on with."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from harness import in_own_process
from scale_suite.cells import Cell, measure


class Lines:
    """Records of a file, by what they are about.

    Parameters
    ----------
    path : Path
        One JSON object a line; written after every record.
    """

    def __init__(self, path: Path):
        self.path = path
        self.records: list[dict] = []
        if path.exists():
            self.records = [json.loads(line) for line in path.read_text().splitlines()]

    def find(self, head: dict) -> dict | None:
        """The record that has all of ``head``."""
        return next((own for own in self.records if head.items() <= own.items()), None)

    def add(self, record: dict) -> dict:
        """Append a record, on disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self.records.append(record)
        print(record, flush=True)
        return record


def measured(lines: Lines, cell: Cell, pools: Path, limit: float) -> dict:
    """The record of a cell: times, or "left out" or "failed" with the reason."""
    head = asdict(cell)
    found = lines.find(head)
    if found is not None:
        return found
    reason = cell.too_large or _beyond(lines, cell)
    if reason:
        return lines.add(head | {"left out": reason})
    return lines.add(head | apart(measure, cell, pools, limit=limit))


def apart(
    function: Callable[..., dict], *arguments: object, limit: float, threads: int | None = 1
) -> dict:
    """What a function finds in a process of its own; "failed" with the reason if nothing."""
    try:
        return in_own_process(function, *arguments, limit=limit, threads=threads)
    except multiprocessing.TimeoutError:
        return {"failed": f"stopped after {limit:.0f} s"}
    except (MemoryError, RuntimeError, ValueError, ImportError) as error:
        return {"failed": (str(error).splitlines() or [type(error).__name__])[0][:200]}


def _beyond(lines: Lines, cell: Cell) -> str:
    """Why a smaller cell says that this one takes too long; empty if none does."""
    for record in lines.records:
        if "failed" in record:
            other = Cell(**{name: record[name] for name in asdict(cell)})
            if cell.is_beyond(other):
                sizes = f"{other.labels:,} labels, {other.rows:,} rows, {other.columns:,} columns"
                return f"{record['failed']} at {sizes}"
    return ""
