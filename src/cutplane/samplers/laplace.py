"""Gaussian approximation of a version space at its analytic center.

The barrier's Hessian ``H = tau I + A^T D A`` is never formed: ``x = H^-1 g`` with
``g = sqrt(tau) e_1 + A^T sqrt(D) e_2`` has covariance ``H^-1`` (perturb and solve), and
``H^-1`` is one solve of the tree system (Woodbury).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cutplane._types import Array
from cutplane.newton.center import Center
from cutplane.newton.nodes import tree_system
from cutplane.newton.tree_system import TreeSystem
from cutplane.space.gate_tree import GateTree
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class Laplace:
    """Draws from N(0, H^-1) over the leaves of every unit.

    Attributes
    ----------
    tree : GateTree
        Every unit on its own.
    system : TreeSystem
        ``A A^T / tau + D^-1``, factored.
    sign_weight : list of ndarray
        Square roots of D for the sign rows; empty without them.
    root_weight : ndarray of shape (k,)
    tau : float
    """

    tree: GateTree
    system: TreeSystem = field(repr=False)
    sign_weight: list[Array] = field(repr=False)
    root_weight: Array = field(repr=False)
    tau: float

    @classmethod
    def at(cls, space: VersionSpace, center: Center) -> Laplace:
        """The approximation at an analytic center of the space."""
        tree, multipliers = space.full_tree, center.multipliers
        sign = _every_unit(space.tree, multipliers.sign)
        curvature = space.cuts.curvature(multipliers.root)
        system = tree_system(space.operator.on(tree), sign, curvature, multipliers.tau)
        return cls(tree, system, sign, 1 / np.sqrt(curvature), multipliers.tau)

    def draw(self, rng: np.random.Generator) -> Array:
        """One change of the weights, (L, d), at the solver's scale."""
        tree, d = self.tree, self.tree.rows.shape[1]
        n_leaves = tree.n_nodes[0] if tree.layers else 1
        sign = [weight * rng.standard_normal(weight.shape) for weight in self.sign_weight]
        root = self.root_weight * rng.standard_normal(tree.n_rows)
        push = np.sqrt(self.tau) * rng.standard_normal((n_leaves, d))
        push += self._weights(root, sign)
        values, prediction = tree.values(push @ tree.rows.T / self.tau)
        count = self.tree.multiplicity[: len(sign)]
        step = self.system.solve(RowValues(prediction, tuple(values[: len(sign)]), count))
        return (push - self._weights(step.forces.root, step.forces.layers)) / self.tau

    def _weights(self, root: Array, sign: Sequence[Array]) -> Array:
        """``A^T`` of forces on the rows; (L, d)."""
        return self.tree.forces(root, sign or self.tree.no_forces()) @ self.tree.rows


def _every_unit(tree: GateTree, per_class: Sequence[Array]) -> list[Array]:
    """Repeat arrays over the nodes of each layer's classes for every unit."""
    out: list[Array] = []
    index = np.zeros(1, dtype=np.intp)
    for layer, array in zip(reversed(tree.layers), reversed(list(per_class)), strict=False):
        children = layer.child_of(np.arange(layer.member.size))
        index = (index[:, None] * layer.width + children).ravel()
        out.append(array[index])
    return out[::-1]
