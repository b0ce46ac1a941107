"""Sampled gates: what the patterns mean, and which patterns are kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane.errors import InvalidInputError
from cutplane.space.arrangement import sample_arrangement

HIDDEN = [(), (9,), (6, 4), (4, 3, 3), (3, 3, 2, 2)]


def pool(n=60, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)) * [1, 10, 0.1][:d] + [0, 5, -1][:d]


def sample(X, hidden, seed=0, **options):
    return sample_arrangement(X, hidden, np.random.default_rng(seed), **options)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_patterns_are_the_gates_of_a_random_network(hidden, fit_intercept):
    """Layer l sees the ReLU features of layer l - 1; 0/1 matrices (n_rows, P_l)."""
    X = pool()
    arrangement = sample(X, hidden, fit_intercept=fit_intercept)
    fresh = pool(20, seed=1)
    features = np.hstack([fresh, np.ones((20, 1))]) if fit_intercept else fresh
    patterns = arrangement.patterns(fresh)
    assert len(patterns) == len(hidden)
    for gate, pattern, p in zip(arrangement.gates, patterns, arrangement.n_patterns, strict=True):
        assert gate.shape == (features.shape[1], p)
        assert pattern.shape == (20, p)
        assert pattern.dtype == np.uint8
        np.testing.assert_array_equal(pattern, (features @ gate >= 0).astype(int))
        features = np.maximum(features @ gate, 0)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_sizes(hidden):
    arrangement = sample(pool(), hidden)
    assert arrangement.n_patterns == hidden  # 60 rows have plenty of patterns
    assert arrangement.n_leaves == np.prod([2 * p for p in hidden])
    assert (arrangement.n_inputs, arrangement.n_features) == (4, 3)


@pytest.mark.parametrize("hidden", HIDDEN[1:])
def test_patterns_on_the_pool_are_distinct_and_on_somewhere(hidden):
    X = pool()
    for pattern in sample(X, hidden).patterns(X):
        assert np.unique(pattern, axis=1).shape == pattern.shape
        assert pattern.any(axis=0).all()


@pytest.mark.parametrize("hidden", HIDDEN[1:])
def test_with_an_intercept_every_layer_has_a_gate_that_is_always_on(hidden):
    arrangement = sample(pool(), hidden)
    far = 1e6 * np.random.default_rng(3).normal(size=(200, 3))
    for pattern in arrangement.patterns(far):
        assert pattern[:, 0].all()


@pytest.mark.parametrize("factor", [2.0**-498, 2.0**-40, 2.0**40, 2.0**498])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_patterns_do_not_depend_on_the_unit_of_the_rows(factor, fit_intercept):
    X = pool()
    for hidden in HIDDEN[1:3]:
        here = sample(X, hidden, fit_intercept=fit_intercept).patterns(X)
        there = sample(factor * X, hidden, fit_intercept=fit_intercept).patterns(factor * X)
        for a, b in zip(here, there, strict=True):
            assert (a != b).mean() < 0.01  # a row on a gate may fall on either side


def test_gates_pass_through_data_that_lie_far_from_the_origin():
    X = pool() + 1e6
    share = sample(X, (50,)).patterns(X)[0][:, 1:].mean()
    assert 0.3 < share < 0.7


def test_few_rows_have_few_patterns():
    X = np.array([[-1.0], [0.0], [1.0]])
    arrangement = sample(X, (200,))
    # k points on a line: thresholds between them, seen from both sides, and all on.
    assert 3 <= arrangement.n_patterns[0] <= 5


def test_duplicate_rows_and_constant_columns_add_no_pattern():
    X = pool(8)
    plain = sample(X, (500,))
    doubled = sample(np.repeat(X, 5, axis=0), (500,))
    assert doubled.n_patterns[0] <= 2 * sum(_cover(8, 3))
    constant = sample(np.hstack([X, np.full((8, 1), 7.0)]), (50,))
    assert all(np.isfinite(gate).all() for gate in constant.gates)
    assert plain.n_patterns[0] <= 2 * sum(_cover(8, 3))


def _cover(k, d):
    """Cover (1965): k points in general position have 2 * sum C(k-1, i) affine dichotomies."""
    from math import comb

    return [comb(k - 1, i) for i in range(d + 1)]


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_rows_have_the_patterns_of_dense_ones(fit_intercept):
    X = pool()
    X[np.abs(X) < 0.5] = 0
    S = sparse.csr_matrix(X)
    dense = sample(X, (9, 4), fit_intercept=fit_intercept)
    other = sample(S, (9, 4), fit_intercept=fit_intercept)
    for a, b, c in zip(dense.patterns(X), other.patterns(S), dense.patterns(S), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


def test_same_seed_same_gates_other_seed_other_gates():
    X = pool()
    for a, b in zip(sample(X, (9, 4)).gates, sample(X, (9, 4)).gates, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(sample(X, (9,), 1).gates[0], sample(X, (9,), 2).gates[0])


def test_large_pools_are_thinned_but_keep_their_patterns(monkeypatch):
    X = pool(500)
    monkeypatch.setattr("cutplane.space.arrangement._MAX_ROWS", 60)
    arrangement = sample(X, (20,))
    assert arrangement.n_patterns == (20,)
    assert np.unique(arrangement.patterns(X)[0], axis=1).shape[1] == 20


@pytest.mark.parametrize("hidden", [(0,), (-3,), (2.5,), (4, 0)])
def test_widths_must_be_positive_whole_numbers(hidden):
    with pytest.raises(InvalidInputError, match="positive whole number"):
        sample(pool(), hidden)


@given(
    n=st.integers(1, 12),
    d=st.integers(1, 4),
    hidden=st.lists(st.integers(1, 12), max_size=3),
    fit_intercept=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_any_small_pool_gives_distinct_patterns(n, d, hidden, fit_intercept, seed):
    X = np.random.default_rng(seed).integers(-2, 3, size=(n, d)).astype(float)
    arrangement = sample(X, tuple(hidden), seed, fit_intercept=fit_intercept)
    for pattern, wanted in zip(arrangement.patterns(X), hidden, strict=True):
        assert 1 <= pattern.shape[1] <= wanted
        assert np.unique(pattern, axis=1).shape == pattern.shape


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_gates_are_dense_where_the_rows_are(kind):
    """Of two tight clusters, about as many gates cut one of them as pass between them."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(-10, 1, size=(100, 1)), rng.normal(10, 1, size=(100, 1))])
    on = sample(kind(X), (60,)).patterns(kind(X))[0][:, 1:]
    inside = [0 < column.sum() < 100 for half in (on[:100], on[100:]) for column in half.T]
    assert sum(inside) > 0.8 * on.shape[1]


