"""One number for every row of a version space: what it is pushed by, or the value it has."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field

from numpy.typing import DTypeLike

from cutplane._types import Array, Floats
from cutplane.arrays import namespace, smallest


@dataclass(frozen=True, eq=False)
class RowValues:
    """Numbers on the prediction rows and on the sign rows of every layer.

    Attributes
    ----------
    root : ndarray of shape (k,)
        On the prediction rows.
    layers : tuple of ndarray
        Entry l of shape (m_{l+1}, k): on the sign rows of the nodes of layer l + 1, one node
        for each pattern class; empty without sign rows.
    count : tuple of ndarray
        Entry l of shape (m_{l+1},): how many units each node stands for.
    """

    root: Floats
    layers: tuple[Floats, ...] = ()
    count: tuple[Array, ...] = field(default=(), repr=False)

    def dot(self, other: RowValues) -> float:
        """Inner product over all rows, those of every unit counted."""
        xp, total = namespace(self.root), float(self.root @ other.root)
        for a, b, count in zip(self.layers, other.layers, self.count, strict=True):
            total += float(count @ xp.vecdot(a, b))
        return total

    def one_norm(self) -> float:
        """Sum of absolute values, those of every unit counted."""
        xp = namespace(self.root)
        total = float(xp.sum(xp.abs(self.root)))
        for own, count in zip(self.layers, self.count, strict=True):
            total += float(count @ xp.sum(xp.abs(own), axis=1))
        return total

    def total(self) -> float:
        """Sum over all rows, those of every unit counted."""
        xp, layers = namespace(self.root), zip(self.layers, self.count, strict=True)
        signs = sum(float(count @ xp.sum(own, axis=1)) for own, count in layers)
        return float(xp.sum(self.root)) + signs

    @property
    def least(self) -> float:
        """Smallest number; infinite without rows."""
        return min(smallest(own, float("inf")) for own in (self.root, *self.layers))

    def plus(self, other: RowValues, scale: float = 1.0) -> RowValues:
        """``self + scale * other``, in the precision of the two."""
        pairs = zip(self.layers, other.layers, strict=True)
        layers = tuple([_moved(own, change, scale) for own, change in pairs])
        return RowValues(_moved(self.root, other.root, scale), layers, self.count)

    def __add__(self, other: RowValues) -> RowValues:
        return self._with(other, operator.add)

    def __sub__(self, other: RowValues) -> RowValues:
        return self._with(other, operator.sub)

    def __mul__(self, factor: float) -> RowValues:
        return self._each(lambda own: own * factor)

    def __truediv__(self, divisor: float) -> RowValues:
        return self._each(lambda own: own / divisor)

    def with_layers(self, *layers: Floats) -> RowValues:
        """The same prediction rows, with other numbers on the sign rows."""
        return RowValues(self.root, layers, self.count)

    def astype(self, dtype: DTypeLike) -> RowValues:
        """The sign rows in another precision; the k prediction rows stay as they are."""
        return self.with_layers(*(own.astype(dtype, copy=False) for own in self.layers))

    def _with(self, other: RowValues, function: Callable[[Floats, Floats], Floats]) -> RowValues:
        layers = zip(self.layers, other.layers, strict=True)
        return RowValues(
            function(self.root, other.root), tuple(function(*pair) for pair in layers), self.count
        )

    def _each(self, function: Callable[[Floats], Floats]) -> RowValues:
        return RowValues(function(self.root), tuple(map(function, self.layers)), self.count)


def _moved(own: Floats, change: Floats, scale: float) -> Floats:
    """``own + scale * change``, with one array made where their precisions agree."""
    out: Floats = scale * change
    if out.dtype != own.dtype:
        return out + own
    out += own
    return out
