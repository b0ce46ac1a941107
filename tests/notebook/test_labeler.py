"""Answering a learner's questions through a widget's messages, without a browser."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

pytest.importorskip("anywidget")

from talking import SIDES, Browser, X, learner_of, opened

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.cli.main import app
from cutplane.notebook import Labeler
from cutplane.tables.pool import pool_of
from cutplane.tables.table import read_table


def kinds(learner):
    return [event.kind for event in learner.events_]


def test_answers_are_told_to_the_learner_as_it_would_have_asked():
    ours, plain = learner_of(), learner_of()
    _, browser = opened(ours, classes=["left", "right"])
    for _ in range(6):
        rows = plain.ask()
        assert browser.answer() == rows[0]
        plain.tell(rows, SIDES[rows])
    assert ours.labels_rows_.tolist() == plain.labels_rows_.tolist()
    assert ours.labels_.tolist() == plain.labels_.tolist()
    assert ours.labels_annotators_.tolist() == [""] * 6
    np.testing.assert_array_equal(ours.estimator_.scores(X), plain.estimator_.scores(X))


def test_undo_takes_back_any_number_of_steps_and_shows_their_rows():
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"])
    rows = [browser.answer() for _ in range(3)]
    skipped = browser.row
    browser.act("skip")
    assert learner.skipped_.tolist() == [skipped]
    for row in [skipped, *reversed(rows)]:
        browser.act("undo")
        assert browser.row == row
    assert learner.n_labels_ == 0
    assert learner.skipped_.size == 0
    browser.act("undo")
    assert browser.said == "Nothing is left to undo."


def test_what_came_with_an_answer_is_in_the_learner_s_events():
    learner = learner_of()
    labeler, browser = opened(learner, classes=["left", "right"])
    row = browser.answer(comment="hard", seconds="2.5")
    noted = browser.row
    browser.act("comment", comment="later")
    assert browser.row == noted
    unknown = browser.row
    browser.act("unknown")
    event = next(event for event in learner.events_ if event.kind == "labelled")
    assert event.details == {"by": "notebook", "comment": "hard", "seconds": 2.5} | (
        {"blind": True} if "blind" in event.details else {}
    )
    told = {row: [one.text for one in said] for row, said in labeler.comments_.items()}
    assert told == {row: ["hard"], noted: ["later"]}
    assert [(one.row, one.kind) for one in labeler.answers_] == [
        (row, "label"),
        (unknown, "unknown"),
    ]


def test_a_journal_goes_on_after_the_kernel_has_restarted(tmp_path):
    path = tmp_path / "labels.journal"
    with learner_of(journal=path) as learner:
        _, browser = opened(learner, classes=["left", "right"])
        rows = [browser.answer(), browser.answer(comment="hm")]
        waiting = browser.row
    with learner_of(journal=path) as learner:
        labeler, browser = opened(learner, classes=["left", "right"])
        assert browser.row == waiting
        assert learner.labels_rows_.tolist() == rows
        assert list(labeler.comments_) == rows[1:]
        browser.act("undo")
        assert browser.row == rows[1]
        assert learner.labels_rows_.tolist() == rows[:1]


def test_the_cell_run_again_asks_the_same_question():
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"])
    browser.answer()
    n_events = len(learner.events_)
    _, again = opened(learner, classes=["left", "right"])
    assert again.row == browser.row
    assert len(learner.events_) == n_events
    row = again.answer()
    browser.html = browser.asked("question")
    assert browser.row == again.row != row


def test_two_people_get_different_rows():
    learner = learner_of()
    _, ada = opened(learner, classes=["left", "right"], annotator="Ada")
    _, bob = opened(learner, classes=["left", "right"], annotator="Bob")
    rows = [one.answer() for one in (ada, bob) * 4]
    assert ada.row != bob.row
    assert len(set(rows)) == 8
    assert learner.labels_annotators_.tolist() == ["Ada", "Bob"] * 4


def test_labels_told_in_other_cells_count_and_stay():
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"])
    row = browser.row
    learner.tell([row], [SIDES[row]])
    other = "left" if SIDES[row] == "right" else "right"
    assert browser.answer(other) == row
    assert browser.said == (
        f"Row {row} had the label {SIDES[row]} already, which stays; your {other} is kept beside "
        "it. learner.relabel corrects it."
    )
    assert learner.labels_.tolist() == [SIDES[row]]
    assert browser.row != row
    assert "1 of 30 rows have a label" in browser.html


def test_rows_that_are_added_are_said_and_not_asked():
    learner = learner_of(X[:3])
    _, browser = opened(learner, classes=["left", "right"])
    learner.add(X[3:])
    assert {browser.answer() for _ in range(3)} == {0, 1, 2}
    assert browser.row is None
    assert "27 rows were added to the pool since; run the cell again" in browser.asked("figures")
    assert opened(learner, classes=["left", "right"])[1].row >= 3


def test_what_the_learner_refuses_is_said_and_what_was_typed_is_kept():
    estimator = CuttingPlaneClassifier(activation="relu", cost=np.inf, random_state=0)
    learner = ActiveLearner(estimator, np.array([[1.0], [1.0], [-1.0]]), random_state=0)
    learner.tell([0, 2], ["left", "right"])
    labeler, browser = opened(learner, classes=["left", "right"])
    n_events = len(learner.events_)
    assert browser.answer("right", comment="sure") == browser.row == 1
    assert "no network" in browser.said.lower()
    assert browser.typed[0] == "sure"
    assert len(learner.events_) == n_events
    assert labeler.comments_ == {}


def test_any_failure_is_a_sentence_for_the_widget(monkeypatch):
    labeler, browser = opened(learner_of(), classes=["left", "right"])

    def fail(*_):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(labeler._subject.desk, "answer", fail)
    reply = browser.message(id="7", act="answer", fields={"row": "3", "label": "left"})
    assert reply == {
        "id": "7",
        "error": "ZeroDivisionError: by nothing. What you typed is kept; try again.",
    }
    assert "unknown" in browser.message(id="8", act="drop", fields={})["error"]
    assert "labeller" in browser.message(id="9", act="labeller", fields=None)["html"]
    for content in ({}, {"act": "skip"}, {"id": 3, "act": "skip"}):
        assert browser.message(**content) is None


@pytest.mark.parametrize("row", ["", "-1", "30", "1.5", "²", "99999999999999999999"])
def test_a_row_that_is_none_is_refused(row):
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"])
    n_events = len(learner.events_)
    browser.act("answer", row=row, label="left")
    assert browser.said == f"Row {row!r} arrived; expected one from 0 to 29."
    assert browser.row is not None
    assert len(learner.events_) == n_events
    assert "error" in browser.message(id="1", act="why", fields={"row": row})


def test_why_and_figures_are_told():
    _, browser = opened(learner_of(), classes=["left", "right"])
    for _ in range(4):
        browser.answer()
    why = browser.asked("why", row=str(browser.row))
    assert "Nearest rows with a label" in why
    assert "4 with a label, 0 skipped, 26 open." in browser.asked("figures")


def test_the_widget_shows_itself_and_can_be_laid_out():
    labeler = Labeler(learner_of(), classes=["left", "right"])
    data, *_ = labeler._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    ipywidgets = pytest.importorskip("ipywidgets")
    assert ipywidgets.VBox([labeler.widget]).children == (labeler.widget,)


WITHOUT = """
import sys
for name in ("starlette", "uvicorn", "sqlalchemy", "multipart", "krippendorff", "psycopg"):
    sys.modules[name] = None
