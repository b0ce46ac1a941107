"""One sweep up and down a gate tree, which solves every Newton system of the project.

With one row for each prediction and each sign row, a Newton matrix is ``H = A C A^T + diag(h)``:
A maps leaf weights to row values, C is the leaves' covariance (``I / tau`` for a center, that of
their cones in the final solve) and h the curvature of the rows' barriers. Eliminating the tree
from the leaves to the root leaves one matrix for each node (mathematics (3.14)), in time linear in
the number of leaves. How a node holds its matrix is its own affair (:class:`Node`): the factors
live in ``nodes``, ``gram_sketch`` and ``final.cone_nodes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cutplane._types import Array, Floats
from cutplane.arrays import namespace, root_solve, solve_lower, upper_root
from cutplane.newton.near_root import NearRoot
from cutplane.newton.small_matrices import add_to_diagonals, diagonals, identity
from cutplane.space.gate_tree import Layer
from cutplane.space.row_values import RowValues


@dataclass(frozen=True)
class Step:
    """Solution of a Newton system.

    Attributes
    ----------
    forces : RowValues
        Change of the rows' signed multipliers.
    values : RowValues
        Change of the rows' values that these forces make.
    """

    forces: RowValues
    values: RowValues


class Risen(NamedTuple):
    """What the nodes of one layer know on the way up, before any force arrives from above.

    Attributes
    ----------
    residual : ndarray of shape (m, k)
        Right-hand side of their rows.
    below : ndarray of shape (m, k), or None
        Change of value that their children send; None for leaves.
    own : ndarray of shape (m, ...)
        Their answer, in coordinates of their own.
    sent : ndarray of shape (m / A, k)
        Change of value that their parents receive.
    """

    residual: Floats
    below: Floats | None
    own: Floats
    sent: Floats


class Node(Protocol):
    """The nodes of one layer, factored; calls leave no trace on it."""

    @property
    def layer(self) -> Layer:
        """The layer as the parents see it."""
        ...

    def message(self) -> Array:
        """Covariance that the parents receive; (m / A, k, k)."""
        ...

    def up(self, residual: Floats, below: Floats | None) -> Risen:
        """Answer the residuals of the own rows."""
        ...

    def down(self, risen: Risen, force: Floats) -> tuple[Floats, Floats]:
        """Own forces and changes of value, (m, k), under a force (m / A, k) on the parents."""
        ...


class Root:
    """The prediction rows, after all nodes are eliminated: ``reach S reach + diag(h)``.

    Parameters
    ----------
    covariance : ndarray of shape (k, k)
        S, of the value that the nodes below send.
    curvature : ndarray of shape (k,)
        h, second derivative of the prediction rows' conjugate barrier.
    reach : ndarray of shape (k,), optional
        What a row's value is multiplied by to give its prediction.

    Raises
    ------
    numpy.linalg.LinAlgError
        Rounding has made the matrix indefinite.
    """

    def __init__(self, covariance: Array, curvature: Array, reach: Array | float = 1.0):
        self.covariance, self.reach = covariance, reach
        self.scale = 1 / namespace(curvature).sqrt(curvature)
        stretch = reach * self.scale
        scaled = stretch[:, None] * covariance * stretch
        add_to_diagonals(scaled, 1.0)
        self.factor = upper_root(scaled)

    def solve(self, residual: Array, below: Array | None) -> tuple[Array, Array]:
        """Force on the prediction rows, and the change of the prediction."""
        moved = namespace(residual).zeros_like(residual) if below is None else self.reach * below
        right = self.scale * (residual - moved)
        force = self.scale * root_solve(self.factor, right)
        return force, moved + self.reach * (self.covariance @ (self.reach * force))

    def variance(self) -> Array:
        """Variances of the predictions, (k,), under the rows of the whole tree."""
        removed = namespace(self.scale).sum(self._halved(self.covariance) ** 2, axis=0)
        variance: Array = self.reach**2 * (diagonals(self.covariance) - removed)
        return variance

    def reduction(self) -> Array:
        """R of the covariance ``S - S R S`` that the root leaves; (k, k)."""
        half = self._halved(identity(self.covariance))
        reduction: Array = half.T @ half
        return reduction

    def log_determinant(self) -> float:
        """``log det (I + h^-1/2 reach S reach h^-1/2)``."""
        xp = namespace(self.factor)
        return 2 * float(xp.sum(xp.log(diagonals(self.factor))))

    def _halved(self, columns: Array) -> Array:
        """Columns times a root of R."""
        return solve_lower(self.factor, (self.reach * self.scale)[:, None] * columns)


class TreeSystem:
    """A factored Newton matrix; solve it for many right-hand sides.

    Parameters
    ----------
    nodes : sequence of Node
        One for each layer with sign rows, leaves first.
    root : Root or NearRoot
    """

    def __init__(self, nodes: Sequence[Node], root: Root | NearRoot):
        self.nodes, self.root = tuple(nodes), root

    def solve(self, residual: RowValues) -> Step:
        """Solve ``H w = residual``: up the tree, then down."""
        risen: list[Risen] = []
        below: Floats | None = None
        for node, own in zip(self.nodes, residual.layers, strict=True):
            risen.append(node.up(own, below))
            below = risen[-1].sent
        root, prediction = self.root.solve(residual.root, None if below is None else below[0, ...])

        forces: list[Floats] = []
        values: list[Floats] = []
        incoming = (self.root.reach * root)[None, :]
        for node, state in zip(reversed(self.nodes), reversed(risen), strict=True):
            own, change = node.down(state, incoming)
            forces.append(own)
            values.append(change)
            if len(forces) < len(self.nodes):
                incoming = node.layer.scatter(incoming) + own
        return Step(
            RowValues(root, tuple(forces[::-1]), residual.count),
            RowValues(prediction, tuple(values[::-1]), residual.count),
        )
