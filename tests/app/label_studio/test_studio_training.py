"""Learning holds nobody up, takes what came together, and goes on after a failure."""

import threading

import pytest
from studio_site import choice, number

from cutplane.app.label_studio import model as model_module
from cutplane.app.label_studio import project as project_module


def hook(payloads, rows, i, second=0):
    x = rows[i]["data"]["row"]["x"]
    results = [choice("right" if x > 0 else "left"), number(5 + x)]
    annotation = payloads.annotation(100 + i, rows[i]["id"], results, second=second)
    return payloads.webhook("ANNOTATION_CREATED", annotation=annotation, task=rows[i])


@pytest.fixture
def slow_learning(monkeypatch):
    """Learning that begins, and waits for the test; how often it ran."""

    class Slow:
        begun, go_on, n = threading.Event(), threading.Event(), 0

        def learn(self, *arguments):
            Slow.n += 1
            self.begun.set()
            assert self.go_on.wait(30)
            return model_module.learn(*arguments)

    slow = Slow()
    monkeypatch.setattr(project_module, "learn", slow.learn)
    yield slow
    slow.go_on.set()


def test_answers_predictions_and_setup_do_not_wait_for_a_model(site, payloads, rows, slow_learning):
    own = site()
    for i in range(10):
        assert own.post("/webhook", hook(payloads, rows, i))["n_events"] == 2
    assert slow_learning.begun.wait(30)
    assert own.post("/predict", payloads.predict(rows))["results"] == [[]] * len(rows)
    assert own.post("/setup", payloads.setup())["model_version"] == "cutplane-0"
    slow_learning.go_on.set()
    own.learnt()
    assert own.post("/setup", payloads.setup())["model_version"].startswith("cutplane-20-")
    assert slow_learning.n <= 3


def test_what_fails_is_said_and_the_next_answer_is_learnt(site, payloads, rows, monkeypatch):
    own = site()
    with monkeypatch.context() as patch:
        patch.setattr(project_module, "learn", lambda *_: 1 / 0)
        own.post("/webhook", hook(payloads, rows, 0))
        own.learnt()
        said = own.post("/setup", payloads.setup())["said"]
        assert any("ZeroDivisionError" in each for each in said)
        own.learnt()
    for i in range(1, 6):
        own.post("/webhook", hook(payloads, rows, i))
    own.learnt()
    assert own.post("/setup", payloads.setup())["said"] == []


def test_a_disk_that_takes_nothing_is_said_and_nothing_is_acknowledged(
    site, payloads, rows, monkeypatch
):
    import sqlite3

    own = site()
    own.post("/webhook", hook(payloads, rows, 0))
    record = own.backend._project(payloads.uid).record
    answers = next(iter(record._answers.values()))

    class Full:
        def execute(self, *_):
            raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(answers._journal, "_database", Full())
        reply = own.post("/webhook", hook(payloads, rows, 1), 503)
        assert "disk is full" in reply["error"]
    assert own.post("/webhook", hook(payloads, rows, 1))["n_events"] == 2
