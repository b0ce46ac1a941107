"""Columns of text as categories: one column of zeros and ones for every level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Index, Metadata
from cutplane.errors import InvalidInputError
from cutplane.tables.cells import level_of
from cutplane.tables.frames import texts_in
from cutplane.tables.numeric import names_from


@dataclass(frozen=True)
class Cells:
    """A column of text by its different cells.

    Attributes
    ----------
    spelled : object ndarray of shape (s,)
        The different cells as they stand in the table, in the order of their first row.
    which : int ndarray of shape (n,)
        Position of each row's cell in ``spelled``; -1 where it is missing.
    level : object ndarray of shape (s,)
        What each of ``spelled`` means; several may mean the same.
    """

    spelled: NDArray[np.object_]
    which: Index
    level: NDArray[np.object_]

    @classmethod
    def of(cls, column: pd.Series) -> Self:
        """Cells of a column, read as text; InvalidInputError where one is a list or the like."""
        try:
            which, values = pd.factorize(texts_in(column))
        except TypeError as error:
            raise InvalidInputError(
                f"column {column.name!r} holds objects ({error}); give each number a column"
            ) from error
        spelled = np.array([str(value) for value in values], dtype=object)
        level = level_of(spelled)
        is_text = ~pd.isna(level)
        place = np.append(np.where(is_text, np.cumsum(is_text) - 1, -1), -1)  # the last is no cell
        return cls(spelled[is_text], place[which], level[is_text])

    @property
    def levels(self) -> tuple[str, ...]:
        """The different levels, sorted."""
        return tuple(sorted(set(self.level)))

    @property
    def has_missing(self) -> bool:
        """Whether a cell is missing."""
        return bool((self.which < 0).any())


@dataclass(frozen=True)
class Levels:
    """The levels of categorical columns.

    Attributes
    ----------
    names : tuple of str
        The m columns.
    levels : tuple of tuple
        Of each column, all different; None, which comes first, is the missing cell.
    spelled : tuple of dict
        The cells of each column as they stood in training, with the position of their level.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str | None, ...], ...]
    spelled: tuple[Mapping[str, int], ...]

    @classmethod
    def fit(cls, columns: Mapping[str, Cells]) -> Self:
        """Levels of columns by name; a missing cell is a level where there is one."""
        levels = tuple(
            (*((None,) if cells.has_missing else ()), *cells.levels) for cells in columns.values()
        )
        spelled = tuple(
            dict(zip(cells.spelled, map(own.index, cells.level), strict=True))
            for own, cells in zip(levels, columns.values(), strict=True)
        )
        return cls(tuple(columns), levels, spelled)

    @property
    def width(self) -> int:
        """Encoded columns in all."""
        return sum(map(len, self.levels))

    @property
    def encoded_names(self) -> list[str]:
        """Name of each encoded column."""
        both = zip(self.names, self.levels, strict=True)
        return [
            f"{name} is missing" if level is None else f"{name}={level}"
            for name, levels in both
            for level in levels
        ]

    def codes(self, number: int, cells: Cells) -> Index:
        """Position of each row's level among those of a column; -1 where it is none of them."""
        levels = self.levels[number]
        missing = 0 if levels[:1] == (None,) else -1
        place = {level: code for code, level in enumerate(levels)}
        own = np.array([place.get(level, -1) for level in cells.level] + [missing], dtype=np.intp)
        return own[cells.which]

    def one_hot(self, codes: Sequence[Index], n: int) -> sparse.csr_matrix:
        """Matrix (n, width) of zeros and ones from the codes of all columns, m arrays (n,)."""
        starts = np.cumsum([0, *map(len, self.levels)])[:-1]
        table = np.array(codes, dtype=np.intp).reshape(len(self.names), n).T
        is_known = table >= 0
        ends = np.concatenate([[0], np.cumsum(is_known.sum(axis=1))])
        columns = (table + starts)[is_known]
        parts = (np.ones(columns.size), columns, ends)
        return sparse.csr_matrix(parts, shape=(n, self.width))

    def to_dict(self) -> Metadata:
        """Names and levels in types that JSON knows."""
        levels, spelled = map(list, self.levels), map(dict, self.spelled)
        return {"names": list(self.names), "levels": list(levels), "spelled": list(spelled)}

    @classmethod
    def from_dict(cls, state: Mapping[str, object]) -> Self:
        """Inverse of :meth:`to_dict`; a KeyError, TypeError or ValueError where it is none."""
        names, levels, spelled = names_from(state["names"]), state["levels"], state["spelled"]
        if not (isinstance(levels, list) and isinstance(spelled, list)):
            raise ValueError("lists of levels and of their spellings were expected")
        for own, cells in zip(levels, spelled, strict=True):
            texts = names_from(own[1:] if own[:1] == [None] else own)
            if not own or texts != tuple(level_of(np.array(texts, dtype=object))):
                raise ValueError(f"{own!r} are no levels")
            said = level_of(np.array(list(cells), dtype=object)).tolist()
            if said != [own[code] for code in cells.values()]:
                raise ValueError(f"{cells!r} are no spellings of {own!r}")
        if len(levels) != len(names):
            raise ValueError(f"the levels of {len(names)} columns were expected")
        return cls(names, tuple(map(tuple, levels)), tuple(map(dict, spelled)))
