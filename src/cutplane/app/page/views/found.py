"""Which rows the list of answers shows: by text, person, label, or what is odd about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutplane._types import Index
from cutplane.tables.frames import TEXT, kinds_of

if TYPE_CHECKING:
    from cutplane.app.setup.project import Project

#: Labels that the others contradict most, so many of them are listed as odd.
MOST_ODD = 50

#: What the list can be narrowed to, and what that is called.
ONLY = {
    "": "all answers",
    "disagreement": "people disagree",
    "odd": "the model finds them odd",
    "comment": "with a comment",
    "skipped": "skipped",
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; the fields are the query's.

    Attributes
    ----------
    text, who, label : str
        Text in the row or a comment, the person, the label; empty for all.
    only : str
        A key of ``ONLY``.
    page : int, default=1
    """

    text: str = ""
    who: str = ""
    label: str = ""
    only: str = ""
    page: int = 1

    def query(self, page: int | None = None) -> str:
        """As a query string, without what is empty; of another page where one is given."""
        texts = {"text": self.text, "who": self.who, "label": self.label, "only": self.only}
        number = self.page if page is None else page
        fields = {name: text for name, text in texts.items() if text}
        return urlencode(fields | ({"page": str(number)} if number > 1 else {}))


def found_rows(project: Project, filters: Filters) -> Index:
    """Positions of the rows that match, the last answered first; the oddest first."""
    told = pd.DataFrame(
        [(one.row, one.who) for one in project.desk.all_given()], columns=["row", "who"]
    )
    if filters.who:
        told = told[told["who"] == filters.who]
    rows = told["row"].drop_duplicates(keep="last").to_numpy(dtype=np.intp)[::-1]
    rows = _only(project, filters.only, rows)
    if filters.label:
        standing = project.desk.standing
        rows = _those(rows, [str(standing.get(row, "")) == filters.label for row in rows.tolist()])
    return _with_text(project, filters.text, rows) if filters.text.strip() else rows


def _those(rows: Index, which: Sequence[bool]) -> Index:
    return rows[np.array(which, dtype=bool)]


def _only(project: Project, only: str, rows: Index) -> Index:
    desk = project.desk
    if only == "odd":
        odd = np.array([one.row for one in project.trainer.odd(MOST_ODD)], dtype=np.intp)
        return odd[np.isin(odd, rows)]
    if only == "disagreement":
        return rows[np.isin(rows, desk.disagreements())]
    if only == "skipped":
        return rows[np.isin(rows, desk.skipped)]
    if only == "comment":
        return _those(rows, [bool(desk.comments(row)) for row in rows.tolist()])
    return rows


def _with_text(project: Project, text: str, rows: Index) -> Index:
    """Rows that hold the text in a column of text, in a comment, or as their line."""
    wanted = text.strip()
    comments = pd.Series(
        ["\n".join(one.text for one in project.desk.comments(row)) for row in rows.tolist()],
        dtype=object,
    )
    held = _holds(comments, wanted)
    if _is_line(wanted):
        held = held | project.table.lines[rows] == int(wanted)
    frame = project.table.features[list(project.columns)].iloc[rows]
    for name, kind in kinds_of(frame).items():
        if kind == TEXT:
            held = held | _holds(frame[name].fillna("").astype(str), wanted)
    return rows[held]


def _holds(column: pd.Series, wanted: str) -> NDArray[np.bool_]:
    return column.str.contains(wanted, case=False, regex=False).to_numpy(dtype=bool)


def _is_line(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
