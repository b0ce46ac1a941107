"""What people say about a control: recorded once, and read again as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.active.book import Book
from cutplane.active.journal import Journal
from cutplane.active.pool import Pool
from cutplane.app.label_studio.answers import Answers
from cutplane.app.label_studio.statements import Statement, standing
from cutplane.errors import JournalError


@pytest.fixture
def opened(tmp_path):
    """Function () -> answers and their journal, opened (again)."""
    journals = []

    def make():
        for old in journals:
            old.close()
        journals[:] = [Journal(tmp_path / "kind.journal")]
        return Answers(journals[0], names_people=True), journals[0]

    yield make
    for old in journals:
        old.close()


def says(annotation, row, label=None, *, kind=None, who="1", second=0):
    kind = kind or ("skip" if label is None else "label")
    return Statement(annotation, row, who, f"2026-11-26T16:00:{second:02}", kind, label)


def kinds(journal):
    return [(event.kind, event.questions[0], *event.labels) for event in journal.events]


def test_the_course_of_one_annotation(opened):
    answers, journal = opened()
    answers.hear([says(1, 5, "a")])
    answers.hear([says(1, 5, "b", second=1)])
    answers.hear([says(1, 5, second=2)])
    answers.hear([says(1, 5, "a", second=3)])
    answers.forget([1])
    assert kinds(journal) == [
        ("labelled", 5, "a"),
        ("relabelled", 5, "b"),
        ("forgotten", 5),
        ("skipped", 5),
        ("labelled", 5, "a"),
        ("forgotten", 5),
    ]
    assert answers.told.rows == []


def test_the_same_twice_the_older_and_the_deleted_are_heard_once(opened):
    answers, journal = opened()
    assert answers.hear([says(1, 5, "a", second=5)]) == 1
    assert answers.hear([says(1, 5, "a", second=5)]) == 0
    assert answers.hear([says(1, 5, "b", second=4)]) == 0
    assert answers.forget([1, 2]) == 1
    assert answers.forget([1]) == 0
    assert answers.hear([says(1, 5, "a", second=9)]) == 0
    assert len(journal.events) == 2


def test_several_people_are_all_learnt_from_and_the_majority_stands(opened):
    answers, journal = opened()
    answers.hear([says(1, 5, "a", who="ann"), says(2, 5, "b", who="bob")])
    answers.hear([says(3, 5, "b", who="eve")])
    assert kinds(journal) == [
        ("labelled", 5, "a"),
        ("opinion", 5, "b"),
        ("opinion", 5, "b"),
        ("settled", 5, "b"),
    ]
    assert answers.told == ([5, 5, 5], ["a", "b", "b"], ["ann", "bob", "eve"])
    answers.forget([1])
    assert kinds(journal)[4:] == [("withdrawn", 5)]
    answers.forget([3, 2])
    assert kinds(journal)[5:] == [("withdrawn", 5), ("forgotten", 5)]
    assert [event.annotators for event in journal.events[:2]] == [["ann"], ["bob"]]


def test_answers_are_read_again_as_they_were(opened):
    answers, _ = opened()
    answers.hear([says(1, 5, "a"), says(2, 6), says(3, 7, "b")])
    answers.forget([3])
    told, row = answers.told, answers.of_row(6)
    again, _ = opened()
    assert (again.told, again.of_row(6), again.of_row(7)) == (told, row, [])
    assert again.hear([says(1, 5, "a"), says(2, 6), says(3, 7, "b")]) == 0


def test_what_cannot_be_written_is_not_heard(opened, monkeypatch):
    answers, journal = opened()
    answers.hear([says(1, 5, "a")])
    with monkeypatch.context() as patch:
        patch.setattr(journal, "append", lambda _: (_ for _ in ()).throw(JournalError("full")))
        with pytest.raises(JournalError):
            answers.hear([says(2, 6, "b")])
    assert answers.told.rows == [5]
    assert answers.hear([says(2, 6, "b")]) == 1


STATEMENTS = st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", "c", None, "nothing", "gone"]))


@given(st.lists(STATEMENTS, max_size=25))
def test_the_book_says_what_all_statements_say(tmp_path_factory, acts):
    with Journal(tmp_path_factory.mktemp("answers") / "kind.journal") as journal:
        answers = Answers(journal, names_people=True)
        for second, (annotation, said) in enumerate(acts):
            kind = said if said in ("nothing", "gone") else None
            label = None if kind else said
            answers.hear([says(annotation, annotation % 3, label, kind=kind, second=second)])
        pool = Pool([[0.0], [1.0], [2.0]])
        book = Book.begun(pool.checked([], 3), 3, {})
        for event in journal.events:
            book = book.after(event, pool.checked(event.questions, 3))
        again = Answers(journal, names_people=True)
    stands = {row: standing(answers.of_row(row)) for row in range(3)}
    labels = {row: label for row, (kind, label) in stands.items() if kind == "label"}
    assert dict(zip(book.told.tolist(), book.labels.tolist(), strict=True)) == labels
    skipped = {row for row, (kind, _) in stands.items() if kind == "skip"}
    assert set(book.skipped.tolist()) == skipped
    assert again.told == answers.told
