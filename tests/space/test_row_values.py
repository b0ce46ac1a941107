"""Arithmetic over all rows, with every unit counted."""

import numpy as np
import pytest

from cutplane.space.row_values import RowValues

COUNT = (np.array([2.0, 1.0, 3.0, 1.0]), np.array([2.0, 1.0]))


def values(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    layers = tuple(rng.normal(size=(count.size, 3)).astype(dtype) for count in COUNT)
    return RowValues(rng.normal(size=3), layers, COUNT)


def expanded(values):
    """One entry for each row of each unit."""
    layers = zip(values.layers, COUNT, strict=True)
    copies = [np.repeat(own, count.astype(int), axis=0).ravel() for own, count in layers]
    return np.concatenate([values.root, *copies])


def test_inner_product_and_norm_count_every_unit():
    a, b = values(0), values(1)
    assert a.dot(b) == pytest.approx(expanded(a) @ expanded(b))
    assert a.one_norm() == pytest.approx(np.abs(expanded(a)).sum())


def test_arithmetic_is_that_of_vectors():
    a, b = values(0), values(1)
    for got, expected in (
        (a + b, expanded(a) + expanded(b)),
        (a - b, expanded(a) - expanded(b)),
        (a * 3.0, 3 * expanded(a)),
        (a / 4.0, expanded(a) / 4),
        (a.plus(b, -0.5), expanded(a) - 0.5 * expanded(b)),
    ):
        np.testing.assert_allclose(expanded(got), expected)
        assert got.count is a.count


def test_operands_are_left_alone():
    a, b = values(0), values(1)
    before = expanded(a), expanded(b)
    a.plus(b, 2.0)
    np.testing.assert_array_equal(expanded(a), before[0])
    np.testing.assert_array_equal(expanded(b), before[1])


def test_precision_of_the_layers_is_kept_and_can_be_lowered():
    single = values(0).astype(np.float32)
    assert {own.dtype for own in (single * 2.0).plus(single, 0.5).layers} == {np.dtype(np.float32)}
    assert single.root.dtype == np.float64
    mixed = single.plus(values(1))
    assert {own.dtype for own in mixed.layers} == {np.dtype(np.float64)}
    np.testing.assert_allclose(expanded(mixed), expanded(single) + expanded(values(1)))


def test_without_sign_rows_only_the_root_counts():
    a = RowValues(np.array([1.0, -2.0]))
    assert a.dot(a) == 5
    assert a.one_norm() == 3


def test_rows_of_different_trees_do_not_mix():
    with pytest.raises(ValueError, match="zip"):
        values(0).dot(RowValues(np.zeros(3)))
