"""The version space is the set that mathematics 2 says, whatever order its labels came in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.rows import rows_that_cut
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


def problem(hidden, *, k=12, seed=0, fit_intercept=True):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, 3))
    y = np.where(X[:, 0] - X[:, 1] + 0.2 > 0, 1.0, -1.0)
    return sample_arrangement(X, hidden, rng, fit_intercept=fit_intercept), X, y


@pytest.mark.parametrize("hidden", HIDDEN)
def test_slacks_are_the_rows_of_the_theorem(hidden, leaf_features):
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y)
    weights = np.random.default_rng(1).normal(size=(arrangement.n_leaves, arrangement.n_inputs))
    rows = arrangement.inputs.of(X)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    patterns = arrangement.patterns(X)
    prediction, sign = space.slacks(weights)
    np.testing.assert_allclose(prediction, y * (leaf_features(patterns, unit) @ weights.ravel()))
    expected, block = [], weights
    for level, pattern in enumerate(patterns):  # nodes of layer l: their leaves lie together
        n_nodes = int(np.prod([2 * p for p in arrangement.n_patterns[level:]]))
        below = leaf_features(patterns[:level], unit)
        value = below @ block.reshape(n_nodes, -1).T
        sigma = 2.0 * np.repeat(pattern, 2, axis=1) - 1
        expected.append((value * np.tile(sigma, n_nodes // sigma.shape[1])).T.ravel())
    expected = np.concatenate(expected) if expected else np.empty(0)
    np.testing.assert_allclose(sign, expected, atol=1e-12)
    assert space.operator.n_sign_rows == sign.size


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_realizable_labels_survive_every_cut(hidden, gated):
    """A network that gives the labels is never cut off, in whatever order they come."""
    arrangement, X, y = problem(hidden, k=15)
    teacher = analytic_center(VersionSpace.classification(arrangement, X, y, gated=gated)).weights
    order = np.random.default_rng(2).permutation(len(y))
    space = VersionSpace.classification(arrangement, X[:0], y[:0], gated=gated)
    for row in order:
        space = space.with_labels(X[[row]], y[[row]])
        assert space.contains(teacher)
        assert space.contains(analytic_center(space).weights)
    flipped = space.relabelled(np.where(np.arange(15) == 4, -space.y, space.y))
    assert not flipped.contains(teacher)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_labels_one_by_one_are_labels_at_once(hidden):
    arrangement, X, y = problem(hidden)
    whole = VersionSpace.classification(arrangement, X, y, cost=3.0)
    parts = VersionSpace.classification(arrangement, X[:5], y[:5], cost=3.0)
    parts = parts.with_labels(X[5:6], y[5:6]).with_labels(X[6:], y[6:])
    np.testing.assert_array_equal(parts.rows, whole.rows)
    np.testing.assert_array_equal(parts.y, whole.y)
    np.testing.assert_allclose(parts.cuts.price, whole.cuts.price)
    for a, b in zip(parts.patterns, whole.patterns, strict=True):
        np.testing.assert_array_equal(a, b)


def test_adding_labels_leaves_the_old_space_alone():
    arrangement, X, y = problem((6,))
    space = VersionSpace.classification(arrangement, X[:5], y[:5])
    space.with_labels(X[5:], y[5:])
    assert space.n_rows == 5


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_rows_of_zeros_cut_only_with_a_constant(fit_intercept):
    arrangement, X, y = problem((6,), fit_intercept=fit_intercept)
    X[3] = 0
    space = VersionSpace.classification(arrangement, X, y)
    assert space.n_rows == len(X) - (not fit_intercept)
    for rows in (X, sparse.csr_matrix(X)):
        assert np.flatnonzero(~rows_that_cut(rows)).tolist() == [3]


def test_relabelled_shares_the_tree():
    arrangement, X, y = problem((6,))
    space = VersionSpace.classification(arrangement, X, y)
    other = space.relabelled(-y)
    assert other.tree is space.tree
    np.testing.assert_array_equal(other.y, -y)
    np.testing.assert_array_equal(other.cuts.y, -y)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_sparse_rows_make_the_same_space(hidden):
    arrangement, X, y = problem(hidden)
    X[np.abs(X) < 0.5] = 0
    dense = VersionSpace.classification(arrangement, X, y)
    other = VersionSpace.classification(arrangement, sparse.csr_matrix(X), y)
    np.testing.assert_allclose(other.rows, dense.rows)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_gate_kernel_is_the_inner_product_of_the_leaf_features(hidden, leaf_features):
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y, gated=True)
    fresh = np.random.default_rng(3).normal(size=(7, 3))
    ours = leaf_features(space.patterns, space.tree.rows)
    theirs = leaf_features(arrangement.patterns(fresh), arrangement.inputs.of(fresh))
    rows, patterns = arrangement.inputs.of(fresh), arrangement.patterns(fresh)
    np.testing.assert_allclose(space.gate_kernel(patterns, rows), theirs @ ours.T, atol=1e-5)
    np.testing.assert_allclose(space.operator.covariance, ours @ ours.T, atol=1e-5)
    variance = space.prior_variance(patterns, rows)
    np.testing.assert_allclose(variance, (theirs**2).sum(axis=1))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_contains_minds_the_ball(hidden):
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y, radius=2.0)
    weights = analytic_center(space).weights
    unit = weights / np.linalg.norm(weights)
    assert space.contains(1.99 * unit)
    assert not space.contains(2.01 * unit)
    assert not space.contains(-unit)


@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
@pytest.mark.parametrize("gated", [False, True])
def test_hard_slabs_hold_at_the_center(hidden, gated, leaf_features):
    arrangement, X, _ = problem(hidden)
    y = X[:, 0] - 0.5 * X[:, 1]
    space = VersionSpace.regression(arrangement, X, y, epsilon=0.1, radius=20.0, gated=gated)
    weights = analytic_center(space).weights
    assert space.contains(weights)
    features = leaf_features(arrangement.patterns(X), arrangement.inputs.of(X))
    error = np.abs(features @ weights.ravel() - y)
    assert error.max() < 0.1
    np.testing.assert_allclose(space.slacks(weights)[0] * space.lengths, 0.1 - error)


@given(st.integers(-300, 300), st.integers(0, 10**6))
def test_lengths_neither_overflow_nor_underflow(exponent, seed):
    arrangement, X, y = problem((3,), k=4, seed=seed, fit_intercept=False)
    unit = VersionSpace.classification(arrangement, X, y)
    scaled = VersionSpace.classification(arrangement, X * 10.0**exponent, y)
    np.testing.assert_allclose(scaled.tree.rows, unit.tree.rows, rtol=1e-7)
    np.testing.assert_allclose(scaled.lengths, unit.lengths * 10.0**exponent, rtol=1e-7)


@pytest.mark.parametrize("rows", [np.zeros((2, 5)), np.zeros(3), np.zeros((3, 3))])
def test_wrong_shapes_are_named(rows):
    arrangement, *_ = problem((6,))
    with pytest.raises(InvalidInputError, match=r"expected \(k, 3\) and \(k,\)"):
        VersionSpace.classification(arrangement, rows, [1, -1])
