"""The journal in PostgreSQL: durable, one state for each reader, and failures in sentences."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from cutplane.active import address
from cutplane.active.events import Event
from cutplane.active.journal_file import read_journal
from cutplane.active.shared_journal import SharedJournal
from cutplane.errors import JournalError
from postgres import PASSWORD


def event(number):
    return Event("skipped", [number])


@contextmanager
def shared(where):
    with closing(SharedJournal(where)) as log:
        yield log


@pytest.fixture
def execute(postgres, team):
    """Run statements in the schema of the test."""
    (path,) = [part for part in team.split("%3D") if part.startswith("test_")]
    return lambda *statements: postgres.execute(f"SET search_path = {path}", *statements)


def test_what_is_acknowledged_is_on_disk(postgres, team):
    postgres.execute("ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")
    with shared(team) as log, log._engine.connect() as connection:
        shown = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    postgres.execute("ALTER SYSTEM RESET synchronous_commit", "SELECT pg_reload_conf()")
    assert shown == "on"


def test_two_that_are_open_see_what_the_other_recorded(team):
    with shared(team) as one, shared(team) as two:
        one.append([event(0)])
        two.append([event(1), event(2)])
        assert two.n_recorded == len(two.events) == 3
        assert (one.n_recorded, len(one.events)) == (3, 1)
        one.refresh()
        assert one.events == two.events == read_journal(team).events
        two.begin({"seed": 1})
        with one.alone():
            assert one.about == {"seed": 1}


def test_of_several_that_make_a_journal_at_once_one_does(team):
    with ThreadPoolExecutor(4) as threads:
        logs = list(threads.map(lambda _: SharedJournal(team), range(4)))
        list(threads.map(lambda log: log.append([event(0)]), logs))
    for log in logs:
        log.refresh()
        assert len(log.events) == 4
        log.close()


def test_one_waits_while_another_is_alone(team):
    with shared(team) as one, shared(team) as two:
        with one.alone():
            thread = threading.Thread(target=lambda: two.append([event(1)]))
            thread.start()
            thread.join(0.3)
            assert thread.is_alive()
            assert read_journal(team).events == (), "readers wait for nobody"
            one.append([event(0)])
        thread.join()
        assert [own.questions for own in two.events] == [[0], [1]]


def test_who_waits_too_long_is_told(team, monkeypatch):
    monkeypatch.setitem(address._SESSION, "lock_timeout", "50")
    with shared(team) as one, shared(team) as two, one.alone():
        with pytest.raises(JournalError, match="in use by somebody else"):
            two.append([event(1)])
        one.append([event(0)])


def test_schemas_of_one_database_are_different_journals(postgres, team):
    postgres.execute('CREATE SCHEMA "Other-1"')
    other = postgres.address(schema='"Other-1"')
    with shared(team) as one, shared(other) as two:
        one.append([event(0)])
        two.append([event(7)])
    assert [own.questions for own in read_journal(other).events] == [[7]]
    assert [own.questions for own in read_journal(team).events] == [[0]]
    postgres.execute('DROP SCHEMA "Other-1" CASCADE')


def test_tables_of_another_program_are_left_as_they_are(team, execute):
    execute("CREATE TABLE customers (x int)")
    with pytest.raises(JournalError, match=r"another program \(customers\).*search_path"):
        SharedJournal(team)
    names = execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    assert names == [("customers",)]


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE cutplane_events (x int)"],
        ["CREATE TABLE cutplane_format (version text)"],
        ["CREATE VIEW cutplane_last AS SELECT 1 AS n_events, '' AS checksum"],
    ],
)
def test_tables_of_our_names_that_are_not_ours_are_damage(team, execute, statements):
    execute(*statements)
    with pytest.raises(JournalError, match="tables are damaged"):
        SharedJournal(team)


@pytest.mark.parametrize(
    "statements",
    [
        ["ALTER TABLE cutplane_events SET UNLOGGED"],
        ["CREATE RULE r AS ON INSERT TO cutplane_events DO INSTEAD NOTHING"],
        ["ALTER TABLE cutplane_events ENABLE ROW LEVEL SECURITY"],
        [
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER t BEFORE INSERT ON cutplane_events FOR EACH ROW EXECUTE FUNCTION f()",
        ],
    ],
)
def test_tables_that_would_not_keep_events_are_refused(team, execute, statements):
    SharedJournal(team).close()
    execute(*statements)
    with pytest.raises(JournalError, match="would not keep"):
        SharedJournal(team)


def test_a_restored_backup_is_noticed(team, execute):
    with shared(team) as log:
        log.append([event(0), event(1)])
        execute("DELETE FROM cutplane_events WHERE number = 1")
        execute(
            "UPDATE cutplane_last SET n_events = 1, checksum = e.checksum FROM cutplane_events e"
        )
        with pytest.raises(JournalError, match="what followed event 1 is lost"):
            log.append([event(2)])
        with shared(team) as other:
            other.append([event(5), event(6)])
        with pytest.raises(JournalError, match=r"event 2 is damaged|lost"):
            log.refresh()


def test_missing_rights_are_named(postgres, team, execute):
    postgres.execute("DROP ROLE IF EXISTS guest", f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    guest = team.replace("postgres:", "guest:", 1)
    with pytest.raises(JournalError, match="names no schema that you may use"):
        SharedJournal(guest)
    (schema,) = execute("SELECT current_schema()")[0]
    execute(f"GRANT USAGE ON SCHEMA {schema} TO guest")
    with pytest.raises(JournalError, match=r"permission denied for schema.*grant"):
        SharedJournal(guest)
    with shared(team) as log:
        log.append([event(0)])
    with pytest.raises(JournalError, match=r"permission denied for table.*grant"):
        read_journal(guest)
    execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO guest")
    assert len(read_journal(guest).events) == 1
    with shared(guest) as log, pytest.raises(JournalError, match="permission denied"):
        log.append([event(1)])
    execute("DROP OWNED BY guest", "DROP ROLE guest")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong"}, "refused to let you in .*check user and password"),
        ({"user": "nobody"}, "refused to let you in"),
        ({"database": "none"}, "is not there .*create the database"),
        ({"schema": "none"}, "search_path 'none' names no schema"),
    ],
)
def test_what_cannot_be_opened_is_named(postgres, change, message):
    with pytest.raises(JournalError, match=message) as caught:
        SharedJournal(postgres.address(**change))
    assert PASSWORD not in str(caught.value)


def test_hosts_that_are_not_there_are_named():
    pytest.importorskip("psycopg", reason="needs the extra team")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "no-such-host.invalid"):
        with pytest.raises(JournalError, match=r"cannot be reached .*check the address") as caught:
            SharedJournal(f"postgresql://ada:secret@{host}/db")
        assert "secret" not in str(caught.value)


def test_a_server_that_only_reads_is_named(postgres, team):
    SharedJournal(team).close()
    reading = team + "%20-cdefault_transaction_read_only%3Don"
    with shared(reading) as log, pytest.raises(JournalError, match="can only be read there"):
        log.append([event(0)])


def test_no_password_is_shown(team):
    with shared(team) as log:
        assert log.name.startswith("postgresql://postgres@127.0.0.1:")
        shown = repr(log) + repr(log.address) + repr(vars(log)) + repr(log._engine.url)
        for secret in (PASSWORD, "p%2Fa", "p/a"):
            assert secret not in log.name
            assert secret not in shown


def end_connections(postgres):
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cutplane'"
    )


def test_a_connection_that_was_lost_while_idle_is_made_again(postgres, team):
    with shared(team) as log:
        end_connections(postgres)
        log.append([event(0)])
        end_connections(postgres)
        assert log.n_recorded == 1
        end_connections(postgres)
        log.refresh()


def test_a_connection_that_is_lost_inside_leaves_nothing(postgres, team):
    with shared(team) as log:
        for more in ([event(1)], []):
            with pytest.raises(JournalError, match="nothing was recorded"), log.alone():
                lose(log, postgres, more)
            assert log.n_recorded == 0
        log.append([event(0)])
        assert read_journal(team).events == log.events


def lose(log, postgres, more):
    log.append([event(0)])
    end_connections(postgres)
    if more:
        log.append(more)


def test_a_commit_whose_answer_is_lost_is_looked_up_and_not_repeated(postgres, team, proxy):
    through = proxy.through(team)
    with shared(through) as log:
        log.append([event(0)])
        proxy.ends = "after"
        log.append([event(1)])
        log.begin({"seed": 2})
        with log.alone():
            pass
        proxy.ends = "before"
        with pytest.raises(JournalError, match="nothing was recorded"):
            log.append([event(2)])
        proxy.ends = ""
        assert log.n_recorded == 2
        log.append([event(3)])
        assert [own.questions for own in log.events] == [[0], [1], [3]]
        assert log.events == read_journal(team).events
        assert log.about == read_journal(team).about == {"seed": 2}


def test_a_commit_that_cannot_be_looked_up_is_said(postgres, team, proxy, monkeypatch):
    monkeypatch.setattr("cutplane.active.shared_journal._PATIENCE", 0.0)
    through = proxy.through(team)
    with shared(through) as log:
        proxy.ends = "after"
        proxy.refuse()
        with pytest.raises(JournalError, match="look before you record them again"):
            log.append([event(0)])
    assert len(read_journal(team).events) == 1
