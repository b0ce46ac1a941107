"""The journal: labels on disk before the model hears of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane.atomic import replacing
from cutplane.errors import InvalidInputError

HEADER = ("order", "row", "label")
#: Of a journal in which somebody is named.
NAMED_HEADER = (*HEADER, "annotator")

#: One line: order, key, and a label, then a name, that are quoted when plain text would not do.
_TEXT = r'(?:"((?:[^"]|"")*)"|([^,\n"]*))'
_LINE = re.compile(rf'([^,\n"]*),([^,\n"]*),{_TEXT}()()\n')
_NAMED_LINE = re.compile(rf'([^,\n"]*),([^,\n"]*),{_TEXT},{_TEXT}\n')
#: The beginning of a line, which a crash cut short.
_TORN_TEXT = r'(?:"(?:[^"]|"")*"?|[^,\n"]*)'
_TORN = re.compile(rf'[^,\n"]*(?:,[^,\n"]*(?:,{_TORN_TEXT}(?:,{_TORN_TEXT})?)?)?')


class Entries(NamedTuple):
    """What a journal holds, in the order it was told.

    Attributes
    ----------
    keys : list of str
    labels : ndarray of shape (n,)
        Truth values, whole numbers, numbers or text, as they were told.
    annotators : list of str
        Who gave each label; "" where nobody is named.
    """

    keys: list[str]
    labels: NDArray
    annotators: list[str]


class Journal:
    """Append-only CSV of (order, row, label), flushed to disk at every append.

    A fourth column, annotator, is there once somebody is named.

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
        entries, n_bytes = self._parsed()
        self._cut_to(n_bytes)
        self._n = len(entries.keys)

    def append(
        self, keys: Sequence[str], labels: Sequence[object], annotators: Sequence[str] = ()
    ) -> None:
        """Record answers; they are on disk when this returns.

        Parameters
        ----------
        keys : sequence of str
            What was asked about: a pool row, or the coordinates of a point.
        labels : sequence
            One label for each key.
        annotators : sequence of str, optional
            Who gave each label, "" for nobody; nobody by default.
        """
        pairs = zip(keys, labels, strict=True)
        lines = [f"{self._n + i},{key},{_written(label)}" for i, (key, label) in enumerate(pairs)]
        if any(annotators) and not self._is_named:
            self._add_column()
        if self._is_named:
            names = annotators or [""] * len(lines)
            lines = [f"{line},{_written(name)}" for line, name in zip(lines, names, strict=True)]
        self._write(lines)
        self._n += len(lines)

    def entries(self) -> Entries:
        """Keys, labels and annotators in the order they were told.

        Text that looks like a number is quoted in the file, so labels come back as what
        they were: truth values, whole numbers, numbers or text. A last line that a crash
        cut short was never acknowledged and is left out.
        """
        return self._parsed()[0]

    def _parsed(self) -> tuple[Entries, int]:
        """What was acknowledged, and its length in bytes."""
        text = self._text()
        end = text.find("\n") + 1
        if text[:end] not in (_first_line(HEADER), _first_line(NAMED_HEADER)):
            raise InvalidInputError(
                f"{self.path} is not a journal of labels (its header should read "
                f"{','.join(HEADER)}); give another path"
            )
        self._is_named = text[:end] == _first_line(NAMED_HEADER)
        pattern = _NAMED_LINE if self._is_named else _LINE
        keys: list[str] = []
        labels: list[str] = []
        annotators: list[str] = []
        any_quoted = False
        while line := pattern.match(text, end):
            _, key, quoted, plain, *name = line.groups()
            keys.append(key)
            labels.append(_read(quoted, plain))
            annotators.append(_read(*name))
            any_quoted |= quoted is not None
            end = line.end()
        if not _TORN.fullmatch(text, end):
            raise InvalidInputError(
                f"line {text.count(chr(10), 0, end) + 1} of {self.path} is damaged; repair or "
                "remove it"
            )
        typed = np.array(labels) if any_quoted else _typed(labels)
        return Entries(keys, typed, annotators), len(text[:end].encode())

    def _add_column(self) -> None:
        """Make room for names; the labels so far are nobody's."""
        lines = _LINE.finditer(self._text(), len(_first_line(HEADER)))
        text = _first_line(NAMED_HEADER) + "".join(f"{line[0][:-1]},\n" for line in lines)
        with replacing(self.path) as file:
            file.write(text.encode())
        self._is_named = True

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


def _first_line(header: Sequence[str]) -> str:
    return ",".join(header) + "\n"


def _read(quoted: str | None, plain: str) -> str:
    """Text of a field, quoted or plain."""
    return plain if quoted is None else quoted.replace('""', '"')


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
