"""The tasks of a project, in the order in which they were first seen, and its configuration."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import RLock

import numpy as np

from cutplane._types import Index, Metadata
from cutplane.app.label_studio.payload import identity
from cutplane.atomic import sync_folder
from cutplane.errors import InvalidInputError, JournalError

_TABLES = (
    "CREATE TABLE IF NOT EXISTS config (xml TEXT)",
    "CREATE TABLE IF NOT EXISTS tasks (position INTEGER PRIMARY KEY, number INTEGER UNIQUE, "
    "data TEXT, is_gone INTEGER DEFAULT 0)",
)
#: Cells of a row that people look at are few.
_LONGEST = 4_000_000


class Tasks:
    """A file of tasks: a task keeps the position it got first, whatever happens to it.

    Parameters
    ----------
    path : Path
        Created when it does not exist.

    Attributes
    ----------
    version : int
        Grows with every change.

    Raises
    ------
    JournalError
        It cannot be opened, or is damaged.
    """

    def __init__(self, path: Path):
        self._path, self._turn, self.version = path, RLock(), 0
        is_new = not path.exists()
        with self._explained():
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "trusted_schema=OFF"):
                self._database.execute(f"PRAGMA {pragma}").fetchall()
            for table in _TABLES:
                self._database.execute(table)
            rows = self._database.execute(
                "SELECT position, number, data, is_gone FROM tasks ORDER BY position"
            ).fetchall()
            ((self.config,),) = self._database.execute("SELECT max(xml) FROM config").fetchall()
            self._data: list[Metadata] = [json.loads(data) for _, _, data, _ in rows]
        self._positions = {number: position for position, number, _, _ in rows}
        self._gone = {position for position, _, _, is_gone in rows if is_gone}
        if is_new:
            sync_folder(path.parent)

    def position(self, number: int) -> int | None:
        """Where a task stands; None where it was never seen."""
        return self._positions.get(number)

    @property
    def kept(self) -> Index:
        """Positions of the tasks that are not gone, in order."""
        with self._turn:
            all_of_them = np.arange(len(self._data))
            return all_of_them[~np.isin(all_of_them, sorted(self._gone))]

    def data(self, positions: Index) -> list[Metadata]:
        """What the tasks at some positions hold."""
        with self._turn:
            return [self._data[position] for position in positions.tolist()]

    def see(self, tasks: Sequence[Metadata]) -> None:
        """Record tasks that are new or hold something else; on disk when this returns.

        What is gone stays gone.

        Raises
        ------
        InvalidInputError
            A task has no number or no data.
        JournalError
            The file cannot be written; nothing is recorded.
        """
        new = {identity(task): _checked(task) for task in tasks}
        with self._turn:
            changed = {n: data for n, data in new.items() if self._is_news(n, data)}
            if not changed:
                return
            places = count(len(self._data))
            texts = {number: _text(number, data) for number, data in changed.items()}
            at = {n: self._positions[n] if n in self._positions else next(places) for n in changed}
            with self._changing() as database:
                database.executemany(
                    "INSERT INTO tasks (position, number, data) VALUES (?, ?, ?) "
                    "ON CONFLICT (number) DO UPDATE SET data = excluded.data",
                    [(at[number], number, text) for number, text in texts.items()],
                )
            self._data += [{} for _ in range(next(places) - len(self._data))]
            for number, data in changed.items():
                self._data[at[number]] = data
            self._positions |= at

    def lose(self, numbers: Sequence[int]) -> list[int]:
        """Mark tasks as deleted; the positions of those that were there."""
        with self._turn:
            lost = [self._positions[number] for number in numbers if number in self._positions]
            with self._changing() as database:
                database.executemany(
                    "UPDATE tasks SET is_gone = 1 WHERE position = ?", [(each,) for each in lost]
                )
            self._gone |= set(lost)
            return lost

    def configure(self, xml: str) -> None:
        """Record the configuration."""
        with self._turn:
            if xml == self.config:
                return
            with self._changing() as database:
                database.execute("DELETE FROM config")
                database.execute("INSERT INTO config VALUES (?)", (xml,))
            self.config = xml

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _is_news(self, number: int, data: Metadata) -> bool:
        position = self._positions.get(number)
        if position is None:
            return True
        return position not in self._gone and self._data[position] != data

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that ends on disk, or leaves nothing behind."""
        with self._explained():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
        self.version += 1

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            if isinstance(error, InvalidInputError):
                raise
            raise JournalError(
                f"the tasks {str(self._path)!r} cannot be read or written ({error}); check the "
                "disk, or restore a copy"
            ) from error


def _checked(task: Metadata) -> Metadata:
    data = task.get("data")
    if not isinstance(data, dict):
        raise InvalidInputError(f"task {identity(task)} holds {type(data).__name__}, no fields")
    return data


def _text(number: int, data: Metadata) -> str:
    text = json.dumps(data)
    if len(text) > _LONGEST:
        raise InvalidInputError(f"task {number} holds more than {_LONGEST} characters")
    return text
