"""Balls: on exactly within their radius, half of the gates if wanted, of any unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane.errors import InvalidInputError
from cutplane.space.arrangement import Arrangement, sample_arrangement

RADIAL = ["mixed", "balls"]


def pool(n=80, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)) * [1, 10, 0.1][:d] + [0, 5, -1][:d]


def sample(X, hidden=(40,), seed=0, units="mixed", **options):
    return sample_arrangement(X, hidden, np.random.default_rng(seed), units=units, **options)


def kinds(arrangement):
    """Which first-layer gates are balls: those that read the square."""
    radial = arrangement.inputs.radial
    return arrangement.gates[0][radial + 1] != 0


def spheres(arrangement):
    """Centers (n_features, n) and squared radii of the balls, read off their gates."""
    gates = arrangement.gates[0][:, kinds(arrangement)]
    mean, mean_square = arrangement.inputs.norms
    d = arrangement.n_features
    scaled = gates * (2 * mean / -gates[d + 1])
    centers = scaled[:d] / 2
    return centers, scaled[-1] + mean_square + (centers**2).sum(axis=0)


@given(n=st.integers(5, 60), d=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_a_ball_is_on_exactly_within_its_radius(n, d, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * rng.uniform(0.5, 5, size=d)
    arrangement = sample(X, (20,), seed, "balls")
    centers, square = spheres(arrangement)
    fresh = np.vstack([X, 2 * rng.normal(size=(50, d))])
    distance = ((fresh[:, :, None] - centers) ** 2).sum(axis=1)
    on = arrangement.patterns(fresh)[0][:, kinds(arrangement)] == 1
    clear = np.abs(distance - square) > 1e-9 * (square + (centers**2).sum(axis=0))
    np.testing.assert_array_equal(on[clear], (distance <= square)[clear])
    nearest = ((X[:, :, None] - centers) ** 2).sum(axis=1).min(axis=0)
    np.testing.assert_allclose(nearest, 0, atol=1e-12 * (X**2).sum(axis=1).max())  # a row


def test_balls_hold_from_few_rows_to_most():
    X = pool(500)
    on = sample(X, (200,), units="balls").patterns(X)[0][:, 1:].mean(axis=0)
    assert 0.01 <= on.min() < 0.1
    assert 0.8 < on.max() <= 0.91
    assert 0.4 < np.median(on) < 0.52


@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_mixed_gates_are_half_and_half(width):
    is_ball = kinds(sample(pool(), (width,)))
    assert is_ball.size == width
    assert is_ball.sum() == width // 2


def test_where_balls_are_few_there_are_more_halfspaces():
    """Around 6 rows there are at most 5 balls each, while halfspaces have nearly all patterns."""
    is_ball = kinds(sample(pool(6), (60,)))
    assert is_ball.size > 45
    assert 10 < is_ball.sum() <= 30


@pytest.mark.parametrize("units", RADIAL)
def test_only_halfspaces_read_the_radial_column_and_only_balls_the_square(units):
    arrangement = sample(pool(), units=units)
    is_ball, radial = kinds(arrangement), arrangement.inputs.radial
    gates = arrangement.gates[0]
    assert (gates[radial, is_ball] == 0).all()
    assert (gates[radial, ~is_ball][1:] != 0).all()
    assert (~is_ball).sum() == (20 if units == "mixed" else 1)
    np.testing.assert_array_equal(gates[:, 0], np.arange(6) == 5)  # always on


def test_balls_are_as_long_as_normal_directions():
    """In standardised columns; else the next layer or a solver would see two scales."""
    arrangement = sample(pool(400), (300,))
    is_ball, scale = kinds(arrangement), arrangement.inputs.of(pool(400)).std(axis=0)[:-1]
    square = ((arrangement.gates[0][:-1] * scale[:, None]) ** 2).sum(axis=0)
    assert 0.5 < square[is_ball].mean() / square[~is_ball].mean() < 2


@pytest.mark.parametrize("units", RADIAL)
@pytest.mark.parametrize("hidden", [(9,), (9, 4), (4, 3, 3)])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_patterns_are_distinct_and_on_somewhere(units, hidden, kind):
    X = kind(pool())
    arrangement = sample(X, hidden, units=units)
    assert arrangement.n_patterns == hidden
    for pattern in arrangement.patterns(X):
        assert np.unique(pattern, axis=1).shape == pattern.shape
        assert pattern.any(axis=0).all()
        assert pattern[:, 0].all()


@pytest.mark.parametrize("units", RADIAL)
def test_sparse_rows_have_the_patterns_of_dense_ones(units):
    X = pool()
    X[np.abs(X) < 0.5] = 0
    S = sparse.csr_matrix(X)
    dense, other = sample(X, (9, 4), units=units), sample(S, (9, 4), units=units)
    for a, b, c in zip(dense.patterns(X), other.patterns(S), dense.patterns(S), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


@pytest.mark.parametrize("factor", [2.0**-490, 2.0**-40, 2.0**40, 2.0**490])
@pytest.mark.parametrize("units", RADIAL)
def test_patterns_do_not_depend_on_the_unit_of_the_rows(factor, units):
    X = pool()
    here = sample(X, (9, 4), units=units).patterns(X)
    there = sample(factor * X, (9, 4), units=units).patterns(factor * X)
    for a, b in zip(here, there, strict=True):
        assert (a != b).mean() < 0.01


@pytest.mark.parametrize("units", RADIAL)
def test_the_seed_decides_the_gates(units):
    X = pool()
    one, two, other = (sample(X, (9, 4), seed, units).gates for seed in (0, 0, 1))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(one[0], other[0])


def test_no_row_lies_on_a_gate():
    """Rows of whole numbers have many equal distances, and many rows are there twice."""
    X = np.random.default_rng(0).integers(0, 3, size=(150, 4)).astype(float)
    arrangement = sample(X, (80,))
    z = arrangement.inputs.of(X) @ arrangement.gates[0][:, 1:]
    assert np.abs(z).min() > 1e-9 * np.abs(z).max()


@given(
    n=st.integers(1, 12),
    d=st.integers(1, 4),
    hidden=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    units=st.sampled_from(RADIAL),
    seed=st.integers(0, 10**6),
)
def test_any_small_pool_gives_distinct_patterns(n, d, hidden, units, seed):
    X = np.random.default_rng(seed).integers(-2, 3, size=(n, d)).astype(float)
    arrangement = sample(X, tuple(hidden), seed, units)
    for pattern, wanted in zip(arrangement.patterns(X), hidden, strict=True):
        assert 1 <= pattern.shape[1] <= wanted
        assert np.unique(pattern, axis=1).shape == pattern.shape


def test_large_pools_are_thinned(monkeypatch):
    monkeypatch.setattr("cutplane.space.ball_gates._MAX_ROWS", 50)
    assert sample(pool(500)).n_patterns == (40,)


@pytest.mark.parametrize("units", RADIAL)
def test_arrays_give_the_same_arrangement_back(units):
    arrangement = sample(pool(), (9, 4), units=units)
    again = Arrangement.from_arrays(*arrangement.to_arrays())
    assert again.inputs == arrangement.inputs
    for a, b in zip(again.patterns(pool()), arrangement.patterns(pool()), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("units", RADIAL)
def test_units_that_read_lengths_need_the_constant(units):
    with pytest.raises(InvalidInputError, match=r"units='\w+' need the constant"):
        sample(pool(), units=units, fit_intercept=False)


def test_a_linear_model_reads_no_lengths():
    arrangement = sample(pool(), (), units="mixed", fit_intercept=False)
    assert (arrangement.n_inputs, arrangement.inputs.norms) == (3, None)
