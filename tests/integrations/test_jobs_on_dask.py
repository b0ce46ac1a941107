"""What joblib does goes to a cluster: scores, folds, final solves and runs of experiments."""

import json
import os
import threading
import time
from functools import partial

import numpy as np
import pytest
from joblib import parallel_config
from typer.testing import CliRunner

pytest.importorskip("distributed")

from cutplane import CuttingPlaneClassifier
from cutplane.cli.main import app
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.estimators.side_by_side import side_by_side
from cutplane.experiments.experiment import Experiment, Method
from cutplane.experiments.spiral import spiral
from cutplane.experiments.study import Study
from cutplane.integrations.cluster import jobs_on

pytestmark = pytest.mark.xdist_group("dask")


@pytest.fixture
def address(both_workers):
    return both_workers.scheduler.address


class Counting:
    """Data that count how often they are sent from here."""

    def __init__(self, value=7):
        self.value, self.n_sent = value, 0

    def __reduce__(self):
        self.n_sent += 1
        return Counting, (self.value,)


def times(shared, i):
    return i * shared.value, os.getpid()


def test_jobs_get_what_they_share_once(both_workers):
    shared = Counting()
    with parallel_config(backend="dask", client=both_workers):
        found = side_by_side(times, shared, 6, "jobs", n_jobs=None, verbose=False)
    assert [value for value, _ in found] == [0, 7, 14, 21, 28, 35]
    assert {process for _, process in found} <= set(both_workers.run(os.getpid).values())
    assert shared.n_sent == 1


class Used:
    """What cannot be sent any more once a job has used it."""

    lock = None


def use(shared, i):
    shared.lock = threading.Lock()
    time.sleep(0.3)
    return i, os.getpid()


def test_what_one_job_uses_reaches_the_others(both_workers):
    with parallel_config(backend="dask", client=both_workers):
        found = side_by_side(use, Used(), 8, "jobs", n_jobs=None, verbose=False)
    assert [i for i, _ in found] == list(range(8))
    assert len({process for _, process in found}) == 2


def test_a_single_job_stays_here(both_workers):
    with parallel_config(backend="dask", client=both_workers):
        assert side_by_side(times, Counting(), 1, "jobs", n_jobs=None, verbose=False) == [
            (0, os.getpid())
        ]


X = np.random.default_rng(1).normal(size=(60, 3))
CLASSES = np.digitize(X[:, 0] * X[:, 1], [-0.2, 0.2])
RELU = partial(CuttingPlaneClassifier, activation="relu", hidden=(20,), random_state=0)


@pytest.mark.parametrize("options", [{}, {"final_solve": "sparse"}, {"cost": "auto"}])
def test_an_estimator_learns_the_same_on_a_cluster(both_workers, options):
    here = RELU(**options).fit(X[:50], CLASSES[:50])
    with parallel_config(backend="dask", client=both_workers):
        there = RELU(**options).fit(X[:50], CLASSES[:50])
        scores = there.decision_function(X)
    assert there.cost_ == here.cost_
    np.testing.assert_allclose(scores, here.decision_function(X), atol=1e-9)
    for model in (here, there):
        model.partial_fit(X[50:], CLASSES[50:])
    np.testing.assert_allclose(there.decision_function(X), here.decision_function(X), atol=1e-6)


def test_a_final_solve_of_a_worker_is_not_repeated_here(both_workers, monkeypatch):
    there = RELU(final_solve="sparse").fit(X, CLASSES)
    with parallel_config(backend="dask", client=both_workers):
        solutions = there.final_solutions_
    monkeypatch.delattr("cutplane.final.final_solve.final_solve")
    assert len(solutions) == len(there.classes_) == 3
    assert there.predict(X).shape == (60,)


def test_an_error_of_a_worker_arrives_as_itself(both_workers):
    hard = RELU(cost=float("inf"), hidden=(1,))
    with (
        parallel_config(backend="dask", client=both_workers),
        pytest.raises(EmptyVersionSpaceError, match="no network"),
    ):
        hard.fit(X, CLASSES)


def invoke(*arguments):
    return CliRunner().invoke(app, ["experiment", *map(str, arguments)])


def test_an_experiment_is_played_by_a_cluster(address, tmp_path):
    options = ("spiral", "--seeds", 2, "--budget", 8, "--methods", "linear,cpal-2", "--json")
    there = invoke(*options, "--out", tmp_path / "there", "--scheduler", address)
    assert there.exit_code == 0, there.output
    here = invoke(*options, "--out", tmp_path / "here")
    assert json.loads(there.stdout)["methods"] == json.loads(here.stdout)["methods"]
    runs = [path.name for path in sorted((tmp_path / "there" / "runs").iterdir())]
    assert runs == [path.name for path in sorted((tmp_path / "here" / "runs").iterdir())]


def counted_problem(problem, data, seed):
    """A problem that comes with data; picklable."""
    assert data.value == 7
    return problem(seed)


def test_an_experiment_is_sent_once_with_its_data(address, tmp_path):
    data, plan = Counting(), spiral().with_methods(["linear"])
    (linear,) = plan.methods
    problem = partial(counted_problem, plan.problem, data)
    plan = Experiment("spiral", "t", problem, (linear, Method("other", "o", linear.play)), {})
    study = Study(plan, tmp_path, n_seeds=2, budget=3)
    study.open()
    with jobs_on(address, plan):
        n_sent = data.n_sent
        assert n_sent > 0
        study.play(None)
    assert len(list((tmp_path / "runs").glob("*.parquet"))) == 4
    assert data.n_sent == n_sent


def test_a_folder_that_is_gone_ends_the_study_in_a_sentence(address, tmp_path):
    plan = spiral().with_methods(["linear"])
    with jobs_on(address, plan), pytest.raises(InvalidInputError, match="cannot be written"):
        Study(plan, tmp_path / "gone", n_seeds=3, budget=3).play(None)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--scheduler", "tcp://127.0.0.1:9"), 1, "no scheduler of Dask answers at"),
        (("--scheduler", "tcp://127.0.0.1:9", "--jobs", 2), 2, "leave one of them out"),
    ],
)
def test_a_scheduler_that_will_not_do_is_one_sentence(tmp_path, options, code, message):
    result = invoke("spiral", "--methods", "linear", "--out", tmp_path / "out", *options)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
