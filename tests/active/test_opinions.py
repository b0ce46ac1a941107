"""Events of several people: what counts, what is learnt, and what goes out and comes back."""

import numpy as np
import pytest

from cutplane.active.book import Book
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.journal_file import read_journal
from cutplane.active.transfer import export_journal, import_journal
from cutplane.errors import InvalidInputError, JournalError


def after(*events, n_pool=9):
    book = Book.begun(np.empty(0, dtype=np.intp), n_pool, {})
    for event in events:
        book = book.after(event, np.array(event.questions, dtype=np.intp))
    return book


LABELLED = Event("labelled", [3, 4], ["a", "b"], ["al", "al"])
OPINION = Event("opinion", [3], ["b"], ["bo"], {"by": "bo"})
UNKNOWN = Event("opinion", [4], details={"by": "bo", "unknown": True})


def test_opinions_are_paid_for_and_teach_nothing():
    book, before = after(LABELLED, OPINION, UNKNOWN), after(LABELLED)
    assert book.n_asked == 4
    assert book.batches == book.batches[:1]
    assert book.labels.tolist() == before.labels.tolist() == ["a", "b"]
    assert after(LABELLED, Event("withdrawn", [3]), Event("noted", [3])).n_asked == 2


def test_what_all_say_together_is_learnt_and_costs_nothing():
    settled = Event("settled", [3], ["b"], ["bo"])
    book = after(LABELLED, OPINION, settled)
    assert (book.labels.tolist(), book.annotators.tolist()) == (["b", "b"], ["bo", "al"])
    assert (len(book.batches), book.n_asked) == (1, 3)


def test_rows_are_closed_without_a_label_and_get_it_back():
    closed = after(LABELLED, Event("settled", [3, 7]))
    assert (closed.told.tolist(), closed.skipped.tolist(), closed.n_asked) == ([4], [3, 7], 2)
    again = after(LABELLED, Event("settled", [3, 7]), Event("settled", [3], ["a"], ["al"]))
    assert (again.told.tolist(), again.labels.tolist()) == ([4, 3], ["b", "a"])
    assert (again.skipped.tolist(), again.n_asked) == ([7], 2)


def test_labels_of_another_kind_and_rows_with_and_without_labels_are_refused():
    with pytest.raises(InvalidInputError, match="one kind"):
        after(LABELLED, Event("opinion", [3], [1]))
    with pytest.raises(InvalidInputError, match="settle them apart"):
        after(LABELLED, Event("settled", [3, 5], ["a", "a"]))


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_they_come_back_from_a_file(tmp_path, suffix):
    seen = {"by": "=al", "comment": "-1\n,\u2028'", "suggestion": {"label": "b", "shown": "before"}}
    events = [
        LABELLED,
        OPINION,
        UNKNOWN,
        Event("noted", [3], details=seen),
        Event("withdrawn", [3], details={"by": "bo", "undo": True}),
        Event("settled", [3], ["a"]),
        Event("settled", [4]),
    ]
    with Journal(tmp_path / "a.db") as journal:
        journal.append(events)
    export_journal(tmp_path / "a.db", tmp_path / f"out.{suffix}")
    import_journal(tmp_path / f"out.{suffix}", tmp_path / "b.db")
    assert read_journal(tmp_path / "b.db").events == tuple(events)


@pytest.mark.parametrize("details", [{"by": 1}, {"comment": None}])
def test_names_and_comments_are_texts(details):
    with pytest.raises(JournalError, match="no text"):
        Event.of_texts(Event("noted", [3], details=details).texts())


@pytest.mark.parametrize(
    ("kind", "labels"), [("opinion", [1]), ("settled", [1]), ("noted", [1, 2])]
)
def test_labels_fit_the_rows(kind, labels):
    with pytest.raises(JournalError, match="do not fit"):
        Event.of_texts(Event(kind, [3, 4], [1]).texts())
