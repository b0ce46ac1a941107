"""Whatever three people do: desk, learner's book and another desk say the same, undo is exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutplane.active.book import Book
from cutplane.active.events import Event
from cutplane.errors import InvalidInputError

N_ROWS = 4
PEOPLE = st.sampled_from(["al", "bo", "cy"])
ROWS = st.integers(0, N_ROWS - 1)
CLASSES, VALUES = st.sampled_from(["a", "b", "c"]), st.sampled_from([0.0, 0.25, 1.0])


def acts_of(labels):
    """Strategies of acts: a method of the desk and what it is given."""
    return st.one_of(
        st.tuples(st.just("answer"), ROWS, labels, PEOPLE),
        st.tuples(st.just("answer_many"), st.lists(ROWS, min_size=1, max_size=4), labels, PEOPLE),
        st.tuples(st.sampled_from(["skip", "unknown", "withdraw"]), ROWS, PEOPLE),
        st.tuples(st.sampled_from(["correct", "decide"]), ROWS, labels, PEOPLE),
        st.tuples(st.just("comment"), ROWS, st.sampled_from(["!", "?"]), PEOPLE),
        st.tuples(st.just("undo"), PEOPLE),
    )


def do(desk, act):
    """Whether an act was accepted."""
    name, *given = act
    if name in ("labelled", "relabelled", "skipped", "forgotten"):
        return elsewhere(desk, name, *given)
    try:
        return getattr(desk, name)(*given) is not None
    except InvalidInputError:
        return False


def elsewhere(desk, kind, row, label, name):
    """Record what a learner without a desk would, if it can."""
    labels = [label] if kind in ("labelled", "relabelled") else []
    event = Event(kind, [row], labels, [name] if name and labels else [])
    try:
        book_of([*desk.log.events, event])
    except InvalidInputError:
        return False
    desk.log.append([event])
    return True


def known(desk):
    """All that a desk says."""
    people = ("al", "bo", "cy", "")
    return (
        *(desk.n_events, desk.n_given, desk.n_asked, list(desk.standing.items()), desk.classes),
        *(desk.skipped.tolist(), desk.all_given(), desk.disagreements().tolist()),
        [(desk.comments(row), desk.decision(row)) for row in range(N_ROWS)],
        [
            (desk.closed_for(who).tolist(), desk.wanting(who).tolist(), desk.again(who).tolist())
            for who in people
        ],
        [(desk.latest_of(who), desk.can_undo(who)) for who in people],
    )


def said(desk):
    """What people say and what stands, in no order."""
    rows = range(N_ROWS)
    answers = [{(one.who, one.kind, one.label, one.time) for one in desk.given(r)} for r in rows]
    notes = [desk.comments(row) for row in rows]
    decisions = [desk.decision(row) for row in rows]
    return answers, notes, decisions, set(desk.skipped.tolist())


def book_of(events):
    book = Book.begun(np.empty(0, dtype=np.intp), N_ROWS, {})
    for event in events:
        book = book.after(event, np.array(event.questions, dtype=np.intp))
    return book


def check_same_as_the_book(desk, *, is_all_by_people=True):
    book = book_of(desk.log.events)
    told = dict(zip(book.told.tolist(), book.labels.tolist(), strict=True))
    assert told == desk.standing
    assert book.skipped.tolist() == desk.skipped.tolist()
    assert book.n_asked == desk.n_asked
    assert desk.n_given == desk.n_asked or not is_all_by_people
    names = dict(zip(book.told.tolist(), book.annotators.tolist(), strict=True))
    for row in range(N_ROWS):
        label, name, is_closed = desk._tally.row(row).verdict(desk.rules)
        assert (label, is_closed) == (desk.standing.get(row), row in desk.skipped)
        if is_all_by_people:
            assert names.get(row, "") == (name if desk.rules.takes_names else "")


RULES = [
    {"takes_names": True},
    {"n_unknown": 2, "overlap": 0.5},
    {"task": "regression", "tolerance": 0.5, "n_unknown": 3},
]


@pytest.mark.parametrize("rules", RULES, ids=["names", "no-names", "values"])
@settings(max_examples=80)
@given(data=st.data())
def test_desk_book_and_another_desk_say_the_same(desk, rules, data):
    labels = VALUES if rules.get("task") else CLASSES
    own = desk(N_ROWS, **rules)
    for act in data.draw(st.lists(acts_of(labels), max_size=14)):
        before, n_events = said(own), own.n_events
        is_new = do(own, act) and own.n_events > n_events
        if is_new and act[0] not in ("undo", "withdraw"):
            twin = desk(N_ROWS, log=type(own.log)(own.log.events), **rules)
            assert do(twin, ("undo", act[-1]))
            assert said(twin) == before
            check_same_as_the_book(twin)
        check_same_as_the_book(own)
    assert known(desk(N_ROWS, log=own.log, **rules)) == known(own)


ELSEWHERE = st.tuples(
    st.sampled_from(["labelled", "relabelled", "skipped", "forgotten"]),
    ROWS,
    CLASSES,
    st.sampled_from(["", "al"]),
)


@settings(max_examples=80)
@given(st.lists(st.one_of(acts_of(CLASSES), ELSEWHERE), max_size=14))
def test_what_happens_elsewhere_is_followed(desk, acts):
    own = desk(N_ROWS, takes_names=True)
    for act in acts:
        do(own, act)
        check_same_as_the_book(own, is_all_by_people=False)
    assert known(desk(N_ROWS, log=own.log, takes_names=True)) == known(own)


@settings(max_examples=60)
@given(st.lists(acts_of(CLASSES), max_size=14), PEOPLE)
def test_undone_to_the_end_somebody_has_said_nothing_and_others_the_same(desk, acts, who):
    own = desk(N_ROWS)
    for act in acts:
        do(own, act)
    others = [one for one in own.all_given() if one.who != who]
    n_given = own.n_given
    while own.undo(who):
        pass
    left = own.all_given()
    assert sorted(left, key=str) == sorted(others, key=str)
    assert all(own.decision(row) is None or own.decision(row).who != who for row in range(N_ROWS))
    assert own.n_given == n_given
