"""Candidates: neighbours of labelled rows and random ones, which follow from events and seed."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse

from cutplane import (
    ActiveLearner,
    CuttingPlaneClassifier,
    InvalidInputError,
    ModelFileError,
    stored_rows,
)
from cutplane.active.neighbours import Neighbours

pytest.importorskip("faiss")


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).normal(size=(1500, 4))


@pytest.fixture(scope="module")
def y(X):
    return (X[:, 0] > 0.2).astype(int)


@pytest.fixture(scope="module")
def near(X):
    return Neighbours(X, n_neighbours=4, random_share=0.01)


def play(learner, y, n):
    """Questions up to n labels, and how many rows each was chosen from."""
    asked = []
    while learner.n_labels_ < n:
        offered = learner.n_offered_
        rows = learner.ask()
        asked.append((rows.tolist(), offered))
        learner.tell(rows, y[rows])
    return asked


def offered(near, X, at):
    return set(near.offered(X[at], len(X), np.random.default_rng(0)))


def test_neighbours_and_a_random_share_are_on_offer(X):
    alone = Neighbours(X, n_neighbours=4, random_share=0)
    distance = ((X - X[7]) ** 2).sum(axis=1)
    near = offered(alone, X, [7])
    assert 7 in near
    assert len(near) == 5
    assert near <= set(np.argsort(distance)[:8])
    assert offered(alone, X, [7, 9]) == offered(alone, X, [7]) | offered(alone, X, [9])
    share = Neighbours(X, n_neighbours=4, random_share=0.1)
    assert 5 + 120 < len(offered(share, X, [7])) <= 5 + 150


def test_a_labelled_row_is_searched_once(X, monkeypatch):
    near = Neighbours(X, n_neighbours=4, random_share=0)
    first = offered(near, X, [1, 2])
    monkeypatch.setattr(near, "_cells", None)
    assert set(np.concatenate([near._near(row) for row in X[[1, 2]]])) == first


def test_questions_are_chosen_from_a_few_rows(X, y, near, learner):
    asked = play(learner(X, candidates=near), y, 14)
    sizes = [size for _, size in asked]
    assert sizes[0] == 1500
    assert max(sizes[8:]) < 14 * 5 + 15 < 1500 / 10


def test_the_row_asked_is_one_of_them(X, y, near, learner):
    own = learner(X, candidates=near)
    play(own, y, 10)
    expected = offered_by(own, near, X)
    assert own.ask()[0] in expected


def offered_by(own, near, X):
    return set(near.offered(X[own.labels_rows_], len(X), own._ledger.rng()))


def test_a_run_that_is_opened_again_asks_the_same(X, y, near, learner, tmp_path):
    whole = play(learner(X, candidates=near), y, 12)
    with learner(X, candidates=near, journal=tmp_path / "a.db") as first:
        begun = play(first, y, 8)
    near.save(tmp_path / "index")
    loaded = Neighbours.load(tmp_path / "index", X)
    with learner(X, candidates=loaded, journal=tmp_path / "a.db") as again:
        assert begun + play(again, y, 12) == whole


def test_a_label_that_is_taken_back_takes_its_neighbours_back(X, y, near, learner):
    once, twice = learner(X, candidates=near), learner(X, candidates=near)
    for own in (once, twice):
        play(own, y, 8)
    row = int(np.setdiff1d(np.arange(1500), twice.labels_rows_)[0])
    twice.tell([row], y[[row]])
    assert twice.n_offered_ > once.n_offered_
    twice.forget([row])
    assert twice.n_offered_ == once.n_offered_
    assert twice.ask().tolist() == once.ask().tolist()
    corrected = twice.labels_rows_[:1]
    before = offered_by(twice, near, X)
    twice.relabel(corrected, 1 - y[corrected])
    assert offered_by(twice, near, X) == before


def test_rows_that_are_added_are_all_on_offer(X, y, learner, tmp_path):
    near = Neighbours(X[:1400], n_neighbours=4, random_share=0.01)
    whole, path = learner(X[:1400], candidates=near), tmp_path / "a.db"
    with learner(X[:1400], candidates=near, journal=path) as first:
        for own in (whole, first):
            play(own, y, 7)
            before = own.n_offered_
            own.add(X[1400:])
            assert own.n_offered_ >= before + 90
    with learner(X, candidates=near, journal=path) as again:
        assert play(again, y, 10) == play(whole, y, 10)


def test_where_candidates_are_too_few_all_rows_are_on_offer(X, y, learner):
    near = Neighbours(X, n_neighbours=1, random_share=0)
    own = learner(X, candidates=near)
    own.tell([0, 1, 2, 3], [0, 1, 0, 1])
    assert own.n_offered_ <= 4
    assert len(np.unique(own.ask(30))) == 30


def test_rows_that_a_caller_names_come_first(X, y, near, learner):
    own = learner(X, candidates=near)
    play(own, y, 8)
    assert own.ask(candidates=[77]).tolist() == [77]


def test_the_journal_of_other_candidates_is_refused(X, y, near, learner, tmp_path):
    with learner(X, candidates=near, journal=tmp_path / "a.db") as own:
        play(own, y, 4)
    for other in (None, Neighbours(X, n_neighbours=4, random_share=0.01, random_state=1)):
        with pytest.raises(InvalidInputError, match="begun with candidates="):
            learner(X, candidates=other, journal=tmp_path / "a.db")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X[::-1], "of other rows"),
        (lambda X: X[:-1], "1500 rows arrived, and a pool of 1499"),
        (lambda X: X[:, :3], "4 columns arrived, and a pool of 3"),
        (lambda X: 2 * X, "of 1024 compared, 1024 differ"),
    ],
)
def test_an_index_of_other_rows_is_refused(X, near, learner, tmp_path, change, message):
    near.save(tmp_path / "index")
    for load in (
        lambda rows: Neighbours.load(tmp_path / "index", rows),
        lambda rows: learner(rows, candidates=near),
    ):
        with pytest.raises(InvalidInputError, match=message):
            load(change(X))


def test_points_have_no_neighbours(near):
    with pytest.raises(InvalidInputError, match="points have no neighbours"):
        ActiveLearner(CuttingPlaneClassifier(), domain=([0] * 4, [1] * 4), candidates=near)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_neighbours": 0}, "n_neighbours=0"),
        ({"n_neighbours": 1.5}, "n_neighbours=1.5"),
        ({"random_share": -0.1}, "random_share=-0.1"),
        ({"random_share": float("nan")}, "random_share=nan"),
        ({"random_share": 2}, "random_share=2"),
    ],
)
def test_parameters_that_make_no_sense(X, options, message):
    with pytest.raises(InvalidInputError, match=message):
        Neighbours(X, **options)


def test_an_index_of_stored_rows_is_that_of_an_array(X, y, near, classifier, learner, tmp_path):
    columns = {f"x{i}": own for i, own in enumerate(X.T)}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=200)
    source = stored_rows(tmp_path / "rows.parquet")
    own = Neighbours(source, n_neighbours=4, random_share=0.01)
    assert own.described() == near.described()
    stored = ActiveLearner(classifier(), domain=source, random_state=0, candidates=own)
    assert play(stored, y, 10) == play(learner(X, candidates=near), y, 10)


def test_sparse_rows_are_refused(X):
    with pytest.raises(InvalidInputError, match="sparse rows arrived"):
        Neighbours(sparse.csr_matrix(X))


def test_a_damaged_file_is_named(X, near, tmp_path):
    path = tmp_path / "index"
    near.save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="index of neighbours"):
        Neighbours.load(path, X)


def test_a_file_of_a_learner_holds_no_index(X, y, near, learner, tmp_path):
    own = learner(X, candidates=near)
    with pytest.raises(InvalidInputError, match="candidates has an index"):
        own.save(tmp_path / "learner.npz")
