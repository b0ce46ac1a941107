"""From raw columns to the matrix a network reads, and to plain JSON and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy import sparse

from cutplane._types import Array, Index, Metadata, Rows
from cutplane.tables import remarks
from cutplane.tables.categorical import Levels
from cutplane.tables.choice import choose_columns
from cutplane.tables.date_numbers import PARTS, part_name
from cutplane.tables.frames import Lines, require_columns
from cutplane.tables.incoming import Incoming
from cutplane.tables.numeric import Scaling, names_from
from cutplane.tables.report import Remark

# A dense matrix is faster until most of it are the zeros of many levels.
_DENSE_LEVELS, _DENSE_SHARE = 128, 0.25


@dataclass(frozen=True)
class Encoded:
    """Rows as a network reads them.

    Attributes
    ----------
    X : ndarray or CSR matrix of shape (n, d)
    remarks : tuple of Remark
        What is not in the matrix as it stands in the table.
    """

    X: Rows
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Preprocessing:
    """Numbers imputed by the median and standardised, dates as numbers, text as categories.

    A missing category is a category of its own where ``fit`` saw one; what ``fit`` never saw is
    none of the categories, zeros in all of them.

    Attributes
    ----------
    numeric : tuple of str
        Columns of numbers, in the order they are encoded.
    dates : dict of str to tuple of str
        Columns of dates, and which of ``PARTS`` is read of each; they follow the numbers.
    scaling : Scaling
        Of the numbers and the parts of dates.
    levels : Levels
        Of the columns of text, which come last.
    left_out : tuple of str
        Columns that were there and are no features.
    remarks : tuple of Remark
        Why, and what else ``fit`` decided; a file does not keep them.
    """

    numeric: tuple[str, ...]
    dates: Mapping[str, tuple[str, ...]]
    scaling: Scaling
    levels: Levels
    left_out: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @classmethod
    def fit(cls, features: pd.DataFrame, *, keep: Iterable[str] = ()) -> Self:
        """Choose the columns, and learn their scales and levels.

        Parameters
        ----------
        features : DataFrame of shape (n, n_columns)
            The pool's rows, without the target. Whether a column counts the rows is judged by the
            frame's index where that increases.
        keep : iterable of str
            Columns to read though they look like an index, an id or a text.

        Raises
        ------
        InvalidInputError
            A cell is infinite, no column is usable, or a column to keep is not there.
        """
        choice = choose_columns(features, keep)
        return cls(
            numeric=choice.numeric,
            dates=choice.dates,
            scaling=Scaling.fit(choice.values),
            levels=Levels.fit(choice.texts),
            left_out=choice.left_out,
            remarks=choice.remarks,
        )

    @property
    def categorical(self) -> tuple[str, ...]:
        """Columns of text."""
        return self.levels.names

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a table must have, in any order."""
        return (*self.numeric, *self.dates, *self.categorical)

    @property
    def number_names(self) -> tuple[str, ...]:
        """Names of all numbers that are scaled: the columns of numbers, and parts of dates."""
        dates = self.dates.items()
        return self.numeric + tuple(part_name(name, part) for name, own in dates for part in own)

    @property
    def encoded_names(self) -> list[str]:
        """Names of the d columns of the matrix."""
        return [*self.number_names, *self.levels.encoded_names]

    @property
    def is_sparse(self) -> bool:
        """Whether rows are encoded as a CSR matrix: they are mostly the zeros of many levels."""
        n_numbers = self.scaling.fill.size
        width, full = n_numbers + self.levels.width, n_numbers + len(self.categorical)
        return self.levels.width > _DENSE_LEVELS and full < _DENSE_SHARE * width

    def transform(self, features: pd.DataFrame) -> Rows:
        """Rows as a network reads them; see :meth:`encode`."""
        return self.encode(features).X

    def encode(self, features: pd.DataFrame, lines: Lines = None) -> Encoded:
        """Encode rows, and say what is not in the matrix as it stands in the table.

        Parameters
        ----------
        features : DataFrame of shape (n, n_columns)
            Columns in any order; those that ``fit`` did not see are left out. A column of numbers
            may arrive as text, and the other way round.
        lines : int ndarray of shape (n,), optional
            Where each row stands in its file; remarks number the rows from 0 by default.

        Returns
        -------
        Encoded
            A CSR matrix where ``is_sparse``, else an array.

        Raises
        ------
        InvalidInputError
            A column is missing, a cell is infinite, or a column of numbers or dates holds
            something else in every row.
        """
        require_columns(self.columns, features.columns, "the model was fitted on")
        new = sorted(set(features.columns) - {*self.columns, *self.left_out})
        reading = Incoming(features, lines)
        values = np.hstack([reading.numbers(self.numeric), *reading.dates(self.dates)])
        codes = [
            reading.codes(name, self.levels, number) for number, name in enumerate(self.categorical)
        ]
        said = [remarks.ignored(new)] if new else []
        return Encoded(self._matrix(values, codes), (*said, *reading.remarks))

    def _matrix(self, values: Array, codes: list[Index]) -> Rows:
        numbers = self.scaling.transform(values)
        if not self.categorical:
            return numbers
        levels = self.levels.one_hot(codes, len(values))
        if self.is_sparse:
            return sparse.hstack([sparse.csr_matrix(numbers), levels], format="csr")
        return np.hstack([numbers, levels.toarray()])

    def inverse_transform(self, X: Array) -> pd.DataFrame:
        """Numbers that encode as X of shape (n, d); for numeric columns alone."""
        return pd.DataFrame(self.scaling.inverse(X), columns=list(self.numeric))

    def to_dict(self) -> Metadata:
        """Everything ``from_dict`` needs, in types that JSON knows."""
        return {
            "numeric": list(self.numeric),
            "dates": {name: list(parts) for name, parts in self.dates.items()},
            "scaling": self.scaling.to_dict(),
            "levels": self.levels.to_dict(),
            "left_out": list(self.left_out),
        }

    @classmethod
    def from_dict(cls, state: Metadata) -> Self:
        """Inverse of :meth:`to_dict`; a KeyError, TypeError or ValueError where it is none."""
        dates = {name: names_from(parts) for name, parts in state["dates"].items()}
        self = cls(
            numeric=names_from(state["numeric"]),
            dates=dates,
            scaling=Scaling.from_dict(state["scaling"]),
            levels=Levels.from_dict(state["levels"]),
            left_out=names_from(state["left_out"]),
        )
        names_from([*self.columns, *self.left_out])
        if not all(parts and set(parts) <= set(PARTS) for parts in dates.values()):
            raise ValueError(f"parts of dates are some of {', '.join(PARTS)}, not {dates}")
        n_parts = sum(map(len, dates.values()))
        if self.scaling.fill.size != len(self.numeric) + n_parts or not self.columns:
            raise ValueError("the scales are of other columns than those that are read")
        return self
