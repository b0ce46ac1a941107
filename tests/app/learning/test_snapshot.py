"""A snapshot spares learning, and nothing else depends on it."""

import os

import pytest
from small_runs import Log, begun, same_model, table, told, until, values

from children import in_child
from cutplane import CuttingPlaneClassifier, atomic
from cutplane.active.events import Event
from cutplane.app.learning import follower
from cutplane.app.learning.ahead import Ready
from cutplane.app.learning.figures import Point
from cutplane.app.learning.snapshot import Snapshot, read_snapshot, write_snapshot
from cutplane.app.learning.trainer import Trainer
from cutplane.estimators.base import CuttingPlaneEstimator

X, y = table()
ROWS = [3, 10, 20, 30, 41]
EVENTS = (
    *told(ROWS, y[ROWS]),
    Event("skipped", [7]),
    Event("asked", [8], details={"rng": begun(X).book.rng}),
)
CURVE = (Point(3, 0.8, 0.7, 0.9), Point(5, 0.9, 0.8, 1.0))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.journal.model.npz"


def read(path, ledger=None, seed=0, events=EVENTS):
    return read_snapshot(path, ledger or begun(X), seed, events)


def followed(path, log, ledger=None):
    """A trainer that learnt all of a log and ended."""
    with Trainer(ledger or begun(X), log, seed=0, snapshot=path) as running:
        until(lambda: running.ledger.events == log.events)
    return running


def test_a_snapshot_is_the_run_and_its_curve(path):
    ledger = begun(X).after(*EVENTS)
    write_snapshot(path, Snapshot(ledger, CURVE), 0)
    found = read(path)
    assert found.curve == CURVE
    assert found.ledger.events == EVENTS
    assert same_model(found.ledger, ledger)
    assert Ready.of(found.ledger) == Ready.of(ledger)
    later = [*told([8], y[[8]]), Event("relabelled", [3], ["no"])]
    assert same_model(found.ledger.after(*later), ledger.after(*later))


def test_values_too(path):
    run = values(X).after(*told(ROWS, X[ROWS, 0]))
    write_snapshot(path, Snapshot(run, ()), 0)
    assert same_model(read_snapshot(path, values(X), 0, run.events).ledger, run)


@pytest.mark.parametrize(
    "other",
    [
        {"ledger": begun(X + 1)},
        {"ledger": begun(X[:50])},
        {"ledger": begun(X, query="margin")},
        {"ledger": begun(X, CuttingPlaneClassifier(hidden=(13,), random_state=0))},
        {"ledger": values(X)},
        {"ledger": begun(X).after(*EVENTS)},
        {"seed": 1},
        {"events": EVENTS[:3]},
        {"events": (*told([4], ["no"]), *EVENTS)},
        {"events": ()},
    ],
)
def test_one_of_another_run_or_of_no_use_is_none(path, other):
    write_snapshot(path, Snapshot(begun(X).after(*EVENTS), CURVE), 0)
    assert read(path, **other) is None


def test_what_is_missing_or_damaged_is_none(path):
    assert read(path) is None
    path.mkdir()
    assert read(path) is None
    path.rmdir()
    write_snapshot(path, Snapshot(begun(X).after(*EVENTS), CURVE), 0)
    whole = path.read_bytes()
    for n in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:n])
        assert read(path) is None
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    assert read(path) is None


def test_one_of_another_version_is_none(path, monkeypatch):
    write_snapshot(path, Snapshot(begun(X).after(*EVENTS), CURVE), 0)
    monkeypatch.setattr("cutplane.active.identity.version", lambda _: "99.0")
    assert read(path) is None


def test_a_restart_learns_nothing_again_and_asks_the_same(path, monkeypatch):
    log = Log(EVENTS)
    first = followed(path, log)
    assert path.exists()
    with monkeypatch.context() as idle:
        idle.setattr(CuttingPlaneEstimator, "fit", None)
        idle.setattr(CuttingPlaneClassifier, "partial_fit", None)
        second = followed(path, log)
    assert same_model(first.ledger, second.ledger)
    assert Ready.of(second.ledger) == Ready.of(first.ledger) == Ready.of(begun(X).after(*EVENTS))
    assert second._follower._observer.curve == first._follower._observer.curve
    log.append(told([8], y[[8]]))
    assert same_model(followed(path, log).ledger, begun(X).after(*log.events))


def test_it_is_written_now_and_then(path, monkeypatch):
    monkeypatch.setattr(follower, "_BETWEEN_SNAPSHOTS", 0.01)
    with Trainer(begun(X), Log(EVENTS), seed=0, snapshot=path, poll=0.02) as running:
        until(path.exists)
        until(lambda: running._follower._saved is running.ledger.model)
        written = path.stat().st_mtime_ns
        until(lambda: not running.status.is_learning)
    assert path.stat().st_mtime_ns == written  # nothing new was learnt


def test_what_cannot_be_written_is_a_sentence_and_the_old_one_stays(path, monkeypatch):
    followed(path, Log(EVENTS[:3]))
    whole = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "replace", full)
    running = followed(path, Log(EVENTS))
    assert "learnt again after a restart" in running.status.problem
    assert "No space left" in running.status.problem
    assert path.read_bytes() == whole
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="no fork")
def test_a_process_killed_while_it_writes_leaves_the_old_one(path, monkeypatch):
    followed(path, Log(EVENTS[:3]))
    whole = path.read_bytes()
    monkeypatch.setattr(atomic.os, "replace", lambda *_: os._exit(9))
    new = Snapshot(begun(X).after(*EVENTS), CURVE)
    _, status = os.waitpid(in_child(lambda: write_snapshot(path, new, 0)), 0)
    monkeypatch.undo()
    assert os.waitstatus_to_exitcode(status) == 9
    assert path.read_bytes() == whole
    running = followed(path, Log(EVENTS))
    assert same_model(running.ledger, new.ledger)
    assert list(path.parent.iterdir()) == [path]  # the part is gone, the file is the new one
    assert path.read_bytes() != whole
