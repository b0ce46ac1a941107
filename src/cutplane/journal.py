"""The journal: labels on disk before the model hears of them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from cutplane.errors import InvalidInputError

HEADER = ("order", "row", "label")


class Journal:
    """Append-only CSV of (order, row, label), flushed to disk at every append.

    Parameters
    ----------
    path : str or Path
        File to append to; created with a header when it does not exist.

    Raises
    ------
    InvalidInputError
        The file cannot be written, or is not a journal.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._n = len(self.entries()) if self.path.exists() else 0
        if not self.path.exists():
            self._write([HEADER])

    def append(self, rows: Iterable[int], labels: Iterable[object]) -> None:
        """Record answers; they are on disk when this returns."""
        lines = [
            (self._n + i, int(row), label)
            for i, (row, label) in enumerate(zip(rows, labels, strict=True))
        ]
        self._write(lines)
        self._n += len(lines)

    def entries(self) -> list[tuple[int, str]]:
        """All (row, label) pairs in the order they were told; labels as text.

        A last line that a crash cut short was never acknowledged and is left out.
        """
        with self.path.open(newline="", encoding="utf-8") as file:
            text = file.read()
        lines = list(csv.reader(text.splitlines(keepends=True)))
        if not lines or tuple(lines[0]) != HEADER:
            raise InvalidInputError(
                f"{self.path} is not a journal of labels (its header should read "
                f"{','.join(HEADER)}); give another path"
            )
        complete = lines[1:] if text.endswith("\n") else lines[1:-1]
        return [(int(row), label) for _, row, label in complete]

    def _write(self, lines: Iterable[tuple[object, ...]]) -> None:
        try:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidInputError(
                f"{self.path} cannot be written ({error.strerror}); give a writable path"
            ) from error
