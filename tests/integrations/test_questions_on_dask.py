"""Questions over a cluster are those in memory, also when a worker dies meanwhile."""

import os
import signal
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("distributed")

from cutplane import (
    ActiveLearner,
    CuttingPlaneClassifier,
    CuttingPlaneRegressor,
    stored_rows,
)
from cutplane.integrations.dask import DaskEngine
from cutplane.scanning.arrays import ArraySource

pytestmark = pytest.mark.xdist_group("dask")

N, N_FILES = 4_000, 5


@pytest.fixture(scope="module")
def pool():
    return np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def folder(pool, tmp_path_factory):
    """The pool in several files of two row groups each, beside a column that nobody reads."""
    folder = tmp_path_factory.mktemp("pool")
    for i, part in enumerate(np.array_split(pool, N_FILES)):
        columns = {f"x{j}": part[:, j] for j in range(part.shape[1])}
        table = pa.table({**columns, "note": ["-"] * len(part)})
        pq.write_table(table, folder / f"part-{i}.parquet", row_group_size=500)
    return folder


@pytest.fixture
def in_memory(pool, monkeypatch):
    """The pool as an array of several fragments."""
    monkeypatch.setattr("cutplane.scanning.block._MOST_ROWS", 500)
    monkeypatch.setattr("cutplane.scanning.arrays._BLOCKS", 2)
    source = ArraySource(pool)
    assert len(source.fragments()) > 2
    return source


@pytest.fixture
def engine(both_workers):
    return DaskEngine(both_workers, timeout=60)  # a busy machine takes long to start a worker again


def two(X):
    return np.where(X[:, 0] + X[:, 1] ** 2 > 0.5, "yes", "no")


def several(X):
    return np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3])


def value(X):
    return X[:, 0] + np.sin(3 * X[:, 1])


CLASSIFIER = partial(CuttingPlaneClassifier, hidden=(30,), random_state=0)
REGRESSOR = partial(CuttingPlaneRegressor, hidden=(30,), random_state=0)
PROBLEMS = {
    "two classes": (CLASSIFIER, two, None),
    "two classes, margin": (CLASSIFIER, two, "margin"),
    "relu, margin": (partial(CLASSIFIER, activation="relu"), two, "margin"),
    "several classes": (CLASSIFIER, several, None),
    "several classes, margin": (CLASSIFIER, several, "margin"),
    "numbers": (REGRESSOR, value, None),
    "spread": (CLASSIFIER, several, "spread"),
    "extremes": (CLASSIFIER, two, "extremes"),
    "coverage": (CLASSIFIER, two, "coverage"),
    "frontier": (REGRESSOR, value, "frontier"),
    "disagreement": (CLASSIFIER, two, "disagreement"),
}


def asked(problem, source, X, n_questions=2):
    """Rows that a learner asks after twelve labels, three at a time."""
    make, truth, query = PROBLEMS[problem]
    options = {"query": query} if query else {}
    learner = ActiveLearner(make(), source, random_state=0, **options)
    first = np.arange(0, N, N // 12)
    learner.tell(first, truth(X[first]))
    found = []
    for _ in range(n_questions):
        rows = learner.ask(3)
        learner.tell(rows, truth(X[rows]))
        found += rows.tolist()
    return found


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_same_rows_are_asked_on_a_cluster(problem, engine, pool, in_memory, folder):
    expected = asked(problem, pool, pool)
    assert asked(problem, in_memory.on(engine), pool) == expected
    columns = [f"x{j}" for j in range(pool.shape[1])]
    assert asked(problem, stored_rows(folder, columns).on(engine), pool) == expected


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["parquet", "memory"])
def test_the_same_rows_are_asked_when_a_worker_dies(storage, engine, pool, folder, in_memory):
    source = in_memory if storage == "memory" else stored_rows(folder, ["x0", "x1", "x2", "x3"])
    killing = Killing(engine)
    found = asked("two classes", source.on(killing), pool)
    assert killing.n_killed == 1
    assert found == asked("two classes", pool, pool)


class Killing:
    """An engine that ends a worker once the first fragment of a first pass is there."""

    def __init__(self, engine):
        self.engine, self.n_killed = engine, 0

    def __call__(self, function, state, fragments):
        results = self.engine(function, state, fragments)
        yield next(results)
        if not self.n_killed:
            os.kill(next(iter(self.engine.client.run(os.getpid).values())), signal.SIGKILL)
            self.n_killed += 1
        yield from results


def test_predictions_over_a_cluster_are_those_of_the_array(engine, pool, folder):
    model = CLASSIFIER().fit(pool[:40], two(pool[:40]))
    source = stored_rows(folder, ["x0", "x1", "x2", "x3"]).on(engine)
    assert model.predict(source).tolist() == model.predict(pool).tolist()
    np.testing.assert_array_equal(model.predict_proba(source), model.predict_proba(pool))
    np.testing.assert_array_equal(model.decision_function(source), model.decision_function(pool))
