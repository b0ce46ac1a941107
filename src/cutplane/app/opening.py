"""Opening a table for people who label it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cutplane.app.options import LabelOptions
from cutplane.app.project import Project


@contextmanager
def open_project(
    options: LabelOptions, say: Callable[[str], None] = lambda _: None
) -> Iterator[Project]:
    """Read the table, begin its journal or go on with it, and have the learner follow.

    Parameters
    ----------
    options : LabelOptions
    say : callable, optional
        Is told in sentences what was read, guessed and left out.

    Yields
    ------
    Project
        Everything it holds is closed afterwards, the journal last.

    Raises
    ------
    InvalidInputError
        Table, journal, guide or options cannot be used, or do not go together.
    JournalError
        The journal is damaged, or another process writes to it.
    """
    raise NotImplementedError
    yield
