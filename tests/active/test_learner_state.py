"""A learner that is saved goes on as if nothing had happened; a damaged one says so."""

import numpy as np
import pytest
from scipy import sparse

from cutplane import ActiveLearner
from cutplane.active.journal_file import read_journal
from cutplane.active.run import run
from cutplane.errors import InvalidInputError, ModelFileError
from rewriting import contents, rewritten
from targets import data, estimator_for, reloaded


@pytest.mark.parametrize(
    "query", ["margin", "extremes", "random", "spread", "coverage", "frontier"]
)
@pytest.mark.parametrize("told", [1, 7])
def test_a_learner_goes_on_as_if_uninterrupted(query, told, tmp_path):
    X, y = data("two", n=60)
    learner = ActiveLearner(
        estimator_for("two"), X, query=query, batch_size=2, random_state=3, depth=0.5
    )
    run(learner, y.__getitem__, told)
    again = reloaded(learner, tmp_path / "learner.npz")
    assert again.n_labels_ == told
    assert vars(again).keys() == vars(learner).keys()
    for one in (learner, again):
        run(one, y.__getitem__, 20)
    np.testing.assert_array_equal(again.labels_rows_, learner.labels_rows_)
    np.testing.assert_array_equal(again.labels_, learner.labels_)
    assert again.cut_rows_ == learner.cut_rows_
    np.testing.assert_array_equal(again.estimator_.scores(X), learner.estimator_.scores(X))
    known = [{k: v for k, v in entry.items() if k != "seconds"} for entry in learner.history_]
    assert [{k: v for k, v in e.items() if k != "seconds"} for e in again.history_] == known


@pytest.mark.parametrize("target", ["three", "text", "numbers"])
def test_a_learner_of_any_target(target, tmp_path):
    X, y = data(target)
    learner = run(ActiveLearner(estimator_for(target), X, random_state=0), y.__getitem__, 6)
    again = reloaded(learner, tmp_path / "learner.npz")
    assert again.labels_.dtype == learner.labels_.dtype
    for one in (learner, again):
        run(one, y.__getitem__, 12)
    np.testing.assert_array_equal(again.labels_rows_, learner.labels_rows_)
    np.testing.assert_array_equal(again.estimator_.predict(X), learner.estimator_.predict(X))


@pytest.mark.parametrize("query", ["margin", "spread"])
@pytest.mark.parametrize("told", [0, 1, 6])
def test_a_learner_on_a_domain(query, told, tmp_path):
    model = estimator_for("two").set_params(activation="relu")
    learner = ActiveLearner(model, domain=([-1, -1, -1], [1, 1, 1]), query=query, random_state=0)

    def oracle(points):
        return (points[:, 0] > points[:, 1]).astype(int)

    run(learner, oracle, told)
    again = reloaded(learner, tmp_path / "learner.npz")
    for one in (learner, again):
        run(one, oracle, 10)
    np.testing.assert_array_equal(again.X_pool, learner.X_pool)


def test_a_sparse_pool(tmp_path):
    X, y = data("two")
    X[np.abs(X) < 0.5] = 0
    pool = sparse.csr_matrix(X)
    learner = run(ActiveLearner(estimator_for("two"), pool, random_state=0), y.__getitem__, 5)
    again = reloaded(learner, tmp_path / "learner.npz")
    assert (again.X_pool != pool).nnz == 0
    np.testing.assert_array_equal(again.ask(3), learner.ask(3))


def test_the_pool_may_stay_outside(tmp_path):
    X, y = data("two", n=2000)
    path = tmp_path / "learner.npz"
    learner = run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 5)
    learner.save(path)
    with_pool = path.stat().st_size
    learner.save(path, with_pool=False)
    assert path.stat().st_size < with_pool - X.nbytes / 2
    with pytest.raises(InvalidInputError, match="saved without its pool"):
        ActiveLearner.load(path)
    with pytest.raises(InvalidInputError, match="not the pool"):
        ActiveLearner.load(path, X[::-1])
    with pytest.raises(InvalidInputError, match="pool has 2000, which begin with these"):
        ActiveLearner.load(path, X[:3])
    again = ActiveLearner.load(path, X.tolist())
    np.testing.assert_array_equal(again.ask(4), learner.ask(4))


@pytest.mark.parametrize("domain", [False, True])
def test_the_journal_goes_on(domain, tmp_path):
    X, y = data("two")
    journal, path = tmp_path / "labels.db", tmp_path / "learner.npz"
    where = {"domain": ([-1] * 3, [1] * 3)} if domain else {"X_pool": X}

    def oracle(asked):
        return (asked[:, 0] > 0).astype(int) if domain else y[asked]

    model = estimator_for("two").set_params(activation="relu" if domain else "gated_relu")
    learner = ActiveLearner(model, random_state=0, journal=journal, **where)
    run(learner, oracle, 6)
    learner.save(path)
    run(learner, oracle, 8)  # two labels that the file does not know, but the journal does
    again = ActiveLearner.load(path, journal=journal)
    assert again.n_labels_ == 8
    np.testing.assert_array_equal(again.labels_, learner.labels_)
    run(again, oracle, 10)
    assert read_journal(journal).events == again.events_
    other = ActiveLearner.load(path, journal=tmp_path / "copy.db")
    assert other.n_labels_ == 6
    assert read_journal(tmp_path / "copy.db").events == learner.events_[:12]


def test_no_path_of_a_file_is_opened(tmp_path):
    X, y = data("two")
    learner = ActiveLearner(estimator_for("two"), X, random_state=0, journal=tmp_path / "labels.db")
    run(learner, y.__getitem__, 4).save(tmp_path / "learner.npz")
    learner.close()
    (tmp_path / "labels.db").unlink()
    again = run(ActiveLearner.load(tmp_path / "learner.npz"), y.__getitem__, 6)
    assert again.n_labels_ == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learner.npz"]


def test_the_journal_of_another_run_is_refused(tmp_path):
    X, y = data("two")
    run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 6).save(
        tmp_path / "learner.npz"
    )
    path = tmp_path / "labels.db"
    ActiveLearner(estimator_for("two"), X, random_state=0, journal=path).tell([39, 38], [1, 0])
    with pytest.raises(InvalidInputError, match="other events"):
        ActiveLearner.load(tmp_path / "learner.npz", journal=path)


def test_a_damaged_learner_says_so(tmp_path):
    X, y = data("two")
    path = tmp_path / "learner.npz"
    run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 6).save(path)
    arrays, metadata = contents(path)
    for lost in metadata.keys() - {"cutplane"}:
        rewritten(path, arrays, {name: value for name, value in metadata.items() if name != lost})
        with pytest.raises(ModelFileError, match="damaged"):
            ActiveLearner.load(path)
    del arrays["estimator/labels"]
    rewritten(path, arrays, metadata)
    with pytest.raises(ModelFileError, match="damaged"):
        ActiveLearner.load(path)


@pytest.mark.parametrize(
    ("name", "value"), [("query", "of tomorrow"), ("depth", -1.0), ("query_model", "best")]
)
def test_settings_that_no_learner_has_are_refused_at_once(name, value, tmp_path):
    X, y = data("two")
    path = tmp_path / "learner.npz"
    run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 6).save(path)
    arrays, metadata = contents(path)
    metadata["about"]["settings"][name] = value
    rewritten(path, arrays, metadata)
    with pytest.raises(ModelFileError, match=rf"learner\.npz.*{name}={value!r}"):
        ActiveLearner.load(path)
