"""Rows whose predictions have a covariance of low rank and rests of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cutplane._types import Array
from cutplane.space.gate_tree import GateTree
from cutplane.space.low_rank import LowRank
from cutplane.space.operator import PredictionOperator
from cutplane.space.row_values import RowValues


@dataclass(frozen=True)
class NearOperator(PredictionOperator):
    """The prediction by what is near to its kernel.

    Attributes
    ----------
    tree : GateTree
        Of the unit rows.
    kernel : LowRank
    """

    kernel: LowRank

    @property
    def covariance(self) -> Array:
        return self.kernel.factor @ self.kernel.factor.T + np.diag(self.kernel.rest)

    def apply(self, forces: RowValues) -> RowValues:
        return RowValues(self.kernel.apply(forces.root))

    def leaf_forces(self, forces: Array) -> Array:
        return self.tree.forces(self.kernel.spanned(forces), self.tree.no_forces())

    def on(self, tree: GateTree) -> NearOperator:
        return NearOperator(tree, self.kernel)
