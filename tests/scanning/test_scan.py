"""The best of blocks are the best of all, in whatever order they are merged."""

import numpy as np
import pytest
from scipy import sparse

from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.over import over
from cutplane.scanning.scan import Scan, Top, merged, scanned, score_block

NONE = np.empty(0, dtype=np.intp)


def tops(rng, n_tops=6, size=5):
    """Some tops over distinct places, with many ties."""
    places = rng.permutation(200)[: n_tops * size]
    return [
        Top(own, rng.integers(0, 4, size).astype(float), np.c_[own, own], own, np.c_[own, own])
        for own in places.reshape(n_tops, size)
    ]


def assert_same(one, other):
    for own, its in zip(one, other, strict=True):
        np.testing.assert_array_equal(own, its)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n", [1, 7, 40])
def test_merging_is_associative_and_commutative_with_ties(seed, n):
    rng = np.random.default_rng(seed)
    parts = tops(rng)
    expected = merged(parts, n)
    assert_same(merged([parts[i] for i in rng.permutation(len(parts))], n), expected)
    left = parts[0]
    for own in parts[1:]:
        left = merged([left, own], n)
    assert_same(left, expected)
    split = int(rng.integers(1, len(parts)))
    assert_same(merged([merged(parts[split:], n), merged(parts[:split], n)], n), expected)


def test_ties_go_to_the_row_that_comes_first():
    parts = tops(np.random.default_rng(0))
    found = merged(parts, 12)
    places = np.concatenate([own.places for own in parts])
    distances = np.concatenate([own.distances for own in parts])
    order = np.lexsort((places, distances))[:12]
    assert found.places.tolist() == places[order].tolist()
    assert found.rows[:, 0].tolist() == found.places.tolist()
    assert found.found.tolist() == sorted(places.tolist())


@pytest.mark.parametrize("in_deviations", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n", [1, 10, 60])
def test_a_pass_finds_the_nearest_rows_on_offer(in_deviations, n_classes, n, rows, fitted, cut):
    X = rows(300)
    model, _ = fitted(X, n_classes=n_classes)
    closed, wanted = np.arange(0, 300, 7), np.array([3, 7, 150, 299])
    scan = Scan(model.passing(), n, closed, wanted, in_deviations)
    top = scanned(scan, cut(X, 23))
    scores = np.sort(model.scores(X).reshape(300, -1), axis=1)
    gap = np.abs(scores[:, 0]) if n_classes == 2 else scores[:, -1] - scores[:, -2]
    gap = gap / model.close_deviation(model.closely(X)) if in_deviations else gap
    gap[closed] = np.inf
    assert top.places.tolist() == np.argsort(gap, kind="stable")[:n].tolist()
    np.testing.assert_array_equal(top.rows, X[top.places])
    np.testing.assert_array_equal(top.found, wanted)
    np.testing.assert_array_equal(top.found_rows, X[wanted])


@pytest.mark.parametrize("kind", [np.asarray, np.float32, sparse.csr_matrix])
def test_blocks_and_engines_change_nothing(kind, rows, fitted, cut, shuffled):
    X = rows(300)
    model, _ = fitted(X)
    scan = Scan(model.passing(), 20, np.arange(5), np.array([1, 200]), in_deviations=True)
    expected = scanned(scan, ArraySource(X))
    for source in (cut(kind(X), 300), cut(kind(X), 17, 3), cut(kind(X), 1, 40)):
        for own in (source, source.on(shuffled)):
            found = scanned(scan, own)
            assert found.places.tolist() == expected.places.tolist()
            assert found.found.tolist() == [1, 200]
            assert abs(found.rows - kind(X)[found.places]).sum() == 0
        assert source.engine is not shuffled
    whole = over(ArraySource(X), scan.model.scores)
    np.testing.assert_allclose(over(cut(X, 17).on(shuffled), scan.model.scores), whole, rtol=1e-4)


def test_all_rows_closed_leaves_those_wanted(rows, fitted):
    X = rows(40)
    model, _ = fitted(X)
    top = scanned(Scan(model.passing(), 5, np.arange(40), np.array([2])), ArraySource(X))
    assert top.places.size == top.distances.size == top.rows.shape[0] == 0
    assert top.found.tolist() == [2]


def test_no_score_is_looked_at_where_none_is_wanted(rows, fitted, monkeypatch):
    X = rows(40)
    scan = Scan(fitted(X)[0].passing(), 0, NONE, np.array([2, 39]))
    monkeypatch.setattr(type(scan.model), "scores", lambda *_: pytest.fail("scored"))
    np.testing.assert_array_equal(scanned(scan, ArraySource(X)).found_rows, X[[2, 39]])


def test_a_block_gives_its_own_best(rows, fitted, cut):
    X = rows(50)
    scan = Scan(fitted(X)[0].passing(), 4, NONE, np.array([30]))
    (fragment,) = cut(X, 20, 3).fragments()
    second = list(fragment.blocks())[1]
    top = score_block(scan, second)
    assert ((top.places >= 20) & (top.places < 40)).all()
    assert top.found.tolist() == [30]
    assert (np.diff(top.distances) >= 0).all()
    assert score_block(scan, second, limit=float(top.distances[1])).places.size == 2
