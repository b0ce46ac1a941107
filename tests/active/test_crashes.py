"""Kills, full disks and damaged files: nothing acknowledged is lost, doubled or changed."""

import os
import random
import signal
import time

import numpy as np
import pytest

from children import in_child
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.journal_file import read_journal
from cutplane.errors import CutplaneError, JournalError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")

NAMES = ["a", "=b", 'c"', "ü"]


def event(number):
    """An event of that number, and of no other."""
    labels = [NAMES[number % 4], str(number)]
    return Event(
        "labelled", [number, -number], labels, ["al", ""], time=f"2026-01-01T00:00:00.{number:06d}"
    )


def appending(path, output):
    """Open a journal and append for ever, telling the pipe of every event that is on disk."""
    journal = Journal(path)
    os.write(output, b"opened\n")
    while True:
        number = len(journal.events)
        journal.append([event(number)])
        os.write(output, f"{number}\n".encode())


@pytest.mark.slow
def test_a_hundred_kills(tmp_path):
    path, acknowledged = tmp_path / "labels.db", -1
    moments = random.Random(0)
    for _ in range(100):
        reading, writing = os.pipe()
        child = in_child(lambda writing=writing: appending(path, writing))
        os.close(writing)
        if moments.random() < 0.8:  # else also while it opens, or makes the file
            os.read(reading, 7)
            time.sleep(moments.random() * 0.04)
        else:
            time.sleep(moments.random() * 0.004)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as pipe:
            told = [int(line) for line in pipe.read().split() if line.isdigit()]
        acknowledged = max([acknowledged, *told])
        if not path.exists():
            continue
        with Journal(path) as journal:
            assert len(journal.events) - 1 in (acknowledged, acknowledged + 1)
            acknowledged = len(journal.events) - 1
    events = read_journal(path).events
    assert len(events) > 30
    assert events == tuple(event(number) for number in range(len(events)))
    assert [file.name for file in tmp_path.iterdir()] == ["labels.db"]


@pytest.mark.slow
def test_a_learner_that_is_killed_again_and_again(pool, learner, tmp_path):
    """Every label told of is found again, once and as it was; the run comes to its end."""
    X, y = pool()
    path, held = tmp_path / "labels.db", []
    moments = random.Random(0)

    def labelling(output):
        active = learner(X, journal=path)
        while True:
            rows = active.ask()
            active.tell(rows, y[rows])
            os.write(output, f"{rows[0]}\n".encode())

    for _ in range(6):
        reading, writing = os.pipe()
        child = in_child(lambda writing=writing: labelling(writing))
        os.close(writing)
        first = os.read(reading, 3)
        time.sleep(moments.random() * 0.2)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as pipe:
            told = [int(row) for row in (first.decode() + pipe.read()).split()]
        with learner(X, journal=path) as active:
            rows = active.labels_rows_.tolist()
            assert rows[: len(held) + len(told)] == held + told
            assert len(rows) - len(held + told) <= 1  # on disk, and killed before it could say so
            np.testing.assert_array_equal(active.labels_, y[rows])
            held = rows


def test_an_owner_that_was_killed_locks_nobody_out(tmp_path):
    path = tmp_path / "labels.db"
    reading, writing = os.pipe()
    child = in_child(lambda: appending(path, writing))
    os.read(reading, 7)
    with pytest.raises(JournalError, match=rf"\(number {child}\)"):
        Journal(path)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    Journal(path).append([])


def filling(path, fill):
    """Append ever larger events until nothing goes any more; what happened, in numbers."""
    with Journal(path) as journal:
        journal.append([event(0)])
        fill()
        for number in range(1, 2000):
            try:
                journal.append([event(number), Event("skipped", list(range(2000)))])
            except JournalError:
                break
        held = journal.events
        assert read_journal(path).events == held
        for number in range(5):  # goes, or is refused again, and then leaves nothing
            try:
                journal.append([event(number)])
            except JournalError:
                assert read_journal(path).events == held
            else:
                held = journal.events
    assert read_journal(path).events == held
    return held


def limited(path):
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = 200_000
    filling(path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))


def ends_well(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17


def well(work):
    """Work whose success is another exit status than that of a failure."""

    def done():
        work()
        os._exit(17)

    return done


def test_a_limit_of_the_file_size_leaves_nothing_torn(tmp_path):
    path = tmp_path / "labels.db"
    assert ends_well(in_child(well(lambda: limited(path))))
    with Journal(path) as journal:  # without the limit it goes on
        n_events = len(journal.events)
        assert n_events > 2
        journal.append([event(0)])
    assert len(read_journal(path).events) == n_events + 1


def test_a_full_disk_leaves_nothing_torn(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    if os.system(f"mount -t tmpfs -o size=300k tmpfs {mount} 2>/dev/null") != 0:
        pytest.skip("nothing may be mounted here")
    try:
        assert ends_well(in_child(well(lambda: filling(mount / "labels.db", lambda: None))))
        n_events = len(read_journal(mount / "labels.db").events)
        assert n_events > 2
    finally:
        os.system(f"umount {mount}")


def changes(data, rng):
    """Copies of a file with damage of every kind."""
    for _ in range(120):
        damaged = bytearray(data)
        for at in rng.integers(len(data), size=rng.integers(1, 4)):
            damaged[at] ^= 1 << int(rng.integers(8))
        yield bytes(damaged)
    for _ in range(15):
        yield data[: rng.integers(len(data))]
        at, size = int(rng.integers(len(data))), int(rng.integers(1, 3000))
        yield data[:at] + bytes(size) + data[at + size :]


@pytest.mark.slow
def test_damaged_copies_are_read_right_or_refused(tmp_path):
    path = tmp_path / "labels.db"
    with Journal(path) as journal:
        journal.begin({"pool": "0123456789abcdef" * 500})
        for number in range(60):
            journal.append([event(number)])
        about, events = journal.about, journal.events
    copy, refused = tmp_path / "copy.db", 0
    for damaged in changes(path.read_bytes(), np.random.default_rng(0)):
        copy.write_bytes(damaged)
        try:
            with Journal(copy) as journal:
                assert (journal.about, journal.events) == (about, events) or not damaged
        except CutplaneError:
            refused += 1
        for left in tmp_path.glob("copy.db*"):
            left.unlink()
    assert refused > 50


@pytest.mark.slow
def test_a_damaged_log_of_a_killed_process_loses_nothing(tmp_path):
    """What is acknowledged is in the file itself, whatever becomes of the log beside it."""
    path = tmp_path / "labels.db"
    reading, writing = os.pipe()
    child = in_child(lambda: appending(path, writing))
    told = b""
    while told.count(b"\n") < 12:
        told += os.read(reading, 100)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        last = max(int(line) for line in (told.decode() + pipe.read()).split()[1:])
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    rng = np.random.default_rng(0)
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, data in files.items():
            damaged = bytearray(data)
            if name.endswith(("-wal", "-shm")) and data:
                damaged[rng.integers(len(data))] ^= 255
            (folder / name).write_bytes(damaged)
        with Journal(folder / "labels.db") as journal:
            assert len(journal.events) > last
            assert journal.events == tuple(event(n) for n in range(len(journal.events)))
