"""Rows that pass one by one: bought or gone at once, answered whenever, the same after a crash."""

import os
import signal
import time

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from children import in_child
from cutplane import ActiveLearner
from cutplane.active.stream import N_FIRST
from cutplane.errors import InvalidInputError, JournalError


def rows(n=400, seed=0, n_features=3):
    X = np.random.default_rng(seed).normal(size=(n, n_features))
    return X, (X[:, 0] + X[:, 1] > 0.3).astype(int)


@pytest.fixture
def stream(classifier):
    """Function (X_first, model, **options) -> learner of a stream."""

    def made(X=None, model=None, **options):
        options = {"stream": True, "random_state": 0} | options
        return ActiveLearner(model or classifier(), X, **options)

    return made


def fed(learner, X, y):
    """Offer every row after those seen, telling each bought one at once; which were bought."""
    bought = []
    for place in range(learner.n_seen_, len(X)):
        if learner.offer(X[place]):
            learner.tell(X[place], y[place])
            bought.append(place)
    return bought


def told(events):
    """What happened, without times."""
    return [(event.kind, event.questions, event.labels, event.details) for event in events]


def test_a_stream_is_learnt_within_its_budget(stream):
    X, y = rows(400)
    learner = stream(X[:50], budget=0.1)
    bought = fed(learner, X, y)
    assert len(bought) == learner.n_bought_ == learner.n_asked_ == learner.n_labels_ <= 41
    assert learner.n_labels_ > 33
    assert learner.n_seen_ == 400
    X_test, y_test = rows(500, seed=1)
    assert learner.estimator_.score(X_test, y_test) > 0.93
    np.testing.assert_array_equal(learner.X_pool, X[bought])


def test_doubtful_rows_are_bought(stream):
    X, y = rows(500)
    learner = stream(X[:50], budget=0.1)
    bought = fed(learner, X, y)[15:]
    distance = np.abs(X[:, 0] + X[:, 1] - 0.3)
    assert np.median(distance[bought]) < np.median(distance) / 2


def test_several_rows_are_decided_one_after_the_other(stream):
    X, y = rows(400)
    one, many = stream(X[:50]), stream(X[:50])
    for learner in (one, many):
        learner.tell(X[:20], y[:20])
    each = [one.offer(x) for x in X[20:]]
    together = np.concatenate([many.offer(X[20:21]), many.offer(X[21:150]), many.offer(X[150:])])
    assert all(type(is_bought) is bool for is_bought in each)
    assert together.dtype == bool
    np.testing.assert_array_equal(together, each)
    np.testing.assert_array_equal(one.pending_, X[20:][each])


def test_without_first_rows_those_that_pass_first_are_kept(stream):
    X, y = rows(300)
    learner = stream(budget=0.1)
    assert not any(learner.offer(x) for x in X[:N_FIRST])
    np.testing.assert_array_equal(learner.probe_rows, X[:N_FIRST])
    assert learner.offer(X[N_FIRST])
    learner.tell(X[N_FIRST], y[N_FIRST])
    bought = fed(learner, X, y)
    assert len(bought) + 1 <= 0.1 * 300 + 1
    whole = stream(budget=0.1)
    decided = whole.offer(X)
    assert not decided[:N_FIRST].any()
    assert decided[N_FIRST]
    np.testing.assert_array_equal(whole.probe_rows, learner.probe_rows)


def test_before_there_is_a_model_the_budget_is_spent(stream):
    X, _ = rows(100)
    learner = stream(X[:10], budget=0.25)
    decided = learner.offer(X)
    np.testing.assert_array_equal(np.flatnonzero(decided), [0, *range(3, 100, 4)])


def test_labels_may_come_late_in_any_order_or_never(stream):
    X, y = rows(300)
    learner = stream(X[:50], budget=0.1)
    at = np.flatnonzero(learner.offer(X[:150]))
    np.testing.assert_array_equal(learner.pending_, X[at])
    assert (learner.n_asked_, learner.n_labels_) == (len(at), 0)
    backwards = at[::-1]
    learner.tell(X[backwards[:-2]], y[backwards[:-2]])
    learner.skip(X[backwards[-2:-1]])
    np.testing.assert_array_equal(learner.pending_, X[backwards[-1:]])
    assert (learner.n_asked_, learner.n_labels_) == (len(at), len(at) - 2)
    assert learner.is_fitted
    more = int(learner.offer(X[150:]).sum())
    assert learner.n_asked_ == len(at) + more
    learner.tell([[9.0, 9.0, 9.0]], [1])  # nobody bought it, and it is paid for
    assert learner.n_asked_ == len(at) + more + 1


