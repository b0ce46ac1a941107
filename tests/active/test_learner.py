"""The loop: rows are asked once, every answer counts, and what was told survives."""

import subprocess
import sys
import textwrap
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.journal import Journal
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError

QUERIES = sorted(STRATEGIES)


def pool(n=50, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, (X[:, 0] + X[:, 1] > 0.3).astype(int)


def classifier(**options):
    return CuttingPlaneClassifier(**{"hidden": (12,), "random_state": 0} | options)


def regressor(**options):
    return CuttingPlaneRegressor(**{"hidden": (12,), "random_state": 0} | options)


def learner(X, model=None, **options):
    return ActiveLearner(model or classifier(), X, **{"random_state": 0} | options)


def test_a_regressor_has_no_margin():
    with pytest.raises(InvalidInputError, match=r"no decision.*variance_reduction"):
        learner(pool(15)[0], regressor(), query="margin")


# Counting


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("batch_size", [1, 4])
def test_every_row_is_asked_once_and_an_exhausted_pool_ends(query, batch_size):
    X, y = pool(23)
    active = learner(X, query=query, batch_size=batch_size)
    asked = []
    while (rows := active.ask()).size:
        assert rows.dtype.kind == "i"
        asked += rows.tolist()
        active.tell(rows, y[rows])
    assert sorted(asked) == list(range(23))
    assert active.n_labels_ == 23
    assert active.ask().shape == active.ask(5).shape == (0,)
    assert active.labels_rows_.tolist() == asked
    np.testing.assert_array_equal(active.labels_, y[asked])


@pytest.mark.parametrize("query", sorted(set(QUERIES) - {"margin"}))
def test_regression_asks_every_row_once(query):
    X, _ = pool(15)
    active = run(learner(X, regressor(), query=query), ColumnOracle(X[:, 0]), budget=100)
    assert sorted(active.labels_rows_.tolist()) == list(range(15))


@pytest.mark.parametrize("query", QUERIES)
def test_labels_are_never_read_for_free(query):
    X, y = pool()
    oracle = ColumnOracle(y)
    asked = []

    def counted(rows):
        asked.extend(rows.tolist())
        return oracle(rows)

    active = run(learner(X, query=query), counted, budget=17)
    assert oracle.n_asked == active.n_labels_ == 17
    assert active.labels_rows_.tolist() == asked
    assert active.n_cuts_ == len(active.cut_rows_) <= 17
    assert set(active.cut_rows_) <= set(asked)


@pytest.mark.parametrize("batch_size", [1, 4, 7])
def test_a_budget_is_met_exactly(batch_size):
    X, y = pool()
    assert run(learner(X, batch_size=batch_size), ColumnOracle(y), budget=18).n_labels_ == 18


def test_a_budget_counts_the_labels_held_before():
    X, y = pool()
    oracle = ColumnOracle(y)
    active = run(learner(X), oracle, budget=10)
    assert run(active, oracle, budget=14).n_labels_ == oracle.n_asked == 14
    run(active, oracle, budget=5)
    assert oracle.n_asked == 14


def test_history_has_one_entry_for_each_tell():
    X, y = pool()
    seen = []
    active = run(
        learner(X, batch_size=3),
        ColumnOracle(y),
        budget=9,
        on_answer=lambda a: seen.append(a.n_labels_),
    )
    assert seen == [3, 6, 9]
    assert [entry["n_labels"] for entry in active.history_] == seen
    assert [row for entry in active.history_ for row in entry["rows"]] == (
        active.labels_rows_.tolist()
    )
    assert all(entry["seconds"] >= 0 for entry in active.history_)


# Cold start


def test_cold_start_covers_the_pool():
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
def test_one_class_only_is_no_model_but_goes_on(query):
    X, _ = pool(12)
    active = run(learner(X, query=query), ColumnOracle(np.ones(12)), budget=12)
    assert not active.is_fitted
    assert active.n_labels_ == 12
    assert active.n_cuts_ == 0
    assert active.ask().size == 0


def test_the_first_model_holds_all_labels_bought_before():
    X, y = pool()
    order = np.argsort(y, kind="stable")  # all of one class first
    active = learner(X)
    for row in [*order[:5], order[-1]]:
        active.tell([row], [y[row]])
    assert active.is_fitted
    assert active.n_cuts_ == active.n_labels_ == 6


def test_a_regressor_is_fitted_by_one_label():
    X, _ = pool()
    active = learner(X, regressor())
    active.tell(active.ask(), [3.0])
    assert active.is_fitted


# What is learnt


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("query", ["margin", "coverage", "frontier", "random", "spread"])
def test_the_model_is_the_fit_of_its_labels(activation, query):
    X, y = pool(30)
    model = classifier(activation=activation, tol=1e-9)
    active = run(learner(X, model, query=query), ColumnOracle(y), budget=12)
    rows = active.labels_rows_
    once = classifier(activation=activation, tol=1e-9).fit(X[rows], y[rows], X_pool=X)
    np.testing.assert_allclose(
        active.estimator_.decision_function(X), once.decision_function(X), atol=1e-7
    )
    assert active.n_cuts_ == active.n_labels_


def test_the_given_estimator_is_left_alone():
    X, y = pool()
    model = classifier()
    run(learner(X, model), ColumnOracle(y), budget=6)
    assert not model.__sklearn_is_fitted__()


def test_margin_asks_the_row_nearest_to_the_boundary():
    X, y = pool()
    active = run(learner(X), ColumnOracle(y), budget=10)
    left = np.setdiff1d(np.arange(50), active.labels_rows_)
    margins = np.abs(active.estimator_.decision_function(X[left]))
    assert active.ask()[0] == left[np.argmin(margins)]


def test_coverage_asks_the_row_farthest_from_all_labels():
    X, y = pool()
    active = run(learner(X, query="coverage"), ColumnOracle(y), budget=10)
    gaps = np.linalg.norm(X[:, None] - X[active.labels_rows_][None], axis=2).min(axis=1)
    assert active.ask()[0] == np.argmax(gaps)


def test_margin_beats_random_on_average():
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


def test_a_class_that_appears_late_is_learnt():
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


# Extremes (Algorithm 4): record without a cut when the model agrees


def test_extremes_cut_only_where_the_sign_was_wrong():
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


def test_extremes_ask_the_two_ends_in_turns():
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


def test_extremes_in_pairs_are_the_largest_and_the_smallest_score():
    X, y = pool()
    active = run(learner(X, query="extremes"), ColumnOracle(y), budget=8)
    left = np.setdiff1d(np.arange(50), active.labels_rows_)
    scores = active.estimator_.decision_function(X[left])
    assert set(active.ask(2)) == {left[np.argmax(scores)], left[np.argmin(scores)]}


def test_extremes_of_a_regressor_cut_outside_epsilon():
    X, _ = pool(30)
    model = regressor(epsilon=0.2)
    active = run(learner(X, model, query="extremes"), ColumnOracle(X[:, 0]), budget=20)
    assert 1 <= active.n_cuts_ < 20


def test_agreeing_labels_cut_when_told_to():
    X, y = pool()
    active = run(learner(X, query="extremes", cut_agreeing=True), ColumnOracle(y), budget=12)
    assert active.n_cuts_ == 12
    sparing = run(learner(X, query="margin", cut_agreeing=False), ColumnOracle(y), budget=25)
    assert sparing.n_cuts_ < 25


# Batches


def test_a_batch_asks_no_row_twice_and_no_near_duplicates():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(12, 2)), 10, axis=0)
    y = (X[:, 0] > 0).astype(int)
    active = run(learner(X), ColumnOracle(y), budget=6)
    batch = active.ask(4)
    assert len(set(batch)) == 4
    assert np.unique(X[batch], axis=0).shape[0] >= 3


