"""What people say at the desk: recorded once, taken back by whom it is, counted as paid."""

import pytest

from cutplane.active.events import Event
from cutplane.app.answers.given import Seen
from cutplane.errors import InvalidInputError, JournalError


def kinds(desk):
    return [event.kind for event in desk.log.events]


def said(desk, row):
    return [(one.who, one.label or one.kind) for one in desk.given(row)]


def test_a_label_is_recorded_with_what_came_with_it(desk):
    own = desk(takes_names=True)
    seen = Seen("hm\n…", 2.5, blind=True, suggestion="b", probability=0.75, shown="after")
    receipt = own.answer(3, "a", "al", seen)
    (event,) = own.log.events
    assert (receipt.row, receipt.kind, receipt.n_events, receipt.is_repeated) == (
        3,
        "label",
        1,
        False,
    )
    assert (event.kind, event.questions, event.labels) == ("labelled", [3], ["a"])
    assert (event.annotators, event.details["by"]) == (["al"], "al")
    (given,) = own.given(3)
    assert (given.who, given.label, given.kind, given.seen) == ("al", "a", "label", seen)
    assert [note.text for note in own.comments(3)] == ["hm\n…"]
    assert (own.standing, own.n_labels, own.n_given, own.classes) == ({3: "a"}, 1, 1, ("a",))


def test_the_same_again_is_acknowledged_and_recorded_once(desk):
    own = desk()
    acts = [
        lambda: own.answer(3, "a", "al"),
        lambda: own.skip(4, "al"),
        lambda: own.unknown(5, "al"),
        lambda: own.comment(3, "why", "al"),
        lambda: own.answer_many([3, 6, 7], "a", "al"),
        lambda: own.decide(3, "b", "cy"),
        lambda: own.correct(3, "c", "al"),
    ]
    for act in acts:
        first, n_events = act(), own.n_events
        again = act()
        assert (first.is_repeated, again.is_repeated, own.n_events) == (False, True, n_events)
    own.answer(3, "c", "al", Seen("a comment more"))
    assert kinds(own)[-1] == "noted"
    assert own.answer(3, "c", "al", Seen("a comment more")).is_repeated


def test_another_label_of_the_same_person_is_a_correction(desk):
    own = desk()
    own.answer(3, "a", "al")
    own.answer(3, "b", "al")
    assert kinds(own) == ["labelled", "relabelled"]
    assert (own.standing, said(own, 3), own.n_given) == ({3: "b"}, [("al", "b")], 2)


def test_the_second_of_a_race_is_an_opinion(desk, memory_log):
    log = memory_log()
    one, other = desk(log=log), desk(log=log)
    one.answer(3, "a", "al")
    other.answer(3, "b", "bo")
    assert kinds(one) == ["labelled", "opinion"]
    for own in (one, other):
        assert said(own, 3) == [("al", "a"), ("bo", "b")]
        assert (own.standing, own.n_given) == ({3: "a"}, 2)


def test_the_label_is_that_of_most_and_the_first_one_before(desk):
    own = desk(takes_names=True)
    for who, label, standing in [("al", "a", "a"), ("bo", "b", "a"), ("cy", "b", "b")]:
        own.answer(3, label, who)
        assert own.standing[3] == standing
    assert (kinds(own)[-1], own.log.events[-1].annotators) == ("settled", ["bo"])
    own.answer(3, "a", "di")
    assert own.standing[3] == "a"  # two of each: the one given first


def test_values_settle_in_the_middle(desk):
    own = desk(task="regression", tolerance=0.5)
    for who, value, standing in [("al", 1.0, 1.0), ("bo", 9.0, 1.0), ("cy", 4.0, 4.0)]:
        own.answer(3, value, who)
        assert own.standing[3] == standing
    own.answer(4, 1.0, "al")
    own.answer(4, 1.5, "bo")
    assert own.disagreements().tolist() == [3]


