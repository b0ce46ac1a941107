"""Progress bars on stderr, for work that can take longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeVar, cast

if TYPE_CHECKING:  # loaded where somebody watches
    from rich.progress import Progress, TaskID

_T = TypeVar("_T")


def track(items: Iterable[_T], total: int, description: str, *, verbose: bool) -> Iterator[_T]:
    """Pass items on, and count them in a bar while they come.

    Parameters
    ----------
    items : iterable
    total : int
        How many will come.
    description : str
        What stands before the bar.
    verbose : bool
        Whether there is a bar at all; it is drawn where stderr is a terminal or a notebook.

    Yields
    ------
    The items.
    """
    with progress_bar(disable=not verbose) as bar:
        yield from bar.track(items, total=total, description=description)


@contextmanager
def pulse(description: str) -> Iterator[None]:
    """A bar that moves while one step takes its time, and is gone afterwards."""
    with progress_bar(transient=True) as bar:
        bar.add_task(description, total=None)
        yield


def is_watched() -> bool:
    """Whether stderr is a terminal, or a notebook shows it."""
    if "IPython" not in sys.modules:
        return sys.stderr is not None and sys.stderr.isatty()
    from rich.console import Console

    console = Console(stderr=True)
    return console.is_terminal or console.is_jupyter


class NoBar:
    """Stands for a bar where nobody watches."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was drawn."""

    def add_task(self, description: str, **_: object) -> TaskID:
        """A number for the task."""
        return cast("TaskID", 0)

    def update(self, task: TaskID, **_: object) -> None:
        """Take no notice of how far a task is."""

    def advance(self, task: TaskID, advance: float = 1) -> None:
        """Take no notice of a step."""

    def track(self, items: Iterable[_T], **_: object) -> Iterable[_T]:
        """The items themselves."""
        return items


def progress_bar(*fields: str, disable: bool = False, transient: bool = False) -> Progress | NoBar:
    """A bar with its description, counts, time, and further fields of each task.

    Parameters
    ----------
    *fields : str
        Texts behind the counts, such as ``"{task.fields[measure]}"``. Brackets are no markup in
        them, nor in descriptions.
    disable : bool, default=False
        Draw nothing, wherever stderr goes.
    transient : bool, default=False
        Leave nothing behind.
    """
    if disable or not is_watched():
        return NoBar()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description:>8}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        *(TextColumn(text, markup=False) for text in fields),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=transient,
    )
