"""How weights become values on the rows: through the gate tree, or through the gate kernel.

With sign rows the cuts see the value of every leaf, and a version space is solved on its gate
tree. Without them (gated and linear networks) they see the prediction alone, whose covariance
under standard normal weights is the gate kernel: k numbers, however many leaves there are. A
version space chooses one of the two once; what follows from the choice is here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from cutplane._types import Array, Index, Pattern
from cutplane.arrays import Place, namespace
from cutplane.space.gate_tree import GateTree, Layer
from cutplane.space.kernel import (
    gate_kernel,
    gates_are_fewer,
    prior_variance,
    product_by_gates,
)
from cutplane.space.low_rank import EXACT, LEAST, LEFT, MOST, LowRank
from cutplane.space.row_values import RowValues


@dataclass(frozen=True)
class Operator(ABC):
    """The linear map A from weights to rows, by what the cuts see of the weights.

    What they see comes in independent *blocks* of k numbers: the values of each leaf, or the
    prediction.

    Attributes
    ----------
    tree : GateTree
        Of the unit rows.
    """

    tree: GateTree

    @property
    @abstractmethod
    def layers(self) -> tuple[Layer, ...]:
        """Layers whose nodes have sign rows, innermost first."""

    @property
    @abstractmethod
    def multiplicity(self) -> tuple[Array, ...]:
        """How many units each node with sign rows stands for, innermost first; (m_l,)."""

    @property
    @abstractmethod
    def n_blocks(self) -> int:
        """Blocks: one for each class of leaves, or 1."""

    @property
    @abstractmethod
    def covariance(self) -> Array:
        """Covariance of a block when all weights are standard normal; (k, k)."""

    @abstractmethod
    def apply(self, forces: RowValues) -> RowValues:
        """``A A^T w``: values of the rows at the weights that forces stand for."""

    @abstractmethod
    def observed(self, leaf_values: Array) -> Array:
        """What the cuts see of leaf values (m_1, k): these, or the prediction (k,)."""

    @abstractmethod
    def leaf_forces(self, forces: Array) -> Array:
        """Forces on the leaves, (m_1, k), that forces on what is observed stand for."""

    @abstractmethod
    def per_class(self, observed: Array) -> Array:
        """Average what is observed of every unit, (..., L, k), over the pattern classes."""

    @abstractmethod
    def on(self, tree: GateTree) -> Operator:
        """The same map over another tree of the same rows, for instance one without classes."""

    def at(self, place: Place) -> Self:
        """The same map with its arrays at another place."""
        return place.moved(self)

    @property
    def low_rank(self) -> LowRank | None:
        """What is near to the covariance where that is too large to solve, else None."""
        return None

    @property
    def n_sign_rows(self) -> float:
        """Number of sign rows, those of every unit counted."""
        units = sum(float(namespace(count).sum(count)) for count in self.multiplicity)
        return self.tree.n_rows * units

    def row_values(self, root: Array, layers: Sequence[Array]) -> RowValues:
        """Numbers on the prediction rows, (k,), and on each layer's sign rows, (m_l, k)."""
        return RowValues(root, tuple(layers), self.multiplicity)

    def signed(self, layers: Sequence[Array]) -> list[Array]:
        """Numbers on each layer's sign rows times the signs that these require."""
        return [layer.signed(own) for layer, own in zip(self.layers, layers, strict=True)]


@dataclass(frozen=True)
class TreeOperator(Operator):
    """With sign rows: the cuts see the value of every leaf."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.tree.layers

    @cached_property
    def multiplicity(self) -> tuple[Array, ...]:
        return self.tree.multiplicity

    @property
    def n_blocks(self) -> int:
        return self.tree.n_nodes[0]

    @property
    def covariance(self) -> Array:
        return self.tree.gram

    def apply(self, forces: RowValues) -> RowValues:
        tree = self.tree
        force = tree.forces(forces.root, forces.layers)
        narrow = tree.rows.shape[1] < tree.n_rows
        leaf = (force @ tree.rows) @ tree.rows.T if narrow else force @ tree.gram
        values, prediction = tree.values(leaf)
        return self.row_values(prediction, values)

    def observed(self, leaf_values: Array) -> Array:
        return leaf_values

    def leaf_forces(self, forces: Array) -> Array:
        return forces

    def per_class(self, observed: Array) -> Array:
        # Units of a class can be exchanged without changing the version space, so every center
        # that the space determines gives them the same weights.
        member = self.tree.expand(np.arange(self.n_blocks))
        order = np.argsort(member, kind="stable")
        starts = np.searchsorted(member[order], np.arange(self.n_blocks))
        counts = np.bincount(member, minlength=self.n_blocks)
        return np.add.reduceat(observed[..., order, :], starts, axis=-2) / counts[:, None]

    def on(self, tree: GateTree) -> TreeOperator:
        return TreeOperator(tree)


@dataclass(frozen=True)
class PredictionOperator(Operator):
    """Without sign rows: the cuts see the prediction, and nothing of the leaves."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return ()

    @property
    def multiplicity(self) -> tuple[Array, ...]:
        return ()

    @property
    def n_blocks(self) -> int:
        return 1

    def observed(self, leaf_values: Array) -> Array:
        return self.tree.values(leaf_values)[1]

    def per_class(self, observed: Array) -> Array:
        return observed


@dataclass(frozen=True)
class KernelOperator(PredictionOperator):
    """The prediction by the gate kernel.

    The nodes of its tree are never written out: there can be more of them than memory.

    Attributes
    ----------
    tree : GateTree
        Of the unit rows.
    patterns : sequence of ndarray
        Entry l of shape (k, P_{l+1}).
    """

    patterns: Sequence[Pattern] = field(repr=False)

    @cached_property
    def covariance(self) -> Array:
        """The gate kernel (mathematics (5.1))."""
        return gate_kernel(self.patterns, self.tree.rows, self.patterns, self.tree.dual_rows)

    @cached_property
    def low_rank(self) -> LowRank | None:
        k = self.tree.n_rows
        if k <= EXACT or not isinstance(self.tree.rows, np.ndarray):
            return None
        diagonal = prior_variance(self.patterns, self.tree.rows, self.tree.metric)
        return LowRank.of(self._columns, diagonal, left=LEFT, least=LEAST, most=MOST)

    def _columns(self, places: Index) -> Array:
        """Columns of the kernel; (k, m)."""
        own = [pattern[places] for pattern in self.patterns]
        return gate_kernel(self.patterns, self.tree.rows, own, self.tree.dual_rows[places])

    @cached_property
    def product(self) -> Callable[[Array], Array]:
        """The kernel times a vector (k,), through the gates' weights where that is less work."""
        tree = self.tree
        if gates_are_fewer(self.patterns, tree.rows):
            return product_by_gates(self.patterns[0], tree.rows, tree.dual_rows)
        covariance = self.covariance
        return lambda vector: covariance @ vector

    def apply(self, forces: RowValues) -> RowValues:
        return RowValues(self.covariance @ forces.root)

    def at(self, place: Place) -> Self:
        if place.is_host:
            return self
        rows = replace(self.tree, layers=())  # leaves are not looked at where centers are computed
        return place.moved(replace(self, tree=rows))

    def leaf_forces(self, forces: Array) -> Array:
        return self.tree.forces(forces, self.tree.no_forces())

    def on(self, tree: GateTree) -> KernelOperator:
        return KernelOperator(tree, self.patterns)