def test_labels_are_corrected_and_taken_back(stream):
    X, y = rows(200)
    wrong, right = stream(X[:50]), stream(X[:50])
    wrong.tell(X[:30], np.r_[1 - y[:1], y[1:30]])
    wrong.relabel(X[0], y[0])
    right.tell(X[:30], y[:30])
    np.testing.assert_array_equal(wrong.scorer_.scores(X), right.scorer_.scores(X))
    wrong.forget(X[25:30])
    assert wrong.n_labels_ == 25
    wrong.skip(X[29])
    np.testing.assert_array_equal(wrong.skipped_, X[29:30])


@pytest.mark.parametrize(("is_given", "options"), [(True, {}), (False, {"max_labels": 20})])
def test_a_journal_goes_on_as_if_uninterrupted(stream, tmp_path, is_given, options):
    X, y = rows(260)
    first = X[:60] if is_given else None
    whole = stream(first, budget=0.1, **options)
    fed(whole, X, y)
    path = tmp_path / "labels.db"
    for end in (70, 151, 260):  # each time, the process that had it ends without a word
        learner = stream(first, budget=0.1, journal=path, **options)
        fed(learner, X[:end], y)
        learner._journal.close()
    assert told(learner.events_) == told(whole.events_)
    np.testing.assert_array_equal(learner.scorer_.scores(X), whole.scorer_.scores(X))


def test_killed_in_the_middle(stream, tmp_path):
    """Nothing bought is lost, nothing is bought twice, and the run ends as one without kills."""
    X, y = rows(260)
    whole = stream(budget=0.1)
    fed(whole, X, y)
    path = tmp_path / "labels.db"

    def answer_pending(learner):
        for x in learner.pending_:
            learner.tell(x, y[(x == X).all(axis=1)])

    def feeding(output):
        with stream(budget=0.1, journal=path) as learner:
            answer_pending(learner)
            os.write(output, b"open")
            fed(learner, X, y)

    for _ in range(4):
        reading, writing = os.pipe()
        child = in_child(lambda writing=writing: feeding(writing))
        os.close(writing)
        os.read(reading, 4)
        time.sleep(0.05)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
    with stream(budget=0.1, journal=path) as learner:
        answer_pending(learner)
        fed(learner, X, y)
        assert told(learner.events_)[: len(whole.events_)] == told(whole.events_)


def test_closing_and_saving_forget_nothing(stream, tmp_path):
    X, y = rows(300)
    path, file = tmp_path / "labels.db", tmp_path / "learner.npz"
    for end in (40, 150, 300):  # before the first rows are complete, too
        with stream(budget=0.05, journal=path) as learner:
            fed(learner, X[:end], y)
            learner.save(file)
            assert learner.n_seen_ == end
        assert ActiveLearner.load(file).n_seen_ == end
    loaded, again = ActiveLearner.load(file), stream(budget=0.05, journal=path)
    with again:
        X_more, _ = rows(200, seed=5)
        np.testing.assert_array_equal(loaded.offer(X_more), again.offer(X_more))
        np.testing.assert_array_equal(loaded.probe_rows, X[:N_FIRST])


def test_a_file_with_first_rows_that_were_given(stream, tmp_path):
    X, y = rows(200)
    learner = stream(X[:60])
    fed(learner, X, y)
    learner.save(tmp_path / "with.npz")
    learner.save(tmp_path / "without.npz", with_pool=False)
    same = [
        ActiveLearner.load(tmp_path / "with.npz"),
        ActiveLearner.load(tmp_path / "without.npz", X[:60]),
    ]
    for loaded in same:
        np.testing.assert_array_equal(loaded.scorer_.scores(X), learner.scorer_.scores(X))
    with pytest.raises(InvalidInputError, match="X_pool"):
        ActiveLearner.load(tmp_path / "without.npz")


def test_rows_that_pass_leave_nothing(stream):
    X, y = rows(200)
    learner = stream(X[:50], budget=0.001)
    learner.tell(X[:20], y[:20])
    learner.offer(X[:20])
    n_events, held = len(learner.events_), len(learner._passing.recent)
    for _ in range(3):
        learner.offer(X)
    assert len(learner.events_) <= n_events + 1
    assert held == 20
    assert len(learner._passing.recent) == 100