def test_skipped_and_unknown_rows_are_closed(desk):
    own = desk(n_unknown=2)
    own.skip(1, "al")
    own.unknown(2, "al")
    assert own.skipped.tolist() == [1]
    assert own.closed_for("al").tolist() == [1, 2]
    assert own.closed_for("bo").tolist() == [1]
    own.unknown(2, "bo")
    assert own.skipped.tolist() == [1, 2]
    assert kinds(own) == ["skipped", "opinion", "skipped"]
    own.answer(1, "a", "bo")
    assert (own.skipped.tolist(), own.standing, own.n_given) == ([2], {1: "a"}, 4)


def test_undo_goes_back_through_ones_own_steps(desk):
    own = desk()
    own.answer(1, "a", "al")
    own.skip(2, "al")
    own.answer(3, "c", "bo")
    own.unknown(4, "al")
    own.comment(5, "?", "al")
    own.answer(1, "b", "al")
    own.answer_many([6, 7, 8], "a", "al")
    undone = [own.undo("al") for _ in range(6)]
    assert [(one.kind, one.rows, one.label) for one in undone] == [
        ("label", (6, 7, 8), "a"),
        ("label", (1,), "b"),
        ("comment", (5,), None),
        ("unknown", (4,), None),
        ("skip", (2,), None),
        ("label", (1,), "a"),
    ]
    assert own.undo("al") is None
    assert not own.can_undo("al")
    assert own.can_undo("bo")
    assert (own.standing, own.skipped.tolist(), own.comments(5)) == ({3: "c"}, [], ())
    assert own.n_given == own.n_asked == 8


def test_an_undone_correction_brings_back_the_answer_before(desk):
    own = desk()
    own.answer(1, "a", "al")
    own.answer(1, "b", "al")
    own.unknown(1, "al")
    assert (own.standing, own.skipped.tolist()) == ({}, [1])
    own.undo("al")
    assert (own.standing, own.skipped.tolist(), own.again("al").tolist()) == ({1: "b"}, [], [])
    own.undo("al")
    assert own.standing == {1: "a"}


def test_undo_leaves_what_others_have_built_on_it(desk):
    own = desk(takes_names=True)
    for who, label in [("al", "a"), ("bo", "b"), ("cy", "a")]:
        own.answer(3, label, who)
    own.undo("al")
    assert said(own, 3) == [("bo", "b"), ("cy", "a")]
    assert (own.standing, own.n_given) == ({3: "b"}, 3)
    own.undo("bo")
    own.undo("cy")
    assert (own.standing, own.given(3), kinds(own)[-1]) == ({}, (), "forgotten")


def test_the_row_of_an_undone_answer_is_ones_next_until_somebody_answers(desk):
    own = desk()
    for row in (1, 2, 3):
        own.answer(row, "a", "al")
    for _ in range(3):
        own.undo("al")
    assert own.again("al").tolist() == [1, 2, 3]
    own.answer(2, "a", "bo")
    own.answer(1, "b", "al")
    assert own.again("al").tolist() == [3]
    own.answer_many([5, 6], "a", "al")
    own.undo("al")
    assert own.again("al").tolist() == [3]


def test_a_decision_stands_whatever_others_say_and_can_be_undone(desk):
    own = desk()
    own.answer(3, "a", "al")
    own.decide(3, "c", "re", "seen under the microscope")
    own.answer(3, "b", "bo")
    assert (own.standing, said(own, 3)) == ({3: "c"}, [("al", "a"), ("bo", "b")])
    assert own.decision(3).who == "re"
    assert [note.who for note in own.comments(3)] == ["re"]
    own.undo("re")
    assert (own.standing, own.decision(3)) == ({3: "a"}, None)
    own.undo("bo")
    own.undo("al")
    assert own.standing == {}


