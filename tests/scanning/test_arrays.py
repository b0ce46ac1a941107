"""Arrays, in memory or mapped, are never copied whole."""

import itertools
import pickle

import numpy as np
import pytest
from scipy import sparse

from cutplane.scanning.arrays import ArraySource, Taken
from cutplane.scanning.block import block_slices


def test_a_mapped_pool_is_not_copied(rows, tmp_path):
    np.save(tmp_path / "pool.npy", rows().astype(np.float32))
    mapped = np.load(tmp_path / "pool.npy", mmap_mode="r")
    source = ArraySource(mapped)
    assert source.rows is mapped
    (fragment,) = source.fragments()
    for block in fragment.blocks():
        assert np.shares_memory(block.single, mapped)
    assert source.take(np.array([1])).dtype == np.float64


@pytest.mark.parametrize("n_rows", [1, 16_384, 16_385, 300_000])
@pytest.mark.parametrize("width", [1, 384, 10**7])
def test_blocks_are_all_rows_once(n_rows, width):
    n_rows = min(n_rows, 10**8 // width)
    slices = list(block_slices(n_rows, width))
    assert slices[0].start == 0
    assert slices[-1].stop == n_rows
    assert all(one.stop == other.start for one, other in itertools.pairwise(slices))
    assert max(own.stop - own.start for own in slices) * width <= max(2**22, width)


def test_blocks_of_sparse_rows_are_by_what_is_stored(rows):
    X = sparse.random(3000, 50_000, density=1e-4, format="csr", random_state=0)
    (fragment,) = ArraySource(X).fragments()
    assert [block.n_rows for block in fragment.blocks()] == [3000]


def test_fragments_hold_consecutive_rows(rows, monkeypatch):
    monkeypatch.setattr("cutplane.scanning.block._NUMBERS", 40)
    X = rows(399)
    source = ArraySource(X)
    fragments = source.fragments()
    assert len(fragments) > 1
    assert source.fragments()[0] is fragments[0]
    assert sum(own.n_rows for own in fragments) == 399
    stacked = [block.rows for own in fragments for block in own.blocks()]
    np.testing.assert_array_equal(np.vstack(stacked), X)


def test_reference_rows_stand_for_all(rows):
    source = ArraySource(rows(900))
    assert source.reference.size == 256
    assert np.unique(source.reference).size == 256
    assert not source.knows_reference
    np.testing.assert_array_equal(source.reference_rows, source.rows[source.reference])
    assert source.knows_reference
    few = Taken(source, np.array([4, 2]))
    np.testing.assert_array_equal(few.rows, source.rows[[4, 2]])
    assert few.reference_rows is source.reference_rows


def test_fragments_leave_what_was_computed_behind(rows, fitted):
    source = ArraySource(rows())
    (fragment,) = source.fragments()
    size = len(pickle.dumps(fragment))
    (block,) = fragment.blocks()
    passing = fitted(source.rows)[0].passing(room=source.room)
    passing.scores(block)
    assert len(pickle.dumps(fragment)) == size


def test_a_mapped_fragment_is_sent_by_its_place_in_the_file(tmp_path):
    X = np.arange(40_000, dtype=np.float32).reshape(1000, 40)
    np.save(tmp_path / "pool.npy", X)
    mapped = np.load(tmp_path / "pool.npy", mmap_mode="r")
    for rows in (mapped, mapped[100:], np.asarray(mapped)[100:900]):
        (fragment,) = ArraySource(rows).fragments()
        sent = pickle.dumps(fragment)
        assert len(sent) < 2000
        (block,) = pickle.loads(sent).blocks()
        np.testing.assert_array_equal(block.rows, rows)
    (fragment,) = ArraySource(mapped[::2]).fragments()
    (block,) = pickle.loads(pickle.dumps(fragment)).blocks()
    np.testing.assert_array_equal(block.rows, X[::2])
