"""Learners on a journal that others write to: they catch up, and nothing is told twice."""

import numpy as np
import pytest

from cutplane.active.event_log import open_log
from cutplane.active.events import Event
from cutplane.active.journal_file import read_journal
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.active.shared_journal import SharedJournal
from cutplane.active.transfer import export_journal, import_journal
from cutplane.errors import InvalidInputError, JournalError


def same(one, other):
    """Bit for bit: labels, network, and the next question."""
    assert one.labels_rows_.tolist() == other.labels_rows_.tolist()
    assert one.labels_.tolist() == other.labels_.tolist()
    np.testing.assert_array_equal(one.scorer_.scores(one.X_pool), other.scorer_.scores(one.X_pool))
    assert one.ask(2).tolist() == other.ask(2).tolist()


@pytest.fixture
def other(team):
    """Another process that records what it likes."""
    log = SharedJournal(team)
    yield log
    log.close()


def test_a_run_in_postgresql_is_the_run_in_a_file(pool, learner, tmp_path, team):
    X, y = pool(30)
    with learner(X, journal=tmp_path / "labels.db") as own, learner(X, journal=team) as shared:
        for one in (own, shared):
            run(one, ColumnOracle(y), budget=6)
            one.skip(one.ask())
            one.relabel(one.labels_rows_[:1], 1 - one.labels_[:1])
        same(own, shared)
    with learner(X, journal=team) as again:
        assert again.events_ == read_journal(team).events
        kinds = [event.kind for event in again.events_]
        assert kinds == [event.kind for event in read_journal(tmp_path / "labels.db").events]
    export_journal(team, tmp_path / "out.jsonl")
    import_journal(tmp_path / "out.jsonl", tmp_path / "copy.db")
    with learner(X, journal=tmp_path / "copy.db") as copied, learner(X, journal=team) as again:
        same(copied, again)


def test_what_others_recorded_is_taken_over_at_the_next_step(pool, learner, team, other):
    X, y = pool(30)
    with learner(X, journal=team) as active:
        run(active, ColumnOracle(y), budget=5)
        left = np.setdiff1d(np.arange(30), active.labels_rows_)[:4].tolist()
        other.append([Event("labelled", left[:2], y[left[:2]].tolist(), ["bo", "bo"])])
        with pytest.raises(InvalidInputError, match="told before"):
            active.tell(left[:1], y[left[:1]])
        assert active.n_labels_ == 7
        other.append([Event("skipped", left[2:3])])
        active.tell(left[3:], y[left[3:]])
        assert active.skipped_.tolist() == left[2:3]
        other.append([Event("forgotten", left[:1])])
        active.ask()
        assert left[0] not in active.labels_rows_
        assert active.events_ == read_journal(team).events
        with learner(X, journal=team) as again:
            same(active, again)


def test_what_others_record_while_it_learns_comes_first(pool, learner, team, other, monkeypatch):
    X, y = pool(30)
    with learner(X, journal=team) as active:
        run(active, ColumnOracle(y), budget=5)
        first, second, third = np.setdiff1d(np.arange(30), active.labels_rows_)[:3].tolist()
        learn, events = type(active._ledger).after, []

        def slowly(ledger, *own, **options):
            if events:
                other.append([events.pop()])
            return learn(ledger, *own, **options)

        monkeypatch.setattr(type(active._ledger), "after", slowly)
        events.append(Event("labelled", [first], [int(y[first])]))
        active.tell([second], y[[second]])
        assert active.labels_rows_[-2:].tolist() == [first, second]
        events.append(Event("labelled", [third], [int(y[third])]))
        with pytest.raises(InvalidInputError, match="told before"):
            active.tell([third], y[[third]])
        assert active.labels_rows_[-3:].tolist() == [first, second, third]
        assert active.n_labels_ == 8
        with learner(X, journal=team) as again:
            same(active, again)


def test_two_learners_that_begin_at_once_begin_one_run(pool, learner, team):
    X, y = pool(30)
    with learner(X, journal=team) as one, learner(X, journal=team) as two:
        for _ in range(4):
            for active in (one, two):
                rows = active.ask()
                active.tell(rows, y[rows])
        two.tell([row := two.ask()[0]], [y[row]])
        one.ask()
        assert one.n_labels_ == two.n_labels_ == 9
        assert len(set(one.labels_rows_)) == 9
        with pytest.raises(InvalidInputError, match="random_state"):
            learner(X, random_state=5, journal=team)


def test_events_of_others_that_cannot_be_are_named(pool, learner, team, other):
    X, y = pool(30)
    with learner(X, journal=team) as active:
        run(active, ColumnOracle(y), budget=4)
        n_events = len(active.events_)
        other.append([Event("labelled", [900], [1])])
        with pytest.raises(JournalError, match=rf"event {n_events} cannot be: .* from 0 to 29"):
            active.ask()
        assert active.n_labels_ == 4


def test_a_server_that_is_away_costs_a_sentence_and_no_label(pool, learner, postgres, team):
    X, y = pool(30)
    with learner(X, journal=team) as active:
        run(active, ColumnOracle(y), budget=4)
        rows = active.ask()
        postgres.stop()
        with pytest.raises(JournalError, match="cannot be reached"):
            active.tell(rows, y[rows])
        assert active.n_labels_ == 4
        postgres.start()
        active.tell(rows, y[rows])
        assert active.n_labels_ == 5
        assert active.events_ == read_journal(team).events


def test_a_saved_learner_goes_on_in_a_shared_journal(pool, learner, tmp_path, team):
    X, y = pool(30)
    active = run(learner(X), ColumnOracle(y), budget=4)
    active.save(tmp_path / "learner.npz")
    with type(active).load(tmp_path / "learner.npz", journal=team) as loaded:
        assert read_journal(team).events == active.events_
        same(active, loaded)
    log = open_log(team)
    assert log.about["random_state"] == 0
    log.close()