sys.path.insert(0, {folder!r})
from talking import learner_of, opened
learner = learner_of()
opened(learner, classes=["left", "right"])[1].answer()
print(learner.n_labels_)
"""


@pytest.mark.slow
def test_nothing_of_the_server_is_needed():
    code = WITHOUT.format(folder=str(Path(__file__).parent))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "1\n", done.stderr


def test_a_message_reaches_one_talk_only():
    one, other = learner_of(), learner_of()
    first, second = Browser(Labeler(one, classes=["left", "right"])), opened(other)[1]
    first.answer()
    assert (one.n_labels_, other.n_labels_) == (1, 0)
    assert second.row is not None


def test_a_table_s_journal_is_one_for_commands_and_labelers(tmp_path):
    path, journal = tmp_path / "parts.csv", tmp_path / "parts.journal"
    table = pd.DataFrame(X, columns=["wide", "high"]).assign(grade=None)
    table.to_csv(path, index=False)
    pool = pool_of(read_table(path, "grade", may_lack_target=True))
    query = ["query", str(path), "--target", "grade", "--journal", str(journal)]
    assert CliRunner().invoke(app, [*query, "--tell", "7=good", "--tell", "12=bad"]).exit_code == 0
    with ActiveLearner(CuttingPlaneClassifier(random_state=0), pool.X, journal=journal) as learner:
        labeler, browser = opened(learner, table, annotator="Ada")
        assert [one.label for one in labeler.answers_] == ["good", "bad"]
        row = browser.answer("good", comment="hm")
    done = CliRunner().invoke(app, [*query, "--relabel", f"{row}=bad"])
    assert done.exit_code == 0, done.output
    with ActiveLearner(CuttingPlaneClassifier(random_state=0), pool.X, journal=journal) as learner:
        assert learner.labels_.tolist() == ["good", "bad", "bad"]
        labeler, _ = opened(learner, table, annotator="Ada")
        assert [one.text for one in labeler.comments_[row]] == ["hm"]