def test_one_corrects_ones_own_answers_and_a_reviewer_all(desk):
    own = desk()
    own.answer(3, "a", "al")
    own.correct(3, "b", "al", "slipped")
    assert own.standing == {3: "b"}
    with pytest.raises(InvalidInputError, match="'bo' gave no answer about row 3"):
        own.correct(3, "a", "bo")
    receipt = own.correct(3, "a", "bo", may_decide=True)
    assert (own.standing, own.decision(3).label) == ({3: "a"}, "a")
    assert receipt.row == 3


def test_what_is_withdrawn_is_no_step(desk):
    own = desk()
    own.answer(3, "a", "al")
    own.answer(4, "b", "al")
    own.answer(3, "b", "bo")
    own.withdraw(3, "al")
    assert (own.standing, own.n_given) == ({3: "b", 4: "b"}, 3)
    assert own.undo("al").rows == (4,)
    assert own.undo("al") is None
    with pytest.raises(InvalidInputError, match="can be withdrawn"):
        own.withdraw(3, "al")


def test_labels_of_nobody(desk, memory_log):
    log = memory_log(
        [
            Event("labelled", [1, 2], ["a", "b"]),
            Event("labelled", [3], ["a"], ["al"]),
            Event("relabelled", [1], ["b"]),
            Event("skipped", [4]),
            Event("skipped", [4, 5]),
        ]
    )
    own = desk(log=log, overlap=1.0)
    assert [one.who for one in own.all_given()] == ["", "", "al", "", ""]
    assert (own.standing, own.n_given, own.n_asked) == ({1: "b", 2: "b", 3: "a"}, 1, 6)
    assert own.wanting("bo").tolist() == [3]
    log.append([Event("forgotten", [1, 4])])
    assert (own.given(1), own.skipped.tolist(), own.decision(1)) == ((), [5], None)


def test_who_wants_another_opinion(desk):
    own = desk(overlap=1.0)
    own.answer(1, "a", "al")
    own.answer(2, "a", "al")
    own.answer(2, "b", "bo")
    assert own.wanting("al").tolist() == []
    assert own.wanting("bo").tolist() == [1]
    assert own.wanting("cy").tolist() == [2, 1]
    assert [own.why_wanting(row) for row in (1, 2, 3)] == ["overlap", "third", ""]
    own.unknown(2, "cy")
    assert own.wanting("di").tolist() == [1]
    own.skip(1, "bo")
    assert (own.wanting("di").tolist(), own.standing) == ([], {1: "a", 2: "a"})


def test_who_has_seen_a_suggestion_answers_under_it_also_later(desk):
    own = desk(suggest="key", blind=0.0)
    own.showed(3, "b", "al", 0.75)
    assert own.showed(3, "b", "al", 0.75).is_repeated
    own.answer(3, "a", "al")
    assert own.given(3)[0].seen == Seen(suggestion="b", probability=0.75, shown="before")
    own.answer(4, "a", "al", Seen(suggestion="b", shown="after"))
    own.undo("al")
    own.answer(4, "b", "al", Seen(suggestion="b"))
    assert own.given(4)[0].shown == "before"
    own.answer(4, "b", "bo", Seen(suggestion="b"))
    assert [one.shown for one in own.given(4)] == ["before", "no"]
    for rules in ({"suggest": "key", "blind": 1.0}, {"suggest": "after", "blind": 0.0}, {}):
        with pytest.raises(InvalidInputError, match="without a suggestion"):
            desk(**rules).showed(3, "b", "al")


