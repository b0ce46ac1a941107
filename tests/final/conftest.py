"""Small problems of the final solve, in their own units and by a conic solver."""

import numpy as np
import pytest
import scipy.sparse as sp

from cutplane.final.scaled import Scaled
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace


def _problem(hidden=(12,), k=10, d=3, *, gated=False, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((k, d))
    y = np.where(X[:, 0] * X[:, -1] > 0, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng)
    return VersionSpace.classification(arrangement, X, y, gated=gated), y


def _scaled(k=30, n_patterns=80):
    space, y = _problem((n_patterns,), k=k)
    return Scaled.of(space, y, 1e-2).problem


def _conic(space, y, beta):
    cp = pytest.importorskip("cvxpy")
    k = space.n_rows
    weights = cp.Variable((space.rows.shape[1], max(space.arrangement.n_leaves, 1)))
    value, constraints = space.rows @ weights, []
    for pattern in space.patterns:
        mask = np.repeat(pattern.astype(float), 2, axis=1)
        n_parents = value.shape[1] // mask.shape[1]
        if space.has_sign_rows:
            constraints.append(cp.multiply(np.tile(2 * mask - 1, n_parents), value) >= 0)
        signed = mask * np.tile([1.0, -1.0], pattern.shape[1])
        total = sp.kron(sp.eye(n_parents), np.ones((mask.shape[1], 1))).tocsr()
        value = cp.multiply(np.tile(signed, n_parents), value) @ total
    loss = cp.sum_squares(value[:, 0] - y) / (2 * k)
    penalty = beta * cp.sum(cp.norm(weights, 2, axis=0))
    statement = cp.Problem(cp.Minimize(loss + penalty), constraints)
    statement.solve(solver="CLARABEL")
    return statement.value


@pytest.fixture(scope="session")
def problem():
    """A version space and its labels, +1 and -1 by the sign of a product."""
    return _problem


@pytest.fixture(scope="session")
def scaled():
    """A spiral-like problem in the solver's own units, most of whose units are zero."""
    return _scaled


@pytest.fixture(scope="session")
def conic():
    """Optimum of the same problem by CVXPY and CLARABEL, every unit on its own."""
    return _conic
