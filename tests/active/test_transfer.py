"""Journals go out as CSV and JSON lines, and come back as they were."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.active.journal_file import read_journal
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.active.transfer import export_journal, import_journal
from cutplane.errors import InvalidInputError, JournalError

TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
LABEL = st.one_of(
    st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
TEXTS = ["=1+1", "-1", "'=x", '"a", b', "two\nlines", "", " spaced ", "ünï", "\t", "1"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
@given(st.lists(st.tuples(LABEL, TEXT), max_size=4), st.booleans())
def test_events_of_any_label_come_back(tmp_path_factory, suffix, answers, named):
    folder = tmp_path_factory.mktemp("transfer")
    rows, labels = list(range(len(answers))), [label for label, _ in answers]
    names = [name for _, name in answers] if named else []
    events = [Event("labelled", rows, labels, names)]
    with Journal(folder / "a.db") as journal:
        journal.append([*events, Event("skipped", [9]), Event("forgotten", [[0.5, -1e-300]])])
    assert export_journal(folder / "a.db", folder / f"out.{suffix}") == 3
    import_journal(folder / f"out.{suffix}", folder / "b.db")
    back = read_journal(folder / "b.db").events
    assert back == journal.events
    assert [type(label) for label in back[0].labels] == [
        type(label) for label in labels[: len(rows)]
    ]


def test_cells_are_no_formulas_and_come_back(tmp_path):
    with Journal(tmp_path / "a.db") as journal:
        journal.append([Event("labelled", list(range(len(TEXTS))), TEXTS, TEXTS[::-1])])
    export_journal(tmp_path / "a.db", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        _, *lines = csv.reader(file)
    for line in lines:
        assert not {line[4][:1], line[6][:1]} & set("=+@\t")
    imported = import_journal(tmp_path / "out.csv", tmp_path / "b.db")
    assert imported == (1, len(TEXTS), ())
    assert read_journal(tmp_path / "b.db").events == journal.events


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_run_goes_on_from_what_was_imported(pool, learner, tmp_path, suffix):
    X, y = pool()
    whole = run(learner(X), ColumnOracle(y), budget=8)
    part = run(learner(X, journal=tmp_path / "a.db"), ColumnOracle(y), budget=5)
    export_journal(tmp_path / "a.db", tmp_path / f"out.{suffix}")
    import_journal(tmp_path / f"out.{suffix}", tmp_path / "b.db")
    again = learner(X, journal=tmp_path / "b.db")
    assert again.events_ == part.events_
    run(again, ColumnOracle(y), budget=8)
    assert again.labels_rows_.tolist() == whole.labels_rows_.tolist()
    np.testing.assert_array_equal(again.estimator_.scores(X), whole.estimator_.scores(X))
    if suffix == "jsonl":
        import_journal(tmp_path / "out.jsonl", tmp_path / "c.db")
        with pytest.raises(InvalidInputError, match="X_pool is not the pool"):
            learner(X + 1, journal=tmp_path / "c.db")


@pytest.mark.parametrize(
    ("content", "labels", "names", "n_remarks"),
    [
        ("order,row,label\n0,4,1\n1,2,0\n", [1, 0], ["", ""], 1),
        ('order,row,label\n0,4,"1"\n1,2,"0"\n', ["1", "0"], ["", ""], 1),
        ("order,row,label\n0,4,True\n1,2,False\n2,9,T", [True, False], ["", ""], 2),
        ("order,row,label,annotator\n0,4,0.5,\n1,2,1,bo\n", [0.5, 1.0], ["", "bo"], 1),
        ('order,row,label\r\n0,4,a\r\n1,2,"say ""x"", y"\r\n', ["a", 'say "x", y'], ["", ""], 1),
        ("order,row,label\n", [], [], 1),
    ],
)
def test_old_journals_in_csv(tmp_path, content, labels, names, n_remarks):
    (tmp_path / "old.csv").write_bytes(content.encode())
    imported = import_journal(tmp_path / "old.csv", tmp_path / "new.db")
    events = read_journal(tmp_path / "new.db").events
    assert [event.questions for event in events] == [[4], [2]][: len(labels)]
    back = [label for event in events for label in event.labels]
    assert [repr(label) for label in back] == [repr(label) for label in labels]
    assert [name for event in events for name in event.annotators] == names
    assert len(imported.remarks) == n_remarks


def test_an_old_journal_of_points(tmp_path):
    (tmp_path / "old.csv").write_text("order,row,label\n0,0.1 -1e-09,1\n")
    import_journal(tmp_path / "old.csv", tmp_path / "new.db")
    assert read_journal(tmp_path / "new.db").events[0].questions == [[0.1, -1e-09]]


def test_an_old_journal_in_which_a_refused_label_stands_is_named(pool, learner, tmp_path):
    (tmp_path / "old.csv").write_text("order,row,label\n0,4,0.5\n")
    import_journal(tmp_path / "old.csv", tmp_path / "new.db")
    with pytest.raises(JournalError, match=r"event 0 cannot be: labels \[0.5\]"):
        learner(pool()[0], journal=tmp_path / "new.db")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "order,row,label\n0,4,1\n1\n2,5,0\n", "line 3 is damaged"),
        ("a.csv", "order,row,label\n0,x,1\n", "line 2 is damaged"),
        ("a.csv", "event,time\n", "line 1 should read"),
        ("a.jsonl", '{"about": {}}\n{"event": [1]}\n', "line 2 is damaged"),
        ("a.jsonl", '{"about": {"domain": 3}}\n', "line 1 is damaged"),
        ("a.jsonl", "[" * 100_000, "line 1 is damaged"),
    ],
)
def test_damaged_files_are_named_and_leave_no_journal(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(JournalError, match=message):
        import_journal(tmp_path / name, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_paths_that_cannot_be_used(tmp_path):
    Journal(tmp_path / "a.db").close()
    (tmp_path / "x.csv").write_text("order,row,label\n")
    with pytest.raises(InvalidInputError, match="exists"):
        import_journal(tmp_path / "x.csv", tmp_path / "a.db")
    with pytest.raises(InvalidInputError, match="suffix"):
        export_journal(tmp_path / "a.db", tmp_path / "a.txt")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        import_journal(tmp_path / "none.csv", tmp_path / "b.db")
