"""What pages show of a project: questions, figures, reasons, answers, grids, people."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("starlette")

from pretend import ACCEPTANCE, AGREEMENT, pretend_project, reviews

from cutplane.app.answers.assignments import Question
from cutplane.app.answers.given import Seen
from cutplane.app.learning.why import Suggestion
from cutplane.app.page.views import (
    Answered,
    Filters,
    Message,
    answers_view,
    downloads_view,
    figures_view,
    grid_view,
    page_view,
    question_view,
    suggestion_view,
    team_view,
    why_view,
)
from cutplane.app.page.views import team as team_module
from cutplane.app.page.views.curve import HEIGHT, WIDTH, curve_of
from cutplane.tables.table import Table

ASKED = Question(4, "model", False)


def ask(project, question=ASKED, **more):
    return question_view(project, question, project.people.members["Ada"], **more)


def test_a_question_shows_its_row_and_the_classes_with_their_keys():
    view = ask(pretend_project())
    assert (view.row, view.line) == (4, 6)
    assert [cell.name for cell in view.cells] == ["review", "year", "minutes", "seen", "critic"]
    assert [(one.label, one.key) for one in view.choices] == [
        ("good", "1"), ("bad", "2"), ("mixed", "3")
    ]  # fmt: skip
    assert view.value is None
    assert not view.takes_new
    assert not view.can_undo
    assert view.progress.text == "0 of 60 rows have a label"


def test_columns_beyond_the_first_are_folded_and_the_picture_is_no_cell():
    frame = pd.DataFrame(np.zeros((1, 40)), columns=[f"c{i}" for i in range(40)])
    project = pretend_project(Table("t", frame.assign(file="a.png")), image="file")
    view = ask(project, Question(0, "cover", False))
    assert len(view.cells) + len(view.more_cells) == 40
    assert view.more_cells
    assert view.image == "/image/0"


def test_values_have_a_field_with_its_range():
    view = ask(pretend_project(classes=None, low=0.0, high=10.5))
    assert view.choices == ()
    assert (view.value.low, view.value.high) == ("0", "10.5")
    assert "From 0 to 10.5." in view.value.hint
    assert "At most 3." in ask(pretend_project(classes=None, high=3.0)).value.hint


def test_classes_may_be_new_where_none_were_given():
    assert ask(pretend_project(classes=())).takes_new


def test_a_suggestion_may_be_asked_for_with_that_rule_and_never_on_a_blind_question():
    assert not ask(pretend_project()).may_hint
    assert not ask(pretend_project(suggest="after")).may_hint
    project = pretend_project(suggest="key")
    assert ask(project).may_hint
    assert not ask(project, Question(4, "model", True)).may_hint


@pytest.mark.parametrize(
    ("label", "expected", "agrees", "words"),
    [
        ("good", Suggestion("good", 0.91, None), True, "had expected good too, with 91%"),
        ("bad", Suggestion("good", 0.91, None), False, "you answered bad"),
        (12.0, Suggestion(11.0, None, 0.6), True, "11 ± 1.2"),
        (13.0, Suggestion(11.0, None, 0.6), False, "you answered 13"),
    ],
)
def test_after_an_answer_the_model_says_what_it_had_expected(label, expected, agrees, words):
    view = ask(pretend_project(), answered=Answered(3, label, expected))
    assert view.outcome.agrees is agrees
    assert words in view.outcome.text


def test_what_was_recorded_is_said():
    view = ask(pretend_project(), answered=Answered(3, 12.0))
    assert view.message == Message("Recorded for line 5: 12.")


def test_a_page_that_is_opened_again_tells_of_the_last_answer():
    project = pretend_project(suggest="after")
    ada = project.people.members["Ada"]
    assert page_view(project, ASKED, ada).question.message is None
    seen = Seen(suggestion="bad", probability=0.8, shown="after")
    project.desk.answer(3, "good", "Ada", seen)
    view = page_view(project, ASKED, ada).question
    assert view.message == Message("Recorded for line 5: good.")
    assert "had expected bad, with 80%" in view.outcome.text
    project.desk.skip(6, "Ada")
    view = page_view(project, ASKED, ada).question
    assert view.message == Message("Line 8: skipped.")
    assert view.outcome is None


def test_nothing_is_told_of_the_model_where_it_may_not_be():
    assert ask(pretend_project(), answered=Answered(3, "good")).outcome is None


def test_without_a_question_the_view_says_why():
    view = ask(pretend_project(), None)
    assert view.row is None
    assert "nothing left" in view.why_none


def test_the_page_lists_the_keys_and_the_guidelines():
    project = pretend_project(guide="# Rules")
    view = page_view(project, ASKED, project.people.members["Ada"])
    assert "<h3>Rules</h3>" in view.guide
    assert [help.meaning for help in view.keys[:3]] == ["good", "bad", "mixed"]


def test_progress_is_of_the_budget_where_there_is_one():
    project = pretend_project(budget=20)
    project.desk.answer(1, "good", "Ada")
    view = ask(project).progress
    assert (view.done, view.of, view.text) == (1, 20, "1 of 20 answers")


def test_figures_are_told_in_words():
    project = pretend_project()
    view = figures_view(project)
    assert (view.accuracy.text, view.accuracy.range_text) == ("89%", "77% to 95%")
    assert view.volume == "The networks that fit were halved 45.0 times; the last answer left 71%."
    assert [one.label for one in view.classes] == ["good", "bad", "mixed"]
    assert view.classes[0].share == pytest.approx(30 / 55)
    project.trainer.figures = None
    empty = figures_view(project)
    assert empty.accuracy is None
    assert (empty.error, empty.volume, empty.advice, empty.classes) == ("", "", "", ())


def test_rare_classes_are_shown_as_one():
    view = figures_view(pretend_project(classes=[f"c{i}" for i in range(12)]))
    assert view.classes[-1].label == "4 more classes"
    assert sum(one.share for one in view.classes) == pytest.approx(1)


def test_a_curve_stays_inside_its_drawing():
    points = [(5, 0.5, 0.3, 0.7), (10, 0.8, 0.6, 0.9), (20, 0.9, 0.8, 1.0)]
    curve = curve_of(points, name="Accuracy", show="{:.0%}".format, top=1.0)
    at = np.array([pair.split(",") for pair in curve.line.split()], dtype=float)
    np.testing.assert_allclose(at[:, 0], [0, WIDTH / 3, WIDTH], atol=0.05)
    assert (np.diff(at[:, 1]) < 0).all()
    band = np.array([pair.split(",") for pair in curve.band.split()], dtype=float)
    assert band.min() >= 0
    assert band[:, 1].max() <= HEIGHT
    assert curve.text == "Accuracy 50% with 5 labels, 90% with 20."
    assert curve_of(points[:1], name="Accuracy", show=str) is None


def test_why_keeps_the_class_to_itself_until_it_may_be_told():
    project = pretend_project()
    project.desk.answer(7, "good", "Ada")
    silent = why_view(project, 4, may_tell=False)
    assert silent.bars == ()
    assert "62% sure" in silent.value
    assert [near.line for near in silent.neighbours] == [9]
    told = why_view(project, 4, may_tell=True)
    assert [bar.text for bar in told.bars] == ["62%", "19%", "19%"]
    assert told.value == ""
    values = pretend_project(classes=None)
    assert why_view(values, 4, may_tell=False).value == "The model is sure of the value to ± 3.5."
    assert "expects 12.5 ± 3.5" in why_view(values, 4, may_tell=True).value


def test_a_suggestion_is_a_sentence():
    classes, values = pretend_project().trainer, pretend_project(classes=None).trainer
    told = suggestion_view(4, classes.suggestion(4))
    assert told.text == "The model expects good, with 91%."
    assert "12.5 ± 3.5" in suggestion_view(4, values.suggestion(4)).text
    assert "no opinion yet" in suggestion_view(4, None).text


@pytest.fixture
def answered():
    """Rows 0 to 3 of Ada, row 1 also of Ben, who differs and says why; row 5 skipped."""
    project = pretend_project()
    for row, label in enumerate(["good", "bad", "good", "mixed"]):
        project.desk.answer(row, label, "Ada")
    project.desk.answer(1, "good", "Ben")
    project.desk.comment(1, "Sarcasm, I think.", "Ben")
    project.desk.skip(5, "Ada")
    return project


def found(project, who="Ada", **filters):
    view = answers_view(project, project.people.members[who], Filters(**filters))
    return [one.row for one in view.rows]


def test_answers_are_searched_and_filtered(answered):
    assert found(answered) == [5, 1, 3, 2, 0]
    assert found(answered, label="good") == [1, 2, 0]
    assert found(answered, only="disagreement") == [1]
    assert found(answered, only="skipped") == [5]
    assert found(answered, only="comment") == [1]
    assert found(answered, text="SARCASM") == [1]
    assert found(answered, text="5") == [3]  # a line
    assert found(answered, text="Not one joke") == [1, 2]
    assert found(answered, text="(") == []


def test_answers_of_one_person(answered):
    view = answers_view(answered, answered.people.members["Ada"], Filters(who="Ben"))
    assert [one.row for one in view.rows] == [1]
    assert view.people == ("Ada", "Ben")
    assert view.rows[0].is_own  # Ada answered it as well


def test_who_does_not_review_sees_nothing_of_others(answered):
    answered.desk.decide(1, "bad", "Cleo")
    own = answers_view(answered, answered.people.members["Ben"], Filters(who="Ben"))
    (row,) = own.rows
    assert [said.who for said in row.answers] == ["Ben"]
    assert row.text == "good"
    assert not row.is_disputed
    assert own.people == ()
    assert not own.may_decide
    every = answers_view(answered, answered.people.members["Cleo"], Filters(only="disagreement"))
    assert [said.note for said in every.rows[0].answers] == ["", "", "decided"]
    assert every.rows[0].is_disputed
    assert every.may_decide


def test_pages_of_answers_keep_the_filters():
    project = pretend_project(reviews(120))
    for row in range(120):
        project.desk.answer(row, "good", "Ada")
    view = answers_view(project, project.people.members["Ada"], Filters(label="good", page=9))
    assert (view.n_found, view.n_pages, view.filters.page) == (120, 3, 3)
    assert [one.row for one in view.rows] == list(range(19, -1, -1))
    assert view.filters.query(2) == "label=good&page=2"
    assert Filters(text="a&b").query(1) == "text=a%26b"


def test_odd_labels_come_in_their_order(answered):
    from cutplane.app.learning.odd import Odd

    answered.trainer.odd = lambda limit: (Odd(2, "good", 0.02), Odd(0, "good", 0.1))
    view = answers_view(answered, answered.people.members["Ada"], Filters(only="odd"))
    assert [one.row for one in view.rows] == [2, 0]
    assert "probability of 2.0%" in view.rows[0].odd


def test_the_grid_shows_one_group_and_leads_to_the_others():
    project = pretend_project()
    ada = project.people.members["Ada"]
    first, second = (grid_view(project, ada, page=page) for page in (1, 2))
    assert [card.row for card in first.cards] == [0, 1, 2, 3, 4, 5]
    assert [card.row for card in second.cards] == [6, 7, 8, 9, 10, 11]
    assert grid_view(project, ada, page=3).cards == first.cards
    assert first.cards[0].cells[0].paragraphs[0].startswith("The first hour")
    project.desk.answer_many(range(60), "good", "Ada")
    assert grid_view(project, ada).why_none


def test_the_team_is_told_in_sentences(answered, monkeypatch):
    monkeypatch.setattr(team_module, "alpha", lambda desk: AGREEMENT)
    monkeypatch.setattr(team_module, "acceptance", lambda desk: ACCEPTANCE)
    monkeypatch.setattr(team_module, "flips", lambda ledger, desk: None)
    answered.people.revoke("Ben")
    view = team_view(answered, answered.people.members["Ada"])
    assert [(one.name, one.role, one.n_answers) for one in view.members] == [
        ("Ada", "admin", 5), ("Cleo", "review", 0), ("Ben", "", 1)
    ]  # fmt: skip
    assert view.agreement.startswith("Krippendorff's alpha is 0.71, from 14 rows")
    assert view.accepted == ""
    assert view.n_disputed == 1
    assert len(view.invitations) == 2
    assert not team_view(answered, answered.people.members["Cleo"]).invitations


def test_downloads_say_what_needs_a_model():
    project = pretend_project()
    assert not any(file.why_not for file in downloads_view(project).files)
    project.trainer.figures = None
    waiting = [file.path for file in downloads_view(project).files if file.why_not]
    assert waiting == ["network.onnx", "model.zip"]
