"""The engine on a cluster: results, what is sent, and workers that die, on toy fragments."""

import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")

from cutplane.errors import (  # noqa: E402
    ClusterError,
    ClusterWarning,
    EmptyVersionSpaceError,
    InvalidInputError,
)
from cutplane.integrations import cluster as cluster_module  # noqa: E402
from cutplane.integrations.dask import AHEAD, DaskEngine  # noqa: E402

pytestmark = pytest.mark.xdist_group("dask")


@dataclass(frozen=True)
class Numbered:
    """A fragment that says who did it, in a folder that all processes see."""

    number: int
    folder: Path
    seconds: float = 0.0

    def note(self):
        """One more file for each time that it is done, named after the worker's process."""
        stem = f"{self.number}-{os.getpid()}"
        place = len(list(self.folder.glob(f"{stem}-*")))
        (self.folder / f"{stem}-{place}").touch()
        time.sleep(self.seconds)


def doubled(state, fragment):
    """What most of these tests compute."""
    fragment.note()
    return fragment.number, state["factor"] * fragment.number


def done(folder):
    """Pairs (fragment, process), one for each time that a fragment was begun."""
    return [tuple(map(int, path.name.split("-")[:2])) for path in folder.iterdir()]


def numbered(n, folder, **options):
    return [Numbered(i, folder, **options) for i in range(n)]


@pytest.fixture
def engine(both_workers):
    return DaskEngine(both_workers, timeout=60)  # a busy machine takes long to start a worker again


def test_every_fragment_is_done_once(engine, tmp_path):
    found = dict(engine(doubled, {"factor": 2}, numbered(9, tmp_path)))
    assert found == {i: 2 * i for i in range(9)}
    assert sorted(number for number, _ in done(tmp_path)) == list(range(9))
    assert len({process for _, process in done(tmp_path)}) == 2
    assert list(engine(doubled, {"factor": 2}, [])) == []


@dataclass
class Counting:
    """A state that counts how often it is sent from here."""

    factor: int = 2
    n_sent: int = 0

    def __getitem__(self, name):
        return getattr(self, name)

    def __reduce__(self):
        self.n_sent += 1
        return Counting, (self.factor,)


def test_the_state_is_sent_once(engine, tmp_path):
    state = Counting()
    assert len(list(engine(doubled, state, numbered(12, tmp_path)))) == 12
    assert state.n_sent == 1


class AtWork:
    """A model that cannot be sent any more once it has been used."""

    def used(self):
        self.lock = threading.Lock()
        return os.getpid()


def used(state, fragment):
    fragment.note()
    return state.used()


def test_a_model_in_use_on_one_worker_reaches_the_other(engine, tmp_path):
    assert len(set(engine(used, AtWork(), numbered(8, tmp_path, seconds=0.2)))) == 2
    for number, _ in done(tmp_path):
        assert sum(other == number for other, _ in done(tmp_path)) == 1


def of_rows(state, fragment):
    """Sums of rows, and whose memory they are in."""
    return float((fragment.rows * state).sum()), os.getpid()


@dataclass(frozen=True)
class InMemory:
    """A fragment that is its rows."""

    rows: np.ndarray


def test_rows_in_memory_are_sent_once_for_all_questions(engine, monkeypatch):
    fragments = [InMemory(np.full((40_000, 1), i)) for i in range(4)]
    sent = []
    scatter = engine.client.scatter
    monkeypatch.setattr(
        engine.client, "scatter", lambda data, **o: sent.append(data) or scatter(data, **o)
    )
    for factor in (1, 2, 3):
        sums = sorted(total for total, _ in engine(of_rows, factor, fragments))
        assert sums == [factor * 40_000.0 * i for i in range(4)]
    assert sorted(packed.value.rows[0, 0] for (packed,) in sent) == [0, 1, 2, 3]


