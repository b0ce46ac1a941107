"""A learner as a log: what is appended is checked, recorded in its journal, and learnt."""

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.learner_log import LearnerLog
from cutplane.errors import InvalidInputError

X = np.random.default_rng(0).normal(size=(12, 2))


def learner_of(**options):
    return ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0, **options)


def labelled(row, label):
    return Event("labelled", [row], [label])


def test_what_is_appended_is_what_telling_does(tmp_path):
    told = learner_of()
    told.tell([0], ["a"])
    told.tell([1], ["b"])
    with learner_of(journal=tmp_path / "log") as learner:
        LearnerLog(learner).append([labelled(0, "a"), labelled(1, "b")])
        np.testing.assert_array_equal(learner.estimator_.scores(X), told.estimator_.scores(X))
    with Journal(tmp_path / "log") as journal:
        assert journal.events == learner.events_


def test_events_that_cannot_be_leave_no_trace(tmp_path):
    with learner_of(journal=tmp_path / "log") as learner:
        log = LearnerLog(learner)
        log.append([labelled(0, "a")])
        with pytest.raises(InvalidInputError, match="told before"):
            log.append([labelled(1, "b"), labelled(0, "b")])
        assert learner.labels_rows_.tolist() == [0]
        assert log.n_recorded == len(log.events) == 1
    with Journal(tmp_path / "log") as journal:
        assert len(journal.events) == 1


def test_a_block_alone_happens_at_its_end_or_not_at_all():
    learner = learner_of()
    log = LearnerLog(learner)
    with log.alone():
        log.append([labelled(0, "a")])
        with log.alone():
            log.append([labelled(1, "b")])
        assert learner.n_labels_ == 0
    assert learner.n_labels_ == 2

    def fails():
        with log.alone():
            log.append([labelled(2, "a")])
            raise KeyError("on the way")

    with pytest.raises(KeyError):
        fails()
    assert learner.n_labels_ == 2
    log.append([labelled(2, "a")])
    assert learner.n_labels_ == 3


def test_what_others_told_is_among_its_events():
    learner = learner_of()
    log = LearnerLog(learner)
    learner.tell([3], ["a"])
    assert log.events == learner.events_
    assert log.about["domain"]["n_rows"] == 12
    assert log.ledger.model.n_labels == 1


def test_a_closed_log_appends_nothing_and_the_learner_goes_on():
    learner = learner_of()
    log = LearnerLog(learner)
    log.close()
    with pytest.raises(InvalidInputError, match="it was closed"):
        log.append([labelled(0, "a")])
    with pytest.raises(InvalidInputError, match="its own pool"):
        log.begin({})
    learner.tell([0], ["a"])
    assert learner.n_labels_ == 1
