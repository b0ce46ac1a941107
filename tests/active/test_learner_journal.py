"""What was told survives: a journal is replayed, also after a kill."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from cutplane import ActiveLearner
from cutplane.active.journal import Journal
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.active.run import run
from cutplane.errors import InvalidInputError

#: The depth of cuts is one for all questions.
RUNS = [*((query, 0.0) for query in sorted(STRATEGIES)), ("margin", 1.0)]


@pytest.mark.parametrize(("query", "depth"), RUNS)
def test_a_resumed_run_is_where_it_stopped(pool, classifier, learner, tmp_path, query, depth):
    X, y = pool()
    path = tmp_path / "labels.csv"
    options = {"query": query, "depth": depth}
    model = classifier(tol=1e-9)
    first = run(learner(X, model, journal=path, **options), ColumnOracle(y), budget=11)
    oracle = ColumnOracle(y)
    second = learner(X, model, journal=path, **options)
    assert second.labels_rows_.tolist() == first.labels_rows_.tolist()
    np.testing.assert_array_equal(second.labels_, first.labels_)
    assert second.cut_rows_ == first.cut_rows_
    np.testing.assert_allclose(
        second.estimator_.decision_function(X), first.estimator_.decision_function(X), atol=1e-6
    )
    run(second, oracle, budget=15)
    assert oracle.n_asked == 4
    assert len(set(second.labels_rows_.tolist())) == 15
    assert len(Journal(path).entries()[0]) == 15


@pytest.mark.parametrize("names", [("no", "yes"), (False, True), (0, 1), ("0", "1"), (0.0, 2.0)])
def test_labels_keep_their_type_over_a_restart(pool, learner, tmp_path, names):
    X, y = pool()
    labels = np.array(names)[y]
    path = tmp_path / "labels.csv"
    run(learner(X, journal=path), ColumnOracle(labels), budget=8)
    again = run(learner(X, journal=path), ColumnOracle(labels), budget=12)
    assert again.estimator_.classes_.tolist() == list(names)
    assert again.labels_.dtype.kind == labels.dtype.kind


def test_a_domain_is_resumed_at_the_same_points(classifier, tmp_path):
    path = tmp_path / "labels.csv"

    def start():
        model, box = classifier(activation="relu"), ([-1, -1], [1, 1])
        return ActiveLearner(model, domain=box, random_state=0, journal=path)

    first = run(start(), lambda points: (points[:, 0] > 0.1).astype(int), budget=9)
    second = start()
    np.testing.assert_array_equal(second.X_pool, first.X_pool)
    assert second.n_labels_ == 9


@pytest.mark.parametrize("row", ["900", "9" * 30])
def test_a_journal_of_another_pool_is_named(pool, learner, tmp_path, row):
    path = tmp_path / "labels.csv"
    Journal(path).append([row], [1])
    with pytest.raises(InvalidInputError, match="from 0 to 49"):
        learner(pool()[0], journal=path)
    points = tmp_path / "points.csv"
    Journal(points).append(["0.5 0.25"], [1])
    with pytest.raises(InvalidInputError):
        learner(pool()[0], journal=points)


def test_labels_are_on_disk_before_the_model_hears_of_them(pool, learner, tmp_path, monkeypatch):
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


@pytest.mark.slow
def test_a_killed_process_loses_no_acknowledged_label(pool, learner, tmp_path):
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