def test_workers_forget_rows_that_are_gone_here(engine):
    fragments = [InMemory(np.zeros((40_000, 1)))]
    list(engine(of_rows, 1, fragments))
    (key,) = (future.key for _, future in engine._held.values())
    assert engine.client.who_has()[key]
    del fragments
    assert not engine._held
    for _ in range(100):
        if not engine.client.who_has().get(key):
            break
        time.sleep(0.05)
    assert not engine.client.who_has().get(key)


def test_a_bounded_number_is_in_flight(engine, tmp_path):
    results = engine(doubled, {"factor": 2}, numbered(60, tmp_path, seconds=0.01))
    next(results)
    time.sleep(0.5)  # nobody takes what comes
    begun = len(done(tmp_path))
    assert begun <= 2 * AHEAD + 2 * AHEAD
    results.close()
    time.sleep(0.2)
    assert len(done(tmp_path)) == begun


def contradicted(state, fragment):
    """Labels that contradict each other."""
    raise EmptyVersionSpaceError("rows 3 and 4 contradict each other", [3, 4])


def divided(state, fragment):
    """An error of Python."""
    return 1 // 0


def test_an_error_of_a_task_arrives_as_itself(engine, tmp_path):
    with pytest.raises(
        EmptyVersionSpaceError, match=r"^rows 3 and 4 contradict each other$"
    ) as own:
        list(engine(contradicted, None, numbered(3, tmp_path)))
    assert own.value.rows == (3, 4)
    with pytest.raises(ZeroDivisionError):
        list(engine(divided, None, numbered(3, tmp_path)))
    assert len(list(engine(doubled, {"factor": 2}, numbered(3, tmp_path)))) == 3


def read(state, fragment):
    """A file of another machine."""
    return (fragment.folder / "elsewhere" / "rows.parquet").read_bytes()


def explained(state, fragment):
    """The same, put into a sentence by who reads."""
    try:
        read(state, fragment)
    except OSError as error:
        raise InvalidInputError("cannot read rows.parquet") from error


@pytest.mark.parametrize("function", [read, explained])
def test_a_path_that_a_worker_does_not_reach_names_the_worker(engine, tmp_path, function):
    with pytest.raises(InvalidInputError, match=r"rows.parquet.*on the worker tcp://.*same path"):
        list(engine(function, None, numbered(2, tmp_path)))


def ended(state, fragment):
    """The first fragment ends its worker, the first time."""
    fragment.note()
    if fragment.number == 0 and len(list(fragment.folder.glob("0-*"))) == 1:
        os._exit(1)
    time.sleep(0.2)
    return fragment.number


def test_a_worker_that_dies_in_a_task_costs_its_fragments_only(engine, tmp_path):
    found = sorted(engine(ended, np.zeros(1000), numbered(8, tmp_path)))
    assert found == list(range(8))
    check_only_the_dead_are_done_again(tmp_path)


def check_only_the_dead_are_done_again(folder):
    """One process died; fragments begun twice are the few that it had, or whose results it had.

    Where the other one is slow, these are all that two threads have on their way.
    """
    begun = done(folder)
    dead = {process for _, process in begun if not is_alive(process)}
    assert len(dead) == 1
    again = 0
    for number in {number for number, _ in begun}:
        own = [process for other, process in begun if other == number]
        assert len(set(own) - dead) <= 1
        assert len(own) == 1 or (len(own) == 2 and dead & set(own))
        again += len(own) - 1
    assert 1 <= again <= 2 * AHEAD


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_killed_in_the_middle_costs_its_fragments_only(engine, tmp_path):
    fragments = numbered(10, tmp_path, seconds=0.3)
    results = engine(doubled, {"factor": 2}, fragments)
    found = [next(results)]
    os.kill(done(tmp_path)[-1][1], signal.SIGKILL)
    found += results
    assert dict(found) == {i: 2 * i for i in range(10)}
    check_only_the_dead_are_done_again(tmp_path)


