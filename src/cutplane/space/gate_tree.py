"""The gate tree: the network as a linear function of its leaf weights (Theorem 4.2).

The root is the prediction, inner nodes are hidden units of layers n..2, leaves are first
layer units. Nodes of a layer lie in lexicographic order of (j_n, c_n, ..., j_l, c_l) with
the sign c = +1 before -1, so the children of node p of the layer above are rows
``p * A : (p + 1) * A`` with ``A = 2 * Q_l``.

Units of one layer whose patterns agree on every labelled row form a *pattern class*:
at any center they share their weights, so one representative is kept, with its
multiplicity. Every array below is over classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Floats, Index, Pattern
from cutplane.arrays import namespace, weighted_sum

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Layer:
    """One hidden layer as its parent sees it: A = 2 Q children on k rows.

    Attributes
    ----------
    mask : ndarray of shape (A, k)
        0/1 pattern of each child.
    sign : ndarray of shape (A,)
        +1 or -1, the child's output weight.
    count : ndarray of shape (A,)
        Multiplicity of the child's pattern class.
    member : ndarray of int of shape (P,)
        Class of each of the layer's P patterns.
    """

    mask: Floats
    sign: Floats
    count: Floats
    member: Index

    @property
    def width(self) -> int:
        """Number A of children per parent."""
        return self.sign.shape[0]

    @cached_property
    def sigma(self) -> Floats:
        """+1 where a child must be on, -1 where it must be off; (A, k)."""
        return 2.0 * self.mask - 1.0

    @cached_property
    def signed_mask(self) -> Floats:
        """``sign * mask``, the weight of a child's value in its parent; (A, k)."""
        return self.sign[:, None] * self.mask

    @cached_property
    def counted_mask(self) -> Floats:
        """``count * sign * mask``, which sums a whole class at once; (A, k)."""
        return self.count[:, None] * self.signed_mask

    @classmethod
    def from_patterns(cls, patterns: Pattern) -> Layer:
        """Group the columns of a (k, P) pattern matrix into classes."""
        return cls._of(*distinct_columns(patterns))

    @classmethod
    def without_classes(cls, patterns: Pattern) -> Layer:
        """One class for each column of a (k, P) pattern matrix."""
        p = patterns.shape[1]
        return cls._of(patterns, np.arange(p), np.ones(p, dtype=np.intp))

    @classmethod
    def _of(cls, columns: Pattern, member: Index, count: Index) -> Layer:
        return cls(
            mask=np.repeat(columns.T.astype(float), 2, axis=0),
            sign=np.tile([1.0, -1.0], count.size),
            count=np.repeat(count.astype(float), 2),
            member=member,
        )

    def signed(self, array: Floats) -> Floats:
        """Multiply an array over the layer's nodes, (m, k), by their required signs."""
        return _reshaped(self.sigma * self.grouped(array), array.shape)

    def grouped(self, array: Floats) -> Floats:
        """Group an array over the layer's nodes, (m, k), by their parents; (m / A, A, k)."""
        return _reshaped(array, (-1, *self.mask.shape))

    def gather(self, values: Floats) -> Floats:
        """Sum the children's values into their parents: (m, k) -> (m / A, k)."""
        return weighted_sum(self.counted_mask, self.grouped(values))

    def scatter(self, force: Floats) -> Floats:
        """Force of the parents on their children: (m / A, k) -> (m, k)."""
        pushed = self.signed_mask[None, ...] * force[:, None, :]
        return _reshaped(pushed, (-1, self.mask.shape[1]))

    @cached_property
    def single(self) -> Layer:
        """The layer in single precision."""
        mask, sign, count = (a.astype(np.float32) for a in (self.mask, self.sign, self.count))
        return Layer(mask, sign, count, self.member)

    def representatives(self) -> Index:
        """One pattern of each class; (Q,)."""
        return np.unique(self.member, return_index=True)[1]

    def child_of(self, pattern: Index) -> Index:
        """Children (+1, then -1) that stand for each pattern; (2 * len(pattern),)."""
        return (2 * self.member[pattern][:, None] + np.arange(2)).ravel()


def _reshaped(array: Floats, shape: tuple[int, ...]) -> Floats:
    reshaped: Floats = namespace(array).reshape(array, shape)
    return reshaped


