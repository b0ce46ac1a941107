"""Version spaces whose centers are known, and their rows written out."""

import numpy as np
import pytest

from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace


def _problem(hidden, *, k=9, seed=0, **options):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 2))
    y = np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng)
    return VersionSpace.classification(arrangement, X, y, **options)


def _linear(X, y, **options):
    arrangement = Arrangement((), Inputs(np.shape(X)[1], False))
    return VersionSpace.classification(arrangement, X, y, **options)


def _wedge(radius=1.0):
    arrangement = Arrangement((np.ones((1, 1)),), Inputs(1, False))
    return VersionSpace.classification(arrangement, [[2.0]], [1.0], radius=radius)


def _dense_rows(space):
    tree = space.full_tree
    shape = (space.arrangement.n_leaves, space.rows.shape[1])
    columns = []
    for unit in np.eye(shape[0] * shape[1]):
        values, prediction = tree.values(unit.reshape(shape) @ tree.rows.T)
        signs = [layer.signed(v).ravel() for layer, v in zip(tree.layers, values, strict=True)]
        columns.append(np.concatenate([space.y * prediction, *signs]))
    rows = np.array(columns).T
    rows = rows if space.has_sign_rows else rows[: space.n_rows]
    return rows[np.linalg.norm(rows, axis=1) > 0]  # a node without children on is 0


def _flat_weights(space, center):
    if space.has_sign_rows:
        return center.weights.ravel()
    rows = _dense_rows(space)[: space.n_rows]
    return rows.T @ (space.y * center.coefficients)


def _margins(space, center):
    rows = _dense_rows(space)
    return rows @ _flat_weights(space, center) / np.linalg.norm(rows, axis=1)


@pytest.fixture(scope="session")
def problem():
    """Labels of an affine function: realizable by every arrangement with an intercept."""
    return _problem


@pytest.fixture(scope="session")
def linear():
    """A linear model without intercept: the cone ``y * X theta >= 0`` itself."""
    return _linear


@pytest.fixture(scope="session")
def orthant():
    """Rows of the positive orthant, each stated twice: redundancy moves no center of it."""
    return lambda n: np.vstack([np.eye(n), 2 * np.eye(n)])


@pytest.fixture(scope="session")
def wedge():
    """One unit of each sign on one input: weights a >= 0, b >= 0, a - b >= 0."""
    return _wedge


@pytest.fixture(scope="session")
def dense_rows():
    """Hard cuts ``rows @ theta >= 0`` over unit rows, by probing; prediction rows first."""
    return _dense_rows


@pytest.fixture(scope="session")
def flat_weights():
    """Weights (n,) of a center, a gated one's from its coefficients."""
    return _flat_weights


@pytest.fixture(scope="session")
def margins():
    """Distance of a center from every hard cut, in row lengths."""
    return _margins
