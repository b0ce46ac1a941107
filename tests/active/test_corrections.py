"""Skip, relabel, forget and add: the model is that of a run which was told so from the start."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cutplane import ActiveLearner
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError


def told(active, batches):
    for rows, labels in batches:
        active.tell(rows, labels)
    return active


def same_model(one, other, X):
    assert one.labels_rows_.tolist() == other.labels_rows_.tolist()
    assert one.labels_.tolist() == other.labels_.tolist()
    assert one.cut_rows_ == other.cut_rows_
    steps = [
        [{k: v for k, v in step.items() if k != "seconds"} for step in own.history_]
        for own in (one, other)
    ]
    assert steps[0] == steps[1]
    np.testing.assert_array_equal(one.estimator_.scores(X), other.estimator_.scores(X))


@pytest.mark.parametrize("late", [0, 1, 5, 19])
def test_a_corrected_label_is_as_if_told_so_from_the_start(pool, learner, late):
    X, y = pool()
    wrong = y.copy()
    wrong[late] = 1 - y[late]
    batches = [([row], [label]) for row, label in enumerate(wrong[:20].tolist())]
    right = [([row], [label]) for row, label in enumerate(y[:20].tolist())]
    active, twin = told(learner(X), batches), told(learner(X), right)
    active.relabel([late], [y[late]])
    same_model(active, twin, X)
    assert active.n_asked_ == 21
    rows = twin.ask(2)
    assert active.ask(2).tolist() == rows.tolist()


def test_only_what_follows_a_correction_is_learnt_again(pool, learner, monkeypatch):
    X, y = pool()
    active = told(learner(X), [([row], [y[row]]) for row in range(40)])
    calls = []
    partial_fit = type(active.estimator_).partial_fit

    def counted(self, *args, **options):
        calls.append(1)
        return partial_fit(self, *args, **options)

    monkeypatch.setattr(type(active.estimator_), "partial_fit", counted)
    active.relabel([38], [1 - y[38]])
    assert len(calls) == 2
    active.forget([25])
    assert len(calls) < 24
    assert len(active._ledger.course.models) < 25


@pytest.mark.parametrize("query", ["variance_reduction", "extremes"])
def test_batches_are_corrected_in_part(pool, learner, query):
    X, y = pool()
    wrong = y.copy()
    wrong[[3, 7]] = 1 - y[[3, 7]]
    parts = [np.arange(6), np.arange(6, 10), np.arange(10, 13)]
    active = told(learner(X, query=query), [(rows, wrong[rows]) for rows in parts])
    active.relabel([7, 3], y[[7, 3]])
    same_model(active, told(learner(X, query=query), [(rows, y[rows]) for rows in parts]), X)


def test_what_is_forgotten_was_never_told_and_is_asked_again(pool, learner):
    X, y = pool(12)
    active = told(learner(X), [([row], [y[row]]) for row in range(10)])
    active.forget([4, 9])
    kept = [row for row in range(10) if row not in (4, 9)]
    same_model(active, told(learner(X), [([row], [y[row]]) for row in kept]), X)
    assert active.n_asked_ == 10
    assert sorted(active.ask(12)) == [4, 9, 10, 11]
    active.forget(kept)
    assert not active.is_fitted
    assert not active.estimator_.__sklearn_is_fitted__()
    assert active.n_labels_ == active.n_cuts_ == 0
    active.tell([4, 5, 9], y[[4, 5, 9]])


def test_a_class_that_a_correction_takes_away_is_gone(pool, learner):
    X, y = pool()
    names = np.array(["a", "b"])[y].astype(object)
    active = told(learner(X), [(np.arange(10), names[:10]), ([11], ["typo"])])
    assert "typo" in active.estimator_.classes_
    active.relabel([11], [names[11]])
    assert active.estimator_.classes_.tolist() == ["a", "b"]


def test_who_gave_a_label_stays_unless_another_corrects_it(pool, learner):
    X, y = pool()
    active = learner(X)
    active.tell(np.arange(6), y[:6], "al")
    active.relabel([2], [1 - y[2]])
    assert active.labels_annotators_.tolist() == ["al"] * 6
    active.relabel([3, 4], y[[3, 4]], "bo")
    assert active.labels_annotators_.tolist() == ["al"] * 3 + ["bo"] * 2 + ["al"]


def test_a_regressor_is_corrected(pool, regressor, learner):
    X, _ = pool()
    right = X[:, 0] * 3
    wrong = right.copy()
    wrong[2] = 1e6
    active = told(learner(X, regressor()), [([row], [wrong[row]]) for row in range(8)])
    active.relabel([2], [right[2]])
    twin = told(learner(X, regressor()), [([row], [right[row]]) for row in range(8)])
    same_model(active, twin, X)


def test_points_of_a_box_are_corrected_by_their_coordinates(classifier):
    box = ([-1, -1], [1, 1])

    def start():
        return ActiveLearner(classifier(activation="relu"), domain=box, random_state=0)

    points = np.random.default_rng(0).uniform(-1, 1, size=(8, 2))
    y = (points[:, 0] > 0).astype(int)
    active = told(start(), [(points[[i]], [1 - y[i] if i == 3 else y[i]]) for i in range(8)])
    active.relabel(points[[3]], [y[3]])
    same_model(active, told(start(), [(points[[i]], [y[i]]) for i in range(8)]), points)
    active.forget(points[[0, 7]])
    same_model(active, told(start(), [(points[[i]], [y[i]]) for i in range(1, 7)]), points)
    with pytest.raises(InvalidInputError, match="have no label"):
        active.relabel([[0.0, 0.0]], [1])


# Skipped rows


def test_what_is_skipped_is_not_asked_and_counts_as_asked(pool, learner):
    X, y = pool(10)
    active = learner(X)
    active.skip([1, 2, 2])
    active.tell([0, 3], y[[0, 3]])
    active.skip([2, 5], annotator="al")
    assert active.skipped_.tolist() == [1, 2, 5]
    assert (active.n_asked_, active.n_labels_) == (5, 2)
    assert sorted(active.ask(10)) == [4, 6, 7, 8, 9]
    active.skip([2])
    assert active.n_asked_ == 5
    active.tell([2], [y[2]])  # somebody could answer after all
    assert active.skipped_.tolist() == [1, 5]
    active.forget([1])
    assert 1 in active.ask(10)
    with pytest.raises(InvalidInputError, match="have labels"):
        active.skip([0])


def test_nothing_left_is_said(pool, learner):
    X, y = pool(6)
    active = learner(X)
    assert active.nothing_left is None
    active.tell(range(4), y[:4])
    active.skip([4, 5])
    assert active.ask().size == 0
    assert active.nothing_left == (
        "of 6 rows 4 have a label and 2 were skipped; add more rows to go on"
    )
    active.add(X[:1])
    assert active.nothing_left is None


@pytest.mark.parametrize("none", [None, np.nan, pd.NA])
def test_an_oracle_that_knows_nothing_ends(pool, learner, none):
    X, y = pool(12)
    names = np.array(["a", "b"], dtype=object)[y]
    active = run(learner(X), lambda rows: [none] * len(rows), budget=100)
    assert (active.n_asked_, active.n_labels_) == (12, 0)
    assert active.nothing_left
    some = np.where(np.arange(12) % 3 == 0, none, names)
    active = run(learner(X, batch_size=2), lambda rows: some[rows], budget=6)
    assert active.n_asked_ == 6
    assert active.n_labels_ + active.skipped_.size == 6
    assert run(learner(X), lambda rows: None, budget=3).skipped_.size == 3


def test_a_masked_answer_is_none(pool, learner):
    X, y = pool(12)
    masked = np.ma.array(y, mask=np.arange(12) % 2 == 0)
    active = run(learner(X), lambda rows: masked[rows], budget=12)
    assert sorted(active.skipped_) == list(range(0, 12, 2))
    with pytest.raises(InvalidInputError, match="2 answers to 1 questions"):
        run(learner(X), lambda rows: [0, 1], budget=3)


# More rows


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_rows_may_be_added(pool, learner, tmp_path, kind):
    X, y = pool(40)
    path = tmp_path / "labels.db"
    active = run(learner(kind(X[:25]), journal=path), ColumnOracle(y), budget=6)
    gates = active.estimator_.arrangement_
    assert active.add(X[25:30]).tolist() == list(range(25, 30))
    run(active, ColumnOracle(y), budget=9)
    assert active.add(kind(X[30:])).tolist() == list(range(30, 40))
    active.tell([39], [y[39]])
    assert active.estimator_.arrangement_ is gates
    rows = active.ask(3).tolist()
    again = learner(kind(X), journal=path)
    assert again.labels_rows_.tolist() == active.labels_rows_.tolist()
    np.testing.assert_array_equal(again.estimator_.scores(X), active.estimator_.scores(X))
    assert again.events_ == active.events_
    again.save(tmp_path / "learner.npz")
    assert ActiveLearner.load(tmp_path / "learner.npz").ask(3).tolist() == again.ask(3).tolist()
    assert len(rows) == 3
    with pytest.raises(InvalidInputError, match="added later"):
        learner(kind(X[:25]), journal=path)


def test_gates_are_those_of_the_pool_at_the_time(pool, learner):
    """Also where a correction makes the first model again."""
    X, _ = pool()
    active = learner(X[:20])
    active.tell([0, 1, 2], [0, 1, 0])
    active.add(X[20:])
    active.relabel([0], [1])
    twin = learner(X[:20])
    twin.tell([0, 1, 2], [1, 1, 0])
    np.testing.assert_array_equal(active.estimator_.scores(X), twin.estimator_.scores(X))


def test_other_columns_cannot_be_added(pool, classifier, learner):
    X, _ = pool()
    with pytest.raises(InvalidInputError, match="3 columns"):
        learner(X).add(np.zeros((2, 3)))
    box = ActiveLearner(classifier(), domain=([-1, -1], [1, 1]))
    with pytest.raises(InvalidInputError, match="added to a pool"):
        box.add(X)


# What is refused leaves no trace


REFUSED = [
    ("tell", [5], [0.5], "classes are whole numbers"),
    ("tell", [5], [None], "missing"),
    ("tell", [5], [np.nan], "missing"),
    ("tell", [5], ["a"], "text, after"),
    ("tell", [5], [True], "truth values, after"),
    ("tell", [5], ["\ud800"], "half of a character"),
    ("tell", [5, 6], ["a", 1], "arrived together"),
    ("tell", [5], [b"a"], "type bytes"),
    ("tell", [5], [pd.NaT], "missing"),
    ("tell", [5], [2**70 + 1], "64 bits"),
    ("tell", [0], [1], "relabel corrects"),
    ("tell", [5], [1, 0], "1 rows and 2 labels"),
    ("relabel", [5], [1], "have no label"),
    ("relabel", [0, 0], [1, 0], "repeat each other"),
    ("relabel", [0], ["a"], "text, after"),
    ("relabel", [0], [0.5], "classes are whole numbers"),
    ("forget", [5], None, "neither told nor skipped"),
    ("forget", [99], None, "from 0 to 29"),
    ("skip", [0], None, "have labels"),
    ("skip", [-1], None, "from 0 to 29"),
]


@pytest.mark.parametrize(("what", "rows", "labels", "message"), REFUSED)
def test_what_is_refused_leaves_no_trace(pool, learner, tmp_path, what, rows, labels, message):
    X, _ = pool(30)
    path = tmp_path / "labels.db"
    active = told(learner(X, journal=path), [([0, 1, 2], [0, 1, 0]), ([3], [1])])
    active.skip([9])
    twin = told(learner(X), [([0, 1, 2], [0, 1, 0]), ([3], [1])])
    twin.skip([9])
    with pytest.raises(InvalidInputError, match=message):
        getattr(active, what)(rows, *([] if labels is None else [labels]))
    same_model(active, twin, X)
    assert active.ask(4).tolist() == twin.ask(4).tolist()
    same_model(learner(X, journal=path), twin, X)


def test_contradictions_leave_no_trace(pool, classifier, learner, tmp_path):
    X, _ = pool(30)
    X[1] = X[0]
    path = tmp_path / "labels.db"
    active = learner(X, classifier(cost=np.inf), journal=path)
    active.tell([0, 2, 3], [1, 0, 1])
    before = active.estimator_.scores(X)
    with pytest.raises(EmptyVersionSpaceError):
        active.tell([1], [0])
    active.tell([1], [1])
    with pytest.raises(EmptyVersionSpaceError):
        active.relabel([1], [0])
    active.forget([1])
    np.testing.assert_array_equal(active.estimator_.scores(X), before)
    assert learner(X, classifier(cost=np.inf), journal=path).n_labels_ == 3


def test_a_name_that_is_refused_is_not_remembered(pool, learner):
    X, _ = pool()
    active = learner(X)
    active.tell([0, 1], [0, 1], "al")
    with pytest.raises(InvalidInputError):
        active.tell([2], [0.5], "bo")
    assert active.estimator_.annotators_.tolist() == ["al"]


def test_a_target_that_the_transform_does_not_take(pool, regressor, learner, tmp_path):
    X, _ = pool()
    path = tmp_path / "labels.db"
    active = learner(X, regressor(target_transform="log"), journal=path)
    with pytest.raises(ValueError, match=r"log|positive"):
        active.tell([0], [-1.0])
    active.tell([0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"log|positive"):
        active.tell([2], [0.0])
    model = regressor(target_transform="log")
    assert learner(X, model, journal=path).labels_.tolist() == [1.0, 2.0]
