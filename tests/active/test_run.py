"""The loop: every answer counts, once, and a budget is met exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run

QUERIES = sorted(STRATEGIES)


@pytest.mark.parametrize("query", QUERIES)
def test_labels_are_never_read_for_free(pool, learner, query):
    X, y = pool()
    oracle = ColumnOracle(y)
    asked = []

    def counted(rows):
        asked.extend(rows.tolist())
        return oracle(rows)

    active = run(learner(X, query=query), counted, budget=11)
    assert oracle.n_asked == active.n_labels_ == 11
    assert active.labels_rows_.tolist() == asked
    assert active.n_cuts_ == len(active.cut_rows_) <= 11
    assert set(active.cut_rows_) <= set(asked)


@pytest.mark.parametrize("batch_size", [1, 4, 7])
def test_a_budget_is_met_exactly(pool, learner, batch_size):
    X, y = pool()
    assert run(learner(X, batch_size=batch_size), ColumnOracle(y), budget=18).n_labels_ == 18


def test_a_budget_counts_the_labels_held_before(pool, learner):
    X, y = pool()
    oracle = ColumnOracle(y)
    active = run(learner(X), oracle, budget=10)
    assert run(active, oracle, budget=14).n_labels_ == oracle.n_asked == 14
    run(active, oracle, budget=5)
    assert oracle.n_asked == 14


def test_history_has_one_entry_for_each_tell(pool, learner):
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


@pytest.mark.slow
@settings(max_examples=30)
@given(
    st.integers(1, 15),
    st.integers(1, 5),
    st.integers(1, 20),
    st.sampled_from(QUERIES),
    st.integers(2, 4),
    st.integers(0, 10**6),
)
def test_any_small_pool_is_run_honestly(
    classifier, learner, n, batch_size, budget, query, n_classes, seed
):
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


@pytest.mark.parametrize("query", sorted(set(QUERIES) - {"margin"}))
def test_regression_asks_every_row_once(pool, regressor, learner, query):
    X, _ = pool(15)
    active = run(learner(X, regressor(), query=query), ColumnOracle(X[:, 0]), budget=100)
    assert sorted(active.labels_rows_.tolist()) == list(range(15))