def test_rows_and_state_that_died_with_workers_are_sent_again(engine):
    fragments = [InMemory(np.full((40_000, 1), i)) for i in range(4)]
    first = list(engine(of_rows, 1, fragments))
    for process in {process for _, process in first}:
        os.kill(process, signal.SIGKILL)
    again = list(engine(of_rows, 2, fragments))
    assert sorted(total for total, _ in again) == [2 * 40_000.0 * i for i in range(4)]


@pytest.mark.timeout(120)
def test_a_pass_that_begins_without_workers_waits_for_them(engine, monkeypatch):
    """Whoever saw a worker before saw one that dies: it has no threads any more."""
    monkeypatch.setattr(engine.client, "wait_for_workers", lambda *_, **__: None)
    fragments = [InMemory(np.full((40_000, 1), i)) for i in range(4)]
    for process in set(engine.client.run(os.getpid).values()):
        os.kill(process, signal.SIGKILL)
    while engine.client.nthreads():
        time.sleep(0.01)
    assert sorted(total for total, _ in engine(of_rows, 1, fragments)) == [
        40_000.0 * i for i in range(4)
    ]


def test_rows_that_died_unnoticed_are_sent_again(engine, monkeypatch):
    """The worker is gone before the client hears that it has the rows: they look alive to it."""
    fragments = [InMemory(np.full((40_000, 1), i)) for i in range(2)]
    dead = [distributed.Future(f"dead-{i}", engine.client, state="memory") for i in range(2)]
    scatter, left = engine.client.scatter, list(dead)
    monkeypatch.setattr(
        engine.client, "scatter", lambda data, **o: [left.pop()] if left else scatter(data, **o)
    )
    assert sorted(total for total, _ in engine(of_rows, 1, fragments)) == [0, 40_000]
    assert {future.status for future in dead} == {"finished"}


def test_a_worker_that_dies_with_the_rows_just_sent_is_no_error(engine, monkeypatch):
    """The scheduler looks up the worker that has them, in vain."""
    fragments, scatter = [InMemory(np.ones((40_000, 1)))], engine.client.scatter
    failures = [KeyError("tcp://127.0.0.1:40000")]

    def scattered(data, **options):
        if failures:
            raise failures.pop()
        return scatter(data, **options)

    monkeypatch.setattr(engine.client, "scatter", scattered)
    assert [total for total, _ in engine(of_rows, 1, fragments)] == [40_000]
    assert not failures


def deadly(state, fragment):
    """Ends every worker it meets."""
    os._exit(1)


def test_a_fragment_that_ends_every_worker_is_given_up(tmp_path):
    """On a cluster of its own: a worker that dies while it starts may not be started again."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0
        ) as own,
        DaskEngine(own.scheduler_address, timeout=60) as engine,
        pytest.raises(ClusterError, match="2 workers died on the same fragment; give them more"),
    ):
        list(engine(deadly, None, numbered(1, tmp_path)))


@pytest.mark.slow
def test_a_cluster_that_restarts_gets_everything_again(tmp_path):
    """One of its own: where workers have been killed, Dask's restart may wait for them in vain."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0
        ) as own,
        distributed.Client(own, set_as_default=False) as client,
    ):
        fragments = [*numbered(6, tmp_path, seconds=0.2)]
        results = DaskEngine(client)(doubled, {"factor": 2}, fragments)
        found = [next(results)]
        client.restart(timeout=60)
        assert dict([*found, *results]) == {i: 2 * i for i in range(6)}


def test_a_scheduler_that_is_gone_is_a_sentence(tmp_path):
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", memory_limit=0
    ) as short:
        engine = DaskEngine(short.scheduler_address, timeout=1)
        results = engine(doubled, {"factor": 2}, numbered(6, tmp_path, seconds=0.1))
        next(results)
    with engine, pytest.raises(ClusterError, match=r"^the scheduler is gone; start it, and ask"):
        list(results)