def test_the_oldest_labels_are_forgotten(stream):
    X, y = rows(200)
    learner = stream(X[:50], max_labels=20)
    for x, label in zip(X[:27], y[:27], strict=True):
        learner.tell(x, label)
        assert learner.n_labels_ <= 20
    learner.tell(X[27:36], y[27:36])
    assert learner.n_asked_ == 36
    np.testing.assert_array_equal(learner.X_pool[-9:], X[27:36])
    alone = stream(X[:50])
    forgot = next(event for event in learner.events_ if event.kind == "forgotten")
    assert forgot.questions == X[:6].tolist()
    alone.tell(X[21:36], y[21:36])
    np.testing.assert_array_equal(learner.X_pool, X[21:36])
    np.testing.assert_allclose(learner.scorer_.scores(X), alone.scorer_.scores(X))


def test_names_of_columns(stream):
    X, y = rows(200)
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    for first in (table[:50], None):
        learner = stream(first)
        learner.offer(table[:100])
        mirrored = table[["c", "a", "b"]]
        assert learner.offer(mirrored.iloc[100]) in (True, False)
        learner.tell(mirrored[100:130], y[100:130])
        np.testing.assert_array_equal(learner.X_pool, X[100:130])
        assert learner.estimator_.feature_names_in_.tolist() == ["a", "b", "c"]
        with pytest.raises(InvalidInputError, match="column 'c' is missing"):
            learner.offer(table[["a", "b"]])


@pytest.mark.parametrize("kind", [np.float32, list, sparse.csr_matrix, pd.DataFrame])
def test_kinds_of_rows_are_decided_alike(stream, kind):
    X, y = rows(200)
    X = np.round(X, 1).astype(np.float32).astype(float)
    expected, learner = stream(X[:50]), stream(X[:50])
    expected.tell(X[:20], y[:20])
    learner.tell(X[:20], y[:20])
    given = X.astype(np.float32) if kind is np.float32 else kind(X.tolist() if kind is list else X)
    np.testing.assert_array_equal(learner.offer(given), expected.offer(X))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1.0, 2.0], "2 columns arrived"),
        ([1.0, 2.0, np.nan], "NaN"),
        ([1.0, np.inf, 2.0], "infinity"),
        (["a", "b", "c"], "could not convert string"),
        (1.0, "dimension|2D array"),
        (np.zeros((2, 2, 3)), "dim"),
        (np.empty((0, 3)), "0 sample"),
        (None, "NaN|None|dimension|2D array"),
    ],
)
def test_rows_that_are_none_are_refused(stream, row, message):
    X, _ = rows(100)
    learner = stream(X[:50])
    learner.offer(X)
    before = learner.n_seen_, learner.n_bought_, len(learner.events_)
    with pytest.raises(InvalidInputError, match=message):
        learner.offer(row)
    with pytest.raises(InvalidInputError):
        learner.tell(row, [1])
    assert (learner.n_seen_, learner.n_bought_, len(learner.events_)) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": 0}, "above 0"),
        ({"budget": 1.5}, "above 0"),
        ({"budget": True}, "above 0"),
        ({"budget": "10%"}, "above 0"),
        ({"max_labels": 3}, "at least 20"),
        ({"query": "variance_reduction"}, "margin, spread, random"),
        ({"query": lambda question: question.scores}, "one by one"),
        ({"query_model": "final"}, "leave them out"),
        ({"domain": ([0.0], [1.0])}, "with stream=True"),
        ({"stream": False, "budget": 0.1}, "stream=True"),
        ({"stream": False, "max_labels": 50}, "stream=True"),
    ],
)
def test_settings_that_do_not_fit_are_refused(stream, options, message):
    X, _ = rows(20)
    with pytest.raises(InvalidInputError, match=message):
        stream(X, **options)


def test_a_regressor_has_no_margin(stream, regressor):
    with pytest.raises(InvalidInputError, match="margin"):
        stream(model=regressor(), query="margin")


