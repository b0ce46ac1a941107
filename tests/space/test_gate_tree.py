"""The gate tree is the network of Theorem 4.2, and its adjoint is the force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.newton.nodes import tree_system
from cutplane.newton.small_matrices import inverse_spd
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.operator import TreeOperator

HIDDEN = [(5,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


def trees(hidden, k=7, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 3))
    arrangement = sample_arrangement(rng.normal(size=(40, 3)), hidden, rng)
    patterns = arrangement.patterns(X)
    rows = arrangement.with_constant(X)
    return rng, GateTree.from_patterns(rows, patterns), GateTree.without_classes(rows, patterns)


def explicit_prediction(rows, patterns, weights):
    """Theorem 4.2 by the book: nested sums over (j_l, c_l), outermost first."""

    def node(level, block):
        if level < 0:
            return rows @ block[0]
        p = patterns[level].shape[1]
        parts = np.split(block, 2 * p)
        total = np.zeros(rows.shape[0])
        for j in range(p):
            for c, sign in enumerate((1.0, -1.0)):
                child = node(level - 1, parts[2 * j + c])
                total += sign * patterns[level][:, j] * child
        return total

    return node(len(patterns) - 1, weights)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_values_are_the_nested_sums_of_the_theorem(hidden):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(7, 3))
    arrangement = sample_arrangement(rng.normal(size=(40, 3)), hidden, rng)
    patterns = arrangement.patterns(X)
    rows = arrangement.with_constant(X)
    weights = rng.normal(size=(arrangement.n_leaves, 4))
    tree = GateTree.without_classes(rows, patterns)
    _, prediction = tree.values(weights @ rows.T)
    np.testing.assert_allclose(prediction, explicit_prediction(rows, patterns, weights))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_forces_are_the_adjoint_of_values(hidden):
    rng, _, tree = trees(hidden)
    leaf = rng.normal(size=(tree.n_nodes[0], tree.n_rows))
    root = rng.normal(size=tree.n_rows)
    own = [rng.normal(size=(m, tree.n_rows)) for m in tree.n_nodes]
    values, prediction = tree.values(leaf)
    forward = root @ prediction + sum((o * v).sum() for o, v in zip(own, values, strict=True))
    assert forward == pytest.approx((tree.forces(root, own) * leaf).sum())


@pytest.mark.parametrize("hidden", HIDDEN)
def test_classes_predict_what_their_units_predict(hidden):
    rng, tree, full = trees(hidden, k=3)
    per_class = rng.normal(size=(tree.n_nodes[0], 4))
    leaves = tree.expand(per_class)
    assert leaves.shape[0] == full.n_nodes[0]
    np.testing.assert_allclose(
        tree.values(per_class @ tree.rows.T)[1], full.values(leaves @ full.rows.T)[1], atol=1e-12
    )
    assert sum(tree.multiplicity[0]) == full.n_nodes[0]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("k", [2, 7])
def test_tree_elimination_solves_the_dense_system(hidden, k):
    """k < d uses the Gram form of the leaves, k > d their rank."""
    rng, _, tree = trees(hidden, k=k)
    lam = [rng.uniform(0.5, 2, (m, k)) for m in tree.n_nodes]
    curvature, tau = rng.uniform(0.5, 2, k), 1.7
    sizes = [k, *(m * k for m in tree.n_nodes)]

    def stack(root, parts):
        return np.concatenate([root, *(p.ravel() for p in parts)])

    def unstack(vector):
        root, *parts = np.split(vector, np.cumsum(sizes)[:-1])
        return root, [p.reshape(-1, k) for p in parts]

    columns = []
    for unit in np.eye(sum(sizes)):
        root, own = unstack(unit)
        values, prediction = tree.values(tree.forces(root, own) @ tree.gram / tau)
        columns.append(stack(prediction, values))
    dense = np.array(columns).T + np.diag(stack(curvature, [1 / p**2 for p in lam]))
    residual = rng.normal(size=sum(sizes))
    root, own = unstack(residual)
    operator = TreeOperator(tree)
    step = tree_system(operator, lam, curvature, tau).solve(operator.row_values(root, own))
    np.testing.assert_allclose(
        stack(step.forces.root, step.forces.layers), np.linalg.solve(dense, residual), rtol=1e-9
    )


@given(st.integers(1, 90), st.integers(1, 4), st.integers(0, 10**6))
def test_blocked_inverse(k, m, seed):
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(m, k, k))
    A = B @ B.transpose(0, 2, 1) / k + np.eye(k)
    np.testing.assert_allclose(inverse_spd(A) @ A, np.broadcast_to(np.eye(k), A.shape), atol=1e-8)
