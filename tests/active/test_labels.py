"""Labels of any kind, and which of them cut."""

import numpy as np
import pandas as pd
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.journal_file import read_journal
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError


@pytest.mark.parametrize("names", [("no", "yes"), (False, True), (-1, 1), ("a", "longer")])
def test_labels_of_any_kind(pool, learner, names):
    X, y = pool()
    labels = np.array(names)[y]
    active = run(learner(X), lambda rows: labels[rows].tolist(), budget=12)
    assert active.estimator_.classes_.tolist() == list(names)
    assert set(active.labels_.tolist()) == set(names)


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        ([50], [1], "from 0 to 49"),
        ([-1], [1], "from 0 to 49"),
        ([0.5], [1], "whole numbers"),
        (["a"], [1], "whole numbers"),
        ([3, 4], [1], "one label for each row"),
        ([[3, 4]], [1, 0], "one label for each row"),
        ([7], [1], "told before"),
        ([3, 3], [1, 1], "told once"),
        ([3], [np.nan], "NaN"),
        ([3], [np.inf], "infinite"),
        ([3], [None], "label"),
    ],
)
def test_answers_that_make_no_sense_are_named_and_not_recorded(
    pool, learner, rows, labels, message, tmp_path
):
    X, y = pool()
    path = tmp_path / "labels.db"
    active = learner(X, journal=path)
    active.tell([7, 8], y[[7, 8]])
    with pytest.raises(InvalidInputError, match=message):
        active.tell(rows, labels)
    assert active.n_labels_ == 2
    assert len(read_journal(path).events) == 1
    active.tell([9], y[[9]])


def test_a_regressor_wants_numbers(pool, regressor, learner, tmp_path):
    X, _ = pool()
    path = tmp_path / "labels.db"
    active = learner(X, regressor(), journal=path)
    active.tell([1], [0.5])
    with pytest.raises(InvalidInputError):
        active.tell([2], ["high"])
    assert active.n_labels_ == 1
    assert [event.questions for event in read_journal(path).events] == [[1]]


def test_an_empty_answer_changes_nothing(pool, learner):
    X, y = pool()
    active = run(learner(X), ColumnOracle(y), budget=6)
    active.tell([], [])
    assert active.n_labels_ == 6
    assert active.labels_.dtype.kind == "i"


def test_a_text_column_of_pandas_may_be_told():
    X, y = np.random.default_rng(0).normal(size=(20, 2)), pd.Series(["no", "yes"] * 10)
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=(5,)), X, random_state=0)
    rows = np.arange(4)
    learner.tell(rows, y.to_numpy(dtype=object)[rows])
    learner.tell([4], y[[4]])
    assert learner.estimator_.classes_.tolist() == ["no", "yes"]
    with pytest.raises(InvalidInputError, match="one kind"):
        learner.tell([5, 6], np.array(["no", 1], dtype=object))


def test_contradictions_under_hard_cuts_are_refused_without_a_trace(pool, classifier, learner):
    X, y = pool()
    X[1] = X[0]
    active = run(learner(X, classifier(cost=np.inf)), ColumnOracle(y), budget=10)
    told = active.labels_rows_
    rows = [row for row in (0, 1) if row not in told]
    for row in rows[:-1]:
        active.tell([row], [1])
    if len(rows) == 2:
        with pytest.raises(EmptyVersionSpaceError):
            active.tell([rows[-1]], [0])
        assert rows[-1] not in active.labels_rows_
        assert active.estimator_.decision_function(X).shape == (50,)
        free = np.setdiff1d(np.arange(50), active.labels_rows_)[:1]
        active.tell(free, y[free])
        assert rows[-1] in active.ask(50)


def test_rows_of_zeros_without_an_intercept_count_but_do_not_cut(pool, classifier, learner):
    X, y = pool(12)
    X[:3] = 0
    active = learner(X, classifier(fit_intercept=False))
    active.tell([0], [1])
    active.tell([5], [0])  # two classes told, but the row of zeros cannot cut
    other = np.flatnonzero(np.arange(12) > 5)
    active.tell(other, y[other])
    active.tell([1], [0])
    assert active.is_fitted
    assert active.n_labels_ == 3 + other.size
    assert active.n_cuts_ == active.estimator_.version_space_.n_rows == 1 + other.size


def test_extremes_cut_only_where_the_sign_was_wrong(pool, learner):
    X, y = pool()
    active = learner(X, query="extremes")
    expected = []
    while active.n_labels_ < 30:
        rows = active.ask()
        if active.is_fitted:
            expected += [r for r in rows if active.estimator_.predict(X[[r]])[0] != y[r]]
            active.tell(rows, y[rows])
        else:
            active.tell(rows, y[rows])
            expected = active.labels_rows_.tolist() if active.is_fitted else []
    assert active.cut_rows_ == expected
    assert active.n_cuts_ < active.n_labels_ == 30
    assert active.estimator_.version_space_.n_rows == active.n_cuts_


def test_extremes_of_a_regressor_cut_outside_epsilon(pool, regressor, learner):
    X, _ = pool(30)
    model = regressor(epsilon=0.2)
    active = run(learner(X, model, query="extremes"), ColumnOracle(X[:, 0]), budget=20)
    assert 1 <= active.n_cuts_ < 20


def test_agreeing_labels_cut_when_told_to(pool, learner):
    X, y = pool()
    active = run(learner(X, query="extremes", cut_agreeing=True), ColumnOracle(y), budget=12)
    assert active.n_cuts_ == 12
    sparing = run(learner(X, query="margin", cut_agreeing=False), ColumnOracle(y), budget=25)
    assert sparing.n_cuts_ < 25
