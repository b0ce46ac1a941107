"""Processes that are killed, and servers that go: nothing acknowledged is lost or doubled."""

import os
import random
import signal
import time

import pytest

from children import in_child
from cutplane.active.events import Event
from cutplane.active.journal_file import read_journal
from cutplane.active.shared_journal import SharedJournal
from cutplane.errors import JournalError
from postgres import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here"),
]


def event(writer, number):
    return Event("skipped", [number], details={"by": writer})


def recording(address, writer, first, output):
    """Record for ever, telling the pipe of every event that is on disk; after a failure, look."""
    log, number = None, first
    while True:
        try:
            log = log or SharedJournal(address)
            log.refresh()
            if any(own == number for own in numbers_of(writer, log.events)):
                number += 1  # it was recorded, and its answer was lost
            log.append([event(writer, number)])
        except JournalError:
            time.sleep(0.05)
            continue
        os.write(output, f"{writer} {number}\n".encode())
        number += 1


def numbers_of(writer, events):
    return [own.questions[0] for own in events if own.details["by"] == writer]


class Writers:
    """Four processes that record, each of which can be killed and begun again."""

    def __init__(self, address):
        self.address = address
        self.reading, self.writing = os.pipe()
        self.children = {}

    def begin(self, writer):
        first = max([-1, *numbers_of(writer, read_journal(self.address).events)]) + 1
        self.children[writer] = in_child(
            lambda: recording(self.address, writer, first, self.writing)
        )

    def kill(self, writer):
        os.kill(self.children[writer], signal.SIGKILL)
        os.waitpid(self.children.pop(writer), 0)

    def acknowledged(self):
        """All that was told of, of processes that have ended."""
        os.close(self.writing)
        with os.fdopen(self.reading) as pipe:
            told = [line.split() for line in pipe.read().splitlines()]
        return {(writer, int(number)) for writer, number in told}


def test_four_processes_kills_and_restarts_of_the_server():
    """Kill -9 of writers every moment, and a server stopped, then crashed, in the middle."""
    moments = random.Random(0)
    with running() as server:
        address = server.address()
        SharedJournal(address).close()
        writers = Writers(address)
        for writer in "abcd":
            writers.begin(writer)
        for turn in range(12):
            time.sleep(0.2 + moments.random() * 0.2)
            writer = moments.choice("abcd")
            writers.kill(writer)
            if turn in (4, 8):
                server.stop("fast" if turn == 4 else "immediate")
                server.start()
            writers.begin(writer)
        time.sleep(0.5)
        for writer in "abcd":
            writers.kill(writer)
        recorded = [(own.details["by"], own.questions[0]) for own in read_journal(address).events]
        told = writers.acknowledged()
        assert len(recorded) == len(set(recorded)), "nothing doubled"
        assert told <= set(recorded), "nothing lost"
        assert len(recorded) - len(told) <= 16, "not told of: at most one for each kill"
        for writer in "abcd":
            own = [number for by, number in recorded if by == writer]
            assert own == list(range(len(own))), "in order, without holes"
        assert len(recorded) > 100
