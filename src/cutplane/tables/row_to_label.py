"""A row for somebody to look at."""

from __future__ import annotations

from dataclasses import dataclass

from cutplane._types import Metadata


@dataclass(frozen=True)
class RowToLabel:
    """A row for somebody to look at.

    Attributes
    ----------
    number : int
        Of the row in the table, from 0.
    place : dict
        Where it stands: "line" as a spreadsheet counts (the header is line 1), or "file" and
        "row_in_file", from 0.
    cells : dict
        What stands there, by column, in types that JSON knows; None where it is missing.
    """

    number: int
    place: Metadata
    cells: Metadata

    @property
    def where(self) -> str:
        """The place in words."""
        if "line" in self.place:
            return f"line {self.place['line']}"
        return f"row {self.place['row_in_file']} of {self.place['file']}"

    def as_dict(self) -> Metadata:
        """The row in types that JSON knows."""
        return {"row": self.number, **self.place, "cells": self.cells}
