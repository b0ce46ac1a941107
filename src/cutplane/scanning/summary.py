"""What columns hold: means and deviations, found in one pass over the rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np

from cutplane._types import Array
from cutplane.scanning.arrow_columns import Standardising
from cutplane.scanning.stored import StoredFragment, StoredRows


@dataclass(frozen=True, eq=False)
class Summary:
    """Numbers of some rows, column by column; all arrays (d,).

    Attributes
    ----------
    n_rows : int
    count : ndarray
        Cells with a number.
    mean, squares : ndarray
        Of these cells, and the sum of their squared distances from it.
    low, high : ndarray
        Smallest and largest; NaN in columns without a number.
    """

    n_rows: int
    count: Array
    mean: Array
    squares: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, columns: Array) -> Self:
        """Of columns (d, n) in double precision, NaN for missing cells."""
        is_there = ~np.isnan(columns)
        count = is_there.sum(axis=1).astype(float)
        mean = np.where(is_there, columns, 0.0).sum(axis=1) / np.maximum(count, 1)
        apart = np.where(is_there, columns - mean[:, None], 0.0)
        return cls(
            columns.shape[1],
            count,
            mean,
            np.einsum("ij,ij->i", apart, apart),
            np.fmin.reduce(columns, axis=1, initial=np.nan),
            np.fmax.reduce(columns, axis=1, initial=np.nan),
        )

    def __add__(self, other: Summary) -> Summary:
        """Of the rows of both.

        References
        ----------
        Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
        Variances" (1979).
        """
        count = self.count + other.count
        apart, share = other.mean - self.mean, other.count / np.maximum(count, 1)
        return Summary(
            self.n_rows + other.n_rows,
            count,
            self.mean + apart * share,
            self.squares + other.squares + apart**2 * self.count * share,
            np.fmin(self.low, other.low),
            np.fmax(self.high, other.high),
        )

    @property
    def standardising(self) -> Standardising:
        """Columns in deviations from their mean, by 1 where they do not vary."""
        deviation = np.sqrt(self.squares / np.maximum(self.count, 1))
        return Standardising(self.mean, np.where(deviation > 0, deviation, 1.0))


def summary(rows: StoredRows) -> Summary:
    """Of all rows, whose engine goes through them; cells may be missing.

    Raises
    ------
    InvalidInputError
        A number is infinite.
    """
    found = rows.engine(_of_fragment, None, rows.fragments())
    in_order = sorted(found, key=lambda own: own[0])  # so that sums have the same digits
    return reduce(lambda one, two: one + two, (own for _, own in in_order))


def _of_fragment(_: None, fragment: StoredFragment) -> tuple[int, Summary]:
    """Where a fragment begins, and its summary."""
    parts = []
    for place, batch in fragment.read(fragment.columns.names):
        numbers = fragment.columns.numbers(batch, place).astype(np.float64)
        with np.errstate(invalid="ignore"):  # of infinities, which are refused
            own = Summary.of(numbers)
        if not np.isfinite(own.squares).all():
            fragment.columns.check(np.where(np.isnan(numbers), 0.0, numbers), place)
        parts.append(own)
    return fragment.start, reduce(lambda one, two: one + two, parts)
