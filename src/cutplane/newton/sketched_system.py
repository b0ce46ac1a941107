"""The Newton system of a gate tree without a factorization for each leaf.

A product with ``H = A A^T / tau + diag(h)`` costs one matrix product with the Gram matrix of the
rows; factoring H costs one k x k inverse for each leaf. The tree system over the *sketch* of the
Gram matrix (``gram_sketch``) is close to H at a fraction of that: conjugate gradients
preconditioned by it need two to six products for each Newton step. Rows of few features have an
exact sketch, and one sweep solves the system.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.newton.gram_sketch import EXACT_RANK, GramSketch, SketchedLeaves
from cutplane.newton.nodes import grown
from cutplane.newton.small_matrices import in_chunks
from cutplane.newton.tree_system import Step, TreeSystem
from cutplane.space.gate_tree import GateTree
from cutplane.space.operator import Operator
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

Singles = NDArray[np.float32]

#: Conjugate gradients stop when one more step lowers the error by less than this, relatively.
FORCING = 0.1
#: With more products the sketch is no use, as multipliers are extreme: factor the tree instead.
#: That takes about as long as min(k, d) products, and more are tried where there are many.
MAX_PRODUCTS, _PRODUCTS_SHARE = 15, 4
#: How many times a number of a product with the Gram matrix counts, for sharing it among threads.
_THREADED = 4
#: Below about this many multiplications a factorization is as quick.
_LITTLE_WORK = 2e6


class SketchFailedError(Exception):
    """Conjugate gradients broke down, or took too many products."""


def worthwhile(space: VersionSpace) -> bool:
    """Whether to try the sketch before factoring every leaf; in NumPy only."""
    operator = space.operator
    if not (operator.layers and space.place.is_host):
        return False
    k, d = operator.tree.rows.shape
    return d <= EXACT_RANK or operator.n_blocks * k * min(k, d) ** 2 > _LITTLE_WORK


def sketched_tree(
    operator: Operator,
    sketch: GramSketch,
    multipliers: Sequence[Array],
    curvature: Array,
    tau: float = 1.0,
) -> TreeSystem:
    """The tree system with the sketch in place of the Gram matrix; others as ``tree_system``.

    Leaves of an exact sketch are held in double precision, others in single.
    """
    lam = multipliers[0] if sketch.exact else multipliers[0].astype(np.float32)
    leaves = SketchedLeaves(operator.layers[0], sketch, lam, tau)
    return grown(leaves, operator, multipliers, curvature)


class SketchedSystem:
    """Conjugate gradients for ``A A^T / tau + diag(h)``; arguments as ``tree_system``.

    ``preconditioner`` is that of near multipliers; by default one is built of these. They run
    in single precision: the residuals that Newton's method computes are in double precision, so
    a rounded step costs accuracy nowhere.
    """

    def __init__(
        self,
        operator: Operator,
        sketch: GramSketch,
        multipliers: Sequence[Array],
        curvature: Array,
        tau: float = 1.0,
        preconditioner: TreeSystem | None = None,
    ):
        if preconditioner is None:
            preconditioner = sketched_tree(operator, sketch, multipliers, curvature, tau)
        self.preconditioner = preconditioner
        layers = tuple(layer.single for layer in operator.layers)
        self.tree = GateTree(operator.tree.rows, layers)
        k, d = operator.tree.rows.shape
        if 2 * d < k:
            dual, rows = operator.tree.dual_rows / tau, operator.tree.rows
            self.factors: tuple[Singles, ...] = (dual.astype(np.float32), rows.T.astype(np.float32))
        else:
            self.factors = ((operator.covariance / tau).astype(np.float32),)
        self.curvature = curvature
        self.curvatures = [1 / np.square(own.astype(np.float32)) for own in multipliers]

    def solve(self, residual: RowValues) -> Step:
        """Solve ``H w = residual`` to a relative error of ``FORCING`` in the norm of H.

        Raises
        ------
        SketchFailedError
            The sketch is too far from the Gram matrix for these multipliers.
        """
        with np.errstate(all="ignore"):  # a breakdown is detected
            return self._conjugate_gradients(residual)

    def _conjugate_gradients(self, residual: RowValues) -> Step:
        r = residual.astype(np.float32)
        p = forces = values = r * 0.0
        gain, rho = 0.0, 1.0
        for _ in range(max(MAX_PRODUCTS, min(self.tree.rows.shape) // _PRODUCTS_SHARE)):
            z = self.preconditioner.solve(r).forces.astype(np.float32)
            before, rho = rho, r.dot(z)
            p = z.plus(p, rho / before)
            moved = self._values(p)
            product = self._stiffened(p, moved)
            curvature = p.dot(product)
            if not (np.isfinite(rho) and curvature > 0):
                raise SketchFailedError
            alpha = rho / curvature
            forces, values = forces.plus(p, alpha), values.plus(moved, alpha)
            gain += alpha * rho
            if alpha * rho <= FORCING**2 * gain:
                return Step(forces.astype(np.float64), values.astype(np.float64))
            r = r.plus(product, -alpha)
        raise SketchFailedError

    def _values(self, forces: RowValues) -> RowValues:
        """``A A^T w / tau``."""
        force = self.tree.forces(forces.root.astype(np.float32), forces.layers)

        def work(leaves: slice) -> Singles:
            product: Singles = force[leaves]
            for factor in self.factors:
                product = product @ factor
            return product

        leaf = np.concatenate(in_chunks(work, force, _THREADED * force.shape[1]))
        values, prediction = self.tree.values(leaf)
        return RowValues(prediction.astype(np.float64), tuple(values), forces.count)

    def _stiffened(self, forces: RowValues, values: RowValues) -> RowValues:
        """``H w`` of forces whose values are known."""
        rows = zip(self.curvatures, forces.layers, values.layers, strict=True)
        return RowValues(
            self.curvature * forces.root + values.root,
            tuple(h * own + value for h, own, value in rows),
            forces.count,
        )
