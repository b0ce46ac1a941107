"""The journal: labels on disk before the model hears of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane.errors import InvalidInputError

HEADER = ("order", "row", "label")

#: One line: order, key, and a label that is quoted when plain text would not do.
_LINE = re.compile(r'([^,\n"]*),([^,\n"]*),(?:"((?:[^"]|"")*)"|([^\n"]*))\n')
#: The beginning of a line, which a crash cut short.
_TORN = re.compile(r'[^,\n"]*(?:,[^,\n"]*(?:,(?:"(?:[^"]|"")*"?|[^\n"]*))?)?')


class Journal:
    """Append-only CSV of (order, row, label), flushed to disk at every append.

    Parameters
    ----------
    path : str or Path
        File to append to; created with a header when it does not exist.

    Raises
    ------
    InvalidInputError
        The file cannot be read or written, is damaged, or is not a journal.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        header = ",".join(HEADER)
        if not self.path.exists() or header.startswith(self._text()):  # new, or torn at birth
            self._cut_to(0)
            self._write([header])
        keys, _, n_bytes = self._parsed()
        self._cut_to(n_bytes)
        self._n = len(keys)

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
        lines = [f"{self._n + i},{key},{_written(label)}" for i, (key, label) in enumerate(pairs)]
        self._write(lines)
        self._n += len(lines)

    def entries(self) -> tuple[list[str], NDArray]:
        """Keys and labels in the order they were told.

        Text that looks like a number is quoted in the file, so labels come back as what
        they were: truth values, whole numbers, numbers or text. A last line that a crash
        cut short was never acknowledged and is left out.
        """
        keys, labels, _ = self._parsed()
        return keys, labels

    def _parsed(self) -> tuple[list[str], NDArray, int]:
        """Keys, labels, and the length in bytes of what was acknowledged."""
        text = self._text()
        end = len(",".join(HEADER)) + 1
        if text[:end] != ",".join(HEADER) + "\n":
            raise InvalidInputError(
                f"{self.path} is not a journal of labels (its header should read "
                f"{','.join(HEADER)}); give another path"
            )
        keys: list[str] = []
        labels: list[str] = []
        any_quoted = False
        while line := _LINE.match(text, end):
            _, key, quoted, plain = line.groups()
            keys.append(key)
            labels.append(plain if quoted is None else quoted.replace('""', '"'))
            any_quoted |= quoted is not None
            end = line.end()
        if not _TORN.fullmatch(text, end):
            raise InvalidInputError(
                f"line {text.count(chr(10), 0, end) + 1} of {self.path} is damaged; repair or "
                "remove it"
            )
        return keys, np.array(labels) if any_quoted else _typed(labels), len(text[:end].encode())

    def _text(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInputError(
                f"{self.path} cannot be read as a journal of labels ({error}); give another path"
            ) from error

    def _cut_to(self, n_bytes: int) -> None:
        """Drop what follows the last acknowledged label, so that the next starts a line."""
        if self.path.exists() and self.path.stat().st_size > n_bytes:
            os.truncate(self.path, n_bytes)

    def _write(self, lines: Iterable[str]) -> None:
        try:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidInputError(
                f"{self.path} cannot be written ({error.strerror}); give a writable path"
            ) from error


def _written(label: object) -> str:
    """A label as it stands in the file."""
    if not isinstance(label, str):
        return str(label)
    if _typed([label]).dtype.kind == "U" and not set(label) & set(',"\r\n'):
        return label
    return '"' + label.replace('"', '""') + '"'


def _typed(labels: list[str]) -> NDArray:
    """Labels as bool, int, float or str, whichever holds all of them."""
    if labels and set(labels) <= {"True", "False"}:
        return np.array([label == "True" for label in labels])
    for kind in (int, float):
        try:
            return np.array([kind(label) for label in labels])
        except ValueError:
            continue
    return np.array(labels)
