"""A file is the old one or the new one, whatever happens while it is written."""

import errno
import os
import signal
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cutplane.atomic import replacing, sync_folder
from cutplane.errors import InvalidInputError

UNIX = pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed as on Unix")


def write(path, content):
    with replacing(path) as file:
        file.write(content)


def test_a_link_goes_on_pointing_to_its_file(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    with replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_a_pipe_is_written_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as reader:
        content = reader.submit(pipe.read_bytes)
        with replacing(pipe) as stream:
            stream.write(b"water")
        assert content.result(timeout=10) == b"water"
    assert pipe.is_fifo()


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="names of open files are of Unix")
def test_a_pipe_that_has_no_name_of_its_own_is_written():
    """As in ``--out /dev/stdout | less`` and ``--out >(gzip > file)``."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as out:
        with os.fdopen(writing, "wb"), replacing(f"/dev/fd/{writing}") as stream:
            stream.write(b"water")
        assert out.read() == b"water"


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write(tmp_path / "file" / "a.json", b"new")
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="no permissions of that kind there")
def test_who_may_not_read_the_old_file_may_not_read_the_new_one(tmp_path):
    (tmp_path / "a.json").write_text("secret")
    (tmp_path / "a.json").chmod(0o600)
    write(tmp_path / "a.json", b"new")
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_block_that_raises_leaves_the_old_file(tmp_path, error):
    write(tmp_path / "a", b"old")

    def fail():
        with replacing(tmp_path / "a") as file:
            file.write(b"new")
            raise error

    with pytest.raises(error):
        fail()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_names_as_long_as_the_system_allows(tmp_path):
    name = "n" * 255
    write(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


@pytest.mark.parametrize("name", ["n" * 256, "nul\0", "half \ud800", "absent/a", ".", ""])
def test_places_where_nothing_can_be_written_are_named(tmp_path, name):
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write(f"{tmp_path}/{name}", b"new")
    assert list(tmp_path.iterdir()) == []


@UNIX
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_protected_file_and_a_protected_folder_stay(tmp_path):
    write(tmp_path / "a", b"old")
    for path, mode in ((tmp_path / "a", 0o400), (tmp_path, 0o500)):
        path.chmod(mode)
        with pytest.raises(InvalidInputError, match="cannot be written"):
            write(tmp_path / "a", b"new")
        path.chmod(0o700)
    assert (tmp_path / "a").read_bytes() == b"old"


@UNIX
def test_a_secret_is_no_moment_readable_by_others(tmp_path):
    write(tmp_path / "a", b"old")
    (tmp_path / "a").chmod(0o600)
    with replacing(tmp_path / "a") as file:
        (part,) = set(tmp_path.iterdir()) - {tmp_path / "a"}
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        file.write(b"new")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


@UNIX
def test_a_full_disk_is_no_fault_of_the_path(tmp_path):
    """The limit of a file's size stands for the disk."""
    import resource  # of Unix

    write(tmp_path / "a", b"old")
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*a'") as error:
            write(tmp_path / "a", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert not isinstance(error.value, InvalidInputError)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_errors_of_other_files_are_not_taken_for_ones_of_writing(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"), replacing(tmp_path / "a"):
        (tmp_path / "absent").read_bytes()


@UNIX
def test_a_killed_process_leaves_the_old_file_or_the_new_one(tmp_path):
    """Killed at random moments; the next write removes what it left."""
    path, rng, seen = tmp_path / "a", np.random.default_rng(0), set()
    write(path, b"0" * 200_000)
    for _ in range(60):
        child = os.fork()
        if child == 0:
            try:
                for byte in b"1234567890" * 100:
                    write(path, bytes([byte]) * 200_000)
            finally:
                os._exit(0)
        time.sleep(rng.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        content = path.read_bytes()
        assert content == content[:1] * 200_000
        seen |= {len(list(tmp_path.iterdir()))}
        write(tmp_path / "beside", b"")
        assert {own.name for own in tmp_path.iterdir()} == {"a", "beside"}
    assert 3 in seen  # a part was left at least once: the test sees what it is about


@UNIX
def test_files_that_are_being_written_are_no_leftovers(tmp_path):
    with replacing(tmp_path / "a") as one, replacing(tmp_path / "a") as two:
        write(tmp_path / "b", b"")  # of this process
        child = os.fork()
        if child == 0:
            try:
                write(tmp_path / "c", b"")  # of another one
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        one.write(b"one")
        two.write(b"two")
    assert (tmp_path / "a").read_bytes() == b"one"  # the last to end
    assert {own.name for own in tmp_path.iterdir()} == {"a", "b", "c"}


def test_where_folders_cannot_be_synced_files_are_written_all_the_same(tmp_path, monkeypatch):
    def refused(number):
        def fsync(_):
            raise OSError(number, os.strerror(number))

        return fsync

    monkeypatch.setattr(os, "fsync", refused(errno.EINVAL))
    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", refused(errno.EIO))
    if os.name != "nt":
        with pytest.raises(OSError, match="error"):
            sync_folder(tmp_path)
