"""Many similar rows at once: cards to tick, one button for all that are ticked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutplane.app.cells import Cell
from cutplane.app.views.message import Message
from cutplane.app.views.question import Choice, Progress

if TYPE_CHECKING:
    from cutplane.app.people import Person
    from cutplane.app.project import Project

GRID_ROWS = 24


@dataclass(frozen=True)
class Card:
    """A row of the grid."""

    row: int
    line: int
    cells: tuple[Cell, ...]
    image: str


@dataclass(frozen=True)
class GridView:
    """Similar rows without a label.

    Attributes
    ----------
    cards : tuple of Card
        All of them are ticked at first.
    choices : tuple of Choice
    takes_new : bool
    target : str
    progress : Progress
    why_none : str
        Empty where there are cards.
    message : Message or None
    """

    cards: tuple[Card, ...]
    choices: tuple[Choice, ...]
    takes_new: bool
    target: str
    progress: Progress
    why_none: str
    message: Message | None


def grid_view(project: Project, who: Person, message: Message | None = None) -> GridView:
    """For the page ``grid``; its form POSTs ``/grid`` with csrf, label (or other) and ``rows``."""
    raise NotImplementedError
