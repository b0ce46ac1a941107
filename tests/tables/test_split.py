from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.split import split_table
from cutplane.tables.table import Table, read_table


def table_of(labels, task="classification"):
    features = pd.DataFrame({"a": np.sqrt(np.arange(len(labels)))})
    return Table("t", features, pd.Series(labels, name="y"), task)


def test_the_spiral_has_eighty_points_in_the_pool():
    split = split_table(read_table("spiral"))
    assert len(split.pool_rows) == 80
    assert len(split.test_rows) == 20


def test_split_divides_the_labelled_rows_and_keeps_proportions():
    labels = ["p", "q", "q", None] * 30
    table = table_of(labels)
    split = split_table(table, test_size=0.2, seed=3)
    both = np.concatenate([split.pool_rows, split.test_rows])
    assert sorted(both) == table.labelled_rows.tolist()
    assert split.y_pool.tolist() == [labels[row] for row in split.pool_rows]
    assert split.y_test.tolist() == [labels[row] for row in split.test_rows]
    assert (split.y_test == "p").sum() == 6


def test_split_follows_the_seed():
    table = read_table("moons")
    first, again, other = (split_table(table, seed=seed).test_rows for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_preprocessing_does_not_see_the_test_rows():
    table = read_table("moons")
    split = split_table(table, seed=0)
    np.testing.assert_allclose(split.X_pool.mean(axis=0), 0, atol=1e-12)
    features = table.features.copy()
    features.iloc[split.test_rows] += 100
    moved = split_table(replace(table, features=features), seed=0)
    np.testing.assert_array_equal(moved.X_pool, split.X_pool)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (table_of(["a"] * 9), r"one class \(a\)"),
        (table_of([np.nan] * 9), "no label"),
        (table_of([0.5] * 9, task="regression"), r"one value \(0.5\)"),
        (table_of([0.5, 1.5, 2.5], task="regression"), "both need two rows"),
        (table_of(["a"] * 8 + ["b"]), "1 of the rarest of 2 classes"),
        (table_of(["a", "b", "c", "d", "e"] * 2), "3 of them for testing"),
        (Table("t", pd.DataFrame({"a": [1.0]})), "name it with --target, one of a"),
    ],
)
def test_targets_that_cannot_be_learnt(table, message):
    with pytest.raises(InvalidInputError, match=message):
        split_table(table)


@pytest.mark.parametrize("test_size", [0, 1, -0.1, float("nan")])
def test_test_size_out_of_range(test_size):
    with pytest.raises(InvalidInputError, match="between 0 and 1"):
        split_table(read_table("moons"), test_size)


def test_every_class_reaches_both_parts():
    split = split_table(read_table("digits"), seed=0)
    assert set(split.y_pool) == set(split.y_test) == set(range(10))


def test_regression_needs_no_strata():
    split = split_table(read_table("quadratic"), seed=0)
    assert split.y_pool.dtype == split.y_test.dtype == float
    assert (len(split.pool_rows), len(split.test_rows)) == (80, 20)


def test_without_leaves_the_rest_of_the_pool():
    split = split_table(read_table("spiral"), seed=0)
    rest = split.without(np.array([0, 5]))
    assert len(rest.X_pool) == len(rest.y_pool) == len(rest.pool_rows) == 78
    assert set(split.pool_rows) - set(rest.pool_rows) == {split.pool_rows[0], split.pool_rows[5]}
    np.testing.assert_array_equal(rest.X_pool[0], split.X_pool[1])
    np.testing.assert_array_equal(rest.X_test, split.X_test)
