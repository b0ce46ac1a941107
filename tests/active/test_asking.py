"""Questions among candidates, with their utilities, by a function of one's own."""

import numpy as np
import pandas as pd
import pytest

from cutplane import ActiveLearner
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run
from cutplane.errors import InvalidInputError

QUERIES = sorted(STRATEGIES)


@pytest.mark.parametrize("query", QUERIES)
def test_only_candidates_are_asked(pool, learner, query):
    X, y = pool(20)
    active = learner(X, query=query)
    candidates = [3, 5, 7, 11, 5]
    assert set(active.ask(9, candidates=candidates)) == {3, 5, 7, 11}
    active.tell([3, 5, 0, 1, 2], y[[3, 5, 0, 1, 2]])
    active.skip([7])
    assert active.ask(9, candidates=candidates).tolist() == [11]
    assert active.ask(1, candidates=[3, 7]).size == 0
    with pytest.raises(InvalidInputError, match="from 0 to 19"):
        active.ask(candidates=[20])


@pytest.mark.parametrize("query", QUERIES)
def test_utilities_are_numbers_and_the_best_comes_first(pool, learner, query):
    X, y = pool(20)
    active = learner(X, query=query)
    rows, utilities = active.ask(3, return_utilities=True)
    assert rows.shape == utilities.shape == (3,)
    assert not utilities.any()
    run(active, ColumnOracle(y), budget=6)
    twin = learner(X, query=query)
    twin.ask(3)
    run(twin, ColumnOracle(y), budget=6)
    rows, utilities = active.ask(4, return_utilities=True)
    assert rows.tolist() == twin.ask(4).tolist()
    assert np.isfinite(utilities).all()
    assert utilities[0] >= utilities.max() - 1e-9 * np.abs(utilities).max()


def test_candidates_of_a_box_are_ranked(classifier):
    box = ([-1, -1], [1, 1])
    active = ActiveLearner(classifier(activation="relu"), domain=box, random_state=0)
    points = np.random.default_rng(0).uniform(-1, 1, size=(30, 2))
    active.tell(points[:8], (points[:8, 0] > 0).astype(int))
    asked, utilities = active.ask(2, candidates=points[8:], return_utilities=True)
    assert (asked[:, None] == points[8:]).all(axis=2).any(axis=1).all()
    scores = np.abs(active.estimator_.decision_function(points[8:]))
    assert -utilities[0] == pytest.approx(scores.min())
    found, utilities = active.ask(2, return_utilities=True)
    assert found.shape == (2, 2)
    assert np.abs(utilities).max() < 1e-6


def near(question):
    """Rows near the origin, but none to the left of it."""
    X = question.rows_at(np.arange(question.offered.size))
    return np.where(X[:, 0] < 0, -np.inf, -np.abs(X).sum(axis=1))


def test_a_query_may_be_a_function(pool, learner, tmp_path):
    X, y = pool()
    path = tmp_path / "labels.db"
    active = learner(X, query=near, journal=path)
    active.tell([0, 1, 2, 3], y[:4])
    left = np.setdiff1d(np.flatnonzero(X[:, 0] >= 0), [0, 1, 2, 3])
    expected = left[np.argmin(np.abs(X[left]).sum(axis=1))]
    assert active.ask().tolist() == [expected]
    assert set(active.ask(50)) <= set(left)
    again = learner(X, query=near, journal=path)
    assert again.n_labels_ == 4
    with pytest.raises(InvalidInputError, match="query='near'"):
        learner(X, query="margin", journal=path)
    with pytest.raises(InvalidInputError, match="function near, which no file holds"):
        again.save(tmp_path / "learner.npz")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (lambda question: np.zeros(3), r"shape \(3,\); expected .* \(46,\)"),
        (lambda question: np.full(question.offered.size, np.nan), "NaN for 46 of 46"),
        (lambda question: ["a"] * question.offered.size, "expected numbers"),
        (lambda question: None, r"shape \(\)"),
    ],
)
def test_utilities_that_make_no_sense_are_named(pool, learner, query, message):
    X, y = pool()
    active = learner(X, query=query)
    active.tell([0, 1, 2, 3], y[:4])
    with pytest.raises(InvalidInputError, match=message):
        active.ask()


def test_an_ask_that_fails_changes_nothing(pool, learner):
    X, y = pool()

    def query(question):
        question.rng.random(5)
        raise RuntimeError("own")

    active = learner(X, query=query)
    active.tell([0, 1, 2, 3], y[:4])
    with pytest.raises(RuntimeError, match="own"):
        active.ask()
    assert len(active.events_) == 1


# Tables with names


def test_a_table_keeps_the_names_of_its_columns(pool, learner, tmp_path):
    X, y = pool()
    frame = pd.DataFrame(X, columns=["a", "b"])
    path = tmp_path / "labels.db"
    active = run(learner(frame, journal=path), ColumnOracle(y), budget=8)
    plain = run(learner(X), ColumnOracle(y), budget=8)
    assert active.labels_rows_.tolist() == plain.labels_rows_.tolist()
    assert active.estimator_.feature_names_in_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(active.estimator_.predict(frame), plain.estimator_.predict(X))
    again = learner(frame[["b", "a"]], journal=path)
    assert again.n_labels_ == 8
    active = again
    assert active.add(frame[["b", "a"]][:2]).tolist() == [50, 51]
    np.testing.assert_array_equal(active.X_pool[50:], X[:2])
    with pytest.raises(InvalidInputError, match=r"column 'b' is missing .*; is it 'bb'"):
        active.add(frame.rename(columns={"b": "bb"}))
    active.save(tmp_path / "learner.npz")
    loaded = ActiveLearner.load(tmp_path / "learner.npz")
    assert loaded.domain.names == ["a", "b"]
    assert loaded.ask(2).tolist() == active.ask(2).tolist()
    active.save(tmp_path / "learner.npz", with_pool=False)
    reordered = pd.concat([frame, frame[:2]])[["b", "a"]]
    assert ActiveLearner.load(tmp_path / "learner.npz", reordered).n_labels_ == 8
