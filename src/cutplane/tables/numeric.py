"""Columns of numbers: missing cells filled by medians, then standardised, all columns at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from cutplane._types import Array, Metadata
from cutplane.tables.frames import LARGEST, column_blocks


@dataclass(frozen=True)
class Scaling:
    """``(x - mean) / scale``, a missing cell standing at ``fill``.

    Attributes
    ----------
    fill, mean, scale : ndarray of shape (k,)
        Median, mean and standard deviation in the units of the table; the scale of a column that
        does not vary is 1.
    """

    fill: Array
    mean: Array
    scale: Array

    @classmethod
    def fit(cls, values: Array) -> Self:
        """Scaling of columns (n, k) in Fortran order, each with a number in it."""
        fill = medians(values)
        if fill.size == 0:
            return cls(fill, fill, fill)
        return cls(fill, *_mean_and_scale(_filled(values, fill)))

    def transform(self, values: Array) -> Array:
        """Standardised columns (n, k) without missing cells, in Fortran order."""
        return (_filled(values, self.fill) - self.mean) / self.scale

    def inverse(self, X: Array) -> Array:
        """Numbers that standardise to X of shape (n, k)."""
        return X * self.scale + self.mean

    def to_dict(self) -> Metadata:
        """The numbers in types that JSON knows."""
        numbers = {"fill": self.fill, "mean": self.mean, "scale": self.scale}
        return {key: own.tolist() for key, own in numbers.items()}

    @classmethod
    def from_dict(cls, state: Mapping[str, object]) -> Self:
        """Inverse of :meth:`to_dict`; a KeyError, TypeError or ValueError where it is none."""
        parts = [np.array(state[key], dtype=np.float64) for key in ("fill", "mean", "scale")]
        for part in parts:
            if part.ndim != 1 or part.size != parts[0].size or not (np.abs(part) <= LARGEST).all():
                raise ValueError(f"as many finite numbers as columns were expected, not {part}")
        if not (parts[2] > 0).all():
            raise ValueError("a scale is not positive")
        return cls(*parts)


def names_from(stored: object) -> tuple[str, ...]:
    """Column names read from JSON; a ValueError unless they are text and all different."""
    if not isinstance(stored, list) or not all(isinstance(name, str) for name in stored):
        raise ValueError(f"a list of column names was expected, {stored!r} arrived")
    if len(set(stored)) < len(stored):
        raise ValueError("a column name stands there twice")
    return tuple(stored)


def medians(values: Array) -> Array:
    """Median of the cells of each column that are there; (k,)."""
    found = [_medians(values[:, block]) for block in column_blocks(values)]
    return np.concatenate([*found, np.empty(0)])


def _medians(values: Array) -> Array:
    ordered = np.sort(values, axis=0)  # NaN come last
    count = (~np.isnan(values)).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = (ordered[np.maximum(at, 0), columns] for at in ((count - 1) // 2, count // 2))
    return np.asarray((low + high) / 2)


def _mean_and_scale(values: Array) -> tuple[Array, Array]:
    """Mean and standard deviation, bit for bit those of scikit-learn's StandardScaler.

    Its import would take as long as a question about a small table.

    References
    ----------
    Chan, Golub and LeVeque, Algorithms for Computing the Sample Variance (1983): the corrected
    two-pass algorithm, and the bound below which a variance is rounding.
    """
    n = len(values)
    mean = values.sum(axis=0) / n
    apart = values - mean
    variance = ((apart**2).sum(axis=0) - apart.sum(axis=0) ** 2 / n) / n
    eps = np.finfo(float).eps
    varies = variance > n * eps * variance + (n * mean * eps) ** 2
    return mean, np.where(varies, np.sqrt(variance), 1.0)


def _filled(values: Array, fill: Array) -> Array:
    return np.asfortranarray(np.where(np.isnan(values), fill, values))