def test_a_batch_may_be_larger_than_what_is_left():
    X, y = pool(9)
    active = run(learner(X), ColumnOracle(y), budget=6)
    assert sorted([*active.ask(50), *active.labels_rows_]) == list(range(9))


# Seeds


@pytest.mark.parametrize("query", QUERIES)
def test_a_seed_decides_the_run_and_nothing_else_is_drawn(query):
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


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("batch_size", [1, 4])
def test_kinds_of_pools_ask_the_same_rows(query, batch_size):
    """Also rows whose last digits are others: rounding decides nothing, the seed decides ties."""
    X, _ = pool()
    X = np.round(X, 1).astype(np.float32).astype(float)
    X[np.abs(X) < 0.3] = 0
    y = (X[:, 0] > 0.2).astype(int)
    kinds = [sparse.csr_matrix(X), np.asfortranarray(X)]
    kinds += [X * (1 + 1e-15 * np.random.default_rng(1).normal(size=X.shape))]
    if query == "variance_reduction":
        kinds += [X.tolist(), pd.DataFrame(X), sparse.csc_matrix(X), X.astype(np.float32)]

    def rows(kind):
        active = learner(kind, query=query, batch_size=batch_size, random_state=batch_size)
        return run(active, ColumnOracle(y), budget=12).labels_rows_.tolist()

    expected = rows(X)
    for kind in kinds:
        assert rows(kind) == expected


@pytest.mark.parametrize("names", [("no", "yes"), (False, True), (-1, 1), ("a", "longer")])
def test_labels_of_any_kind(names):
    X, y = pool()
    labels = np.array(names)[y]
    active = run(learner(X), lambda rows: labels[rows].tolist(), budget=12)
    assert active.estimator_.classes_.tolist() == list(names)
    assert set(active.labels_.tolist()) == set(names)


