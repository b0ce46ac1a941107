"""A learner over rows that stay on disk is the learner of the same rows in memory."""

import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cutplane import ActiveLearner, CuttingPlaneRegressor, InvalidInputError, stored_rows
from cutplane.active.stored_domain import StoredDomain

N, D = 4_000, 4


@pytest.fixture(autouse=True)
def small_fragments(monkeypatch):
    monkeypatch.setattr("cutplane.scanning.stored._FRAGMENT", 900 * D)


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(N, D)).astype(np.float32)


@pytest.fixture
def stored(X, tmp_path):
    """Function (kind) -> the same rows somewhere else, and no names of columns."""
    folder = tmp_path / "pool"
    folder.mkdir()
    table = pa.table({f"c{j}": column for j, column in enumerate(X.T)})
    for i, start in enumerate(range(0, N, 1_500)):
        pq.write_table(table.slice(start, 1_500), folder / f"{i}.parquet", row_group_size=400)
    np.save(tmp_path / "pool.npy", X)
    kinds = {
        "folder": lambda: stored_rows(folder),
        "batches": lambda: stored_rows(table.to_batches(max_chunksize=333)),
        "double": lambda: stored_rows(
            table.cast(pa.schema([(n, "f8") for n in table.schema.names]))
        ),
        "mapped": lambda: stored_rows(tmp_path / "pool.npy"),
    }
    return lambda kind: kinds[kind]()


def answers(X):
    return (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)


def played(learner, y, sizes=(1, 1, 3, 1, 2)):
    """Rows asked, told as they come."""
    asked = []
    for n in sizes:
        rows = learner.ask(n)
        learner.tell(rows, y[rows])
        asked += rows.tolist()
    return asked


@pytest.mark.parametrize("kind", ["folder", "batches", "double", "mapped"])
@pytest.mark.parametrize("query", ["variance_reduction", "margin", "coverage"])
def test_the_same_rows_are_asked_as_in_memory(kind, query, X, stored, classifier):
    options = {"query": query, "random_state": 0}
    expected = played(ActiveLearner(classifier(), X, **options), answers(X))
    learner = ActiveLearner(classifier(), domain=stored(kind), **options)
    assert played(learner, answers(X)) == expected


@pytest.mark.parametrize("task", ["classes", "values"])
def test_several_classes_and_values_too(task, X, stored, classifier):
    y = answers(X) + 2 * (X[:, 2] > 0.5) if task == "classes" else X[:, 0] ** 2
    model = classifier() if task == "classes" else CuttingPlaneRegressor((12,), random_state=0)
    expected = played(ActiveLearner(model, X, random_state=0), y, (6, 1, 2))
    learner = ActiveLearner(model, domain=stored("folder"), random_state=0)
    assert played(learner, y, (6, 1, 2)) == expected


def test_it_takes_everything_that_a_pool_takes(X, stored, classifier):
    y = answers(X)
    learner = ActiveLearner(classifier(), domain=stored("folder"), random_state=0)
    played(learner, y, (12,))
    known = learner.labels_rows_
    assert learner.ask(candidates=[*known, 17]).tolist() == [17]
    learner.skip([17, 3_999])
    learner.relabel(known[:1], 1 - y[known[:1]])
    learner.forget(known[1:2])
    assert 17 not in learner.ask(50)
    assert learner.skipped_.tolist() == [17, 3_999]
    assert learner.X_pool.n_rows == N
    np.testing.assert_array_equal(learner.X_pool.take(known), X[known])
    assert learner.nothing_left is None
    assert learner.history_[0]["n_labels"] == 11
    assert learner.probe_rows.shape == (N, D)
    again = pickle.loads(pickle.dumps(learner))
    assert again.ask(3).tolist() == learner.ask(3).tolist()


def test_rows_are_read_once_though_questions_look_at_them_again(X, stored, classifier, monkeypatch):
    learner = ActiveLearner(classifier(), domain=stored("folder"), random_state=0)
    played(learner, answers(X), (12,))
    taken = []
    own = type(learner.X_pool).take
    monkeypatch.setattr(type(learner.X_pool), "take", lambda s, at: taken.append(at) or own(s, at))
    rows = learner.ask()
    learner.tell(rows, answers(X)[rows])
    learner.ask()
    assert [at.tolist() for at in taken if len(at) <= 13] == [rows.tolist()]


def test_a_journal_goes_on_from_one_storage_in_another(X, stored, classifier, tmp_path):
    y, path = answers(X), tmp_path / "run.journal"
    with ActiveLearner(classifier(), domain=stored("folder"), random_state=0, journal=path) as one:
        played(one, y)
        last = one.ask(2).tolist()
    for kind in ("batches", "double", "folder"):
        with ActiveLearner(classifier(), domain=stored(kind), journal=path) as other:
            assert other.labels_rows_.tolist() == one.labels_rows_.tolist()
            assert (other.scorer_.predict(X) == one.scorer_.predict(X)).all()
    with ActiveLearner(classifier(), X, journal=path) as in_memory:
        assert in_memory.labels_rows_.tolist() == one.labels_rows_.tolist()
        played(in_memory, y, (1,))
    with ActiveLearner(classifier(), domain=stored("folder"), journal=path) as again:
        assert again.n_labels_ == one.n_labels_ + 1
    assert len(last) == 2


