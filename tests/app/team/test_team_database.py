"""The database of a team: beside its journal, short transactions, and damage in sentences."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import sqlalchemy as sa

from cutplane.active.address import address_in
from cutplane.active.event_log import open_log
from cutplane.active.events import Event
from cutplane.app.team.database import Database
from cutplane.app.team.people import People
from cutplane.app.team.team_tables import TEAM
from cutplane.errors import InvalidInputError, JournalError


def test_it_lies_beside_a_journal_that_is_open(where, tmp_path):
    with closing(open_log(where)) as log, Database.beside(log) as database:
        token = People(database).add("Ada", "admin")
        with log.alone():  # of another transaction: people are not locked while somebody records
            log.append([Event("skipped", [1])])
            People(database).add("Bo", "label")
    with Database.beside(where) as again:
        assert People(again).of_token(token).name == "Ada"
    assert "%25" not in again.name
    assert "p/a" not in again.name


def test_a_journal_may_be_made_after_its_people(where):
    with Database.beside(where) as database:
        People(database).add("Ada", "admin")
    with closing(open_log(where)) as log:
        log.append([Event("skipped", [1])])
        assert log.n_recorded == 1


def test_several_may_make_it_at_once(where):
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: Database.beside(where), range(4)))
        list(threads.map(lambda own: People(own[1]).add(f"p{own[0]}", "label"), enumerate(made)))
        assert len(People(made[0]).all()) == 4
    for database in made:
        database.close()


def safety(connection, where):
    statement = "SHOW synchronous_commit" if address_in(where) else "PRAGMA synchronous"
    return connection.exec_driver_sql(statement).scalar()


def test_people_are_on_disk_and_leases_need_not_be(where, database):
    full, less = ("on", "off") if address_in(where) else (2, 1)
    for is_lasting, expected in ((True, full), (False, less), (True, full)):
        with database.changing(is_lasting=is_lasting) as connection:
            assert safety(connection, where) == expected


def fail_after(connection, statement):
    connection.execute(statement)
    raise InvalidInputError("no")


def test_a_change_that_fails_leaves_no_trace(database):
    with pytest.raises(InvalidInputError, match="no"), database.changing() as connection:
        fail_after(connection, TEAM.update().values(version=7))
    with database.reading() as connection:
        assert connection.scalar(TEAM.select()) == 1


def test_a_newer_version_is_refused(where, database):
    with database.changing() as connection:
        connection.execute(TEAM.update().values(version=2))
    with pytest.raises(JournalError, match="format is 2"):
        Database.beside(where)


def test_changes_wait_for_each_other_and_readers_do_not(where, database):
    order = []

    def change():
        with Database.beside(where) as other, other.changing():
            order.append("second")

    with database.changing():
        thread = threading.Thread(target=change)
        thread.start()
        with database.reading() as connection:
            assert connection.scalar(TEAM.select()) == 1
        thread.join(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_clock_is_that_of_the_database(database):
    with database.reading() as connection:
        first, second = (connection.scalar(sa.select(database.now)) for _ in range(2))
    assert 1.7e9 < first <= second < 5e9


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a database" * 100, "is no database of a team"),
        (b"SQLite format 3\0" + b"x" * 5000, "labels.journal.team"),
    ],
)
def test_another_file_is_refused_and_kept(tmp_path, content, message):
    path = tmp_path / "labels.journal.team"
    path.write_bytes(content)
    with pytest.raises((InvalidInputError, JournalError), match=message):
        Database.beside(tmp_path / "labels.journal")
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_as_it_is(tmp_path):
    path = tmp_path / "labels.journal.team"
    with closing(sqlite3.connect(path)) as own:
        own.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program"):
        Database.beside(tmp_path / "labels.journal")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_readers_and_the_one_who_writes_do_not_wait_for_each_other(tmp_path):
    with (
        Database.beside(tmp_path / "labels.journal") as database,
        database.reading() as connection,
    ):
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert [file.name for file in tmp_path.iterdir()] == ["labels.journal.team"]


def test_a_file_that_somebody_has_locked_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("cutplane.app.team.database_file._PATIENCE", 0.05)
    with Database.beside(tmp_path / "labels.journal") as database:
        people = People(database)
        with closing(sqlite3.connect(database.name, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(JournalError, match=r"is locked.*nothing was changed"):
                people.add("Ada", "admin")
            assert people.all() == ()
        people.add("Ada", "admin")


def test_other_schemas_of_one_database_are_other_teams(postgres, team):
    postgres.execute("CREATE SCHEMA other_team")
    with (
        Database.beside(team) as own,
        Database.beside(postgres.address(schema="other_team")) as other,
    ):
        People(own).add("Ada", "admin")
        assert People(other).all() == ()
    postgres.execute("DROP SCHEMA other_team CASCADE")


def test_a_change_whose_answer_is_lost_is_to_be_looked_up(team, proxy):
    with Database.beside(proxy.through(team)) as database:
        people = People(database)
        proxy.ends = "after"
        with pytest.raises(JournalError, match="look whether it was made"):
            people.add("Ada", "admin")
        proxy.ends = "before"
        with pytest.raises(JournalError, match="look whether it was made"):
            people.add("Bo", "label")
        proxy.ends = ""
        assert [person.name for person in people.all()] == ["Ada"]
        assert people.of_token(people.renew("Ada")).name == "Ada"