def test_streams_offer_and_pools_ask(stream, learner):
    X, _ = rows(50)
    with pytest.raises(InvalidInputError, match="offer"):
        stream(X).ask()
    with pytest.raises(InvalidInputError, match=r"learner with a pool; use ask"):
        learner(X).offer(X[0])
    with pytest.raises(InvalidInputError, match="before any row"):
        stream().tell(X[0], 1)
    assert stream(X).nothing_left is None


def test_more_first_rows_may_be_added(stream):
    X, _ = rows(120)
    learner = stream()
    learner.add(X[:70])
    np.testing.assert_array_equal(learner.probe_rows, X[:70])
    assert not learner.offer(X[70:100]).any()
    assert learner.offer(X[100])
    np.testing.assert_array_equal(learner.probe_rows, X[:100])


def test_another_run_is_refused(stream, learner, tmp_path):
    X, _ = rows(120)
    path, pool = tmp_path / "stream.db", tmp_path / "pool.db"
    stream(X[:50], journal=path).close()
    learner(X, journal=pool).close()
    with pytest.raises(InvalidInputError, match="50, or with others"):
        stream(X[1:51], journal=path)
    with pytest.raises(InvalidInputError, match="pass the same rows as X_pool"):
        stream(journal=path)
    with pytest.raises(InvalidInputError, match="budget"):
        stream(X[:50], budget=0.2, journal=path)
    with pytest.raises(InvalidInputError, match=r"budget|about a pool"):
        stream(X[:50], journal=pool)
    with pytest.raises(InvalidInputError):
        learner(X[:50], journal=path)


def test_a_journal_that_nobody_wrote_is_refused(stream, tmp_path):
    X, _ = rows(150)
    learner = stream(budget=0.1)
    learner.offer(X)
    added, asked = learner.events_
    lies = [
        (added, {"rows": [[1.0, 2.0], [3.0]]}),
        (added, {"rows": "all"}),
        (added, {"names": ["a", 2, "c"]}),
        (asked, {"meter": {"n_passed": 1, "recent": []}}),
        (asked, {"meter": {"n_passed": 10**3, "recent": [None]}}),
        (asked, {"meter": 5}),
    ]
    for event, lie in lies:
        made_up = type(event)(event.kind, event.questions, details=event.details | lie)
        events = [made_up] if event is added else [added, made_up]
        with pytest.raises(JournalError, match="cannot be"):
            stream(budget=0.1)._ledger.check_recorded(events)


def test_nothing_is_bought_where_it_cannot_be_recorded(stream, tmp_path):
    X, _ = rows(80)
    learner = stream(X[:50], journal=tmp_path / "labels.db")
    learner.offer(X[:5])
    (tmp_path / "labels.db").rename(tmp_path / "gone.db")
    before = learner.n_seen_, learner.n_bought_
    with pytest.raises(JournalError, match="removed"):
        learner.offer(X[5:40])
    assert (learner.n_seen_, learner.n_bought_) == before
    learner.close()


def test_three_classes_and_other_centers(stream, classifier):
    X, _ = rows(300)
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    for model in (classifier(), classifier(activation="relu"), classifier(cost=1.0)):
        for query in ("margin", "spread"):
            learner = stream(X[:50], model, budget=0.1, query=query)
            fed(learner, X[:120], y)
            assert learner.estimator_.score(X, y) > 0.5
            assert 7 < learner.n_labels_ <= 13


def test_values_are_bought_by_their_deviation(stream, regressor):
    X, _ = rows(300)
    learner = stream(X[:50], regressor(), budget=0.1)
    assert learner.settings.query == "spread"
    fed(learner, X, X[:, 0])
    assert 25 < learner.n_labels_ <= 31
    assert learner.estimator_.score(X, X[:, 0]) > 0.8


def test_rows_added_while_the_first_ones_pass(stream):
    X, _ = rows(120)
    learner = stream()
    learner.offer(X[:30])
    learner.add(X[30:50])
    learner.offer(X[50:100])
    np.testing.assert_array_equal(learner.probe_rows, X[:100])
    assert learner.n_seen_ == 80
    assert learner.offer(X[100])


def test_purchases_of_two_processes_add_up(stream):
    """What each of them recorded since the last one it knew of."""
    X, _ = rows(200)
    one, two = stream(X[:50]), stream(X[:50])
    one.offer(X[:100])
    two.offer(X[100:])
    meter = one._ledger.after(*two.events_).book.meter
    assert meter.n_seen == 200
    assert meter.n_bought == one.n_bought_ + two.n_bought_
