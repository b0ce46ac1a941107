"""The gate tree is the network of Theorem 4.2, and its adjoint is the force."""

import numpy as np
import pytest

from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree

HIDDEN = [(5,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


def trees(hidden, k=7, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 3))
    arrangement = sample_arrangement(rng.normal(size=(40, 3)), hidden, rng)
    patterns = arrangement.patterns(X)
    rows = arrangement.inputs.of(X)
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
    rows = arrangement.inputs.of(X)
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
