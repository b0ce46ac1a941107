"""A folder is the old one or the new one; nobody else writes it; the dead leave nothing behind."""

import errno
import os
import signal
import time

import numpy as np
import pytest

from children import in_child
from cutplane import folders
from cutplane.errors import InvalidInputError
from cutplane.folders import replacing_folder, settle

UNIX = pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed as on Unix")


def anything_goes(_):
    pass


def write(path, content):
    with replacing_folder(path, anything_goes) as folder:
        for name in "abc":
            (folder / name).write_text(content)


def content_of(path):
    """What all files of a folder hold."""
    (content,) = {(path / name).read_text() for name in "abc"}
    return content


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_old_folder_stays_until_the_new_one_is_complete(tmp_path):
    write(tmp_path / "run", "old")
    with replacing_folder(tmp_path / "run", anything_goes) as folder:
        (folder / "a").write_text("new")
        assert content_of(tmp_path / "run") == "old"
    assert names(tmp_path / "run") == ["a"]
    assert names(tmp_path) == ["run"]


def test_a_link_goes_on_pointing_to_its_folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "run")
    for content in ("new", "newer"):  # the link leads nowhere at first
        write(tmp_path / "link", content)
        assert (tmp_path / "link").is_symlink()
        assert content_of(tmp_path / "deep" / "run") == content
    assert names(tmp_path) == ["deep", "link"]
    assert names(tmp_path / "deep") == ["run"]


@UNIX
def test_a_second_process_is_refused_at_the_start_with_the_number_of_the_first(tmp_path):
    with replacing_folder(tmp_path / "run", anything_goes) as folder:
        (folder / "a").write_text("one")
        with pytest.raises(InvalidInputError, match=f"by process {os.getpid()}"):
            write(tmp_path / "run", "two")
    assert (tmp_path / "run" / "a").read_text() == "one"
    reading, writing = os.pipe()

    def second():
        with replacing_folder(tmp_path / "run", anything_goes):
            os.write(writing, b".")
            time.sleep(60)

    child = in_child(second)
    os.read(reading, 1)
    try:
        with pytest.raises(InvalidInputError, match=f"by process {child}; wait"):
            write(tmp_path / "run", "three")
        write(tmp_path / "other", "four")  # beside it, and it is no leftover
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert ".run.cutplane-new" in names(tmp_path)
    write(tmp_path / "other", "five")
    assert ".run.cutplane-new" not in names(tmp_path)
    write(tmp_path / "run", "six")
    assert names(tmp_path) == ["other", "run"]


@UNIX
def test_a_killed_process_leaves_the_old_folder_or_the_new_one(tmp_path):
    """Killed at random moments, and read as a reader would before anybody writes again."""
    path, rng = tmp_path / "run", np.random.default_rng(0)

    def work():
        for number in range(10_000):
            write(path, str(number))

    write(path, "0")
    for _ in range(60):
        child = in_child(work)
        time.sleep(rng.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        settle(path)
        assert int(content_of(path)) >= 0
    write(tmp_path / "beside", "")
    assert names(tmp_path) == ["beside", "run"]


@UNIX
@pytest.mark.parametrize("moment", ["before", "between", "after"])
@pytest.mark.parametrize("settled_by", ["a reader", "a writer"])
def test_killed_at_each_step_of_the_exchange(tmp_path, moment, settled_by, monkeypatch):
    path = tmp_path / "run"
    write(path, "old")
    rename, renamed = type(path).rename, []

    def stopping(self, target):
        if len(renamed) == ["before", "between", "after"].index(moment):
            os.kill(os.getpid(), signal.SIGKILL)
        renamed.append(target)
        rename(self, target)
        if len(renamed) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    def work():
        monkeypatch.setattr(type(path), "rename", stopping)
        write(path, "new")

    os.waitpid(in_child(work), 0)
    assert path.exists() == (moment != "between")
    if settled_by == "a reader":
        settle(path)
    else:
        write(tmp_path / "beside", "")
        assert names(tmp_path) == ["beside", "run"]
    assert content_of(path) == ("old" if moment == "before" else "new")


def test_what_came_into_being_meanwhile_is_kept_and_so_is_the_new(tmp_path):
    def absent(path):
        if path.exists():
            raise InvalidInputError("exists already")

    def work():
        with replacing_folder(tmp_path / "run", absent) as folder:
            (folder / "a").write_text("mine")
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "a").write_text("another's")

    with pytest.raises(InvalidInputError, match=r"everything is in '.*run-2'"):
        work()
    assert (tmp_path / "run" / "a").read_text() == "another's"
    assert (tmp_path / "run-2" / "a").read_text() == "mine"
    assert names(tmp_path) == ["run", "run-2"]


def test_three_complete_folders_are_all_kept(tmp_path):
    for name in ("run", ".run.cutplane-new", ".run.cutplane-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(name)
    settle(tmp_path / "run")
    assert names(tmp_path) == ["run", "run-2", "run-3"]
    assert (tmp_path / "run" / "a").read_text() == "run"


def test_an_exchange_that_fails_half_way_is_undone(tmp_path, monkeypatch):
    path = tmp_path / "run"
    write(path, "old")
    rename = type(path).rename

    def failing(self, target):
        if self.name.endswith("-new") and target == path:
            raise OSError(errno.EIO, "Input/output error")
        rename(self, target)

    monkeypatch.setattr(type(path), "rename", failing)
    with pytest.raises(InvalidInputError, match="everything is in"):
        write(path, "new")
    assert content_of(path) == "old"
    assert content_of(tmp_path / "run-2") == "new"


def test_without_locks_an_unfinished_folder_is_named(tmp_path, monkeypatch):
    def unknown(_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("cutplane.locks.lock", unknown)
    write(tmp_path / "run", "old")
    assert names(tmp_path) == ["run"]
    (tmp_path / ".run.cutplane-new").mkdir()
    with pytest.raises(InvalidInputError, match="or was killed while it did"):
        write(tmp_path / "run", "new")
    assert content_of(tmp_path / "run") == "old"


@pytest.mark.parametrize("name", ["nul\0", "n" * 250, "half \ud800"])
def test_impossible_names_are_refused_at_the_start(tmp_path, name):
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write(f"{tmp_path}/deep/{name}", "new")
    assert names(tmp_path) == []


def test_settling_does_nothing_where_there_is_nothing(tmp_path):
    settle(tmp_path / "absent" / "run")
    settle("nul\0")
    assert names(tmp_path) == []
    assert folders._free_name(tmp_path / "run").name == "run-2"
