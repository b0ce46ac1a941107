"""Journals that somebody made up, checksums and all, are read or refused in our own words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.errors import CutplaneError, JournalError

ODD = [None, 1, -1, 2**70, 0.5, "", "a", [], [[]], {}, True, [0], [-1], [2**70], ["a"], [[0.5, 1]]]
ODD += [[None], [True], [1, 1], [0.5], [{}], ["\ud800"], {"rng": {}}, {"n_rows": 2, "hashes": ""}]
ODD += [{"rng": {"state": {}, "seeds": {"entropy": -1}}}, {"n_rows": 1, "hashes": "00" * 8}]
PARTS = ("kind", "questions", "labels", "annotators", "details")
KINDS = ["asked", "labelled", "skipped", "relabelled", "forgotten", "added", "of tomorrow"]
KINDS += ["opinion", "withdrawn", "settled", "noted"]


@pytest.fixture
def events(pool, learner, tmp_path):
    """Events of a run in which everything happened."""
    X, y = pool(12)
    with learner(X[:10], journal=tmp_path / "whole.db") as active:
        active.tell([0, 1, 2, 3], y[:4], "al")
        active.ask()
        active.skip([5])
        active.relabel([1], [1 - y[1]])
        active.forget([2, 5])
        active.add(X[10:])
    with Journal(tmp_path / "whole.db") as journal:
        journal.append([Event("opinion", [1], [int(y[1])], ["bo"], {"by": "bo"})])
        journal.append([Event("settled", [1], [int(y[1])]), Event("settled", [3])])
        journal.append([Event("withdrawn", [1], details={"by": "bo"}), Event("noted", [1])])
        return journal.about, journal.events


def opened(path, about, events, X, learner):
    """Whether a learner reads them; other errors than our own pass through."""
    try:
        with Journal(path) as journal:
            if about is not None:
                journal.begin(about)
            journal.append(events)
        learner(X, journal=path).close()
    except CutplaneError:
        return False
    finally:
        path.unlink(missing_ok=True)
    return True


@pytest.mark.slow
def test_events_of_any_content(events, pool, learner, tmp_path):
    (about, whole), X = events, pool(12)[0]
    rng, n_read = np.random.default_rng(0), 0
    assert opened(tmp_path / "a.db", about, whole, X, learner)
    for number, event in enumerate(whole):
        for part in PARTS:
            values = KINDS if part == "kind" else [ODD[i] for i in rng.permutation(len(ODD))[:4]]
            for value in values:
                made = [*whole[:number], replace(event, **{part: value}), *whole[number + 1 :]]
                n_read += opened(tmp_path / "a.db", about, made, X, learner)

    assert n_read < 70


@pytest.mark.slow
def test_descriptions_of_any_content(events, pool, learner, tmp_path):
    (about, whole), X = events, pool(12)[0]
    rng = np.random.default_rng(0)
    for name in about:
        for place in rng.permutation(len(ODD))[:4]:
            opened(tmp_path / "a.db", about | {name: ODD[place]}, whole, X, learner)
    for name in about["domain"]:
        for place in rng.permutation(len(ODD))[:4]:
            domain = about["domain"] | {name: ODD[place]}
            opened(tmp_path / "a.db", about | {"domain": domain}, whole, X, learner)


def test_an_event_that_cannot_be_read_is_named(events, pool, learner, tmp_path):
    (about, whole), X = events, pool(12)[0]
    path = tmp_path / "a.db"
    with Journal(path) as journal:
        journal.begin(about)
        journal.append([replace(whole[0], labels=[1])])
    with pytest.raises(JournalError, match=r"event 0 is damaged: .* do not fit labelled"):
        learner(X, journal=path)
    assert json.loads(whole[0].texts()[2]) == [0, 1, 2, 3]