# Errors


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
def test_answers_that_make_no_sense_are_named_and_not_recorded(rows, labels, message, tmp_path):
    X, y = pool()
    path = tmp_path / "labels.csv"
    active = learner(X, journal=path)
    active.tell([7, 8], y[[7, 8]])
    before = path.read_text()
    with pytest.raises(InvalidInputError, match=message):
        active.tell(rows, labels)
    assert active.n_labels_ == 2
    assert path.read_text() == before
    active.tell([9], y[[9]])


def test_a_regressor_wants_numbers(tmp_path):
    X, _ = pool()
    path = tmp_path / "labels.csv"
    active = learner(X, regressor(), journal=path)
    active.tell([1], [0.5])
    with pytest.raises(InvalidInputError):
        active.tell([2], ["high"])
    assert active.n_labels_ == 1
    assert Journal(path).entries()[0] == ["1"]


def test_an_empty_answer_changes_nothing():
    X, y = pool()
    active = run(learner(X), ColumnOracle(y), budget=6)
    active.tell([], [])
    assert active.n_labels_ == 6
    assert active.labels_.dtype.kind == "i"


@pytest.mark.parametrize("n", [0, -2])
def test_asking_for_nothing_is_named(n):
    with pytest.raises(InvalidInputError, match="at least one"):
        learner(pool()[0]).ask(n)


