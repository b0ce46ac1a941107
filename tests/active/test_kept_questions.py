"""What is kept of a pool, and how it is stored, changes no question."""

import numpy as np
import pytest
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active import question as question_module
from cutplane.scanning.arrays import ArraySource

QUERIES = ("variance_reduction", "halving", "information", "expected_error", "margin")


def pool(n=150, d=3):
    X = np.random.default_rng(0).normal(size=(n, d)).astype(np.float32).astype(float)
    X[np.abs(X) < 0.3] = 0
    return X


def labels(X, kind, n_classes=2):
    score = X[:, 0] + X[:, 1] ** 2
    return (
        score if kind is CuttingPlaneRegressor else np.digitize(score, [0.5, 1.5][: n_classes - 1])
    )


def asked(rows, y, query, kind=CuttingPlaneClassifier, *, n=1, n_labels=14):
    """Rows asked, in order, on a pool of any storage."""
    model = kind(hidden=(20,), random_state=0)
    learner = ActiveLearner(model, rows, query=query, random_state=0)
    while learner.n_labels_ < n_labels:
        chosen = learner.ask(n)
        learner.tell(chosen, y[chosen])
    return learner.labels_rows_.tolist()


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    """Pools that are larger than what is looked at closely."""
    monkeypatch.setattr(question_module, "N_CLOSE", 40)
    monkeypatch.setattr(question_module, "_N_CLOSE_LEAST", 30)


@pytest.mark.parametrize("query", QUERIES)
def test_nothing_kept_gives_the_same_questions(query, monkeypatch):
    X = pool()
    y = labels(X, CuttingPlaneClassifier)
    kept = asked(X, y, query)
    monkeypatch.setattr(
        "cutplane.active.pool.ArraySource", lambda rows: ArraySource(rows, memory=0)
    )
    assert asked(X, y, query) == kept


@pytest.mark.parametrize("kind", [CuttingPlaneClassifier, CuttingPlaneRegressor])
@pytest.mark.parametrize("n", [1, 3])
def test_storage_gives_the_same_questions(kind, n, tmp_path):
    X = pool()
    y = labels(X, kind)
    np.save(tmp_path / "pool.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "pool.npy", mmap_mode="r")
    expected = asked(X, y, "variance_reduction", kind, n=n)
    for rows in (X.astype(np.float32), mapped, sparse.csr_matrix(X), np.asfortranarray(X)):
        assert asked(rows, y, "variance_reduction", kind, n=n) == expected


def test_several_classes_ask_alike_too():
    X = pool()
    y = labels(X, CuttingPlaneClassifier, n_classes=3)
    expected = asked(X, y, "variance_reduction")
    assert asked(X.astype(np.float32), y, "variance_reduction") == expected


def test_a_mapped_pool_is_taken_as_it_is(tmp_path):
    X = pool().astype(np.float32)
    np.save(tmp_path / "pool.npy", X)
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=0), np.load(tmp_path / "pool.npy", mmap_mode="r")
    )
    assert learner.X_pool.dtype == np.float32
    assert np.shares_memory(learner.X_pool, learner.domain.rows)
    assert not learner.X_pool.flags.owndata


def test_a_batch_of_copies_asks_other_rows():
    """Forty copies of the most telling row: an answer about one answers the others."""
    rng = np.random.default_rng(1)
    X = np.vstack([rng.normal(size=(60, 2)), np.repeat([[0.1, 0.1]], 40, axis=0)])
    y = labels(X, CuttingPlaneClassifier)
    for query in ("variance_reduction", "halving", "information"):
        learner = ActiveLearner(
            CuttingPlaneClassifier(hidden=(20,), flip=0, noise=0.1, random_state=0),
            X,
            query=query,
            random_state=0,
        )
        learner.tell(np.arange(10), y[:10])
        assert np.sum(learner.ask(5) >= 60) < 4, query


@pytest.mark.parametrize("n", [60, 150])
def test_a_batch_can_be_the_whole_pool(n):
    X = pool()
    y = labels(X, CuttingPlaneClassifier)
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=(20,), random_state=0), X, random_state=0)
    learner.tell(np.arange(10), y[:10])
    rows = learner.ask(n)
    assert np.unique(rows).size == rows.size == min(n, 140)


def test_contradictions_that_gravity_allows_can_be_asked_on():
    """Hard cuts would have no center to ask by."""
    X = pool(60)
    X[1] = X[0]
    y = labels(X, CuttingPlaneClassifier)
    y[1] = 1 - y[0]
    model = CuttingPlaneClassifier(
        hidden=(20,), center="gravity", cost=float("inf"), random_state=0
    )
    learner = ActiveLearner(model, X, random_state=0)
    learner.tell(np.arange(12), y[:12])
    assert learner.ask(3).size == 3


@pytest.mark.parametrize("query", QUERIES)
def test_a_linear_network_has_no_patterns_to_keep(query):
    X = pool()
    y = labels(X, CuttingPlaneClassifier)
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=()), X, query=query, random_state=0)
    learner.tell(range(6), y[:6])
    for _ in range(3):
        chosen = learner.ask(2)
        learner.tell(chosen, y[chosen])
    assert np.unique(learner.labels_rows_).size == 12
