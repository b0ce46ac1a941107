"""Who is asked what next: nobody a row of others, nobody for nothing, everybody one's own again."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from cutplane.app.answers.assignments import Assignments
from cutplane.app.answers.given import Seen
from cutplane.app.team.database import Database
from cutplane.app.team.leases import Leases
from cutplane.errors import InvalidInputError


@dataclass
class Trainer:
    """Rows in a fixed order, as if a model had chosen them."""

    rows: tuple = tuple(range(9))
    n_chosen: int = 9
    told: list = field(default_factory=list)
    ledger = SimpleNamespace(book=SimpleNamespace(rng={"first": 0}))

    def ready(self, last=None):
        self.told.append(last)
        chosen = self.rows[: self.n_chosen]
        return SimpleNamespace(
            rows=self.rows,
            rng={"after": len(self.told)},
            reason=lambda row: "model" if row in chosen else "cover",
        )

    def handed_out(self, row, who=""):
        self.told.append((row, who))


@pytest.fixture
def assigning(desk, tmp_path):
    """Function (log, trainer, **rules) -> assignments with real leases."""
    with Database.beside(tmp_path / "a.journal") as database:

        def made(log=None, trainer=None, **rules):
            own = desk(9, log, **rules)
            return Assignments(own, Leases(database), trainer or Trainer(), own.rules)

        yield made


def asked(assignments, who, last=None):
    question = assignments.next(who, last)
    return None if question is None else (question.row, question.reason)


def test_everybody_has_a_row_of_their_own_and_the_same_after_a_reload(assigning):
    own = assigning(takes_names=True)
    assert asked(own, "al") == (0, "model")
    assert asked(own, "bo") == (1, "model")
    assert asked(own, "al") == (0, "open")
    events = own.desk.log.events
    assert [(one.kind, one.questions, one.details["by"]) for one in events] == [
        ("asked", [0], "al"),
        ("asked", [1], "bo"),
    ]
    assert events[0].details["rng"] == {"after": 1}
    assert (0, "al") in own.trainer.told
    own.desk.answer(0, "a", "al")
    assert asked(own, "al", (0, "a")) == (2, "model")
    assert (0, "a") in own.trainer.told
    again = assigning(own.desk.log, takes_names=True)
    assert asked(again, "al") == (2, "open")


def test_undone_rows_are_the_next_ones(assigning):
    own = assigning()
    for _ in range(3):
        row, _ = asked(own, "al")
        own.desk.answer(row, "a", "al")
    assert asked(own, "al") == (3, "model")
    own.desk.undo("al")
    own.desk.undo("al")
    assert asked(own, "al") == (1, "open")
    assert asked(own, "bo") == (3, "model")  # not the other one, which is kept
    own.desk.answer(1, "b", "al")
    assert asked(own, "al") == (2, "open")
    own.desk.answer(2, "b", "al")
    assert asked(own, "al") == (4, "model")


def test_undone_rows_are_kept_for_a_while(assigning):
    own = assigning()
    for _ in range(2):
        own.desk.answer(asked(own, "al")[0], "a", "al")
    own.desk.undo("al")
    own.desk.undo("al")
    assert asked(own, "bo") == (2, "model")
    assert own.desk.kept_for_others("bo", 60.0).tolist() == [1, 0]
    assert own.desk.kept_for_others("al", 60.0).tolist() == []
    impatient = assigning(own.desk.log, lease_seconds=1e-6)
    assert asked(impatient, "cy") == (0, "model")
    own.desk.answer(0, "a", "cy")
    assert own.desk.kept_for_others("bo", 60.0).tolist() == [1]
    assert asked(own, "al") == (1, "open")


def test_others_opinions_come_first_and_never_ones_own_rows(assigning):
    own = assigning(overlap=1.0)
    own.desk.answer(5, "a", "al")
    own.desk.answer(6, "a", "al")
    own.desk.answer(6, "b", "bo")
    assert asked(own, "al") == (0, "model")
    assert asked(own, "cy") == (6, "third")
    own.desk.answer(6, "b", "cy")
    assert asked(own, "bo") == (5, "overlap")
    assert asked(own, "cy") == (1, "model")
    own.desk.answer(5, "a", "bo")
    assert asked(own, "bo") == (2, "model")
    assert own.desk.log.events[-1].details["rng"]


def test_a_share_of_rows_is_asked_twice(assigning):
    own = assigning(overlap=0.4, seed=3)
    for who in ("al", "bo"):
        while question := own.next(who):
            own.desk.answer(question.row, "a", who)
    twice = {row for row in range(9) if len(own.desk.given(row)) == 2}
    assert twice == {row for row in range(9) if own.rules.is_overlap(row)}
    assert 0 < len(twice) < 9


def test_the_budget_is_not_exceeded(assigning):
    own = assigning(budget=3)
    for who in ("al", "bo", "cy"):
        assert own.next(who)
    assert own.next("di") is None
    assert "others are about to give the rest" in own.why_none("di")
    own.desk.answer(0, "a", "al")
    own.desk.answer(0, "b", "al")  # paid for too
    assert own.next("al") is None
    own.desk.answer(1, "a", "bo")
    assert [own.next(who) for who in ("al", "bo", "cy")] == [None] * 3
    assert own.why_none("al") == ("All 3 answers of the budget are given; a larger budget goes on.")


def test_rows_that_were_not_asked_need_room_in_the_budget(assigning):
    own = assigning(budget=3)
    row, _ = asked(own, "al")
    rest = [other for other in range(9) if other != row]
    own.check_affordable([row, *rest[:3]], "al")
    with pytest.raises(InvalidInputError, match=r"to 4 rows .* has room for 3"):
        own.check_affordable([row, *rest[:4]], "al")
    with pytest.raises(InvalidInputError, match=r"to 3 rows .* has room for 2"):
        own.check_affordable(rest[:3], "bo")  # al is about to give one
    own.desk.answer_many(rest[:3], "a", "al")
    own.check_affordable([row, *rest[:3]], "al")  # asked, or given before
    with pytest.raises(InvalidInputError, match="has room for 0"):
        own.check_affordable(rest[3:4], "al")


def test_an_undone_answer_is_given_again_whatever_the_budget_and_no_other(assigning):
    own = assigning(budget=2)
    for _ in range(2):
        row, _ = asked(own, "al")
        own.desk.answer(row, "a", "al")
    assert own.next("al") is None
    own.desk.undo("al")
    assert asked(own, "al") == (1, "open")
    assert own.next("bo") is None
    own.desk.answer(1, "b", "al")
    assert own.next("al") is None
    own.desk.undo("al")
    own.leases.release("al")
    assert own.leases.take([1], "bo") == 1
    assert own.next("al") is None


def test_who_has_answered_and_left_holds_no_part_of_the_budget(assigning):
    own = assigning(budget=2)
    row, _ = asked(own, "al")
    own.desk.answer(row, "a", "al")
    assert own.leases.all() == {row: "al"}
    assert asked(own, "bo") == (1, "model")


def test_why_there_is_no_question(assigning):
    own = assigning(overlap=1.0, n_unknown=2)
    for row in range(8):
        own.desk.answer(row, "a", "al")
    own.desk.unknown(8, "al")
    assert own.next("al") is None
    assert own.why_none("al") == (
        "You have seen every open row; 1 wait for somebody who knows. 8 with a label wait for "
        "another person's opinion."
    )
    for row in range(8):
        own.desk.answer(row, "a", "bo")
    assert asked(own, "bo") == (8, "model")
    assert own.next("cy") is None
    assert own.why_none("cy") == "All open rows (1) are in front of others; ask again in a while."
    own.desk.unknown(8, "bo")
    assert own.next("bo") is None
    assert own.why_none("bo") == "Every row has a label or is closed."


def test_a_row_that_was_answered_while_it_was_taken_is_not_asked(assigning):
    own = assigning()
    take, first = own.leases.take, []

    def slow(rows, who, **options):
        row = take(rows, who, **options)
        if not first:
            first.append(row)
            own.desk.answer(row, "a", "bo")
        return row

    own.leases.take = slow
    assert asked(own, "al") == (1, "model")
    assert first == [0]


def test_more_people_than_rows_that_are_ready(assigning):
    own = assigning(trainer=Trainer(rows=(4, 7), n_chosen=1))
    reasons = [asked(own, who) for who in "abcdefghi"]
    assert reasons[:2] == [(4, "model"), (7, "cover")]
    assert sorted(row for row, _ in reasons) == list(range(9))
    assert own.next("j") is None


def test_a_lease_that_ran_out_loses_nothing(assigning):
    own = assigning(lease_seconds=1e-3)
    assert asked(own, "al") == (0, "model")
    assert asked(own, "bo") == (0, "model")
    own.desk.answer(0, "a", "bo")
    own.desk.answer(0, "b", "al", Seen("late"))
    assert [one.label for one in own.desk.given(0)] == ["a", "b"]
    assert own.desk.standing == {0: "a"}


def test_blind_rows_are_said_and_the_same_everywhere(assigning):
    one, other = (assigning(suggest="key", blind=0.5, seed=1) for _ in range(2))
    blind = [one.rules.is_blind(row) for row in range(9)]
    assert blind == [other.rules.is_blind(row) for row in range(9)]
    assert len(set(blind)) == 2
    assert one.next("al").is_blind == blind[0]


def test_nobody_is_not_asked(assigning):
    with pytest.raises(InvalidInputError, match="say who"):
        assigning().next("")


def test_what_is_recorded_is_json(assigning):
    own = assigning()
    own.next("al")
    assert json.loads(own.desk.log.events[0].texts()[2]) == [0]
