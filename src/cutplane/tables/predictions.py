"""Answers of a model to the rows of a table, beside the cells that name the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from cutplane.errors import InvalidInputError
from cutplane.tables.frames import cells_of, require_columns
from cutplane.tables.report import Remark
from cutplane.tables.table import Table


@dataclass(frozen=True)
class Predictions:
    """Answers to the rows of a table.

    Attributes
    ----------
    frame : DataFrame of shape (n, n_columns)
        Columns row (its number in the file, from 0) and value, or label and the probability of
        each class; between them an id where one was asked for.
    remarks : tuple of Remark
        What was not read as it stands in the table.
    """

    frame: pd.DataFrame
    remarks: tuple[Remark, ...]


def ids_beside(table: Table, name: str, taken: Iterable[str]) -> pd.Series:
    """Cells of a column that names the rows, as they stand in the table."""
    remedy = "name a column as the table does"
    require_columns([name], table.features.columns, "asked for", remedy)
    if name in taken:
        raise InvalidInputError(f"the answers have a column {name!r} too; rename that of the table")
    return pd.Series(cells_of(table.features[name]), dtype=object)