def test_no_row_lies_on_a_gate():
    """Else its pattern would be decided by rounding, and by how many rows are evaluated."""
    X = np.random.default_rng(0).integers(0, 3, size=(50, 4)).astype(float)
    arrangement = sample(X, (80,))
    z = arrangement.inputs.of(X) @ arrangement.gates[0][:, 1:]
    assert np.abs(z).min() > 1e-9 * np.abs(z).max()


def test_thirds_repeat_the_gate_that_is_always_on_in_every_layer():
    X = pool()
    arrangement = sample(X, (9, 7), units="thirds")
    assert arrangement.n_patterns == (9, 7)
    far = 1e6 * np.random.default_rng(3).normal(size=(200, 3))
    for pattern, n_always, p in zip(arrangement.patterns(far), (1 + 3, 1 + 2), (9, 7), strict=True):
        assert pattern[:, 0].all()
        assert pattern[:, p - n_always + 1 :].all()
    # no gate of the second layer reads a feature that repeats another one
    assert not arrangement.gates[1][6:].any()
    mixed = sample(X, (6, 5), units="mixed")
    np.testing.assert_array_equal(arrangement.gates[0][:, :6], mixed.gates[0])


def test_thirds_need_an_intercept():
    with pytest.raises(InvalidInputError, match="units='thirds' need the constant"):
        sample(pool(), (6,), units="thirds", fit_intercept=False)
