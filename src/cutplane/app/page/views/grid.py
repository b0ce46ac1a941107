"""Many similar rows at once: cards to tick, one button for all that are ticked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cutplane.app.page.cells import Cell, cells_of_row, visible
from cutplane.app.page.views.choices import Choice, ValueField, choices_of, value_field
from cutplane.app.page.views.message import Message
from cutplane.app.page.views.progress import Progress, progress_of

if TYPE_CHECKING:
    from cutplane.app.setup.project import Project
    from cutplane.app.team.people import Person

#: Groups to go through, columns of a card, characters of a text.
MOST_GROUPS, MOST_CELLS, MOST_TEXT = 6, 6, 280
NO_GROUPS = "There are no rows to answer together yet; the first labels come one by one."


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
    page, n_pages : int
        Which group it is, from 1, of how many.
    choices : tuple of Choice
    value : ValueField or None
    takes_new : bool
    target : str
    progress : Progress
    why_none : str
        Empty where there are cards.
    message : Message or None
    """

    cards: tuple[Card, ...]
    page: int
    n_pages: int
    choices: tuple[Choice, ...]
    value: ValueField | None
    takes_new: bool
    target: str
    progress: Progress
    why_none: str
    message: Message | None


def grid_view(
    project: Project, who: Person, message: Message | None = None, *, page: int = 1
) -> GridView:
    """For the page ``grid``.

    Its form POSTs ``/grid`` with csrf, label (or other), and ``rows`` for every ticked card.

    Parameters
    ----------
    project : Project
    who : Person
    message : Message, optional
    page : int, default=1
        Which of the groups there are, ``?page=`` of the address; beyond the last it begins again.
    """
    closed = project.desk.closed_for(who.name)
    groups = [one.rows for one in project.trainer.groups(MOST_GROUPS, closed)]
    at = (page - 1) % max(len(groups), 1)
    rows = groups[at] if groups else ()
    return GridView(
        cards=tuple(_card(project, row) for row in rows),
        page=at + 1,
        n_pages=len(groups),
        choices=choices_of(project),
        value=value_field(project),
        takes_new=project.is_open,
        target=visible(project.target),
        progress=progress_of(project),
        why_none="" if rows else project.assignments.why_none(who.name) or NO_GROUPS,
        message=message,
    )


def _card(project: Project, row: int) -> Card:
    image = "" if project.image is None else f"/image/{row}"
    columns = [name for name in project.columns if name != project.image][:MOST_CELLS]
    cells = tuple(_short(cell) for cell in cells_of_row(project.table, row, columns))
    return Card(row, int(project.table.lines[row]), cells, image)


def _short(cell: Cell) -> Cell:
    """Long text to its first lines."""
    if cell.kind != "long":
        return cell
    text = " ".join(cell.text[: 2 * MOST_TEXT].split())
    short = text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT].rsplit(' ', 1)[0]} …"
    return replace(cell, paragraphs=(short,), folded=())
