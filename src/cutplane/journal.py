"""The journal: labels on disk before the model hears of them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
        self._n = len(self.entries()[0]) if self.path.exists() else 0
        if not self.path.exists():
            self._write([HEADER])

    def append(self, keys: Sequence[str], labels: Sequence[object]) -> None:
        """Record answers; they are on disk when this returns.

        Parameters
        ----------
        keys : sequence of str
            What was asked about: a pool row, or the coordinates of a point.
        labels : sequence
            One label for each key.
        """
        pairs = zip(keys, labels, strict=True)
        lines = [(self._n + i, key, label) for i, (key, label) in enumerate(pairs)]
        self._write(lines)
        self._n += len(lines)

    def entries(self) -> tuple[list[str], NDArray]:
        """Keys and labels in the order they were told.

        Labels come back as whole numbers when all of them are, else as numbers when all
        of them are, else as text. A last line that a crash cut short was never
        acknowledged and is left out.
        """
        text = self.path.read_text(encoding="utf-8")
        lines = list(csv.reader(text.splitlines(keepends=True)))
        if not lines or tuple(lines[0]) != HEADER:
            raise InvalidInputError(
                f"{self.path} is not a journal of labels (its header should read "
                f"{','.join(HEADER)}); give another path"
            )
        complete = lines[1:] if text.endswith("\n") else lines[1:-1]
        return [line[1] for line in complete], _typed([line[2] for line in complete])

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


def _typed(labels: list[str]) -> NDArray:
    """Labels as int, float or str, whichever holds all of them."""
    for kind in (int, float):
        try:
            return np.array([kind(label) for label in labels])
        except ValueError:
            continue
    return np.array(labels)
