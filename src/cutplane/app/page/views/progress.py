"""How far the labelling is, in words and as a bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.app.page.views.labelled import Labelled


@dataclass(frozen=True)
class Progress:
    """How far the labelling is.

    Attributes
    ----------
    done, of : int
        Answers given, of the budget, or else of the rows.
    text : str
    """

    done: int
    of: int
    text: str


def progress_of(project: Labelled) -> Progress:
    """Answers of the budget, or else labels of all rows."""
    desk, budget = project.desk, project.rules.budget
    if budget is not None:
        return Progress(desk.n_given, budget, f"{desk.n_given:,} of {budget:,} answers")
    n_rows = len(project.table.features)
    return Progress(desk.n_labels, n_rows, f"{desk.n_labels:,} of {n_rows:,} rows have a label")
