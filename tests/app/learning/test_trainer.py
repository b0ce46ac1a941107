"""The thread that learns: nobody waits for it, and what it learns is what the journal says."""

import threading
import time

import numpy as np
import pytest
from small_runs import Log, begun, same_model, table, told, until, values

from cutplane import CuttingPlaneClassifier
from cutplane.active.events import Event
from cutplane.active.ledger import Ledger
from cutplane.app.learning import follower
from cutplane.app.learning.ahead import N_READY, Ready
from cutplane.app.learning.trainer import Trainer

X, y = table()


class Gate:
    """Learning that waits until it is let through."""

    def __init__(self, monkeypatch):
        self.is_open, self.n_waiting = threading.Event(), 0
        after = Ledger.after

        def slow(ledger, *events, **options):
            self.n_waiting += 1
            assert self.is_open.wait(30)
            return after(ledger, *events, **options)

        monkeypatch.setattr(Ledger, "after", slow)


@pytest.fixture
def gate(monkeypatch):
    made = Gate(monkeypatch)
    yield made
    made.is_open.set()


@pytest.fixture
def trainer():
    """Function (ledger, log, **options) -> trainer that is stopped in the end."""
    made = []

    def start(ledger, log, **options):
        made.append(Trainer(ledger, log, seed=0, **{"poll": 0.05} | options))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.stop()
        one._thread.join(20)


def caught_up(trainer, log):
    return trainer.ledger.events == log.events and not trainer.status.is_learning


def test_it_learns_what_is_recorded_as_if_told_so_and_asks_as_the_learner_does(trainer):
    log = Log(told([3, 10], y[[3, 10]]))
    running = trainer(begun(X), log)
    assert running.ready().source == "cover"
    until(lambda: caught_up(running, log))
    log.append([*told([20], y[[20]]), Event("skipped", [7]), Event("relabelled", [3], ["no"])])
    running.wake()
    until(lambda: caught_up(running, log))
    alone = begun(X).after(*log.events)
    assert same_model(running.ledger, alone)
    until(lambda: running.ready() == Ready.of(alone, len(running.ready().rows)))
    assert running.ready().source == "model"
    assert running.status.problem == running.status.sentence == ""
    assert running.status.n_behind == 0
    assert running.status.n_labels == 3
    assert running.status.seconds > 0


def test_events_of_other_processes_are_found(trainer):
    log = Log()
    running = trainer(begun(X), log)
    log.others = tuple(told([3, 10], y[[3, 10]]))
    until(lambda: running.status.n_labels == 2)


def test_nobody_waits_while_it_learns(trainer, gate):
    log = Log()
    running = trainer(begun(X), log)
    answered, waits = [], []
    for _ in range(40):
        begin = time.perf_counter()
        ready = running.ready((answered[-1], "no") if answered else None)
        waits.append(time.perf_counter() - begin)
        assert not set(ready.rows) & set(answered)
        assert len(set(ready.rows)) == len(ready.rows) >= N_READY
        answered.append(ready.rows[0])
        running.handed_out(answered[-1], "ada")
        log.append(told(answered[-1:], y[answered[-1:]], "ada"))
        running.wake()
    until(lambda: gate.n_waiting)
    assert running.status.is_learning
    assert running.status.n_labels_behind == 40
    assert running.status.sentence == "Learning 40 of 40 labels."
    assert np.median(waits) < 0.25  # the gate would hold them for half a minute
    gate.is_open.set()
    until(lambda: caught_up(running, log))
    assert same_model(running.ledger, begun(X).after(*log.events))


def test_what_a_restart_learns_is_learnt_again(trainer, gate):
    log = Log(told([3, 10], y[[3, 10]]))
    running = trainer(begun(X), log)
    until(lambda: gate.n_waiting)
    assert running.status.sentence == "Learning 2 of 2 labels again."
    assert running.ready().source == "cover"
    assert len(running.ready().rows) >= N_READY


def test_rows_that_fill_up_are_no_questions_of_the_model(trainer, gate):
    log = Log()
    running = trainer(begun(X), log)
    first = running.ready()
    log.append(told(first.rows[:6], y[list(first.rows[:6])]))
    filled = running.ready()
    assert filled.rows[:2] == first.rows[6:]
    assert filled.n_chosen == 2
    assert filled == running.ready()


def test_where_nothing_is_open_it_says_why(trainer):
    few = X[:9]
    log = Log([*told(range(8), y[:8]), Event("skipped", [8])])
    running = trainer(begun(few), log)
    assert running.ready().rows == ()
    assert "9 rows 8 have a label and 1 were skipped" in running.ready().why_none
    until(lambda: caught_up(running, log))
    assert "9 rows 8 have a label and 1 were skipped" in running.ready().why_none