def test_a_journal_is_replayed_in_one_pass(X, stored, classifier, tmp_path, monkeypatch):
    path = tmp_path / "run.journal"
    with ActiveLearner(classifier(), X, random_state=0, journal=path) as one:
        played(one, answers(X), (1,) * 12)
    source, taken = stored("folder"), []
    own = type(source).take
    monkeypatch.setattr(type(source), "take", lambda s, at: taken.append(at) or own(s, at))
    ActiveLearner(classifier(), domain=source, journal=path).close()
    assert sum(not isinstance(at, slice) for at in taken) == 1


def test_columns_are_brought_into_the_order_of_the_journal(X, stored, classifier, tmp_path):
    path, table = tmp_path / "run.journal", stored("folder")
    with ActiveLearner(classifier(), domain=table, random_state=0, journal=path) as one:
        played(one, answers(X), (8,))
    turned = stored_rows(tmp_path / "pool", ["c3", "c1", "c0", "c2"])
    with ActiveLearner(classifier(), domain=turned, journal=path) as other:
        assert other.X_pool.names == ["c0", "c1", "c2", "c3"]
        assert other.labels_rows_.tolist() == one.labels_rows_.tolist()
    with pytest.raises(InvalidInputError, match=r"'c3' is not in 'the rows'"):
        ActiveLearner(
            classifier(), domain=stored_rows(tmp_path / "pool", ["c0", "c1", "c2"]), journal=path
        )


def test_another_pool_is_refused(X, stored, classifier, tmp_path):
    path = tmp_path / "run.journal"
    with ActiveLearner(classifier(), domain=stored("folder"), random_state=0, journal=path) as one:
        played(one, answers(X), (8,))
    with pytest.raises(InvalidInputError, match="X_pool is not the pool"):
        ActiveLearner(classifier(), X[::-1], journal=path)


def test_a_file_holds_the_run_and_not_the_pool(X, stored, classifier, tmp_path):
    learner = ActiveLearner(classifier(), domain=stored("folder"), random_state=0)
    played(learner, answers(X))
    learner.save(tmp_path / "learner.npz")
    assert (tmp_path / "learner.npz").stat().st_size < X.nbytes * 4
    with pytest.raises(
        InvalidInputError, match=r"without its pool, which was '.*pool'; pass X_pool"
    ):
        ActiveLearner.load(tmp_path / "learner.npz")
    other = stored_rows(pa.table({key: [1.0, 2.0] for key in ["c0", "c1", "c2", "c3"]}))
    with pytest.raises(InvalidInputError, match="X_pool is not the pool"):
        ActiveLearner.load(tmp_path / "learner.npz", other)
    again = ActiveLearner.load(tmp_path / "learner.npz", stored("folder"))
    assert isinstance(again.domain, StoredDomain)
    assert again.ask(3).tolist() == learner.ask(3).tolist()
    in_memory = ActiveLearner.load(tmp_path / "learner.npz", X)
    assert in_memory.labels_rows_.tolist() == learner.labels_rows_.tolist()


def test_what_it_refuses(X, stored, classifier):
    with pytest.raises(
        InvalidInputError, match=r"either a pool X_pool or a domain, .low, high. or"
    ):
        ActiveLearner(classifier(), X, domain=stored("folder"))
    learner = ActiveLearner(classifier(), domain=stored("folder"), random_state=0)
    with pytest.raises(InvalidInputError, match=r"rows cannot be added to '.*pool'"):
        learner.add(X[:2])
    with pytest.raises(InvalidInputError, match=r"whole numbers from 0 to 3999"):
        learner.tell([4_000], [1])
    with pytest.raises(InvalidInputError, match=r"margin.*regressor"):
        ActiveLearner(CuttingPlaneRegressor(), domain=stored("folder"), query="margin")


def test_memory_is_that_of_blocks(tmp_path, classifier, monkeypatch):
    """Of 50,000 rows in several files no more than a few blocks are alive at once."""
    import gc
    import weakref

    from cutplane.scanning import parquet

    monkeypatch.setattr("cutplane.scanning.block._MOST_ROWS", 1_000)
    X = np.random.default_rng(0).normal(size=(50_000, D)).astype(np.float32)
    for i, part in enumerate(np.split(X, 5)):
        pq.write_table(
            pa.table({f"c{j}": c for j, c in enumerate(part.T)}), tmp_path / f"{i}.parquet"
        )
    alive, most = weakref.WeakSet(), [0]

    class Counted(parquet.Block):
        def __init__(self, *args):
            super().__init__(*args)
            alive.add(self)
            gc.collect(0)
            most[0] = max(most[0], len(alive))

    learner = ActiveLearner(classifier(), domain=stored_rows(tmp_path), random_state=0)
    monkeypatch.setattr(parquet, "Block", Counted)
    played(learner, answers(X), (8, 1, 1))
    assert 0 < most[0] <= 4
