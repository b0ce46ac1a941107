"""The journal: what was acknowledged is on disk, comes back as it was, and one writes it."""

import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.journal_file import FORMAT_VERSION, read_journal
from cutplane.errors import InvalidInputError, JournalError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.db"


def labelled(*labels, first=0):
    return Event("labelled", list(range(first, first + len(labels))), list(labels))


def test_the_file_alone_is_whole_while_it_is_open(path, tmp_path):
    journal = Journal(path)
    journal.append([labelled("a")])
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    assert read_journal(copy).events == journal.events
    assert path.with_name("labels.db-wal").stat().st_size == 0


def test_nothing_is_left_beside_a_closed_journal(path):
    with Journal(path) as journal:
        journal.append([labelled("a")])
    assert [file.name for file in path.parent.iterdir()] == ["labels.db"]


def test_it_is_written_ahead_and_synced(path):
    journal = Journal(path)
    ask = journal._database.execute
    assert ask("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ask("PRAGMA synchronous").fetchone() == (2,)


def test_the_newest_journal_of_a_file_takes_over_in_one_process(path, tmp_path):
    first = Journal(path)
    first.append([labelled("a")])
    (tmp_path / "link.db").symlink_to(path)
    second = Journal(tmp_path / "link.db")
    with pytest.raises(InvalidInputError, match="newer learner has taken it over"):
        first.append([labelled("b", first=1)])
    first.close()
    second.append([labelled("b", first=1)])
    assert len(second.events) == 2


OPEN = "import sys; from cutplane.active.journal import Journal; Journal(sys.argv[1])"


@pytest.mark.slow
def test_another_process_is_refused_with_the_number_of_the_owner(path):
    journal = Journal(path)
    other = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True)
    assert other.returncode == 1
    assert "JournalError" in other.stderr
    assert f"(number {os.getpid()})" in other.stderr
    journal.append([labelled("a")])
    journal.close()
    assert subprocess.run([sys.executable, "-c", OPEN, path]).returncode == 0


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", bytes(range(256)), b"SQLite"])
def test_other_files_are_refused_and_kept(path, content):
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="not a journal"):
        Journal(path)
    assert path.read_bytes() == content


def test_a_journal_in_csv_is_to_be_imported(path):
    path.write_text("order,row,label\n0,4,1\n")
    with pytest.raises(InvalidInputError, match="import"):
        Journal(path)


def test_a_database_of_another_program_is_left_as_it_is(path):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE mine (x)")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_file_torn_at_birth_becomes_a_journal(path):
    path.touch()
    with Journal(path) as journal:
        journal.append([labelled("a")])
    assert len(read_journal(path).events) == 1


def test_paths_that_cannot_be_used_are_named(tmp_path):
    for bad in (tmp_path / "absent" / "x.db", tmp_path, "a\0b"):
        with pytest.raises(InvalidInputError):
            Journal(bad)
    with pytest.raises(InvalidInputError, match="does not exist"):
        read_journal(tmp_path / "none.db")


def test_a_file_of_two_names_is_refused(path):
    Journal(path).close()
    os.link(path, path.with_name("other.db"))
    with pytest.raises(InvalidInputError, match="hard links"):
        Journal(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_journal_is_named(path):
    Journal(path).close()
    path.chmod(stat.S_IRUSR)
    with pytest.raises(JournalError, match="readonly"):
        Journal(path).append([labelled("a")])


def changed(path, *statements):
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(*statement) if isinstance(statement, tuple) else database.execute(
            statement
        )
    database.commit()
    database.close()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE events SET labels = '[\"z\"]' WHERE number = 1", "event 1 is damaged"),
        ("UPDATE events SET time = 'yesterday' WHERE number = 0", "event 0 is damaged"),
        ("UPDATE events SET checksum = '' WHERE number = 1", "event 1 is damaged"),
        ("UPDATE events SET labels = x'00' WHERE number = 1", "event 1 is damaged"),
        ("DELETE FROM events WHERE number = 0", "event 0 is damaged: it is missing"),
        ("DELETE FROM events WHERE number = 1", "what followed event 0 is lost"),
        ("UPDATE about SET content = '{}'", "pool and settings is damaged"),
        ("DROP TABLE last", "tables are damaged"),
        ("CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM last; END", "tables"),
        (f"PRAGMA user_version={FORMAT_VERSION + 1}", "upgrade cutplane"),
        ("PRAGMA application_id=0", "tables are damaged"),
        ("INSERT INTO last VALUES (2, '')", "lost"),
    ],
)
def test_what_was_changed_by_others_is_named(path, statement, message):
    with Journal(path) as journal:
        journal.begin({"seed": 3})
        journal.append([labelled("a"), labelled("b", first=1)])
    changed(path, (statement,))
    for opened in (Journal, read_journal):
        with pytest.raises(JournalError, match=message):
            opened(path)


def test_a_file_that_was_removed_or_replaced_is_not_written_into_the_void(path):
    journal = Journal(path)
    journal.append([labelled("a")])
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(JournalError, match="removed or replaced"):
        journal.append([labelled("b", first=1)])
    path.write_bytes(content)
    with pytest.raises(JournalError, match="removed or replaced"):
        journal.append([labelled("b", first=1)])
    journal.close()
    Journal(path).append([labelled("b", first=1)])


def test_a_reader_beside_does_not_matter(path):
    journal = Journal(path)
    for number in range(3):
        journal.append([labelled("a", first=number)])
        assert read_journal(path).events == journal.events
