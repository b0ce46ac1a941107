"""What is asked, and what the model learns from it."""

from itertools import pairwise

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run

QUERIES = sorted(STRATEGIES)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("batch_size", [1, 4])
def test_every_row_is_asked_once_and_an_exhausted_pool_ends(pool, learner, query, batch_size):
    X, y = pool(14)
    active = learner(X, query=query, batch_size=batch_size)
    asked = []
    while (rows := active.ask()).size:
        assert rows.dtype.kind == "i"
        asked += rows.tolist()
        active.tell(rows, y[rows])
    assert sorted(asked) == list(range(14))
    assert active.n_labels_ == 14
    assert active.ask().shape == active.ask(5).shape == (0,)
    assert active.labels_rows_.tolist() == asked
    np.testing.assert_array_equal(active.labels_, y[asked])


def test_cold_start_covers_the_pool(learner):
    """Three far clusters: the first three questions see one row of each."""
    rng = np.random.default_rng(0)
    centers = np.repeat([[0.0, 0], [50, 0], [0, 50]], 20, axis=0)
    X = centers + rng.normal(size=(60, 2))
    active = learner(X, batch_size=3)
    assert {row // 20 for row in active.ask()} == {0, 1, 2}
    one_by_one = learner(X)
    for _ in range(3):
        one_by_one.tell(one_by_one.ask(), [1])
    assert {row // 20 for row in one_by_one.labels_rows_} == {0, 1, 2}


@pytest.mark.parametrize("query", QUERIES)
def test_one_class_only_is_no_model_but_goes_on(pool, learner, query):
    X, _ = pool(12)
    active = run(learner(X, query=query), ColumnOracle(np.ones(12)), budget=12)
    assert not active.is_fitted
    assert active.n_labels_ == 12
    assert active.n_cuts_ == 0
    assert active.ask().size == 0


def test_labels_of_one_class_predict_that_class(pool, learner, tmp_path):
    X, _ = pool(12)
    active = learner(X)
    active.tell([0, 1], ["a", "a"], "al")
    assert not active.is_fitted
    assert set(active.estimator_.predict(X)) == {"a"}
    active.save(tmp_path / "learner.npz")
    again = ActiveLearner.load(tmp_path / "learner.npz")
    assert set(again.estimator_.predict(X)) == {"a"}
    for one in (active, again):
        one.tell([2], ["b"])
    twin = learner(X)
    twin.tell([0, 1], ["a", "a"], "al")
    twin.tell([2], ["b"])
    for one in (active, again):
        np.testing.assert_array_equal(one.estimator_.scores(X), twin.estimator_.scores(X))
    active.forget([2])
    assert set(active.estimator_.predict(X)) == {"a"}
    active.forget([0, 1])
    assert not active.estimator_.__sklearn_is_fitted__()


def test_the_first_model_holds_all_labels_bought_before(pool, learner):
    X, y = pool()
    order = np.argsort(y, kind="stable")  # all of one class first
    active = learner(X)
    for row in [*order[:5], order[-1]]:
        active.tell([row], [y[row]])
    assert active.is_fitted
    assert active.n_cuts_ == active.n_labels_ == 6


def test_a_regressor_is_fitted_by_one_label(pool, regressor, learner):
    X, _ = pool()
    active = learner(X, regressor())
    active.tell(active.ask(), [3.0])
    assert active.is_fitted


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("query", ["margin", "coverage", "frontier", "random", "spread"])
def test_the_model_is_the_fit_of_its_labels(pool, classifier, learner, activation, query):
    X, y = pool(30)
    model = classifier(activation=activation, tol=1e-9)
    active = run(learner(X, model, query=query), ColumnOracle(y), budget=12)
    rows = active.labels_rows_
    once = classifier(activation=activation, tol=1e-9).fit(X[rows], y[rows], X_pool=X)
    np.testing.assert_allclose(
        active.estimator_.decision_function(X), once.decision_function(X), atol=1e-7
    )
    assert active.n_cuts_ == active.n_labels_


def test_the_given_estimator_is_left_alone(pool, classifier, learner):
    X, y = pool()
    model = classifier()
    run(learner(X, model), ColumnOracle(y), budget=6)
    assert not model.__sklearn_is_fitted__()


def test_margin_asks_the_row_nearest_to_the_boundary(pool, learner):
    X, y = pool()
    active = run(learner(X, query="margin"), ColumnOracle(y), budget=10)
    left = np.setdiff1d(np.arange(50), active.labels_rows_)
    margins = np.abs(active.estimator_.decision_function(X[left]))
    assert active.ask()[0] == left[np.argmin(margins)]


def test_coverage_asks_the_row_farthest_from_all_labels(pool, learner):
    X, y = pool()
    active = run(learner(X, query="coverage"), ColumnOracle(y), budget=10)
    gaps = np.linalg.norm(X[:, None] - X[active.labels_rows_][None], axis=2).min(axis=1)
    assert active.ask()[0] == np.argmax(gaps)


@pytest.mark.slow
def test_margin_beats_random_on_average(pool, classifier, learner):
    X, y = pool(200)
    score = {}
    for query in ("margin", "random"):
        runs = [
            run(
                learner(X, classifier(random_state=s), query=query, random_state=s),
                ColumnOracle(y),
                budget=12,
            )
            for s in range(6)
        ]
        score[query] = np.mean([r.estimator_.score(X, y) for r in runs])
    assert score["margin"] > score["random"]


def test_a_class_that_appears_late_is_learnt(classifier, learner):
    X = np.linspace(-1, 1, 40)[:, None]
    y = np.where(X[:, 0] > 0.8, "rare", np.where(X[:, 0] > 0, "b", "a"))
    active = learner(X, classifier(hidden=(30,)))
    common = np.flatnonzero(y != "rare")[::4]
    active.tell(common, y[common])
    assert active.estimator_.classes_.tolist() == ["a", "b"]
    rare = np.flatnonzero(y == "rare")[:2]
    active.tell(rare, y[rare])
    assert active.estimator_.classes_.tolist() == ["a", "b", "rare"]
    run(active, ColumnOracle(y), budget=25)
    assert active.estimator_.score(X, y) > 0.9


def test_extremes_ask_the_two_ends_in_turns(pool, learner):
    X, y = pool()
    active = run(learner(X, query="extremes"), ColumnOracle(y), budget=8)
    ends = []
    for _ in range(6):
        left = np.setdiff1d(np.arange(50), active.labels_rows_)
        scores = active.estimator_.decision_function(X[left])
        row = active.ask()[0]
        ends.append({left[np.argmax(scores)]: 1, left[np.argmin(scores)]: -1}.get(row, 0))
        active.tell([row], y[[row]])
    assert set(ends[::2]) | set(ends[1::2]) == {1, -1}
    assert all(a == -b for a, b in pairwise(ends))


def test_extremes_in_pairs_are_the_largest_and_the_smallest_score(pool, learner):
    X, y = pool()
    active = run(learner(X, query="extremes"), ColumnOracle(y), budget=8)
    left = np.setdiff1d(np.arange(50), active.labels_rows_)
    scores = active.estimator_.decision_function(X[left])
    assert set(active.ask(2)) == {left[np.argmax(scores)], left[np.argmin(scores)]}


def test_a_batch_asks_no_row_twice_and_no_near_duplicates(learner):
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(12, 2)), 10, axis=0)
    y = (X[:, 0] > 0).astype(int)
    active = run(learner(X), ColumnOracle(y), budget=6)
    batch = active.ask(4)
    assert len(set(batch)) == 4
    assert np.unique(X[batch], axis=0).shape[0] >= 3


