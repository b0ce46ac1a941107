"""What a labeler can be told: classes, keys, limits, suggestions, a budget; and what it refuses."""

import re
import sys

import pyarrow as pa
import pytest

pytest.importorskip("anywidget")

from talking import learner_of, opened, regressor_of

from cutplane import ActiveLearner, CuttingPlaneClassifier, stored_rows
from cutplane.errors import InvalidInputError
from cutplane.notebook import Labeler


def test_values_are_numbers_within_limits():
    learner = regressor_of()
    _, browser = opened(learner, target="width", limits=(0, 10))
    row = browser.row
    browser.answer("12")
    assert browser.said == "12 is outside the limits; give a number from 0 to 10."
    assert browser.row == row
    assert browser.typed[1] == "12"
    assert browser.answer("2,5") == row
    assert learner.labels_.tolist() == [2.5]


def test_classes_can_be_typed_where_none_are_given():
    learner = learner_of()
    _, browser = opened(learner)
    browser.answer("ant")
    browser.answer("bee")
    assert 'value="ant"' in browser.html
    browser.answer("Bee")
    assert browser.said == "There is no class 'Bee'; did you mean 'bee'?"
    assert set(learner.labels_) == {"ant", "bee"}


def test_labels_keep_the_type_of_the_classes():
    learner = learner_of()
    _, browser = opened(learner, classes=[0, 1])
    browser.answer("1")
    assert learner.labels_.tolist() == [1]
    assert learner.labels_.dtype.kind == "i"


def test_a_budget_ends_the_questions():
    _, browser = opened(learner_of(), classes=["left", "right"], budget=2)
    browser.answer()
    assert "1 of 2 answers" in browser.html
    browser.answer()
    assert browser.row is None
    assert "All 2 answers of the budget are given; a larger budget goes on." in browser.html


def test_suggestions_are_off_by_default():
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"])
    for _ in range(4):
        browser.answer()
    assert 'data-act="suggestion"' not in browser.html
    reply = browser.message(id="1", act="suggestion", fields={"row": str(browser.row)})
    assert reply["error"] == "no suggestion is shown for this row; answer it yourself"
    assert not any("suggestion" in event.details for event in learner.events_)


@pytest.mark.parametrize(("blind", "is_shown"), [(0.0, True), (1.0, False)])
def test_suggestions_on_a_key_are_recorded_and_none_is_shown_blind(blind, is_shown):
    learner = learner_of()
    labeler, browser = opened(learner, classes=["left", "right"], suggest="key", blind=blind)
    for _ in range(4):
        browser.answer()
    row = browser.row
    told = browser.message(id="1", act="suggestion", fields={"row": str(row)})
    assert ("The model expects" in told.get("html", "")) == is_shown
    assert ("In numbers" in browser.asked("why", row=str(row))) == is_shown
    browser.answer()
    (given,) = (one for one in labeler.answers_ if one.row == row)
    assert given.shown == ("before" if is_shown else "no")
    assert given.blind != is_shown
    assert given.seen.suggestion in ("left", "right")


def test_suggestions_after_the_answer_say_whether_it_agrees():
    learner = learner_of()
    _, browser = opened(learner, classes=["left", "right"], suggest="after", blind=0.0)
    for _ in range(4):
        browser.answer()
    assert "The model had expected" in browser.said
    assert learner.events_[-2].details["suggestion"]["shown"] == "after"


def test_a_learner_of_a_box_is_refused():
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=0), domain=([0, 0], [1, 1]), random_state=0
    )
    with pytest.raises(InvalidInputError, match="asks about a box"):
        Labeler(learner)
    with pytest.raises(InvalidInputError, match=r"a DataFrame|a list arrived; give a cutplane"):
        Labeler([])


def test_rows_on_disk_are_refused():
    rows = stored_rows(pa.table({"a": [0.0, 1.0, 2.0]}))
    stored = ActiveLearner(CuttingPlaneClassifier(random_state=0), domain=rows, random_state=0)
    with pytest.raises(InvalidInputError, match="rows stay on disk, and people look at rows in"):
        Labeler(stored)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"classes": ["left"]}, "give two or more, each once"),
        ({"classes": ["left", "left"]}, "give two or more, each once"),
        ({"classes": ["up", "down"]}, r"holds labels \['left', 'right'\] that are not among"),
        ({"classes": [0, 1]}, "of one kind"),
        ({"limits": (0, 1)}, "low and high are for values"),
        ({"classes": ["left", "right"], "keys": {"up": "k"}}, "classes are left, right"),
        ({"keys": {"left": "s"}}, "means 'skip the row'"),
        ({"suggest": "always"}, "suggest is one of"),
        ({"classes": "ab"}, "classes='ab' arrived; give a list"),
        ({"limits": 5}, r"limits=5 arrived; give \(low, high\)"),
        ({"limits": ("a", None)}, r"give \(low, high\), None for no limit"),
        ({"annotator": " "}, "arrived as a name"),
        ({"annotator": 5}, "arrived as a name"),
        ({"rows": ["only one"]}, "1 rows arrived for a pool of 30"),
    ],
)
def test_options_that_do_not_fit_the_learner_are_refused(options, said):
    learner = learner_of()
    learner.tell([0, 1], ["left", "right"])
    with pytest.raises(InvalidInputError, match=said):
        Labeler(learner, **options)


def test_classes_of_values_are_refused():
    with pytest.raises(InvalidInputError, match="labels are values; give limits"):
        Labeler(regressor_of(), classes=["a", "b"])
    with pytest.raises(InvalidInputError, match="labels are values; leave them out"):
        Labeler(regressor_of(), keys={"a": "k"})


def test_keys_of_classes_can_be_chosen():
    _, browser = opened(learner_of(), classes=["left", "right"], keys={"right": "r"})
    assert re.findall(r'value="(\w+)"[^>]* data-key="(.)"', browser.html) == [
        ("left", "1"),
        ("right", "r"),
    ]


def test_a_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(InvalidInputError, match=r"pip install 'cutplane\[notebook\]'"):
        Labeler(learner_of())
