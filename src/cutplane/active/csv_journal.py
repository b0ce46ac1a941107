"""Journals in CSV, of order, row and label, as they were before there was a database."""

from __future__ import annotations

import re
from typing import NamedTuple

from cutplane.active.events import Label
from cutplane.errors import JournalError

_HEADERS = ("order,row,label\n", "order,row,label,annotator\n")
#: One line: order, key, and a label, then a name, that are quoted when plain text would not do.
_TEXT = r'(?:"((?:[^"]|"")*)"|([^,\n"]*))'
_LINE = re.compile(rf'([^,\n"]*),([^,\n"]*),{_TEXT}(?:,{_TEXT})?\n')
#: The beginning of a line, which a crash cut short.
_TORN = re.compile(r'[^,\n"]*(?:,[^,\n"]*(?:,(?:"(?:[^"]|"")*"?|[^,\n"]*)){0,2})?')


class Entries(NamedTuple):
    """What a journal in CSV holds, in the order it was told.

    Attributes
    ----------
    questions : list
        Numbers of rows, or points as lists of coordinates.
    labels : list of bool, int, float or str
    annotators : list of str
        Who gave each label; "" where nobody is named.
    is_torn : bool
        Whether a last line was cut short by a crash, and left out.
    """

    questions: list
    labels: list[Label]
    annotators: list[str]
    is_torn: bool


def is_csv_journal(text: str) -> bool:
    """Whether a file begins as one of them does."""
    return text.replace("\r\n", "\n", 1).startswith(_HEADERS)


def read_csv_journal(text: str) -> Entries:
    """Read a journal; text that looked like a number was quoted, so labels keep their type.

    Raises
    ------
    JournalError
        It names the line that is damaged.
    """
    if "\r\n" in text[: len(_HEADERS[1]) + 1]:  # a file that went through Windows
        text = text.replace("\r\n", "\n")
    end, questions, labels, names, any_quoted = text.index("\n") + 1, [], [], [], False
    while line := _LINE.match(text, end):
        _, key, *fields = line.groups()
        questions.append(_question(key, line_number=text.count("\n", 0, end) + 1))
        labels.append(_read(*fields[:2]))
        names.append(_read(*fields[2:]))
        any_quoted |= fields[0] is not None
        end = line.end()
    if not _TORN.fullmatch(text, end):
        raise JournalError(
            f"line {text.count(chr(10), 0, end) + 1} is damaged; repair or remove it"
        )
    typed = list[Label](labels) if any_quoted else _typed(labels)
    return Entries(questions, typed, names, end < len(text))


def _question(key: str, line_number: int) -> int | list[float]:
    try:
        return [float(part) for part in key.split(" ")] if " " in key or "." in key else int(key)
    except ValueError as error:
        raise JournalError(f"line {line_number} is damaged: {key!r} is no row") from error


def _read(quoted: str | None, plain: str | None) -> str:
    """Text of a field, quoted or plain; "" for one that is not there."""
    return (plain or "") if quoted is None else quoted.replace('""', '"')


def _typed(labels: list[str]) -> list[Label]:
    """Labels as bool, int, float or str, whichever holds all of them."""
    if labels and set(labels) <= {"True", "False"}:
        return [label == "True" for label in labels]
    for kind in (int, float):
        try:
            return [kind(label) for label in labels]
        except ValueError:
            continue
    return list(labels)
