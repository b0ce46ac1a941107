"""Fingerprints of rows do not depend on storage, and say which rows are where."""

import numpy as np
import pytest
from scipy import sparse

from cutplane.active.pool import Pool
from cutplane.active.row_hashes import check_same_pool, row_hashes
from cutplane.errors import InvalidInputError


@pytest.fixture
def rows():
    X = np.random.default_rng(0).normal(size=(40, 6)).round(1).astype(np.float32).astype(float)
    X[np.abs(X) < 0.4] = 0
    return X


def test_storage_does_not_matter(rows, tmp_path):
    np.save(tmp_path / "rows.npy", rows)
    explicit = sparse.csr_matrix(rows)
    explicit.data[:3] = 0
    dense = explicit.toarray()
    for one, other in [
        (rows, rows.astype(np.float32)),
        (rows, np.asfortranarray(rows)),
        (rows, sparse.csr_matrix(rows)),
        (rows, np.load(tmp_path / "rows.npy", mmap_mode="r")),
        (rows, np.where(rows == 0, -0.0, rows)),
        (dense, explicit),
        (rows, sparse.csr_matrix(rows)[:, ::-1].tocsr()[:, ::-1]),
    ]:
        np.testing.assert_array_equal(row_hashes(one), row_hashes(other))


def test_doubled_entries_of_a_csr_matrix_are_one():
    twice = sparse.csr_matrix(([1.0, 2.0], [0, 0], [0, 2]), shape=(1, 2))
    np.testing.assert_array_equal(row_hashes(twice), row_hashes(np.array([[3.0, 0.0]])))


def test_blocks_do_not_matter(rows, monkeypatch):
    whole = row_hashes(rows)
    monkeypatch.setattr("cutplane.active.row_hashes._BLOCK", 20)
    np.testing.assert_array_equal(row_hashes(rows), whole)


def test_rows_differ_by_value_column_and_sign():
    rows = np.vstack([np.eye(4), -np.eye(4), 2 * np.eye(4), np.zeros((1, 4)), np.ones((1, 4))])
    assert np.unique(row_hashes(rows)).size == len(rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda X: X[1:],
            "39 arrived.*0 of 9 labelled rows are where they were, 9 are found"
            " elsewhere, shifted by -1",
        ),
        (lambda X: X[::-1], "9 are found elsewhere"),
        (lambda X: X + 1, "0 of 9 labelled rows are where they were;"),
        (lambda X: np.vstack([X[:20], X[21:], X[20:21]]), "9 of 9 labelled rows are where"),
        (lambda X: X[:30], "begin with these"),
        (lambda X: np.vstack([X, X]), "learner.add the others"),
    ],
)
def test_another_pool_is_refused_with_what_still_matches(rows, change, message):
    rows[:, 0] = np.arange(40)
    labelled = np.arange(1, 10)
    check_same_pool(row_hashes(rows), row_hashes(rows.copy()), labelled)
    with pytest.raises(InvalidInputError, match=message):
        check_same_pool(row_hashes(rows), row_hashes(change(rows)), labelled)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, np.float32])
def test_a_pool_with_more_rows_is_stored_as_before(rows, kind):
    pool, said = Pool(kind(rows)).extended(sparse.csr_matrix(rows[:3]))
    assert pool.n_rows == 43
    assert type(pool.rows) is type(kind(rows))
    assert pool.rows.dtype == kind(rows).dtype
    assert said == {"n_rows": 3, "hashes": row_hashes(rows[:3]).astype("<u8").tobytes().hex()}


def test_rows_that_single_precision_would_change_are_not_changed(rows):
    pool, _ = Pool(rows.astype(np.float32)).extended([[0.1] * 6])
    assert pool.rows[-1].tolist() == [0.1] * 6
