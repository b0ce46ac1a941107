"""Opening a table for people who label it."""

import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from labelling_projects import N_ROWS, fast, opened, table_of

from cutplane.errors import InvalidInputError, JournalError
from cutplane.tables.labelling import labelling
from cutplane.tables.table import read_table


def test_a_table_without_labels_is_opened(tmp_path):
    path, said = table_of(tmp_path), []
    with opened(path, said.append) as project:
        assert (project.target, project.rules.task) == ("grade", "classification")
        assert project.columns == ("weight", "size", "color", "note")
        assert (project.classes, project.is_open) == ((), True)
        assert (project.guide, project.image, project.folder) == ("", None, tmp_path.resolve())
        assert project.where == tmp_path.resolve() / "parts.journal"
        person = project.people.of_token(project.token)
        assert (person.name, person.role) == ("ada", "admin")
        assert project.owner == "ada"
        assert project.token not in repr(project)
        assert project.desk.n_rows == project.pool.X.shape[0] == N_ROWS
    assert "There is no column 'grade', so that no row has a label yet." in said
    assert any(one.startswith("Answers are kept in ") and "parts.journal" in one for one in said)
    assert any("No class is known yet" in one for one in said)


def test_how_answers_are_shared_out_is_told_to_the_desk(tmp_path):
    told = {"overlap": 0.5, "tolerance": 0.25, "unknown": 2, "budget": 7, "blind": 0.125}
    with opened(table_of(tmp_path), task="regression", **told) as project:
        rules = project.desk.rules
        assert (rules.overlap, rules.tolerance, rules.n_unknown) == (0.5, 0.25, 2)
        assert (rules.budget, rules.blind, rules.is_regression) == (7, 0.125, True)
        assert project.rules == project.assignments.rules == rules


def test_it_goes_on_where_it_was_with_a_new_token(tmp_path):
    path = table_of(tmp_path)
    with opened(path) as project:
        project.desk.answer(3, project.read_label("good"), "ada")
        first = project.token
    with opened(path) as project:
        assert dict(project.desk.standing) == {3: "good"}
        assert project.classes == ("good",)
        assert project.people.of_token(first) is None
        assert project.people.of_token(project.token).name == "ada"


def test_everything_is_closed_afterwards(tmp_path):
    before = threading.active_count()
    with opened(table_of(tmp_path)) as project:
        assert threading.active_count() > before
    assert threading.active_count() == before
    with pytest.raises(InvalidInputError, match="closed"):
        project.desk.answer(0, "good", "ada")


def test_labels_in_the_table_are_taken_over_once(tmp_path):
    grades = ["good", "bad"] + [None] * (N_ROWS - 2)
    path, said = table_of(tmp_path, grade=grades), []
    with opened(path) as project:
        assert dict(project.desk.standing) == {0: "good", 1: "bad"}
        assert project.classes == ("good", "bad")
        assert project.desk.n_given == 0
    table_of(tmp_path, grade=["bad", "bad", "good"] + [None] * (N_ROWS - 3))
    with opened(path, said.append) as project:
        assert dict(project.desk.standing) == {0: "good", 1: "bad", 2: "good"}
    assert any(one.startswith("Of 1 rows (0) the journal says something else") for one in said)


def test_a_journal_says_what_is_labelled(tmp_path):
    path = table_of(tmp_path)
    with opened(path, task="regression", low=0.0) as project:
        assert project.rules.takes_names is False
        assert project.read_label("0,5") == 0.5
        with pytest.raises(InvalidInputError, match="from 0"):
            project.read_label("-1")
    with opened(path) as project:
        assert project.rules.task == "regression"
        assert project.classes == ()


def test_classes_that_are_given_are_all_there_are(tmp_path):
    path = table_of(tmp_path, grade=[1, 2] + [None] * (N_ROWS - 2))
    with opened(path, classes=("3", "2", "1")) as project:
        assert project.classes == (3, 2, 1)
        assert not project.is_open
        assert project.read_label("3") == 3
        with pytest.raises(InvalidInputError, match="no class '4'; choose one of '3', '2', '1'"):
            project.read_label("4")


@pytest.mark.parametrize(
    ("typed", "classes"),
    [
        (("True", "False"), (True, False)),
        (("True", "maybe"), ("True", "maybe")),
        (("0", "1"), (0, 1)),
        (("0", "one"), ("0", "one")),
        ((" ill", "well "), ("ill", "well")),
    ],
)
def test_classes_are_of_one_kind(tmp_path, typed, classes):
    with opened(table_of(tmp_path), classes=typed) as project:
        assert project.classes == classes
        assert [type(one) for one in project.classes] == [type(one) for one in classes]
        for row, name in enumerate(typed):
            project.desk.answer(row, project.read_label(name), "ada")
        assert tuple(project.desk.standing.values()) == classes


def test_a_journal_of_query_goes_on_here_and_back(tmp_path):
    grades = ["good", "bad"] + [None] * (N_ROWS - 2)
    path, journal = table_of(tmp_path, grade=grades), tmp_path / "parts.journal"
    table, network = read_table(path, "grade"), fast("classification", 0)
    with labelling(table, network, journal) as by_query:
        by_query.take_labels()
        (asked,) = by_query.ask(1).rows
        by_query.tell({asked.number: "bad"})
    with opened(path) as project:
        assert dict(project.desk.standing) == {0: "good", 1: "bad", asked.number: "bad"}
        project.desk.answer(30, "good", "ada")
    with labelling(table, network, journal) as by_query:
        assert by_query.learner.n_labels_ == 4


