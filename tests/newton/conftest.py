"""Labels and trees of any depth, and their Newton systems written out as dense matrices."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pytest
from scipy.linalg import lu_factor, lu_solve

from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.operator import TreeOperator
from cutplane.space.row_values import RowValues


@dataclass(frozen=True, eq=False)
class DenseSystem:
    """A Newton system over a random tree, and its matrix over one row of each class."""

    operator: TreeOperator
    multipliers: list
    curvature: np.ndarray
    tau: float

    @cached_property
    def matrix(self):
        size = self.curvature.size + sum(own.size for own in self.multipliers)
        columns = [
            self.flat(self.operator.apply(self.rows(unit)) / self.tau) for unit in np.eye(size)
        ]
        diagonal = RowValues(self.curvature, tuple(own**-2.0 for own in self.multipliers))
        return np.array(columns).T + np.diag(self.flat(diagonal))

    @cached_property
    def factors(self):
        return lu_factor(self.matrix)

    @property
    def arguments(self):
        return self.operator, self.multipliers, self.curvature, self.tau

    def flat(self, values):
        return np.concatenate([values.root, *(own.ravel() for own in values.layers)])

    def rows(self, flat):
        k, nodes = self.operator.tree.n_rows, self.operator.tree.n_nodes
        root, *layers = np.split(flat, np.cumsum([k, *(m * k for m in nodes)])[:-1])
        return self.operator.row_values(root, [own.reshape(-1, k) for own in layers])

    def solution(self, residual):
        return self.rows(lu_solve(self.factors, self.flat(residual)))


def _labelled(hidden, *, k=9, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 2))
    y = np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0)
    return sample_arrangement(X, hidden, rng), X, y


def _dense_rows(space):
    tree = space.full_tree
    shape = (space.arrangement.n_leaves, space.rows.shape[1])
    columns = []
    for unit in np.eye(shape[0] * shape[1]):
        values, prediction = tree.values(unit.reshape(shape) @ tree.rows.T)
        signs = [layer.signed(v).ravel() for layer, v in zip(tree.layers, values, strict=True)]
        columns.append(np.concatenate([prediction, *signs]))
    return np.array(columns).T


@cache  # tests share its matrix: that of four layers takes seconds
def _dense_system(hidden, k, d, *, seed=0, spread=2.0, tau=1.7):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, d - 1))
    arrangement = sample_arrangement(rng.normal(size=(40, d - 1)), hidden, rng)
    rows = arrangement.inputs.of(X)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    operator = TreeOperator(GateTree.from_patterns(rows, arrangement.patterns(X)))
    lam = [rng.uniform(1 / spread, spread, (m, k)) for m in operator.tree.n_nodes]
    curvature = rng.uniform(1 / spread, spread, k)
    return DenseSystem(operator, lam, curvature, tau)


@pytest.fixture(scope="session")
def labelled():
    """Labels of an affine function: realizable by every arrangement with an intercept."""
    return _labelled


@pytest.fixture(scope="session")
def dense_rows():
    """Every prediction and sign row as a dense matrix, by probing unit weights."""
    return _dense_rows


@pytest.fixture(scope="session")
def dense_system():
    """Random rows, gates and multipliers, with the matrix ``A A^T / tau + diag(h)``."""
    return _dense_system