def test_waiting_takes_no_time_of_the_processor(engine, tmp_path):
    begin = time.process_time()
    list(engine(doubled, {"factor": 2}, numbered(2, tmp_path, seconds=2)))
    assert time.process_time() - begin < 1


@contextmanager
def one_worker():
    """A cluster of one worker that may go, and an impatient engine on it."""
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=":0", memory_limit=0
        ) as short,
        DaskEngine(short.scheduler_address, timeout=0.5) as engine,
    ):
        yield short, engine


def test_workers_that_all_go_end_the_pass_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("cutplane.integrations.dask._LOOK", 0.2)
    with one_worker() as (short, engine):
        results = engine(doubled, {"factor": 2}, numbered(6, tmp_path, seconds=0.2))
        next(results)
        short.scale(0)
        with pytest.raises(ClusterError, match="has no worker, and none came in"):
            list(results)


@pytest.mark.timeout(120)
def test_workers_that_go_with_a_result_end_the_pass_in_a_sentence(tmp_path, monkeypatch):
    """The result is there, nobody has fetched it, and nobody is left to compute it again."""
    monkeypatch.setattr("cutplane.integrations.dask._LOOK", 0.2)
    with one_worker() as (short, engine):
        results = engine(doubled, {"factor": 2}, numbered(2, tmp_path))
        next(results)
        time.sleep(1)
        short.scale(0)
        while engine.client.nthreads():
            time.sleep(0.01)
        with pytest.raises(ClusterError, match="has no worker, and none came in"):
            list(results)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "foo://127.0.0.1:1"])
def test_an_address_that_does_not_answer_is_a_sentence(address):
    begin = time.monotonic()
    with pytest.raises(ClusterError, match=f"^no scheduler of Dask answers at '{address}' "):
        DaskEngine(address, timeout=2)
    assert time.monotonic() - begin < 5


def test_what_is_no_cluster_is_refused():
    with pytest.raises(InvalidInputError, match=r"^a int arrived; give a distributed.Client or"):
        DaskEngine(8786)


def test_a_scheduler_without_workers_is_a_sentence():
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, dashboard_address=":0", protocol="tcp"
        ) as empty,
        pytest.raises(ClusterError, match=r"has no worker, and none came in 0.2 seconds; start"),
    ):
        DaskEngine(empty.scheduler_address, timeout=0.2)


def test_an_address_is_joined_and_left(both_workers, tmp_path):
    with DaskEngine(both_workers.scheduler.address) as engine:
        assert len(list(engine(doubled, {"factor": 2}, numbered(3, tmp_path)))) == 3
    with pytest.raises(ClusterError, match=r"^the client of this engine is closed; make another"):
        list(engine(doubled, {"factor": 2}, numbered(3, tmp_path)))
    with DaskEngine(both_workers):
        pass
    assert both_workers.status == "running"


def test_other_versions_on_a_worker_are_said(both_workers, monkeypatch):
    versions = both_workers.get_versions(packages=["cutplane", "scipy", "scikit-learn", "pyarrow"])
    worker = sorted(versions["workers"])[0]
    packages = versions["workers"][worker]["packages"]
    packages["numpy"] = "1.0.0"
    monkeypatch.setattr(both_workers, "get_versions", lambda **_: versions)
    with pytest.warns(ClusterWarning, match=f"^the worker {worker} has numpy 1.0.0 \\(here "):
        DaskEngine(both_workers)
    versions["scheduler"]["packages"]["python"] = "3.0.0"
    with pytest.warns(ClusterWarning, match="^the scheduler has python 3.0.0 \\(here "):
        cluster_module.check_versions(both_workers, [])
    packages["cutplane"] = None
    versions["scheduler"]["packages"]["python"] = versions["client"]["packages"]["python"]
    with pytest.raises(ClusterError, match=f"^the worker {worker} has no cutplane; install "):
        cluster_module.check_versions(both_workers, versions["workers"])
