"""Means and variances of every row under Gaussian sites, by one sweep over the tree.

The weights have the law ``N(0, I)`` times ``exp(-precision s^2 / 2 + shift s)`` for the value s of
every row. That is normal, and its matrix is the one of a Newton step, ``A A^T + diag(1 /
precision)`` (mathematics 11): means are one solve, variances one more pass down the factors.
Without sign rows it is one Cholesky factorization of order k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cutplane._types import Array
from cutplane.arrays import namespace
from cutplane.blas import one_thread
from cutplane.newton.nodes import RowNodes, WeightLeaves, inner_nodes, leaf_nodes
from cutplane.newton.tree_system import Root, TreeSystem
from cutplane.space.operator import Operator
from cutplane.space.row_values import RowValues

#: Precisions are at least this, so that a row without a site has a curvature.
_LEAST = 1e-200


@dataclass(frozen=True)
class Marginals:
    """What normal weights under Gaussian sites say about every row.

    Attributes
    ----------
    mean, variance : RowValues
        Of the values of the prediction rows and, for each pattern class, the sign rows of one of
        its units.
    forces : RowValues
        ``shift - precision * mean``; the mean of the weights is ``A^T`` of them.
    """

    mean: RowValues
    variance: RowValues
    forces: RowValues
    _shift: RowValues = field(repr=False)
    _factors: _Factors = field(repr=False)

    @cached_property
    def log_normaliser(self) -> float:
        """Log of the integral of the sites over ``N(0, I)``, those of every unit counted."""
        log_determinant = self._factors.log_determinant(self._shift.count)
        return (self._shift.dot(self.mean) - log_determinant) / 2


def marginals(operator: Operator, precision: RowValues, shift: RowValues) -> Marginals:
    """Normal law of ``N(0, I)`` times ``exp(-precision s^2 / 2 + shift s)`` on every row.

    Parameters
    ----------
    operator : Operator
        A, from weights to the rows' values s.
    precision : RowValues
        Nonnegative; 0 for a row without a site.
    shift : RowValues
        Precision times the site's mean.

    Returns
    -------
    Marginals

    Raises
    ------
    numpy.linalg.LinAlgError
        Rounding has made a matrix indefinite: precisions are extreme.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 3.6.
    """
    with one_thread():
        xp = namespace(precision.root)
        lam = [xp.sqrt(xp.maximum(own, _LEAST)) for own in precision.layers]
        root = xp.maximum(precision.root, _LEAST)
        factors = _Factors.of(operator, lam, 1 / root)
        layers = [own / scale**2 for own, scale in zip(shift.layers, lam, strict=True)]
        step = factors.system.solve(operator.row_values(shift.root / root, layers))
        variance = operator.row_values(*factors.variances())
        return Marginals(step.values, variance, step.forces, shift, factors)


@dataclass(frozen=True)
class _Factors:
    """The factored nodes, with the leaves, if there are any, apart."""

    leaves: tuple[RowNodes | WeightLeaves, ...]
    inner: list[RowNodes]
    root: Root

    @classmethod
    def of(cls, operator: Operator, lam: Sequence[Array], curvature: Array) -> _Factors:
        if not operator.layers:
            return cls((), [], Root(operator.covariance, curvature))
        leaves = leaf_nodes(operator, lam[0], 1.0)
        inner, covariance = inner_nodes(leaves, operator, lam)
        return cls((leaves,), inner, Root(covariance, curvature))

    @property
    def system(self) -> TreeSystem:
        return TreeSystem([*self.leaves, *self.inner], self.root)

    def variances(self) -> tuple[Array, list[Array]]:
        """Variances of the prediction rows, and of each layer's sign rows."""
        layers: list[Array] = []
        if self.leaves:
            reduction = self.root.reduction()[None, ...]
            for node in reversed(self.inner):
                layers.append(node.variance(reduction))
                reduction = node.reduction(reduction)
            layers.append(self.leaves[0].variance(reduction))
        return self.root.variance(), layers[::-1]

    def log_determinant(self, count: Sequence[Array]) -> float:
        """``log det (I + A A^T diag(precision))`` of all units (mathematics (11.11))."""
        total = self.root.log_determinant()
        for node, units in zip([*self.leaves, *self.inner], count, strict=True):
            total += float(units @ node.log_determinant())
        return total