def test_a_batch_may_be_larger_than_what_is_left(pool, learner):
    X, y = pool(9)
    active = run(learner(X), ColumnOracle(y), budget=6)
    assert sorted([*active.ask(50), *active.labels_rows_]) == list(range(9))


@pytest.mark.parametrize("query", QUERIES)
def test_a_seed_decides_the_run_and_nothing_else_is_drawn(pool, classifier, query):
    X, y = pool()

    def rows(seed):
        model = classifier(random_state=None)
        active = ActiveLearner(model, X, query=query, random_state=seed)
        return run(active, ColumnOracle(y), budget=14).labels_rows_.tolist()

    np.random.seed(7)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first = rows(1)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    np.random.seed(8)  # noqa: NPY002
    assert rows(1) == first
    if query == "random":
        assert rows(2) != first


@pytest.mark.parametrize("query_model", ["center", "final"])
def test_questions_follow_the_model_that_is_named(query_model):
    """The row asked is the one of least |score| under that model, not under the other."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    learner = ActiveLearner(
        CuttingPlaneClassifier(hidden=(20,), random_state=0),
        X,
        query_model=query_model,
        random_state=0,
    )
    for _ in range(12):
        rows = learner.ask()
        learner.tell(rows, y[rows])
    scores = np.abs(learner.estimator_.scores(X, query_model))
    scores[learner.labels_rows_] = np.inf
    assert learner.ask()[0] == np.argmin(scores)