def test_the_next_question_is_ready_for_each_answer_before_it_is_given(trainer):
    log = Log(told([3, 10, 20], y[[3, 10, 20]]))
    running = trainer(begun(X), log)
    until(lambda: caught_up(running, log) and running.ready().source == "model")
    row = running.ready().rows[0]
    log.append([Event("asked", [row], details={"rng": running.ready().rng})])
    running.handed_out(row, "ada")
    until(lambda: len(running._follower.now.prepared) == 2)
    prepared = {own.label: own for own in running._follower.now.prepared}
    assert running.ready((row, "no")).rows == prepared["no"].ready.rows
    assert running.ready((row, "yes")).rows == prepared["yes"].ready.rows
    log.append([Event("labelled", [row], ["no"], ["ada"], {"by": "ada", "seconds": 1.5})])
    assert running.ready((row, "no")).rows == prepared["no"].ready.rows
    running.wake()
    until(lambda: caught_up(running, log))
    assert running.ledger.model is prepared["no"].ledger.model
    assert running.ready().rows == Ready.of(running.ledger, N_READY + 1).rows


def test_of_many_rows_in_front_of_people_the_newest_few_are_prepared(trainer):
    log = Log(told([3, 10, 20], y[[3, 10, 20]]))
    running = trainer(begun(X), log)
    for row in range(30, 55):
        running.handed_out(row, f"person {row}")
    until(lambda: len(running._follower.now.prepared) == 8)
    assert {own.row for own in running._follower.now.prepared} == {51, 52, 53, 54}
    for row in range(11, 16):  # one who passes over rows
        running.handed_out(row, "person 54")
    until(lambda: 15 in {own.row for own in running._follower.now.prepared})
    assert len(running._follower.now.prepared) <= 8
    until(lambda: len(running.ready().rows) >= N_READY + 25)


def test_contradicting_answers_are_a_sentence_until_one_is_corrected(trainer):
    rows = np.vstack([X, X[:1]])  # the last is a copy of the first
    hard = CuttingPlaneClassifier(hidden=(12,), cost=np.inf, random_state=0)
    log = Log(told([0, 3, 10, 60, 20], ["yes", *y[[3, 10]], "no", y[20]]))
    running = trainer(begun(rows, hard), log)
    until(lambda: running.status.problem)
    assert "no longer learnt, until one is corrected" in running.status.problem
    assert running.status.sentence == ""
    assert running.status.n_labels == 3
    assert not running.status.is_learning
    assert len(running.ready().rows) >= N_READY
    log.append(told([21], y[[21]]))
    running.wake()
    until(lambda: running._follower._n_refused == len(log.events))
    assert running.status.problem
    log.append([Event("relabelled", [60], ["yes"])])
    running.wake()
    until(lambda: caught_up(running, log))
    assert running.status.problem == ""
    assert same_model(running.ledger, begun(rows, hard).after(*log.events))


def test_what_cannot_be_is_a_sentence(trainer):
    log = Log(told([3, 10], y[[3, 10]]))
    running = trainer(begun(X), log)
    until(lambda: caught_up(running, log))
    log.append(told([3], ["no"]))
    running.wake()
    until(lambda: running.status.problem)
    assert "told before" in running.status.problem
    assert len(running.ready().rows) >= N_READY


def test_faults_of_our_own_are_a_sentence_and_the_thread_goes_on(trainer, monkeypatch):
    log = Log(told([3, 10], y[[3, 10]]))
    running = trainer(begun(X), log)
    until(lambda: caught_up(running, log))
    with monkeypatch.context() as broken:
        broken.setattr(follower, "likely_answers", lambda *_: 1 / 0)
        running.handed_out(5)
        until(lambda: "ZeroDivisionError" in running.status.problem)
        log.append(told([20], y[[20]]))
        running.wake()
        until(lambda: caught_up(running, log))
    until(lambda: running.status.problem == "")


def test_values_are_prepared_by_the_nearest(trainer):
    log = Log(told([3, 10, 20, 30], X[[3, 10, 20, 30], 0]))
    running = trainer(values(X), log)
    until(lambda: caught_up(running, log) and running.ready().source == "model")
    row = running.ready().rows[0]
    running.handed_out(row)
    until(lambda: len(running._follower.now.prepared) == 3)
    label = float(X[row, 0])
    near = min(running._follower.now.prepared, key=lambda own: abs(own.label - label))
    assert running.ready((row, label)).rows == near.ready.rows
    assert running.ready((row, label)).source == "model"


def test_ending_does_not_wait_for_what_is_being_learnt(gate, tmp_path, monkeypatch):
    monkeypatch.setattr("cutplane.app.learning.trainer._PATIENCE", 0.1)
    path = tmp_path / "a.model.npz"
    running = Trainer(begun(X), Log(told([3, 10], y[[3, 10]])), seed=0, snapshot=path)
    running.start()
    until(lambda: gate.n_waiting)
    begin = time.monotonic()
    running.stop()
    assert time.monotonic() - begin < 1
    gate.is_open.set()
    running._thread.join(20)
    assert not running._thread.is_alive()
    assert list(tmp_path.iterdir()) == []  # whoever ended it may have taken the folder away


def test_no_thread_is_left(trainer):
    before = threading.active_count()
    with Trainer(begun(X), Log(told([3, 10], y[[3, 10]])), seed=0) as running:
        until(lambda: running.status.n_labels == 2)
        assert threading.active_count() == before + 1
        assert any(thread.daemon for thread in threading.enumerate())
    assert threading.active_count() == before
    running.stop()
    never = Trainer(begun(X), Log(), seed=0)
    never.stop()
