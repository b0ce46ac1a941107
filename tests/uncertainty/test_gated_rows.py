"""Rows that are read once: what other sets and fewer labels knew of them is taken over."""

import numpy as np
import pytest
from scipy import sparse

from cutplane.space import version_space
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty import prior as prior_module
from cutplane.uncertainty.prior import GatedRows, Shared

N, K = 12, 6


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(40, 3))


@pytest.fixture
def spaces(X):
    """Version spaces of more and more labels."""
    gates = sample_arrangement(X, (7, 3), np.random.default_rng(1))
    empty = VersionSpace.classification(gates, X[:0], [], gated=True)
    return lambda labelled: empty.with_labels(X[labelled], np.ones(len(labelled)))


@pytest.fixture
def computed(monkeypatch):
    """Sizes of the kernels that are computed, and numbers of rows whose patterns are."""
    kernels, read = [], []
    kernel, patterns = prior_module.gate_kernel, Arrangement.patterns

    def of_kernel(patterns, rows, others, other_rows):
        kernels.append((rows.shape[0], other_rows.shape[0]))
        return kernel(patterns, rows, others, other_rows)

    def of_rows(self, X):
        read.append(X.shape[0])
        return patterns(self, X)

    for module in (prior_module, version_space):
        monkeypatch.setattr(module, "gate_kernel", of_kernel)
    monkeypatch.setattr(Arrangement, "patterns", of_rows)
    return kernels, read


def assert_same(found, expected, space, other):
    for own, new in zip(found.patterns, expected.patterns, strict=True):
        np.testing.assert_array_equal(own, new)
    for own, new in zip(found.prior(space), expected.prior(space), strict=True):
        np.testing.assert_allclose(own, new)
    np.testing.assert_allclose(found.covariance(space, other), expected.covariance(space, other))


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_only_what_is_new_is_computed(kind, X, spaces, computed):
    kernels, read = computed
    rows, space = kind(X[:N]), spaces(np.arange(20, 20 + K))
    other = GatedRows.of(space, kind(X[30:33]))
    first = GatedRows.of(space, rows)
    first.prior(space), first.covariance(space, other)
    more = spaces(np.arange(20, 20 + K + 2))
    second = GatedRows.of(more, kind(X[4 : N + 3]), [Shared(first, _places(4, N + 3, 0, N))])
    kernels.clear()
    expected = GatedRows.of(more, kind(X[4 : N + 3]))
    read.clear()
    again = GatedRows.of(more, kind(X[4 : N + 3]), second.shared)
    assert read == [3]
    second.prior(more), second.covariance(more, other)
    assert kernels == [(3, K), (N - 1, 2), (3, 3)]
    for own in (second, second.settled(), again):
        assert_same(own, expected, more, other)


def _places(begin, end, known_begin, known_end):
    places = np.arange(begin, end)
    return np.where(places < known_end, places - known_begin, -1)


def test_the_first_set_that_knows_a_row_is_asked(X, spaces):
    space = spaces(np.arange(20, 26))
    every = GatedRows.of(space, X[:N])
    sets = [GatedRows.of(space, X[own]) for own in (np.arange(4), np.arange(2, 9))]
    for own in sets:
        own.prior(space)
    at = [np.r_[0:4, [-1] * 8], np.r_[-1, -1, 0:7, [-1] * 3]]
    found = GatedRows.of(space, X[:N], [Shared(*pair) for pair in zip(sets, at, strict=True)])
    assert_same(found, every, space, sets[0])


def test_labels_that_were_told_otherwise_are_forgotten(X, spaces):
    rows = GatedRows.of(spaces([20]), X[:N])
    for labelled in ([20, 21], [20, 22, 23], [24], [24, 21], [20]):
        space = spaces(labelled)
        np.testing.assert_allclose(
            rows.prior(space).cross, GatedRows.of(space, X[:N]).prior(space).cross
        )


def test_slopes_are_told_apart(X, spaces):
    space = spaces([20, 21])
    steep = space.assuming(Hypothesis(slope=3.0))
    rows = GatedRows.of(space, X[:N])
    for own in (space, steep, space):
        np.testing.assert_allclose(rows.prior(own)[1], GatedRows.of(own, X[:N]).prior(own)[1])


def test_sets_under_other_gates_share_nothing(X, spaces):
    one, space = spaces([20]), spaces([20])
    other = VersionSpace.classification(
        sample_arrangement(X, (7, 3), np.random.default_rng(2)), X[20:21], [1.0], gated=True
    )
    known = GatedRows.of(other, X[:N])
    known.prior(other)
    found = GatedRows.of(space, X[:N], [Shared(known, np.arange(N))])
    assert_same(found, GatedRows.of(one, X[:N]), space, known)


def test_linear_networks_share_rows_without_gates(X):
    gates = sample_arrangement(X, (), np.random.default_rng(1))
    space = VersionSpace.classification(gates, X[:K], np.ones(K), gated=True)
    first = GatedRows.of(space, X[:N])
    again = GatedRows.of(space, X[:N], [Shared(first, np.arange(N))])
    assert len(again.patterns) == 0
    np.testing.assert_array_equal(again.rows, first.rows)
