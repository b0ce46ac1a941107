"""A log in memory, desks on it, and the database of a team."""

from contextlib import contextmanager

import pytest

from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules
from cutplane.errors import JournalError

pytest.importorskip("sqlalchemy", reason="needs the extra team")


class MemoryLog:
    """Events in a list, as a journal keeps them; ``is_full`` has no room for more."""

    def __init__(self, events=()):
        self.name, self.about, self.events, self.is_full = "memory", {}, tuple(events), False

    def begin(self, about):
        self.about = about

    @contextmanager
    def alone(self):
        yield

    def append(self, events):
        if self.is_full:
            raise JournalError("the disk is full")
        self.events = (*self.events, *(type(one).of_texts(one.texts()) for one in events))

    def refresh(self):
        pass

    @property
    def n_recorded(self):
        return len(self.events)

    def close(self, reason=""):
        pass


def _desk(n_rows=9, log=None, **rules):
    return Desk(log or MemoryLog(), n_rows, Rules(**rules))


@pytest.fixture(scope="session")
def desk():
    """Function (n_rows, log, **rules) -> desk, on a log in memory by default."""
    return _desk


@pytest.fixture(scope="session")
def memory_log():
    """Function (events) -> log in memory."""
    return MemoryLog


@pytest.fixture
def database(where):
    """A new team's database beside that journal."""
    from cutplane.app.team.database import Database

    with Database.beside(where) as made:
        yield made