def distinct_columns(
    patterns: Pattern,
) -> tuple[Pattern, Index, Index]:
    """Distinct columns, the class of each column, and the class sizes."""
    packed = np.ascontiguousarray(np.packbits(patterns, axis=0).T)
    if packed.shape[1] == 0:  # no labelled row yet: all patterns agree
        packed = np.zeros((patterns.shape[1], 1), dtype=np.uint8)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, member, count = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    return patterns[:, first], member.ravel(), count


@dataclass(frozen=True)
class GateTree:
    """k labelled rows seen through an arrangement.

    Attributes
    ----------
    rows : ndarray of shape (k, d)
        Labelled rows with their constant, scaled to unit length.
    layers : tuple of Layer
        Innermost first; empty for a linear model.
    metric : ndarray of shape (d,), or None
        Prior variance of each column's weight; None means 1 (mathematics 12).
    """

    rows: Array
    layers: tuple[Layer, ...]
    metric: Array | None = None

    @classmethod
    def from_patterns(
        cls, rows: Array, patterns: Sequence[Pattern], metric: Array | None = None
    ) -> GateTree:
        """Tree over ``rows`` (k, d) whose layer l has the patterns (k, P_l)."""
        return cls(rows, tuple(Layer.from_patterns(p) for p in patterns), metric)

    @classmethod
    def without_classes(
        cls, rows: Array, patterns: Sequence[Pattern], metric: Array | None = None
    ) -> GateTree:
        """The same tree with every unit on its own."""
        return cls(rows, tuple(Layer.without_classes(p) for p in patterns), metric)

    @property
    def n_rows(self) -> int:
        """Number k of labelled rows."""
        return self.rows.shape[0]

    @cached_property
    def dual_rows(self) -> Array:
        """What a force on each row adds to a leaf's weights: the row, columns weighed; (k, d)."""
        return self.rows if self.metric is None else self.rows * self.metric

    @cached_property
    def gram(self) -> Array:
        """``X X^T`` of the labelled rows, columns weighed; (k, k)."""
        return self.dual_rows @ self.rows.T

    @cached_property
    def n_nodes(self) -> tuple[int, ...]:
        """Nodes m_l of each layer, innermost first."""
        widths = [layer.width for layer in self.layers]
        return tuple(int(np.prod(widths[level:])) for level in range(len(widths)))

    @cached_property
    def multiplicity(self) -> tuple[Array, ...]:
        """How many networks' units each node stands for; arrays (m_l,), innermost first."""
        counts: list[Array] = []
        for layer in reversed(self.layers):
            above = counts[-1][:, None] if counts else 1.0
            counts.append(_reshaped(above * layer.count, (-1,)))
        return tuple(reversed(counts))

    def values(self, leaf_values: Floats) -> tuple[list[Floats], Floats]:
        """Propagate leaf values to the root.

        Parameters
        ----------
        leaf_values : ndarray of shape (m_1, k)
            ``X u`` of every leaf class (for a linear model (1, k), the prediction itself).

        Returns
        -------
        values : list of ndarray
            Entry l of shape (m_{l+1}, k): the nodes' values before the mask.
        prediction : ndarray of shape (k,)
            The root's value f.
        """
        values = []
        current = leaf_values
        for layer in self.layers:
            values.append(current)
            current = layer.gather(current)
        return values, current[0, ...]

    def forces(self, root_force: Floats, sign_forces: Sequence[Floats]) -> Floats:
        """Total force on every leaf (mathematics (2.6)).

        Parameters
        ----------
        root_force : ndarray of shape (k,)
            Signed multipliers of the prediction rows.
        sign_forces : sequence of ndarray
            Entry l of shape (m_{l+1}, k): signed multipliers ``sigma * lambda`` of the
            sign rows of layer l + 1.

        Returns
        -------
        ndarray of shape (m_1, k)
            A leaf's weights are ``X^T w_leaf / tau``.
        """
        force = root_force[None, ...]
        for layer, own in zip(reversed(self.layers), reversed(sign_forces), strict=True):
            force = layer.scatter(force) + own
        return force

    def no_forces(self) -> list[Array]:
        """Zeros for the forces of every layer's sign rows."""
        return [np.zeros((m, self.n_rows)) for m in self.n_nodes]

    def expand(self, per_class: NDArray[Number]) -> NDArray[Number]:
        """Repeat an array over leaf classes for every leaf, in lexicographic order."""
        index = np.zeros(1, dtype=np.intp)
        for layer in reversed(self.layers):
            children = layer.child_of(np.arange(layer.member.size))
            index = (index[:, None] * layer.width + children).ravel()
        return per_class[index]
