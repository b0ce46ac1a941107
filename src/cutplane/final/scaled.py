"""The final solve of a version space in its own units, and the way back to weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cutplane._types import Array, Index
from cutplane.final.cone_problem import ConeProblem
from cutplane.final.leaf_rows import LeafRows
from cutplane.space.gate_tree import GateTree, Layer
from cutplane.space.version_space import VersionSpace


@dataclass(frozen=True)
class Scaled:
    """A cone problem whose longest row and largest target are 1.

    Attributes
    ----------
    problem : ConeProblem
        Its rows are rotated to at most k dimensions.
    length : float
        The longest row, each times the root of how often its label counts.
    height : float
        The largest target, likewise.
    share : ndarray of shape (m_1,)
        What each leaf class takes of the weights of its unit in the problem, with sign.
    member : ndarray of int of shape (m_1,)
        That unit.
    basis : ndarray of shape (d, r), or None
        Rotation of the weights; None where there is none.
    """

    problem: ConeProblem
    length: float
    height: float
    share: Array
    member: Index
    basis: Array | None

    @classmethod
    def of(cls, space: VersionSpace, y: Array, beta: float) -> Scaled:
        """The problem of a version space with targets y, (k,)."""
        lengths, y = (roots(space.labels.weight) * own for own in (space.lengths, y))
        length = float(lengths.max(initial=0.0)) or 1.0
        height = float(np.abs(y).max(initial=0.0)) or 1.0
        tree = space.tree
        basis = _basis(tree.rows)
        rows = tree.rows if basis is None else tree.rows @ basis
        counts = tree.multiplicity[0] if tree.layers else np.ones(1)
        if space.operator.layers:
            layers, leaf_rows = tree.layers, LeafRows.all(rows, tree.layers[0])
            share, member = 1 / counts, np.arange(counts.size)
        else:
            first, sign = _paths(tree)
            layers, leaf_rows, member = (first,), None, first.member
            share = sign / np.bincount(member, weights=counts)[member]
        single = tuple(replace(layer, count=np.ones(layer.width)) for layer in layers)
        problem = ConeProblem(
            GateTree(rows, single),
            lengths / length,
            y / height,
            beta / length / height,
            leaf_rows,
        )
        return cls(problem, length, height, share, member, basis)

    def weights(self, u: Array) -> Array:
        """Weights (m_1, d) of the leaf classes, of weights of the problem."""
        weights = self.share[:, None] * u[self.member] * (self.height / self.length)
        return weights if self.basis is None else weights @ self.basis.T


def roots(weight: Array) -> Array:
    """By what rows and targets (k,) are multiplied so that their errors count ``weight`` times.

    The mean square of these is 1.
    """
    return np.asarray(np.sqrt(weight / weight.mean())) if weight.size else weight


def _paths(tree: GateTree) -> tuple[Layer, Array]:
    """Leaves of a tree without sign rows, merged by the product of the masks on their path.

    Returns
    -------
    layer : Layer
        One child for each distinct product, all with sign +1; ``member`` is the child that
        each leaf class belongs to.
    sign : ndarray of shape (m_1,)
        Product of the signs on the path.
    """
    mask, sign = np.ones((1, tree.n_rows)), np.ones(1)
    for layer in reversed(tree.layers):
        mask = (mask[:, None] * layer.mask).reshape(-1, tree.n_rows)
        sign = np.outer(sign, layer.sign).ravel()
    distinct, member = np.unique(mask, axis=0, return_inverse=True)
    ones = np.ones(distinct.shape[0])
    return Layer(distinct, ones, ones, member.ravel()), sign


def _basis(rows: Array) -> Array | None:
    """Orthonormal basis (d, k) of the rows, where the weights of fewer rows than d lie."""
    k, d = rows.shape
    return np.linalg.qr(rows.T)[0] if k < d else None