def test_a_guide_is_read(tmp_path):
    guide = tmp_path / "guide.md"
    guide.write_bytes(b"\xef\xbb\xbf# How\n\nLook twice: \xc3\xa4.")
    with opened(table_of(tmp_path), guide=guide) as project:
        assert project.guide == "# How\n\nLook twice: ä."


def test_pictures_below_the_folder_of_the_table_are_shown(tmp_path):
    path, said = table_of(tmp_path, picture=[f"p/{i}.png" for i in range(N_ROWS)]), []
    with opened(path, said.append, image="picture", columns=("note", "weight")) as project:
        assert (project.image, project.columns) == ("picture", ("note", "weight"))
    assert "There is no picture 'p/0.png' in the folder of the table." in said
    with opened(path, image="picture") as project:
        assert "picture" not in project.columns


def others(folder):
    """Whatever stands beside the tables."""
    return sorted(one.name for one in folder.iterdir() if not one.name.endswith((".csv", ".md")))


WRONG = {
    "no such column to show": ({"columns": ("wieght",)}, "'wieght'; it has 'weight'"),
    "no such picture column": ({"image": "nota"}, "'nota'; it has 'note'"),
    "pictures that are numbers": ({"image": "size"}, "holds no text"),
    "pictures elsewhere": ({"image": "link"}, r"40 pictures elsewhere \(line 2 says 'https://a/0'"),
    "a target that is shown": ({"target": "note", "columns": ("note",)}, "'note' is the target"),
    "a target that is full": ({"target": "color"}, "every row of 'parts' has a label in 'color'"),
    "a slip of the target": ({"target": "colour"}, "did you mean 'color'"),
    "no target": ({"target": None}, "pass --target NAME"),
    "classes of values": ({"task": "regression", "classes": ("a", "b")}, "labels are values"),
    "a tolerance of classes": ({"tolerance": 0.5}, "classes, which are the same or not"),
    "limits of classes": ({"low": 1.0}, "labels are classes"),
    "classes beside others": ({"target": "half", "classes": ("a", "b")}, "labels 'yes' already"),
    "no guide": ({"guide": "missing.md"}, "cannot be read"),
    "a guide that is a folder": ({"guide": "."}, "cannot be read"),
    "a guide that is no text": ({"guide": "latin.md"}, r"no UTF-8 \(byte 2\)"),
    "a guide that is too long": ({"guide": "long.md"}, "more than 262,144 bytes"),
    "an unknown query": ({"query": "ask me"}, "ask me"),
    "an unusable name": ({"annotator": "a\x1bb"}, "name"),
}


@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_opened_is_refused_and_leaves_no_journal(tmp_path, options, message):
    links = [f"https://a/{i}" for i in range(N_ROWS)]
    path = table_of(tmp_path, link=links, half=["yes"] * 20 + [None] * 20)
    (tmp_path / "latin.md").write_bytes(b"so\xff")
    (tmp_path / "long.md").write_bytes(b"x" * 300_000)
    given = {**options, "guide": tmp_path / options["guide"]} if "guide" in options else options
    with pytest.raises(InvalidInputError, match=message), opened(path, **given):
        pass
    assert others(tmp_path) == []


def test_the_journal_of_another_table_is_refused(tmp_path):
    with opened(table_of(tmp_path)) as project:
        project.desk.answer(0, "good", "ada")
    other = table_of(tmp_path, "others.csv", extra=np.arange(N_ROWS) % 7)
    with (
        pytest.raises(InvalidInputError, match=r"the journal .*parts\.journal"),
        opened(other, journal=tmp_path / "parts.journal"),
    ):
        pass


def test_a_journal_in_use_is_refused(tmp_path):
    path = table_of(tmp_path)
    with opened(path) as project:
        project.desk.answer(0, "good", "ada")
        code = (
            "import sys; from cutplane.active.event_log import open_log\n"
            "try: open_log(sys.argv[1])\nexcept Exception as e: print(type(e).__name__)"
        )
        command = [sys.executable, "-c", code, str(project.where)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == JournalError.__name__


def test_a_table_without_rows_is_refused(tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("a,b\n")
    with pytest.raises(InvalidInputError, match="holds no rows"), opened(path):
        pass


def test_a_finished_table_opens_again(tmp_path):
    path = table_of(tmp_path, grade=["good", "bad"] * 19 + ["good", None])
    with opened(path) as project:
        project.desk.answer(N_ROWS - 1, "bad", "ada")
    table_of(tmp_path, grade=["good", "bad"] * 20)
    with opened(path) as project:
        assert project.desk.n_labels == N_ROWS


def test_people_of_a_team_keep_their_roles(tmp_path):
    path, said = table_of(tmp_path), []
    with opened(path) as project:
        project.people.add("Bea", "review")
    with opened(path, said.append, annotator="bea") as project:
        assert project.owner == "Bea"
        assert project.people.of_token(project.token).role == "review"
    assert any("Bea may review here" in one for one in said)


def test_built_in_data_is_labelled_already(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(InvalidInputError, match="every row of 'moons' has a label"),
        opened("moons", target=None),
    ):
        pass
    assert others(tmp_path) == []


def test_columns_of_dates_and_gaps_are_shown_as_they_are(tmp_path):
    day = pd.date_range("2020-01-01", periods=N_ROWS).astype(str).tolist()
    with opened(table_of(tmp_path, day=[None, *day[1:]])) as project:
        assert "day" in project.columns
