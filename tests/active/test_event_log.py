"""What is true of events wherever they are recorded: in a file, and in PostgreSQL."""

import json
import os
import pickle
import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.active.address import address_in
from cutplane.active.chain import digest
from cutplane.active.event_log import open_log, opening
from cutplane.active.events import Event
from cutplane.active.journal_file import FORMAT_VERSION, read_journal
from cutplane.active.transfer import export_journal, import_journal
from cutplane.errors import InvalidInputError, JournalError


def labelled(*labels, first=0):
    return Event("labelled", list(range(first, first + len(labels))), list(labels))


@contextmanager
def opened(where):
    with closing(open_log(where)) as log:
        yield log


@pytest.fixture
def change(where, request):
    """Run a statement beside, on tables as a file calls them."""

    def change_file(statement, *values):
        with closing(sqlite3.connect(where)) as database:
            database.execute(statement, values)
            database.commit()

    def change_database(statement, *values):
        import psycopg

        for table in ("events", "about", "last", "format"):
            for word in ("UPDATE", "FROM", "INTO", "TABLE"):
                statement = statement.replace(f"{word} {table}", f"{word} cutplane_{table}")
        with psycopg.connect(where) as connection:
            connection.execute(statement.replace("?", "%s"), values or None)

    return change_database if address_in(where) else change_file


def test_events_come_back_in_order_after_reopening(where):
    events = [labelled("a", "b"), Event("skipped", [5]), labelled("a", first=9)]
    with opened(where) as log:
        log.append(events[:1])
        log.append(events[1:])
        assert log.n_recorded == 3
    with opened(where) as again:
        assert again.events == tuple(events)
        again.append([labelled("b", first=7)])
    assert len(read_journal(where).events) == 4


TEXT = st.text(st.characters(codec="utf-8"))
LABELS = st.one_of(
    st.lists(st.booleans()),
    st.lists(st.integers()),
    st.lists(st.floats(allow_nan=False, allow_infinity=False)),
    st.lists(TEXT),
)


def test_labels_and_names_come_back_with_value_and_type(where):
    @given(LABELS, TEXT)
    def comes_back(labels, name):
        event = Event("labelled", list(range(len(labels))), labels, [name] * len(labels))
        log.append([event])
        told.append(event)

    told = []
    with opened(where) as log:
        comes_back()
    for event, back in zip(told, read_journal(where).events, strict=True):
        assert back == event
        assert [type(label) for label in back.labels] == [type(label) for label in event.labels]
        assert [repr(label) for label in back.labels] == [repr(label) for label in event.labels]


def test_what_it_is_about_comes_back(where):
    about = {"seed": 3, "name": "é\0\ud800", "x": [0.1, 1e300, 2**70]}
    with opened(where) as log:
        assert log.about == {}
        log.begin(about)
        assert log.about == about
    assert read_journal(where).about == about


def test_a_closed_log_says_so(where):
    log = open_log(where)
    log.close()
    log.close()
    for act in (lambda: log.append([labelled("a")]), log.refresh, lambda: log.n_recorded):
        with pytest.raises(InvalidInputError, match="closed"):
            act()
    with pytest.raises(InvalidInputError, match="closed"), log.alone():
        pass


def test_all_events_of_one_append_or_none(where):
    with opened(where) as log:
        log.append([labelled("a")])
        bad = Event("labelled", [1], [float("nan")])
        with pytest.raises(ValueError, match="JSON"):
            log.append([labelled("b", first=2), bad])
        assert log.events == read_journal(where).events
        log.append([labelled("c", first=3)])
        assert [json.loads(event.texts()[3]) for event in log.events] == [["a"], ["c"]]


def test_what_one_records_alone_is_recorded_together(where):
    with opened(where) as log:
        log.append([labelled("a")])
        with log.alone():
            log.append([labelled("b", first=1)])
            with log.alone():
                log.begin({"seed": 3})
            log.append([labelled("c", first=2)])
            assert log.n_recorded == 3
            assert len(log.events) == len(read_journal(where).events) == 1, "not yet"
        assert len(log.events) == len(read_journal(where).events) == 3
        assert log.about == read_journal(where).about == {"seed": 3}


def test_where_a_block_raises_nothing_of_it_is_recorded(where):
    with opened(where) as log:
        with pytest.raises(KeyboardInterrupt), log.alone():
            record_and(log, KeyboardInterrupt())
        assert log.events == read_journal(where).events == ()
        log.append([labelled("b")])
        assert log.events == read_journal(where).events != ()


def record_and(log, error):
    log.append([labelled("a")])
    raise error


def test_a_block_whose_part_failed_records_nothing(where):
    """Also where its failure was swallowed: a server would end such a transaction in silence."""
    with opened(where) as log:
        with pytest.raises(JournalError, match="a part of a change failed"), log.alone():
            swallow(log)
        assert log.n_recorded == 0
        log.append([labelled("b")])
        assert log.events == read_journal(where).events != ()


