"""Marginals under Gaussian sites are those of the normal law written out, unit by unit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.newton.marginals import marginals
from cutplane.newton.nodes import RowNodes, WeightLeaves
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (5,), (4, 3), (3, 2, 2)]
SHAPES = [(3, 8), (7, 7), (9, 4)]  # fewer rows than weights, as many, more
#: No site, hardly one, and sites that all but fix their rows.
PRECISIONS = [0.0, 1e-30, 1e-9, 1e-4, 0.3, 2.0, 50.0, 1e4]


def tree_space(hidden, k, d, *, seed=0, copies=2):
    """A space whose first-layer gates are all there ``copies`` times."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, d - 1))
    sampled = sample_arrangement(rng.normal(size=(20, d - 1)), hidden, rng)
    if hidden:
        first, *others = sampled.gates
        if others:
            others[0] = np.tile(others[0], (copies, 1))
        sampled = replace(sampled, gates=(np.tile(first, copies), *others))
    return VersionSpace.classification(sampled, X, np.sign(X[:, 0]))


def random_sites(operator, rng, precisions=PRECISIONS):
    k, nodes = operator.tree.n_rows, [count.size for count in operator.multiplicity]
    precision = operator.row_values(
        rng.choice(precisions, k), [rng.choice(precisions, (m, k)) for m in nodes]
    )
    shift = operator.row_values(rng.normal(size=k), [rng.normal(size=(m, k)) for m in nodes])
    return precision, shift


def units(space, values):
    """Numbers on every row of the tree without classes, flat."""
    tree, index, every = space.tree, np.zeros(1, dtype=int), []
    for layer, own in zip(reversed(tree.layers), reversed(values.layers), strict=False):
        children = layer.child_of(np.arange(layer.member.size))
        index = (index[:, None] * layer.width + children).ravel()
        every.append(own[index].ravel())
    return np.concatenate([values.root, *reversed(every)])


def written_out(space, dense_rows, precision, shift):
    """Means, variances, forces and normaliser of the normal law of all weights."""
    T, nu = units(space, precision), units(space, shift)
    ones = [np.ones((m, space.n_rows)) for m in space.full_tree.n_nodes]
    signs = [
        layer.signed(own).ravel() for layer, own in zip(space.full_tree.layers, ones, strict=True)
    ]
    A = dense_rows(space) * np.concatenate([np.ones(space.n_rows), *signs])[:, None]
    H = np.eye(A.shape[1]) + A.T @ (T[:, None] * A)
    mean = A @ np.linalg.solve(H, A.T @ nu)
    variance = np.einsum("ij,ji->i", A, np.linalg.solve(H, A.T))
    log_normaliser = (nu @ mean - np.linalg.slogdet(H)[1]) / 2
    return mean, variance, nu - T * mean, log_normaliser


def assert_written_out(space, dense_rows, precision, shift):
    law = marginals(space.operator, precision, shift)
    mean, variance, forces, log_normaliser = written_out(space, dense_rows, precision, shift)
    np.testing.assert_allclose(units(space, law.mean), mean, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(units(space, law.variance), variance, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(units(space, law.forces), forces, rtol=1e-7, atol=1e-7)
    assert law.log_normaliser == pytest.approx(log_normaliser, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(("k", "d"), SHAPES)
def test_marginals_are_those_of_the_weights_written_out(dense_rows, hidden, k, d):
    space = tree_space(hidden, k, d, copies=1 if len(hidden) == 3 else 2)
    if 0 < len(hidden) < 3:
        assert space.tree.multiplicity[0].max() > 1
    for seed in (1, 2):
        sites = random_sites(space.operator, np.random.default_rng(seed))
        assert_written_out(space, dense_rows, *sites)


@given(
    st.sampled_from([(2,), (2, 2), (2, 1, 2)]),
    st.integers(1, 6),
    st.integers(2, 4),
    st.integers(0, 10**6),
)
def test_marginals_of_any_tree(dense_rows, hidden, k, d, seed):
    space = tree_space(hidden, k, d, seed=seed, copies=1)
    assert_written_out(
        space, dense_rows, *random_sites(space.operator, np.random.default_rng(seed))
    )


@pytest.mark.parametrize("hidden", HIDDEN)
def test_without_sites_the_law_is_the_prior(hidden):
    space = tree_space(hidden, 5, 4)
    operator = space.operator
    none = operator.row_values(np.zeros(5), [np.zeros((c.size, 5)) for c in operator.multiplicity])
    law = marginals(operator, none, none)
    expected = space.prior_variance(space.patterns, space.tree.rows)
    np.testing.assert_allclose(law.variance.root, expected, rtol=1e-12)
    for own in law.variance.layers[:1]:
        np.testing.assert_allclose(own, 1.0, rtol=1e-12)
    assert not law.mean.root.any()
    assert law.log_normaliser == pytest.approx(0.0, abs=1e-12)


def test_a_gated_law_is_the_normal_law_of_k_predictions():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6, 3))
    arrangement = sample_arrangement(X, (5, 4), rng)
    space = VersionSpace.classification(arrangement, X, np.ones(6), gated=True)
    K, T, nu = space.operator.covariance, rng.uniform(0, 3, 6), rng.normal(size=6)
    law = marginals(space.operator, space.operator.row_values(T, ()), RowValues(nu))
    covariance = np.linalg.inv(np.linalg.inv(K) + np.diag(T))
    np.testing.assert_allclose(law.variance.root, np.diag(covariance))
    np.testing.assert_allclose(law.mean.root, covariance @ nu)
    np.testing.assert_allclose(K @ law.forces.root, law.mean.root)


@pytest.mark.parametrize("node", [RowNodes, WeightLeaves], ids=lambda n: n.__name__)
def test_leaves_by_rows_and_by_weights_say_the_same(node, dense_system):
    system = dense_system((5,), 7, 7)
    layer, tree, lam = system.operator.layers[0], system.operator.tree, system.multipliers[0]
    rng = np.random.default_rng(0)
    F = rng.normal(size=(7, 7)) / 10
    above = (F @ F.T)[None]
    argument = tree.gram / 2 if node is RowNodes else tree.rows
    leaves = RowNodes(layer, argument, lam) if node is RowNodes else node(layer, argument, lam, 2.0)
    S = np.linalg.inv(np.linalg.inv(tree.gram / 2) + np.eye(7) * lam[:, None, :] ** 2)
    seen = S * np.tile(layer.mask, (lam.shape[0] // layer.width, 1))[:, None, :]
    expected = S - seen @ above @ seen.transpose(0, 2, 1)
    np.testing.assert_allclose(
        leaves.variance(above), np.diagonal(expected, axis1=1, axis2=2), rtol=1e-7
    )
    scaled = np.eye(7) + lam[:, :, None] * tree.gram / 2 * lam[:, None, :]
    np.testing.assert_allclose(leaves.log_determinant(), np.linalg.slogdet(scaled)[1])
