"""Means and deviations of columns in one pass, whatever the portions."""

import numpy as np
import pyarrow as pa
import pytest

from cutplane import InvalidInputError, stored_rows
from cutplane.scanning.summary import summary


def backwards(function, state, fragments):
    """An engine whose results come in another order."""
    return iter([function(state, fragment) for fragment in reversed(fragments)])


@pytest.fixture
def X(monkeypatch):
    monkeypatch.setattr("cutplane.scanning.stored._FRAGMENT", 3_000)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 4)) * [1, 1e6, 1e-6, 0] + [0, 1e6, 3, 7]
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:1500, 0] = np.nan
    return X


def test_it_is_that_of_all_rows(X):
    table = pa.table({f"c{j}": column for j, column in enumerate(X.T)})
    source = stored_rows(table.to_batches(max_chunksize=70))
    found = summary(source)
    assert len(source.fragments()) > 3
    np.testing.assert_allclose(found.mean, np.nanmean(X, axis=0), rtol=1e-13)
    deviation = np.sqrt(found.squares / found.count)
    np.testing.assert_allclose(deviation[:3], np.nanstd(X, axis=0)[:3], rtol=1e-9)
    np.testing.assert_array_equal(found.low, np.nanmin(X, axis=0))
    np.testing.assert_array_equal(found.high, np.nanmax(X, axis=0))
    np.testing.assert_array_equal(found.count, (~np.isnan(X)).sum(axis=0))
    assert found.n_rows == 3_000
    assert found.standardising.deviation[3] == 1
    assert np.array_equal(summary(source.on(backwards)).squares, found.squares)


def test_rows_are_standardised_and_the_mean_stands_for_missing_cells(X):
    table = pa.table({f"c{j}": column for j, column in enumerate(X.T)})
    source = stored_rows(table)
    scaled = source.standardised(summary(source).standardising)
    rows = scaled.take(slice(None))
    expected = (X - np.nanmean(X, axis=0)) / [*np.nanstd(X, axis=0)[:3], 1]
    np.testing.assert_allclose(rows, np.nan_to_num(expected), atol=1e-6)


def test_a_column_without_a_number_and_one_with_an_infinite_one():
    empty = summary(stored_rows(pa.table({"a": [1.0, 2.0], "b": pa.array([None, None], "f8")})))
    assert np.isnan(empty.low[1])
    assert empty.mean[1] == 0
    with pytest.raises(InvalidInputError, match=r"'a' of .* holds inf in row 1"):
        summary(stored_rows(pa.table({"a": [1.0, np.inf, np.nan]})))
