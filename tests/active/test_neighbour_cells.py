"""The index by cells: near rows are found, the same ones on any threads, and files are believed
only as far as they make an index."""

import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from cutplane.active.cells import Cells
from cutplane.errors import InvalidInputError
from cutplane.scanning.arrays import ArraySource

pytest.importorskip("faiss")


def rows(n=2000, d=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def made(X, seed=0):
    return Cells.of(ArraySource(X), np.random.default_rng(seed))


def true_neighbours(X, row, n):
    return np.argsort(((X - row) ** 2).sum(axis=1))[:n]


def test_most_of_the_true_neighbours_are_found():
    X = rows()
    cells = made(X)
    found = [np.isin(true_neighbours(X, row, 10), cells.nearest(row, 10)).mean() for row in X[:40]]
    assert np.mean(found) > 0.95
    assert all(i in cells.nearest(X[i], 10) for i in range(40))


def test_rows_that_lie_far_off_find_neighbours_too():
    X = rows(300)
    assert made(X).nearest(100 * X[0], 5).size == 5


@pytest.mark.parametrize("n", [1, 2, 40])
def test_few_rows_and_copies_make_an_index(n):
    cells = made(np.ones((n, 3)))
    assert cells.n_rows == n
    assert set(cells.nearest(np.ones(3), n + 5)) <= set(range(n))


def test_threads_and_precision_do_not_matter():
    X = rows().astype(np.float32)
    with threadpool_limits(1):
        one = made(X).to_arrays()
    two = made(X.astype(np.float64)).to_arrays()
    assert all(np.array_equal(one[name], two[name]) for name in one)
    other = made(X, seed=1).to_arrays()
    assert not np.array_equal(one["centers"], other["centers"])


def test_what_arrays_rebuild_finds_the_same():
    X = rows()
    cells = made(X)
    again = Cells.from_arrays(cells.to_arrays())
    assert again.n_rows == cells.n_rows
    assert again.n_bytes == cells.n_bytes
    assert all(np.array_equal(cells.nearest(x, 7), again.nearest(x, 7)) for x in X[:50])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("cells", lambda a: a + 10_000),
        ("cells", lambda a: a - 10_000),
        ("cells", lambda a: a[:-1]),
        ("cells", lambda a: a.astype(np.int64)),
        ("codes", lambda a: a[:, :-1]),
        ("centers", lambda a: a * np.nan),
        ("centers", lambda a: a[:0]),
        ("ranges", lambda a: a[:-1]),
    ],
)
def test_arrays_of_no_index_are_refused(name, change):
    arrays = made(rows(200)).to_arrays()
    with pytest.raises(ValueError, match=r"cells|codes|centers|types"):
        Cells.from_arrays(arrays | {name: change(arrays[name])})


def test_numbers_beyond_single_precision_are_named():
    X = rows(50)
    X[3, 1] = 1e300
    with pytest.raises(InvalidInputError, match="beyond single precision"):
        made(X)


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(InvalidInputError, match=r"cutplane\[index\]"):
        made(rows(20))
