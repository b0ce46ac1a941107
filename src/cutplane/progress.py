"""Progress bars on stderr, for work that can take longer than a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # estimators draw bars only when asked; rich is loaded then
    from rich.progress import Progress

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


def is_terminal() -> bool:
    """Whether somebody watches stderr."""
    from rich.console import Console

    return Console(stderr=True).is_terminal


def progress_bar(*fields: str, disable: bool = False, transient: bool = False) -> Progress:
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
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if disable or not (console.is_terminal or console.is_jupyter):
        console = Console(stderr=True, quiet=True)  # a disabled bar alone may end in a newline
    return Progress(
        TextColumn("{task.description:>8}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        *(TextColumn(text, markup=False) for text in fields),
        TimeElapsedColumn(),
        console=console,
        disable=console.quiet,
        transient=transient,
    )
