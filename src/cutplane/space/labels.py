"""The labels of a version space: one number for each row, and how it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array, Arrays, Index
from cutplane.fields import floats, weights, wholes


@dataclass(frozen=True)
class Labels:
    """Labels of k rows.

    Attributes
    ----------
    y : ndarray of shape (k,)
        -1 or +1 (regression: targets).
    depth : ndarray of shape (k,)
        Offsets of the cuts (classification); 0 is neutral.
    weight : ndarray of shape (k,)
        How often each label counts where labels have a likelihood: 2 is told twice, 0 not at
        all (mathematics 11).
    annotator : ndarray of int of shape (k,)
        Who gave it, numbered from 0.
    """

    y: Array
    depth: Array
    weight: Array
    annotator: Index

    @classmethod
    def of(
        cls,
        y: ArrayLike,
        *,
        depth: ArrayLike = 0.0,
        weight: ArrayLike = 1.0,
        annotator: ArrayLike = 0,
    ) -> Self:
        """Labels (k,); the others are arrays (k,) or one number for all."""
        y = np.asarray(y, dtype=float)
        depth, weight = (np.broadcast_to(np.asarray(a, float), y.shape) for a in (depth, weight))
        return cls(y, depth, weight, np.broadcast_to(np.asarray(annotator, np.intp), y.shape))

    def and_then(self, more: Self) -> Self:
        """These labels and more of them."""
        names = [field.name for field in fields(self)]
        joined = [np.concatenate([getattr(self, name), getattr(more, name)]) for name in names]
        return type(self)(*joined)

    def of_rows(self, rows: slice | NDArray) -> Self:
        """Some of the labels."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def saying(self, y: ArrayLike, depth: ArrayLike, weight: ArrayLike | None = None) -> Self:
        """Other labels of the same rows by the same annotators; their weight stays by default."""
        new = Labels.of(y, depth=depth, weight=self.weight if weight is None else weight)
        return replace(self, y=new.y, depth=new.depth, weight=new.weight)

    def to_arrays(self) -> Arrays:
        """Arrays that rebuild the labels."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> Self:
        """Inverse of :meth:`to_arrays`; ValueError for what no labels say."""
        y = floats(arrays, "y", (None,))
        weight = weights(arrays, "weight", y.shape)
        annotator = wholes(arrays, "annotator", y.shape, below=2**31)
        return cls(y, floats(arrays, "depth", y.shape), weight, annotator)
