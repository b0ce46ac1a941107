"""A kernel by few of its columns: what they span, what they leave, what stands for them."""

import numpy as np
import pytest

from cutplane.space import operator as operators
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.kernel import product_by_gates
from cutplane.space.low_rank import LowRank
from cutplane.space.version_space import VersionSpace

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(150, 3))
SPREAD = np.exp(RNG.normal(size=150))
KERNEL = np.outer(SPREAD, SPREAD) * np.exp(
    -((POINTS[:, None] - POINTS) ** 2).sum(axis=-1) / 4
)  # of rows of unlike variance


def of_kernel(kernel, **options):
    return LowRank.of(lambda places: kernel[:, places], np.diag(kernel).copy(), **options)


def labelled(k=120, hidden=(10,), **options):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(k, 3))
    arrangement = sample_arrangement(X, hidden, rng)
    y = np.where(X[:, 0] + 0.3 * rng.normal(size=k) > 0, 1.0, -1.0)
    return VersionSpace.classification(arrangement, X, y, gated=True, **options)


@pytest.fixture
def few(monkeypatch):
    """Kernels of more than 50 rows are taken for large."""
    monkeypatch.setattr(operators, "EXACT", 50)
    monkeypatch.setattr(operators, "LEAST", 8)


def test_columns_span_what_the_pivots_span():
    near = of_kernel(KERNEL, left=0.05)
    L, own = near.factor, KERNEL[:, near.pivots]
    spanned = own @ np.linalg.solve(KERNEL[np.ix_(near.pivots, near.pivots)], own.T)
    np.testing.assert_allclose(L @ L.T, spanned, atol=1e-9)
    np.testing.assert_allclose(np.triu(L[near.pivots], 1), 0, atol=1e-12)


def test_the_diagonal_is_exact_and_the_rest_bounds_the_others():
    near = of_kernel(KERNEL, left=0.05)
    np.testing.assert_allclose(near.diagonal, np.diag(KERNEL))
    left = np.abs(KERNEL - near.factor @ near.factor.T)
    assert (left <= np.sqrt(np.outer(near.rest, near.rest)) + 1e-9).all()
    assert near.share_left == pytest.approx(np.trace(left) / np.trace(KERNEL))


def test_columns_end_at_the_most():
    """Whatever they leave; the block with the last of them is whole."""
    kernel = np.eye(300) + 0.1
    near = of_kernel(kernel, left=0.05, most=70)
    assert 70 <= near.rank < 70 + 64
    assert near.share_left > 0.5
    np.testing.assert_allclose(near.diagonal, np.diag(kernel))


@pytest.mark.parametrize("left", [0.3, 0.1, 0.01])
def test_columns_are_taken_until_little_is_left(left):
    near = of_kernel(KERNEL, left=left)
    shares = near.rest / np.diag(KERNEL)
    assert shares.mean() <= left
    assert near.rank < 150


def test_pivots_are_near_the_best_that_a_greedy_search_takes():
    """One column after the other, that of the largest rest: about as many for the same rest."""
    unit = KERNEL / np.outer(SPREAD, SPREAD)
    factor, rest = np.zeros((150, 150)), np.ones(150)
    taken = 0
    while rest.mean() > 0.1:
        at = int(np.argmax(rest))
        column = (unit[:, at] - factor[:, :taken] @ factor[at, :taken]) / np.sqrt(rest[at])
        factor[:, taken], rest = column, rest - column**2
        taken += 1
    assert taken <= of_kernel(KERNEL, left=0.1).rank <= 2 * taken


def test_copies_add_no_column():
    """A rank-deficient kernel ends when nothing is left, however many columns are wanted."""
    rows = RNG.normal(size=(20, 4))
    kernel = np.tile(rows @ rows.T, (3, 3))
    near = of_kernel(kernel, left=0.0, least=60)
    assert near.rank == 4
    np.testing.assert_allclose(near.factor @ near.factor.T, kernel, atol=1e-9)


def test_at_least_so_many_columns():
    assert of_kernel(KERNEL, left=0.9).rank < 20 <= of_kernel(KERNEL, left=0.9, least=20).rank


def test_products_and_forces_on_the_pivots():
    near, w = of_kernel(KERNEL, left=0.1), RNG.normal(size=150)
    dense = near.factor @ near.factor.T + np.diag(near.rest)
    np.testing.assert_allclose(near.apply(w), dense @ w)
    spanned = near.spanned(w)
    assert np.count_nonzero(spanned) == near.rank
    np.testing.assert_allclose(
        KERNEL @ spanned, near.factor @ near.factor.T @ w, rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("slope", [1.0, 0.0])
def test_a_product_by_gates_is_that_of_the_kernel(slope):
    operator = labelled().assuming(Hypothesis(slope)).operator
    w = RNG.normal(size=120)
    tree = operator.tree
    product = product_by_gates(operator.patterns[0], tree.rows, tree.dual_rows)
    np.testing.assert_allclose(product(w), operator.covariance @ w)
    np.testing.assert_allclose(operator.product(w), operator.covariance @ w)


def test_products_with_several_layers():
    operator, w = labelled(hidden=(6, 4)).operator, RNG.normal(size=120)
    np.testing.assert_allclose(operator.product(w), operator.covariance @ w)


def test_few_rows_are_exact_and_many_are_not(few):
    assert labelled(50).operator.low_rank is None
    near = labelled().operator.low_rank
    assert 8 <= near.rank < 120


def test_gates_with_a_constant_each_leave_nothing(few, monkeypatch):
    """Their kernel has the rank of the gates, which the least number of columns reaches."""
    monkeypatch.setattr(operators, "LEAST", 40)
    near = labelled().assuming(Hypothesis(0.0)).operator.low_rank
    assert near.rank <= 11
    assert near.share_left < 1e-9


def test_a_near_space_is_the_same_with_another_operator(few):
    space = labelled()
    near = space.near
    w = RNG.normal(size=120)
    values = space.operator.low_rank.apply(w)
    forces = near.operator.row_values(w, [])
    np.testing.assert_allclose(near.operator.apply(forces).root, values)
    np.testing.assert_allclose(near.operator.covariance @ w, values)
    assert near.y is space.y
    assert labelled(40).near.operator.covariance.shape == (40, 40)
