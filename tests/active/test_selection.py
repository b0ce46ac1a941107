"""Choosing rows: what ties, what a batch spreads over, and what rounding must not decide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import pairwise_distances

from cutplane.active.selection import (
    diverse,
    farthest_first,
    leveled,
    nearest,
    places,
    ranking,
    select,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def with_rounding(values, seed=0, size=1e-14):
    """The values as another processor would compute them."""
    return values * (1 + size * rng(seed).normal(size=values.shape))


# Ties


def test_values_that_rounding_tells_apart_are_leveled():
    values = np.array([0.3, 0.1 + 0.2, 2.0, -1.0, np.nextafter(2.0, 3)])
    level = leveled(values)
    assert level[0] == level[1]
    assert level[2] == level[4] == values[4]
    assert level[3] == -1.0


@given(st.integers(2, 60), st.integers(1, 12), st.sampled_from([1e-9, 1.0, 1e9]))
def test_copies_of_values_stay_copies_under_rounding(m, n_values, unit):
    exact = unit * rng(m).normal(size=n_values)[rng(n_values).integers(0, n_values, m)]
    level, noisy = leveled(exact), leveled(with_rounding(exact, m))
    np.testing.assert_array_equal(level, exact)
    for value in np.unique(exact):
        assert np.unique(noisy[exact == value]).size == 1
    assert np.unique(noisy).size == np.unique(exact).size
    np.testing.assert_array_equal(ranking(noisy, rng(3)), ranking(exact, rng(3)))


def test_values_that_differ_are_left_alone():
    for values in (rng().normal(size=10_000), rng().exponential(size=10_000), np.arange(5000.0)):
        assert np.unique(leveled(values)).size > 0.99 * values.size
        np.testing.assert_allclose(leveled(values), values, atol=1e-6)


@pytest.mark.parametrize("outlier", [1e12, -1e12, np.inf, -np.inf])
def test_an_outlier_does_not_make_the_others_alike(outlier):
    values = np.append(rng().random(200), outlier)
    np.testing.assert_array_equal(leveled(values), values)


def test_far_outliers_that_are_copies_tie():
    values = np.append(rng().random(200), [1e12, 1e12 * (1 + 1e-14)])
    assert leveled(values)[-1] == leveled(values)[-2]


def test_constant_utilities_tie_whatever_rounding_says():
    noisy = with_rounding(np.full(40, 3.7))
    assert np.unique(leveled(noisy)).size == 1
    mostly = np.append(noisy, [4.0, 5.0])  # no typical distance from the median
    assert np.unique(leveled(mostly)).size == 3


def test_infinities_and_nan_stay_and_nan_comes_last():
    values = np.array([1.0, np.nan, np.inf, -np.inf, 1.0, np.inf, np.nan])
    np.testing.assert_array_equal(leveled(values), values)
    order = ranking(values, rng())
    assert set(order[:2]) == {2, 5}
    assert order[4] == 3
    assert set(order[5:]) == {1, 6}
    assert leveled(np.full(3, np.nan)).shape == (3,)
    assert leveled(np.empty(0)).shape == (0,)


def test_a_run_of_close_neighbours_is_one_tie():
    chain = 1.0 + 1e-8 * np.arange(50)
    values = np.append(rng().normal(size=500), chain)
    assert np.unique(leveled(values)[-50:]).size == 1


def test_places_invert_the_ranking():
    values = rng().integers(0, 4, 30).astype(float)
    order, place = ranking(values, rng(1)), places(values, rng(1))
    np.testing.assert_array_equal(place[order], np.arange(30))
    assert (np.diff(values[order]) <= 0).all()


@pytest.mark.parametrize("n", [1, 3, 5])
@pytest.mark.parametrize("spread_out", [True, False])
def test_a_batch_is_the_same_however_its_utilities_were_rounded(n, spread_out):
    """More ties than there are places on the short list, which the cut goes through."""
    rows = rng(2).integers(0, 4, size=(200, 3)).astype(float)
    utilities = rng(1).normal(size=3)[rng(3).integers(0, 3, 200)]
    for seed in range(10):
        chosen = [
            select(noisy, near.__getitem__, n, rng(seed), spread_out=spread_out).tolist()
            for noisy, near in (
                (utilities, rows),
                (with_rounding(utilities, seed), np.asfortranarray(rows)),
                (with_rounding(utilities, seed + 100), sparse.csr_matrix(rows)),
                (utilities, with_rounding(rows, seed, 1e-16)),
            )
        ]
        assert all(one == chosen[0] for one in chosen)


@pytest.mark.parametrize("n", [1, 6])
def test_first_questions_do_not_depend_on_storage(n):
    rows = rng(2).integers(-2, 3, size=(80, 2)) / 10
    for kind in (np.asfortranarray(rows), sparse.csr_matrix(rows), with_rounding(rows, 1, 1e-16)):
        for seed in range(5):
            nothing = kind[:0]
            np.testing.assert_array_equal(
                diverse(kind, nothing, n, rng(seed)), diverse(rows, rows[:0], n, rng(seed))
            )


def test_of_rows_equally_far_the_first_is_taken():
    square = np.array([[0.0, 0], [0.1, 0.7], [0.7, 0.1], [-0.1, 0.7], [0.7, -0.1]])
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    assert farthest_first(square, 2).tolist() == farthest_first(square @ turn, 2).tolist() == [0, 1]


def test_the_most_central_of_copies_is_decided_by_the_seed():
    rows = np.zeros((8, 2))
    assert len({int(diverse(rows, rows[:0], 1, rng(seed))[0]) for seed in range(40)}) > 4


# Batches and first questions


def test_one_row_is_the_best_row():
    utilities = np.array([0.1, 0.9, 0.3])
    assert select(utilities, np.zeros((3, 1)).__getitem__, 1, rng()).tolist() == [1]


def test_ties_are_broken_at_random_but_by_seed():
    tie = np.zeros(10)
    rows = np.arange(10.0)[:, None]
    firsts = {int(select(tie, rows.__getitem__, 1, rng(seed))[0]) for seed in range(60)}
    assert len(firsts) > 6
    assert select(tie, rows.__getitem__, 1, rng(3)) == select(tie, rows.__getitem__, 1, rng(3))


def test_a_batch_holds_the_best_row_and_no_near_duplicates():
    """Ten copies of the best row and ten of the next: a batch of two asks one of each."""
    rows = np.repeat([[0.0, 0.0], [1.0, 1.0], [9.0, 9.0]], [10, 10, 80], axis=0)
    rows += 1e-6 * rng().normal(size=rows.shape)
    utilities = np.repeat([1.0, 0.9, 0.0], [10, 10, 80]) + 1e-5 * np.arange(100)
    batch = select(utilities, rows.__getitem__, 2, rng())
    assert batch[0] == 9
    assert 10 <= batch[1] < 20


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 10**6))
def test_batches_are_distinct_and_as_large_as_the_pool_allows(m, n, seed):
    rows = rng(seed).integers(0, 3, size=(m, 2)).astype(float)
    batch = select(rng(seed).random(m), rows.__getitem__, n, rng(seed))
    assert len(batch) == len(set(batch.tolist())) == min(m, n)
    spread = farthest_first(rows, n)
    assert len(spread) == len(set(spread.tolist())) == min(m, n)


@given(st.integers(2, 25), st.integers(0, 10**6))
def test_farthest_first_is_greedy_k_center(m, seed):
    rows = rng(seed).normal(size=(m, 2))
    chosen = farthest_first(rows, m)
    gaps = pairwise_distances(rows)
    for i in range(1, m):
        left = np.setdiff1d(np.arange(m), chosen[:i])
        to_chosen = gaps[np.ix_(left, chosen[:i])].min(axis=1)
        assert gaps[chosen[i], chosen[:i]].min() == pytest.approx(to_chosen.max(), abs=1e-6)


def test_the_first_question_is_central_and_the_next_are_spread():
    """Clusters far apart are all met before a second row of any of them."""
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [100, 0], [0, 100], [100, 100], [50, 50]])
    rows = np.repeat(corners, 20, axis=0) + 0.01 * rng.normal(size=(100, 2))
    nothing = np.empty((0, 2))
    for seed in range(5):
        chosen = diverse(rows, nothing, 5, np.random.default_rng(seed))
        assert chosen[0] // 20 == 4
        assert sorted(chosen // 20) == [0, 1, 2, 3, 4]
        more = diverse(rows, rows[chosen[:4]], 1, np.random.default_rng(seed))
        assert more[0] // 20 == chosen[4] // 20


def test_first_questions_never_repeat_a_row_among_copies():
    rows = np.zeros((4, 2))
    chosen = diverse(rows, np.empty((0, 2)), 9, np.random.default_rng(0))
    assert sorted(chosen) == [0, 1, 2, 3]


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_nearest_is_the_squared_distance(shift):
    rows, covered = rng(1).normal(size=(20, 3)) + shift, rng(2).normal(size=(4, 3)) + shift
    expected = pairwise_distances(rows - shift, covered - shift).min(axis=1) ** 2
    np.testing.assert_allclose(nearest(rows, covered), expected, rtol=1e-2, atol=1e-2)
    if shift == 0:
        np.testing.assert_allclose(nearest(rows, covered), expected)
        ours = nearest(sparse.csr_matrix(rows), sparse.csr_matrix(covered))
        np.testing.assert_allclose(ours, expected)


def test_rows_that_are_no_candidates_are_never_chosen():
    utilities = np.array([-np.inf, 0.1, -np.inf, 0.3])
    assert select(utilities, np.zeros((4, 1)).__getitem__, 4, rng()).tolist() == [3, 1]
