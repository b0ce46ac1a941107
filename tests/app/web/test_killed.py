"""A server killed again and again loses nothing that it acknowledged, and doubles nothing."""

import os
import re
import signal
import time
from collections import Counter
from functools import partial
from http.client import HTTPException
from multiprocessing import Value
from threading import Event as Flag
from threading import Thread

import numpy as np
import pytest

from children import in_child
from cutplane import CuttingPlaneClassifier
from cutplane.active.journal_file import read_journal
from cutplane.app.setup.project import open_project
from cutplane.app.web.listening import listening, server_of
from cutplane.app.web.security import Security
from cutplane.app.web.server import application
from label_server import PATIENT, Visitor, options_of, running, write_table

N_KILLS = 50
PEOPLE = ("Ben", "Cid", "Dot", "Eli")
CLASSES = ("ant", "bee")


def quick_estimator(task, seed):
    return CuttingPlaneClassifier(center="analytic", random_state=seed)


def serve(options, port):
    """Serve in this process, until it is killed."""
    with open_project(options) as project, listening("127.0.0.1", port) as listener:
        security = Security.serving("127.0.0.1", port, limits=PATIENT)
        server_of(application(project, security)).run(sockets=[listener])


def kill_again_and_again(options, port, acknowledged):
    """Start servers and kill each at any moment: every fifth while it starts, others at work."""
    rng = np.random.default_rng(0)
    for number in range(N_KILLS):
        before = acknowledged.value
        child = in_child(partial(serve, options, port))
        if number % 5:
            wait_for(acknowledged, before + rng.integers(8))
            time.sleep(rng.uniform(0.0, 0.05))
        else:
            time.sleep(rng.uniform(0.0, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def wait_for(counted, n, seconds=20.0):
    """Until so many were counted, or the time is over."""
    end = time.monotonic() + seconds
    while counted.value < n and time.monotonic() < end:
        time.sleep(0.003)


class Annotator(Thread):
    """Answers as quickly as it can, and sends again what got no reply, as the page does."""

    def __init__(self, port, token, counted):
        super().__init__()
        self._counted = counted
        self.visitor = Visitor(port, token)
        self.acknowledged, self.surprises, self.is_over = [], [], Flag()
        self._row = None

    def run(self):
        is_sent = False
        while is_sent or not self.is_over.is_set():
            try:
                if self._row is None:
                    self._take(self.visitor.get("/question"))
                label, is_sent = CLASSES[self._row % 2], True
                reply = self.visitor.post("/answer", {"row": self._row, "label": label})
            except (OSError, HTTPException):
                self.visitor.close()
                time.sleep(0.02)
                continue
            if reply.status == 200:
                self.acknowledged.append((self._row, label))
                with self._counted:
                    self._counted.value += 1
                is_sent = False
                self._take(reply)
            else:
                self.surprises.append(reply.text)
                self._row = None

    def _take(self, reply):
        found = re.search(r'name="row" value="(\d+)"', reply.text)
        if found is None:
            self.surprises.append(reply.text)
            raise HTTPException
        self._row = int(found[1])


@pytest.mark.slow
def test_killed_fifty_times(tmp_path):
    journal = tmp_path / "things.journal"
    table = write_table(tmp_path, 2000)
    options = options_of(table, journal=journal, estimator=quick_estimator, image=None)
    with open_project(options) as project, running(project) as site:
        tokens = [project.people.add(name, "label") for name in PEOPLE]
        site.visitor().get("/question")  # what is loaded now, children need not load
    with listening("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    counted = Value("l", 0)  # of this process and those that it forks
    killer = in_child(partial(kill_again_and_again, options, port, counted))  # before any thread
    annotators = [Annotator(port, token, counted) for token in tokens]
    for annotator in annotators:
        annotator.start()
    os.waitpid(killer, 0)
    for annotator in annotators:
        annotator.is_over.set()
    with open_project(options) as project, listening("127.0.0.1", port) as listener:
        security = Security.serving("127.0.0.1", port, limits=PATIENT)
        server = server_of(application(project, security))
        last = Thread(target=server.run, kwargs={"sockets": [listener]})
        last.start()
        for annotator in annotators:
            annotator.join()
            annotator.visitor.close()
        server.should_exit = True
        last.join()

    surprises = [text for annotator in annotators for text in annotator.surprises]
    acknowledged = Counter(
        (name, *answer)
        for name, annotator in zip(PEOPLE, annotators, strict=True)
        for answer in annotator.acknowledged
    )
    events = read_journal(journal)[1]
    recorded = Counter(
        (event.details["by"], *answer)
        for event in events
        if event.kind in ("labelled", "opinion")
        for answer in zip(event.questions, event.labels, strict=True)
    )
    assert surprises == []
    assert recorded == acknowledged
    assert set(acknowledged.values()) == {1}
    assert len(acknowledged) > 2 * N_KILLS