def test_arguments_that_make_no_sense_are_named():
    X, _ = pool()
    with pytest.raises(InvalidInputError, match="query='best' is unknown"):
        learner(X, query="best")
    with pytest.raises(InvalidInputError, match="either a pool"):
        ActiveLearner(classifier())
    with pytest.raises(InvalidInputError, match="either a pool"):
        ActiveLearner(classifier(), X, domain=([0, 0], [1, 1]))
    X[3, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        learner(X)


def test_contradictions_under_hard_cuts_stay_recorded():
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
        assert rows[-1] in active.labels_rows_
        assert active.estimator_.decision_function(X).shape == (50,)
        free = np.setdiff1d(np.arange(50), active.labels_rows_)[:1]
        active.tell(free, y[free])
        assert rows[-1] not in active.ask(50)


def test_rows_of_zeros_without_an_intercept_count_but_do_not_cut():
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


@settings(max_examples=30)
@given(
    st.integers(1, 15),
    st.integers(1, 5),
    st.integers(1, 20),
    st.sampled_from(QUERIES),
    st.integers(2, 4),
    st.integers(0, 10**6),
)
def test_any_small_pool_is_run_honestly(n, batch_size, budget, query, n_classes, seed):
    """Repeated rows, any labels, any batch: the counts are right and nothing is asked twice."""
    rng = np.random.default_rng(seed)
    X = rng.integers(-1, 2, size=(n, 2)).astype(float)
    oracle = ColumnOracle(rng.integers(0, n_classes, n))
    model = classifier(hidden=(6,))
    active = run(
        learner(X, model, query=query, batch_size=batch_size, random_state=seed), oracle, budget
    )
    assert active.n_labels_ == oracle.n_asked == min(n, budget)
    assert len(set(active.labels_rows_.tolist())) == active.n_labels_


# The journal


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("depth", [0.0, 1.0])
def test_a_resumed_run_is_where_it_stopped(tmp_path, query, depth):
    X, y = pool()
    path = tmp_path / "labels.csv"
    options = {"query": query, "depth": depth}
    model = classifier(tol=1e-9)
    first = run(learner(X, model, journal=path, **options), ColumnOracle(y), budget=15)
    oracle = ColumnOracle(y)
    second = learner(X, model, journal=path, **options)
    assert second.labels_rows_.tolist() == first.labels_rows_.tolist()
    np.testing.assert_array_equal(second.labels_, first.labels_)
    assert second.cut_rows_ == first.cut_rows_
    np.testing.assert_allclose(
        second.estimator_.decision_function(X), first.estimator_.decision_function(X), atol=1e-6
    )
    run(second, oracle, budget=20)
    assert oracle.n_asked == 5
    assert len(set(second.labels_rows_.tolist())) == 20
    assert len(Journal(path).entries()[0]) == 20


@pytest.mark.parametrize("names", [("no", "yes"), (False, True), (0, 1), ("0", "1"), (0.0, 2.0)])
def test_labels_keep_their_type_over_a_restart(tmp_path, names):
    X, y = pool()
    labels = np.array(names)[y]
    path = tmp_path / "labels.csv"
    run(learner(X, journal=path), ColumnOracle(labels), budget=8)
    again = run(learner(X, journal=path), ColumnOracle(labels), budget=12)
    assert again.estimator_.classes_.tolist() == list(names)
    assert again.labels_.dtype.kind == labels.dtype.kind


def test_a_domain_is_resumed_at_the_same_points(tmp_path):
    path = tmp_path / "labels.csv"

    def start():
        return ActiveLearner(classifier(), domain=([-1, -1], [1, 1]), random_state=0, journal=path)

    first = run(start(), lambda points: (points[:, 0] > 0.1).astype(int), budget=9)
    second = start()
    np.testing.assert_array_equal(second.X_pool, first.X_pool)
    assert second.n_labels_ == 9


def test_a_journal_of_another_pool_is_named(tmp_path):
    path = tmp_path / "labels.csv"
    Journal(path).append(["900"], [1])
    with pytest.raises(InvalidInputError, match="from 0 to 49"):
        learner(pool()[0], journal=path)
    points = tmp_path / "points.csv"
    Journal(points).append(["0.5 0.25"], [1])
    with pytest.raises(InvalidInputError):
        learner(pool()[0], journal=points)


def test_labels_are_on_disk_before_the_model_hears_of_them(tmp_path, monkeypatch):
    X, y = pool()
    path = tmp_path / "labels.csv"
    active = run(learner(X, journal=path), ColumnOracle(y), budget=6)

    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(active.estimator_, "partial_fit", fail)
    rows = active.ask()
    with pytest.raises(RuntimeError, match="power cut"):
        active.tell(rows, y[rows])
    assert Journal(path).entries()[0][-1] == str(rows[0])
    assert learner(X, journal=path).n_labels_ == 7


def test_a_killed_process_loses_no_acknowledged_label(tmp_path):
    """SIGKILL in the middle of a run; every label printed as told is found again."""
    path = tmp_path / "labels.csv"
    program = """
        import sys
        import numpy as np
        from cutplane import ActiveLearner, CuttingPlaneClassifier

        X = np.random.default_rng(0).normal(size=(50, 2))
        y = (X[:, 0] + X[:, 1] > 0.3).astype(int)
        model = CuttingPlaneClassifier(hidden=(12,), random_state=0)
        learner = ActiveLearner(model, X, random_state=0, journal=sys.argv[1])
        while True:
            rows = learner.ask()
            learner.tell(rows, y[rows])
            print(rows[0], flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    told = [int(process.stdout.readline()) for _ in range(7)]
    process.kill()
    told += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()
    X, y = pool()
    active = learner(X, journal=path)
    recorded = active.labels_rows_.tolist()
    assert recorded[: len(told)] == told
    assert len(recorded) - len(told) <= 1  # on disk, but killed before it was acknowledged
    np.testing.assert_array_equal(active.labels_, y[recorded])
    run(active, ColumnOracle(y), budget=50)
    assert sorted(active.labels_rows_.tolist()) == list(range(50))


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


def test_an_unknown_query_model_is_named():
    with pytest.raises(InvalidInputError, match="center, final"):
        ActiveLearner(CuttingPlaneClassifier(), np.eye(3), query_model="best")


def test_a_text_column_of_pandas_may_be_told():
    X, y = np.random.default_rng(0).normal(size=(20, 2)), pd.Series(["no", "yes"] * 10)
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=(5,)), X, random_state=0)
    rows = np.arange(4)
    learner.tell(rows, y.to_numpy(dtype=object)[rows])
    learner.tell([4], y[[4]])
    assert learner.estimator_.classes_.tolist() == ["no", "yes"]
    with pytest.raises(InvalidInputError, match="one kind"):
        learner.tell([5, 6], np.array(["no", 1], dtype=object))


@pytest.mark.parametrize("n", [0, -1, 1.5, "2"])
def test_a_question_is_for_a_whole_number_of_rows(n):
    X = np.random.default_rng(0).normal(size=(20, 2))
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=(5,)), X, random_state=0)
    with pytest.raises(InvalidInputError, match="whole number"):
        learner.ask(n)


@pytest.mark.parametrize("estimator", [CuttingPlaneClassifier, LogisticRegression(), None])
def test_other_estimators_are_refused_at_once(estimator):
    with pytest.raises(InvalidInputError, match="give a CuttingPlaneClassifier"):
        ActiveLearner(estimator, np.eye(3))


@pytest.mark.parametrize("depth", [-1.0, np.nan, np.inf, "deep"])
def test_depths_that_put_a_cut_nowhere(depth):
    X = np.random.default_rng(0).normal(size=(20, 2))
    clf = CuttingPlaneClassifier(hidden=(5,))
    with pytest.raises(InvalidInputError, match="depth"):
        ActiveLearner(clf, X, depth=depth)
    with pytest.raises(InvalidInputError, match="depth"):
        clf.partial_fit(X, X[:, 0] > 0, depth=depth)
