"""Kernels and prior variances with weighed columns, for dense and sparse rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane.space.arrangement import sample_arrangement
from cutplane.space.kernel import gate_kernel, prior_variance, weighed

HIDDEN = [(), (6,), (4, 3), (3, 2, 2)]


def rows_and_patterns(hidden, *, seed=0, n=9):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)) * (rng.uniform(size=(n, 3)) < 0.6)
    arrangement = sample_arrangement(rng.normal(size=(30, 3)), hidden, rng)
    return arrangement, arrangement.inputs.of(X), arrangement.patterns(X)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("slope", [1.0, 0.0, 0.3, 5.0])
def test_kernel_and_variance_are_those_of_the_leaves_written_out(hidden, slope, leaf_features):
    """Leaf weights of variance slope^2 but for the constant's, which is 1."""
    arrangement, rows, patterns = rows_and_patterns(hidden)
    metric = arrangement.metric(slope)
    deviation = np.full(4, slope)
    deviation[-1] = 1.0
    features = leaf_features(patterns, rows * deviation)
    made = gate_kernel(patterns, rows, patterns, weighed(rows, metric))
    np.testing.assert_allclose(made, features @ features.T, rtol=1e-6, atol=1e-6)
    variance = prior_variance(patterns, rows, metric)
    np.testing.assert_allclose(variance, (features**2).sum(axis=1), rtol=1e-12)


@given(st.sampled_from(HIDDEN), st.sampled_from([1.0, 0.0, 0.7]), st.integers(0, 1000))
def test_sparse_rows_are_dense_rows(hidden, slope, seed):
    arrangement, rows, patterns = rows_and_patterns(hidden, seed=seed)
    metric, csr = arrangement.metric(slope), sparse.csr_matrix(rows)
    ours = weighed(csr, metric)
    assert sparse.issparse(ours)
    assert ours.format == "csr"
    np.testing.assert_allclose(ours.toarray(), weighed(rows, metric))
    variance = prior_variance(patterns, csr, metric)
    assert variance.shape == (len(rows),)
    np.testing.assert_allclose(variance, prior_variance(patterns, rows, metric))
    dense = gate_kernel(patterns, rows, patterns, weighed(rows, metric))
    for one in (rows, csr):
        for other in (weighed(rows, metric), ours):
            made = gate_kernel(patterns, one, patterns, other)
            assert isinstance(made, np.ndarray)
            np.testing.assert_allclose(made, dense, rtol=1e-6, atol=1e-9)


def test_slope_one_weighs_nothing():
    arrangement, rows, _ = rows_and_patterns((6,))
    assert arrangement.metric(1.0) is None
    assert weighed(rows, None) is rows


@pytest.mark.parametrize("units", ["halfspaces", "balls", "mixed"])
def test_without_slope_rows_differ_by_their_patterns_alone(units):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 3))
    arrangement = sample_arrangement(X, (8,), rng, units=units)
    rows, patterns = arrangement.inputs.without_norms(X), arrangement.patterns(X)
    made = gate_kernel(patterns, rows, patterns, weighed(rows, arrangement.metric(0.0)))
    (on,) = patterns
    np.testing.assert_allclose(made, 2.0 * on.astype(int) @ on.astype(int).T)