@pytest.mark.parametrize(
    ("rows", "label", "who", "message"),
    [
        ([9], "a", "al", "from 0 to 8"),
        ([-1], "a", "al", "from 0 to 8"),
        ([True], "a", "al", "from 0 to 8"),
        ([1.5], "a", "al", "from 0 to 8"),
        ([], "a", "al", "no row"),
        ([1], "a", "", "say who"),
        ([1], "a", "a\nb", "say who"),
        ([1], "", "al", "not all blank"),
        ([1], " ", "al", "not all blank"),
        ([1], "x" * 201, "al", "1 to 200"),
        ([1], "a\nb", "al", "control character"),
        ([1], "a\u2028b", "al", "control character"),
        ([1], "a\x00", "al", "no array keeps apart"),
        ([1], "\ud800", "al", "half of a character"),
        ([1], float("nan"), "al", "missing"),
        ([1], None, "al", "missing"),
        ([1], 0.5, "al", "whole numbers"),
        ([1], 1, "al", "one kind"),
        ([2], True, "al", "one kind"),
    ],
)
def test_what_cannot_be_leaves_no_trace(desk, rows, label, who, message):
    own = desk()
    own.answer(0, "a", "bo")
    with pytest.raises(InvalidInputError, match=message):
        own.answer_many(rows, label, who)
    assert (own.n_events, own.n_given) == (1, 1)


@pytest.mark.parametrize(("held", "other"), [(1, True), (True, 1), (0, False), ("1", 1)])
def test_labels_that_are_equal_are_not_yet_of_one_kind(desk, held, other):
    own = desk()
    own.answer(0, held, "bo")
    with pytest.raises(InvalidInputError, match="one kind"):
        own.answer(1, other, "al")
    with pytest.raises(InvalidInputError, match="one kind"):
        own.answer(0, other, "al")


def test_values_are_in_range(desk):
    own = desk(task="regression", low=0.0, high=1.0)
    for value in (-0.1, 1.1, float("inf"), "a", True):
        with pytest.raises(InvalidInputError):
            own.answer(1, value, "al")
    own.answer(1, 1, "al")
    assert own.standing == {1: 1}


def test_ones_only_label_may_become_one_of_another_kind(desk):
    own = desk()
    own.answer(1, "1", "al")
    own.answer(1, 1, "al")
    assert own.standing == {1: 1}
    own.answer(2, 2, "bo")
    with pytest.raises(InvalidInputError, match="one kind"):
        own.undo("al")


def test_classes_of_the_table_may_be_long_and_have_line_breaks(desk, memory_log):
    odd = "two\nlines " + "x" * 300
    own = desk(log=memory_log([Event("labelled", [0], [odd])]))
    own.answer(1, odd, "al")
    assert own.standing == {0: odd, 1: odd}
    with pytest.raises(InvalidInputError, match="1 to 200"):
        own.answer(2, f"{odd}y", "al")


def test_what_came_with_an_answer_is_checked():
    assert Seen(seconds=0.0).details() == {"seconds": 0.0}
    assert Seen(blind=True, shown="before").details() == {
        "blind": True,
        "suggestion": {"label": None, "probability": None, "shown": "before"},
    }
    for wrong in ({"comment": "x" * 10_001}, {"comment": "\udc00"}, {"seconds": float("nan")}):
        with pytest.raises(InvalidInputError):
            Seen(**wrong)
    for wrong in ({"seconds": -1.0}, {"probability": 1.5}, {"shown": "maybe"}):
        with pytest.raises(InvalidInputError):
            Seen(**wrong)


def test_a_full_disk_changes_nothing(desk):
    own = desk()
    own.answer(1, "a", "al")
    own.log.is_full = True
    for act in (lambda: own.answer(2, "a", "al"), lambda: own.undo("al")):
        with pytest.raises(JournalError, match="full"):
            act()
    assert (own.standing, own.n_events, own.can_undo("al")) == ({1: "a"}, 1, True)


@pytest.mark.parametrize(
    ("questions", "details"),
    [
        ([99], {}),
        ([[0.5, 1.0]], {}),
        ([1], {"by": "al", "seconds": "long"}),
        ([1], {"by": "al", "suggestion": []}),
        ([1], {"by": "al", "suggestion": {"label": [], "shown": "no"}}),
    ],
)
def test_what_no_desk_wrote_is_named(desk, memory_log, questions, details):
    own = desk(log=memory_log([Event("labelled", questions, ["a"], details=details)]))
    with pytest.raises(JournalError, match="event 0 cannot be"):
        _ = own.standing
