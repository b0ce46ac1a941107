"""Raw columns of a table, as an exported model takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cutplane._types import Array


@dataclass(frozen=True)
class Numbers:
    """Columns of numbers, of which NaN is a missing one.

    Attributes
    ----------
    names : tuple of str
    fill : ndarray of shape (n_columns,)
        What takes the place of a missing number.
    """

    names: tuple[str, ...]
    fill: Array


@dataclass(frozen=True)
class Levels:
    """A column of text, each level a feature of its own that is 0 or 1.

    Attributes
    ----------
    name : str
    codes : dict of str to int
        Number of the level that a cell names, from 0; a cell that is not there names none.
    n_levels : int
    """

    name: str
    codes: Mapping[str, int]
    n_levels: int


#: Their features stand side by side in the order of the columns.
Column = Numbers | Levels