def swallow(log):
    log.append([labelled("a")])
    with pytest.raises(ValueError, match="JSON"):
        log.append([labelled(float("inf"), first=1)])


def test_threads_wait_while_one_is_alone(where):
    with opened(where) as log:
        threads = [
            threading.Thread(target=lambda n=n: log.append([labelled("x", first=n)]))
            for n in range(1, 4)
        ]
        with log.alone():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(0.05)
            log.append([labelled("a")])
        for thread in threads:
            thread.join()
        assert log.events[0].labels == ["a"]
        assert sorted(event.questions[0] for event in log.events) == [0, 1, 2, 3]
        assert log.events == read_journal(where).events


def test_who_reads_while_others_record_sees_one_state(where):
    """Events, their number and the last checksum are of one moment: nothing looks damaged."""
    with opened(where) as log:
        log.append([labelled("a")])
        thread = threading.Thread(
            target=lambda: [log.append([labelled("x", first=n)]) for n in range(1, 60)]
        )
        thread.start()
        seen = []
        while thread.is_alive():
            seen.append(len(read_journal(where).events))
        thread.join()
    assert seen == sorted(seen)
    assert len(read_journal(where).events) == 60


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_copy_of_the_process_may_not_write(where):
    with opened(where) as log:
        child = os.fork()
        if child == 0:
            try:
                log.append([labelled("a")])
            except InvalidInputError as error:
                os._exit(7 if "is a copy" in str(error) else 1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        log.append([labelled("a")])


def test_it_cannot_be_pickled(where):
    with opened(where) as log, pytest.raises(InvalidInputError, match="pickled"):
        pickle.dumps(log)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE events SET labels = '[\"z\"]' WHERE number = 1", "event 1 is damaged"),
        ("UPDATE events SET time = 'yesterday' WHERE number = 0", "event 0 is damaged"),
        ("UPDATE events SET checksum = '' WHERE number = 1", "event 1 is damaged"),
        ("DELETE FROM events WHERE number = 0", "event 0 is damaged: it is missing"),
        ("DELETE FROM events WHERE number = 1", "what followed event 0 is lost"),
        ("UPDATE about SET content = '{}'", "pool and settings is damaged"),
        ("DROP TABLE last", "tables are damaged"),
        ("INSERT INTO last VALUES (2, '')", "lost"),
    ],
)
def test_what_was_changed_by_others_is_named(where, change, statement, message):
    with opened(where) as log:
        log.begin({"seed": 3})
        log.append([labelled("a"), labelled("b", first=1)])
    change(statement)
    for act in (open_log, read_journal):
        with pytest.raises(JournalError, match=message) as caught:
            act(where)
        assert str(caught.value).count("the journal") == 1


@pytest.mark.parametrize("text", ["[]", "3", "{", "[" * 100_000])
def test_a_record_of_the_settings_that_is_none_is_damage(where, change, text):
    with opened(where) as log:
        log.begin({"seed": 3})
    change("UPDATE about SET content = ?, checksum = ?", text, digest(text))
    with pytest.raises(JournalError, match="settings is damaged"):
        open_log(where)


def test_a_newer_version_is_refused(where, change):
    open_log(where).close()
    newer = FORMAT_VERSION + 1
    is_file = address_in(where) is None
    change(f"PRAGMA user_version={newer}" if is_file else f"UPDATE format SET version = {newer}")
    for act in (open_log, read_journal):
        with pytest.raises(JournalError, match="upgrade cutplane"):
            act(where)


def test_export_and_import_bring_it_over(where, tmp_path):
    """The same texts, and so the same checksums, in both directions."""
    events = [labelled("=a", "ü", first=4), Event("skipped", [1], details={"by": "Zoë"})]
    with opened(where) as log:
        log.append(events)
    for suffix in ("jsonl", "csv"):
        out = tmp_path / f"out.{suffix}"
        assert export_journal(where, out) == 2
        assert b"p/a" not in out.read_bytes()
        other = tmp_path / f"{suffix}.db"
        assert import_journal(out, other).n_events == 2
        assert read_journal(other) == read_journal(where)
    with pytest.raises(InvalidInputError, match=r"exists|has a journal"):
        import_journal(out, where)


def test_an_import_makes_a_log(where, tmp_path):
    with opened(tmp_path / "a.db") as log:
        log.append([labelled("a", "b"), Event("skipped", [7])])
    export_journal(tmp_path / "a.db", tmp_path / "out.jsonl")
    assert import_journal(tmp_path / "out.jsonl", where).n_labels == 2
    assert read_journal(where) == read_journal(tmp_path / "a.db")


def test_a_log_that_is_not_there_is_named(where):
    with pytest.raises(InvalidInputError, match="does not exist"):
        read_journal(where)


def test_an_opening_that_fails_closes(where):
    with pytest.raises(KeyboardInterrupt), opening(where) as log:
        raise KeyboardInterrupt
    with pytest.raises(InvalidInputError, match="closed"):
        log.append([])
    with opened(where) as again:
        assert again.events == ()
