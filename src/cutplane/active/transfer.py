"""Journals as CSV and JSON lines, and back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cutplane._types import Metadata
from cutplane.active.address import address_in
from cutplane.active.csv_journal import is_csv_journal, read_csv_journal
from cutplane.active.event_log import open_log
from cutplane.active.events import Event, Label
from cutplane.active.identity import check_described
from cutplane.active.journal_file import read_journal
from cutplane.atomic import replacing
from cutplane.errors import InvalidInputError, JournalError
from cutplane.spreadsheet import neutral, original

#: One line for each row of an event, and one for an event without rows.
COLUMNS = ("event", "time", "kind", "row", "label", "type", "annotator", "details")
_TYPES: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
_SUFFIXES = (".csv", ".jsonl", ".ndjson")


class Imported(NamedTuple):
    """What came of an import.

    Attributes
    ----------
    n_events, n_labels : int
    remarks : tuple of str
        What was guessed or left out, in sentences.
    """

    n_events: int
    n_labels: int
    remarks: tuple[str, ...]


def export_journal(journal: str | Path, out: str | Path) -> int:
    """Write the events of a journal as CSV or JSON lines, by the suffix; their number.

    Both hold every event with all its digits and types. JSON lines begin with what the journal is
    about, pool and settings, which CSV has no place for. In CSV, text that a spreadsheet would run
    as a formula has an apostrophe in front, which the import takes away.

    Parameters
    ----------
    journal : str or Path
        A path, or an address ``postgresql://...``; others may be recording.
    out : str or Path
        ``.csv``, ``.jsonl`` or ``.ndjson``; replaced at once.

    Raises
    ------
    InvalidInputError
        The suffix is another one, there is no journal, or nothing can be written.
    JournalError
        The journal is damaged.
    """
    suffix = _suffix(out)
    about, events, _ = read_journal(journal)
    text = _as_csv(events) if suffix == ".csv" else _as_lines(about, events)
    with replacing(out) as file:
        file.write(text.encode())
    return len(events)


def import_journal(source: str | Path, journal: str | Path) -> Imported:
    """Make a journal of CSV or JSON lines that :func:`export_journal` wrote, or of an old CSV one.

    A journal from CSV belongs to no pool yet: the first learner that opens it gives it its own.

    Parameters
    ----------
    source : str or Path
    journal : str or Path
        A new file, or an address ``postgresql://...`` where nothing is recorded.

    Raises
    ------
    InvalidInputError
        There is no source, or the journal exists.
    JournalError
        The source is damaged; it names the line.
    """
    if address_in(journal) is None and Path(journal).exists():
        raise InvalidInputError(f"{str(journal)!r} exists; give the path of a new journal")
    try:
        text = Path(source).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{str(source)!r} cannot be read ({error}); give a file") from error
    try:
        about, events, remarks = _read(text, _suffix(source))
    except JournalError as error:
        raise JournalError(f"{str(source)!r}: {error}") from error
    with closing(open_log(journal)) as made, made.alone():
        if made.about or made.events:
            raise InvalidInputError(f"{made.name!r} has a journal; give an address without one")
        if about:
            made.begin(about)
        made.append(events)
    n_labels = sum(len(event.labels) for event in events if event.kind == "labelled")
    return Imported(len(events), n_labels, remarks)


def _suffix(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidInputError(
            f"{str(path)!r} has the suffix {suffix!r}; give one of {', '.join(_SUFFIXES)}"
        )
    return suffix


def _as_lines(about: Metadata, events: Sequence[Event]) -> str:
    lines = [json.dumps({"about": about})]
    lines += [json.dumps({"event": event.texts()}) for event in events]
    return "".join(f"{line}\n" for line in lines)


def _as_csv(events: Sequence[Event]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, event in enumerate(events):
        for place in range(max(1, len(event.questions))):
            writer.writerow([number, event.time, event.kind, *_cells(event, place)])
    return text.getvalue()


def _cells(event: Event, place: int) -> list[object]:
    """Row, label, type and annotator of one line, and the details on the first."""
    row = json.dumps(event.questions[place]) if event.questions else ""
    label = event.labels[place] if event.labels else None
    written = "" if label is None else neutral(label) if isinstance(label, str) else repr(label)
    name = neutral(event.annotators[place]) if event.annotators else ""
    kind = type(label).__name__ if event.labels else ""
    has_names = {"has_names": bool(event.annotators)}
    details = json.dumps(has_names | event.details) if place == 0 else ""
    return [row, written, kind, name, details]


def _read(text: str, suffix: str) -> tuple[Metadata, list[Event], tuple[str, ...]]:
    if suffix != ".csv":
        return (*_of_lines(text), ())
    if not is_csv_journal(text):
        return {}, _of_csv(text), ()
    questions, labels, names, is_torn = read_csv_journal(text)
    own = zip(questions, labels, names, strict=True)
    events = [Event("labelled", [row], [label], [name]) for row, label, name in own]
    remarks = ["Batches and times are not in such a file: each label is told alone, now."]
    if is_torn:
        remarks.append("The last line was cut short by a crash, never acknowledged, and left out.")
    return {}, events, tuple(remarks)


def _of_lines(text: str) -> tuple[Metadata, list[Event]]:
    about: Metadata = {}
    events = []
    for number, line in enumerate(text.rstrip("\r\n").split("\n"), 1):
        try:
            entry = json.loads(line)
            if number == 1:
                about = entry["about"]
                if about:
                    check_described(about)
            else:
                events.append(Event.of_texts(entry["event"]))
        except (ValueError, KeyError, TypeError, RecursionError, JournalError) as error:
            raise JournalError(f"line {number} is damaged ({error})") from error
    return about, events


def _of_csv(text: str) -> list[Event]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    groups: dict[str, list[list[str]]] = {}
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise JournalError(f"line 1 should read {','.join(COLUMNS)}")
        for line in reader:
            number, *cells = line
            if len(line) != len(COLUMNS):
                raise ValueError(f"{len(line)} cells, expected {len(COLUMNS)}")
            groups.setdefault(number, []).append(cells)
        return [_event(lines) for lines in groups.values()]
    except (csv.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise JournalError(f"line {reader.line_num} is damaged ({error})") from error


def _event(lines: list[list[str]]) -> Event:
    time, kind, *_, first = lines[0]
    details = json.loads(first)
    is_named = details.pop("has_names")
    rows = [line for line in lines if line[2]]
    questions = [json.loads(line[2]) for line in rows]
    labels = [_label(*line[3:5]) for line in rows if line[4]]
    names = [original(line[5]) for line in rows] if is_named else []
    return Event.of_texts(Event(kind, questions, labels, names, details, time).texts())


def _label(text: str, kind: str) -> Label:
    if kind == "bool":
        return {"True": True, "False": False}[text]
    return original(text) if kind == "str" else _TYPES[kind](text)
