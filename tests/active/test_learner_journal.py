"""What was told survives: a reopened journal goes on as the run that was never closed."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cutplane import ActiveLearner
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.journal_file import read_journal
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run
from cutplane.errors import InvalidInputError, JournalError

#: The depth of cuts is one for all questions.
RUNS = [*((query, 0.0) for query in sorted(STRATEGIES)), ("margin", 1.0)]


def same(one, other):
    """Bit for bit: labels, cuts, network, and the next questions."""
    assert one.labels_rows_.tolist() == other.labels_rows_.tolist()
    assert one.labels_.tolist() == other.labels_.tolist()
    assert one.labels_annotators_.tolist() == other.labels_annotators_.tolist()
    assert one.skipped_.tolist() == other.skipped_.tolist()
    assert one.cut_rows_ == other.cut_rows_
    assert one.n_asked_ == other.n_asked_
    rows = one.probe_rows
    if one.is_fitted:
        np.testing.assert_array_equal(one.scorer_.scores(rows), other.scorer_.scores(rows))
    assert one.ask(3).tolist() == other.ask(3).tolist()
    assert one.ask(1).tolist() == other.ask(1).tolist()


@pytest.mark.parametrize(("query", "depth"), RUNS)
def test_a_reopened_run_is_the_one_that_was_never_closed(pool, learner, tmp_path, query, depth):
    X, y = pool(30)
    path = tmp_path / "labels.db"
    options = {"query": query, "depth": depth}
    whole = run(learner(X, **options), ColumnOracle(y), budget=9)
    first = run(learner(X, journal=path, **options), ColumnOracle(y), budget=5)
    first.ask(2)  # not answered
    whole_asks = learner(X, **options)
    run(whole_asks, ColumnOracle(y), budget=5).ask(2)
    second = learner(X, journal=path, **options)
    assert second.events_ == read_journal(path).events
    same(whole_asks, second)
    for one in (whole_asks, second):
        run(one, ColumnOracle(y), budget=9)
    same(whole_asks, second)
    assert whole.n_labels_ == 9


@pytest.mark.parametrize(
    "options",
    [
        {"cost": "auto"},
        {"final_solve": "ridge"},
        {"activation": "relu"},
        {"hidden": (3, 3)},
        {"class_weight": {0: 1.0, 1: 2.0}},
    ],
)
def test_models_of_all_kinds_are_learnt_again_bit_for_bit(
    pool, classifier, learner, tmp_path, options
):
    X, y = pool(25)
    path = tmp_path / "labels.db"
    runs = [learner(X, classifier(**options), journal=own, batch_size=2) for own in (None, path)]
    for one in runs:
        run(one, ColumnOracle(y), budget=8)
    same(runs[0], learner(X, classifier(**options), journal=path, batch_size=2))


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_a_pool_of_which_few_rows_are_looked_at_closely(pool, learner, tmp_path, kind, monkeypatch):
    """What is kept of a pool grows label by label, and is made at once when it is opened again."""
    monkeypatch.setattr("cutplane.active.question.N_CLOSE", 20)
    X, y = pool(300)
    path = tmp_path / "labels.db"
    runs = [run(learner(kind(X), journal=own), ColumnOracle(y), 12) for own in (None, path)]
    for one in (runs[0], learner(kind(X), journal=path)):
        run(one, ColumnOracle(y), budget=18)
    same(runs[0], learner(kind(X), journal=path))


def test_several_classes_and_names(pool, classifier, learner, tmp_path):
    X, y = pool(25)
    y = np.array(["a", "b", "c"])[y + (X[:, 0] > 0.8)]
    runs = [learner(X, classifier(), journal=path) for path in (None, tmp_path / "labels.db")]
    for one in runs:
        for name in ("al", "bo", None) * 3:
            rows = one.ask()
            one.tell(rows, y[rows], name)
    same(runs[0], learner(X, classifier(), journal=tmp_path / "labels.db"))


@pytest.mark.parametrize("names", [("no", "yes"), (False, True), (0, 1), ("0", "1"), (0.0, 2.0)])
def test_labels_keep_their_type_over_a_restart(pool, learner, tmp_path, names):
    X, y = pool()
    labels = np.array(names)[y]
    path = tmp_path / "labels.db"
    run(learner(X, journal=path), ColumnOracle(labels), budget=8)
    again = run(learner(X, journal=path), ColumnOracle(labels), budget=12)
    assert again.estimator_.classes_.tolist() == list(names)
    assert again.labels_.dtype.kind == labels.dtype.kind


@pytest.mark.parametrize("query", ["margin", "random", "coverage"])
def test_a_domain_is_reopened_at_the_same_points(classifier, tmp_path, query):
    def start(path):
        box = ([-1, -1], [1, 1])
        model = classifier(activation="relu")
        return ActiveLearner(model, domain=box, query=query, random_state=0, journal=path)

    runs = [start(path) for path in (None, tmp_path / "labels.db")]
    for one in runs:
        run(one, lambda points: (points[:, 0] > 0.1).astype(int), budget=6)
        one.skip(one.ask())
    second = start(tmp_path / "labels.db")
    np.testing.assert_array_equal(second.X_pool, runs[0].X_pool)
    same(runs[0], second)


def test_a_seed_that_nobody_gave_is_the_journal_s(pool, tmp_path, classifier):
    X, y = pool()
    path = tmp_path / "labels.db"
    model = classifier(random_state=None)
    first = run(ActiveLearner(model, X, journal=path), ColumnOracle(y), budget=6)
    second = ActiveLearner(model, X, journal=path)
    assert second.random_state == first.random_state
    with pytest.raises(InvalidInputError, match="newer learner"):
        first.ask()
    np.testing.assert_array_equal(first.estimator_.scores(X), second.estimator_.scores(X))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"query": "margin"}, "begun with query='variance_reduction', and query='margin' arrived"),
        ({"random_state": 1}, "random_state"),
        ({"depth": 1.0}, "depth=0.0"),
        ({"batch_size": 2}, "batch_size"),
        ({"model": {"hidden": (13,)}}, "hidden"),
        ({"model": {"center": "analytic"}}, "center='auto'"),
    ],
)
def test_other_settings_than_the_journal_s_are_named(
    pool, classifier, learner, tmp_path, changed, message
):
    X, y = pool()
    path = tmp_path / "labels.db"
    run(learner(X, journal=path), ColumnOracle(y), budget=4).close()
    model = classifier(**changed.pop("model", {}))
    with pytest.raises(InvalidInputError, match=message):
        learner(X, model, journal=path, **changed)
    assert learner(X, classifier(verbose=False, n_jobs=1), journal=path).n_labels_ == 4


def test_another_kind_of_estimator_is_named(pool, regressor, learner, tmp_path):
    X, y = pool()
    path = tmp_path / "labels.db"
    run(learner(X, journal=path), ColumnOracle(y), budget=4)
    with pytest.raises(InvalidInputError, match="CuttingPlaneRegressor"):
        learner(X, regressor(), journal=path)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda X: X[1:], "0 of 12 labelled rows are where they were, .* shifted by -1"),
        (lambda X: X[::-1], "found elsewhere"),
        (lambda X: X + 1, "X_pool is not the pool"),
        (lambda X: X[:, :1], "1 columns, .* 2"),
        (lambda X: X[:40], "begin with these"),
    ],
)
def test_another_pool_is_refused_and_the_journal_stays_free(
    pool, learner, tmp_path, other, message
):
    X, y = pool()
    path = tmp_path / "labels.db"
    learner(X, journal=path).tell(np.arange(1, 13), y[1:13])
    with pytest.raises(InvalidInputError, match=message):
        learner(other(X), journal=path)
    assert learner(X, journal=path).n_labels_ == 12


def test_points_and_rows_are_not_confused(pool, classifier, learner, tmp_path):
    X, _ = pool()
    path = tmp_path / "labels.db"
    learner(X, journal=path, query="margin").tell([1, 2], [0, 1])
    with pytest.raises(InvalidInputError, match="a pool of 50 rows"):
        ActiveLearner(classifier(), domain=([-1, -1], [1, 1]), random_state=0, journal=path)
    box = tmp_path / "points.db"
    ActiveLearner(classifier(), domain=([-1, -1], [1, 1]), random_state=0, journal=box).ask()
    with pytest.raises(InvalidInputError, match="about points"):
        learner(X, query="margin", journal=box)


@pytest.mark.parametrize(
    "kind", [sparse.csr_matrix, np.asfortranarray, np.ndarray.tolist, pd.DataFrame]
)
def test_the_pool_may_be_stored_in_another_way(pool, learner, tmp_path, kind):
    X, y = pool()
    path = tmp_path / "labels.db"
    run(learner(X, journal=path), ColumnOracle(y), budget=4)
    assert learner(kind(X), journal=path).n_labels_ == 4


def test_a_failure_before_anything_leaves_no_file(pool, learner, tmp_path):
    X, _ = pool()
    X[0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        learner(X, journal=tmp_path / "labels.db")
    assert list(tmp_path.iterdir()) == []


def test_a_learner_may_be_used_in_a_with_statement(pool, learner, tmp_path):
    X, y = pool()
    with learner(X, journal=tmp_path / "labels.db") as active:
        run(active, ColumnOracle(y), budget=4)
    with pytest.raises(InvalidInputError, match="closed"):
        active.tell([0, 1], [0, 1])
    assert active.estimator_.score(X, y) > 0.5


def test_what_an_interrupt_left_on_disk_is_taken_over_at_the_next_step(
    pool, learner, tmp_path, monkeypatch
):
    X, y = pool()
    path = tmp_path / "labels.db"
    active = run(learner(X, journal=path), ColumnOracle(y), budget=5)

    def interrupted(journal):
        raise KeyboardInterrupt

    left = np.setdiff1d(np.arange(50), active.labels_rows_)[:1]
    monkeypatch.setattr(Journal, "_tidy", interrupted)  # what comes after COMMIT
    with pytest.raises(KeyboardInterrupt):
        active.tell(left, y[left])
    monkeypatch.undo()
    assert active.n_labels_ == 5
    with pytest.raises(InvalidInputError, match="told before"):
        active.tell(left, y[left])
    assert active.n_labels_ == 6
    twin = learner(X, journal=path)
    assert twin.labels_rows_.tolist() == active.labels_rows_.tolist()


def test_a_failure_while_learning_leaves_no_trace(pool, learner, tmp_path, monkeypatch):
    X, y = pool()
    active = run(learner(X, journal=tmp_path / "labels.db"), ColumnOracle(y), budget=6)
    before, events = active.estimator_.scores(X), active.events_

    def fail(*args, **kwargs):
        raise RuntimeError("bug")

    monkeypatch.setattr(type(active.estimator_), "partial_fit", fail)
    rows = np.setdiff1d(np.arange(50), active.labels_rows_)[:1]
    with pytest.raises(RuntimeError, match="bug"):
        active.tell(rows, y[rows])
    monkeypatch.undo()
    assert active.events_ == events == read_journal(tmp_path / "labels.db").events
    np.testing.assert_array_equal(active.estimator_.scores(X), before)
    active.tell(rows, y[rows])
    assert active.n_labels_ == 7


def test_events_that_cannot_be_are_named(pool, learner, tmp_path):
    X, y = pool()
    path = tmp_path / "labels.db"
    run(learner(X, journal=path), ColumnOracle(y), budget=4).close()
    with Journal(path) as journal:
        journal.append([Event("labelled", [900], [1])])
    with pytest.raises(JournalError, match=r"event 8 cannot be: .* from 0 to 49"):
        learner(X, journal=path)


def test_threads_take_turns(pool, learner, tmp_path):
    X, y = pool(40)
    path = tmp_path / "labels.db"
    active = learner(X, query="random", journal=path)
    with ThreadPoolExecutor(4) as threads:
        parts = np.arange(40).reshape(8, 5)
        list(threads.map(lambda rows: (active.ask(2), active.tell(rows, y[rows])), parts))
    assert active.events_ == read_journal(path).events
    assert sorted(active.labels_rows_) == list(range(40))
    again = learner(X, query="random", journal=path)
    np.testing.assert_array_equal(again.estimator_.scores(X), active.estimator_.scores(X))


def test_a_learner_is_copied_and_pickled_without_a_journal_only(pool, learner, tmp_path):
    X, y = pool()
    active = run(learner(X), ColumnOracle(y), budget=5)
    for again in (copy.deepcopy(active), pickle.loads(pickle.dumps(active))):
        assert again.ask(3).tolist() == learner_of(active).ask(3).tolist()
        run(again, ColumnOracle(y), budget=7)
    assert active.n_labels_ == 5
    kept = learner(X, journal=tmp_path / "labels.db")
    for act in (copy.deepcopy, pickle.dumps):
        with pytest.raises(InvalidInputError, match="cannot be copied"):
            act(kept)


def learner_of(active):
    """Another learner with the same ledger, to be asked in the place of the one given."""
    return copy.copy(active)
