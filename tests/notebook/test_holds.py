"""Rows that people have in front of them."""

import gc

import pytest

from cutplane.active.events import Event
from cutplane.notebook.holds import Holds


def test_a_row_is_held_by_one_person_and_a_person_holds_one_row():
    holds = Holds()
    assert holds.take([3, 4], "Ada") == 3
    assert holds.take([3, 4], "Bob") == 4
    assert holds.take([3, 4], "Cid") is None
    assert holds.take([3], "Ada") == 3
    assert holds.take([5], "Ada") == 5
    assert holds.take([3], "Cid") == 3
    assert holds.all() == {5: "Ada", 4: "Bob", 3: "Cid"}
    holds.release("Bob")
    holds.release("Bob")
    assert holds.held("Bob") is None
    assert holds.take([4], "Dan") == 4


def test_what_is_held_is_let_go_after_a_time():
    holds = Holds()
    holds.take([3], "Ada", seconds=0.0)
    assert holds.held("Ada") is None
    assert holds.all() == {}
    assert holds.take([3], "Bob") == 3


class Learner:
    """As far as holds look at it."""

    events_ = (
        Event("asked", [3], details={"by": "Ada"}),
        Event("asked", [4], details={"by": "Bob"}),
        Event("asked", [5], details={"by": "Ada"}),
        Event("asked", [6, 7]),
    )


def test_a_learner_s_holds_are_shared_and_remember_what_was_asked_last():
    learner = Learner()
    assert Holds.of(learner) is Holds.of(learner)
    assert Holds.of(learner).all() == {5: "Ada", 4: "Bob"}
    assert Holds.of(Learner()) is not Holds.of(learner)


def test_a_learner_that_is_gone_is_forgotten():
    from cutplane.notebook import holds

    learner = Learner()
    Holds.of(learner)
    before = len(holds._of_learners)
    del learner
    gc.collect()
    assert len(holds._of_learners) == pytest.approx(before - 1)
