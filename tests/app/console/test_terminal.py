"""Labelling in a terminal: rows, answers, keys, ends."""

import io
import re

import numpy as np
import pytest
from labelling_projects import N_ROWS, opened, table_of, truth

from cutplane.app.answers.desk import Desk
from cutplane.app.console.terminal import label_in_terminal


@pytest.fixture(autouse=True)
def _of_eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def played(project, *lines):
    """What a terminal showed for lines that were typed, and how many answers were given."""
    shown = io.StringIO()
    n = label_in_terminal(project, io.StringIO("".join(f"{line}\n" for line in lines)), shown)
    return shown.getvalue(), n


class Honest(io.StringIO):
    """Types the truth about the row that was asked last, so many times."""

    def __init__(self, project, shown, n):
        super().__init__()
        self.project, self.shown, self.left = project, shown, n

    def readline(self):
        self.left -= 1
        if self.left < 0:
            return ""
        row = int(re.findall(r"^Row (\d+) ", self.shown.getvalue(), re.M)[-1])
        return f"{truth(self.project, row)}\n"


def test_rows_are_asked_and_answers_kept(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        shown = io.StringIO()
        assert label_in_terminal(project, Honest(project, shown, 12), shown) == 12
        assert project.desk.n_labels == 12
        rows = project.desk.standing
        assert all(label == truth(project, row) for row, label in rows.items())
        assert {one.who for one in project.desk.all_given()} == {"ada"}
        assert all(one.seconds >= 0 for one in project.desk.all_given())
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        assert project.desk.n_labels == 12


def test_a_row_is_shown_whole_and_readable(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad"), columns=("note", "weight")) as project:
        text, _ = played(project)
        (row,) = map(int, re.findall(r"^Row (\d+) \(line \d+\)$", text, re.M))
        assert f"Row {row} (line {row + 2})" in text
        assert f"note    part {row}\n        second paragraph of {row}\n" in text
        assert f"weight  {project.table.features['weight'].iloc[row]:.6g}\n" in text
        assert "size" not in text
        assert "grade?  1 good   2 bad\n> " in text


def test_classes_may_be_typed_as_one_goes(tmp_path):
    with opened(table_of(tmp_path)) as project:
        text, n = played(project, "fine", "1", "Fine", "=s", "2")
        assert n == 4
        assert sorted(map(str, project.desk.standing.values())) == ["fine", "fine", "s", "s"]
        assert "fine is a new class; u takes it back." in text
        assert "did you mean 'fine'?" in text
        assert "or a new class" in text


def test_keys_skip_undo_comment_and_say_that_one_does_not_know(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        text, _ = played(project, "good", "s", "d", "c looks odd", "bad", "u", "u", "u", "u", "u")
        assert len(project.desk.standing) == 0
        assert project.desk.n_labels == 0
        assert len(re.findall(r"^Taken back: ", text, re.M)) == 5
        assert "Taken back: bad for row" in text
        assert "The comment is kept." in text
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        played(project, "s", "d", "c looks odd", "good")
        assert len(project.desk.skipped) == 2
        ((row, label),) = project.desk.standing.items()
        assert label == "good"
        assert [one.text for one in project.desk.comments(row)] == ["looks odd"]
        assert "Nothing is left to undo." not in played(project, "u")[0]


def test_an_undone_row_is_asked_again(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        text, _ = played(project, "good", "u")
        rows = re.findall(r"^Row (\d+) ", text, re.M)
        assert rows[0] == rows[2] != rows[1]


def test_what_is_refused_is_said_and_asked_again(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        text, n = played(project, "goood", "", "7", "\ud800", "good")
        assert n == 1
        assert "there is no class 'goood'; choose one of 'good', 'bad'" in text
        assert "there is no class '7'" in text


def test_values_have_limits_and_commas(tmp_path):
    with opened(table_of(tmp_path), task="regression", low=0.0, high=5.0) as project:
        text, n = played(project, "2,5", "1,234", "nan", "6", "1.5", "s")
        assert n == 3
        assert sorted(project.desk.standing.values()) == [1.5, 2.5]
        assert "grade? (from 0 to 5)" in text
        assert "'1,234' may be 1.234 or 1234" in text
        assert "'nan' is no number" in text
        assert "6 is outside the limits; give a number from 0 to 5" in text


def test_classes_win_over_keys(tmp_path):
    with opened(table_of(tmp_path), classes=("s", "d")) as project:
        _, n = played(project, "s", ":s", "2")
        assert n == 3
        assert sorted(project.desk.standing.values()) == ["d", "s"]
        assert len(project.desk.skipped) == 1


def test_keys_are_listed_and_the_question_again(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        text, n = played(project, "?", "", "a", "w", "q", "good")
        assert n == 0
        assert "skip: nobody can answer this" in text
        assert text.count("\nRow ") == 3
        assert "No row has a label yet." in text


def test_why_a_row_is_asked(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        shown = io.StringIO()
        label_in_terminal(project, Honest(project, shown, 8), shown)
        project.trainer.wake()
        text, _ = played(project, "w")
        assert re.search(r"^Near: row \d+ is (good|bad), at a distance of ", text, re.M)
        assert "The model:" not in text


def test_the_budget_and_the_end_of_the_table_end_the_questions(tmp_path):
    with opened(table_of(tmp_path), classes=("good", "bad"), budget=2) as project:
        text, n = played(project, "good", "bad", "good", "u", "good")
        assert n == 3
        assert "answers: 1 of 2, labels: 1" in text
        assert "budget" in text
        assert "u undoes, q quits." in text
    with opened(table_of(tmp_path), classes=("good", "bad"), journal=tmp_path / "j") as project:
        text, n = played(project, *["good"] * (N_ROWS + 1))
        assert n == N_ROWS
        assert project.desk.n_labels == N_ROWS


@pytest.mark.parametrize("suggest", ["off", "after", "key"])
def test_suggestions_are_shown_when_that_was_asked_for(tmp_path, suggest):
    options = {"classes": ("good", "bad"), "suggest": suggest, "blind": 0.0}
    with opened(table_of(tmp_path), **options) as project:
        shown = io.StringIO()
        label_in_terminal(project, Honest(project, shown, 8), shown)
        project.trainer.stop()
        text, _ = played(project, "h", "good")
        last = project.desk.latest_of("ada")
        if suggest == "off":
            assert "No suggestion is shown for this question" in text
            assert (last.shown, last.seen.suggestion) == ("no", None)
        else:
            assert last.shown == {"after": "after", "key": "before"}[suggest]
            assert "The model says " in text


def test_blind_questions_have_no_suggestion(tmp_path):
    options = {"classes": ("good", "bad"), "suggest": "key", "blind": 1.0}
    with opened(table_of(tmp_path), **options) as project:
        text, _ = played(project, "h", "good")
        assert "No suggestion is shown" in text
        assert project.desk.latest_of("ada").blind


def test_nothing_steers_the_terminal(tmp_path):
    evil = "\x1b[2J\x1b]0;owned\x07\u202etxt\x9b5n"
    path = table_of(tmp_path, **{"na\x1b[1mme": [f"{evil} {i}" for i in range(N_ROWS)]})
    with opened(path, classes=("go\x1b[31mod", "bad"), guide=None) as project:
        text, _ = played(project, "c " + evil, evil, "1", "w", "?", "u")
    assert not set(text) & {"\x1b", "\x07", "\u202e", "\x9b"}
    assert r"\x1b[2J" in text


@pytest.mark.parametrize("width", [40, 80])
def test_lines_fit_the_terminal(tmp_path, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    words = " ".join(["word"] * 60)
    path = table_of(
        tmp_path, **{"a name of a column that is long": [f"{words} {i}" for i in range(N_ROWS)]}
    )
    classes = tuple(f"class {i}" for i in range(30))
    with opened(path, classes=classes) as project:
        text, _ = played(project, "?", "1", "w")
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert "30 class 29" in " ".join(text.split())


def test_long_texts_are_cut_until_asked_for(tmp_path):
    path = table_of(tmp_path, essay=[f"{'x ' * 4000}{i} end" for i in range(N_ROWS)])
    with opened(path, classes=("good", "bad"), columns=("essay",)) as project:
        first, _ = played(project)
        whole, _ = played(project, "a")
    assert "more characters; a shows all]" in " ".join(first.split())
    assert "end" not in first
    assert "end" in whole


def test_ctrl_c_ends_it_and_what_was_answered_stays(tmp_path):
    class Interrupted(io.StringIO):
        def readline(self):
            line = super().readline()
            if not line:
                raise KeyboardInterrupt
            return line

    with opened(table_of(tmp_path), classes=("good", "bad")) as project:
        assert label_in_terminal(project, Interrupted("good\nbad\n"), io.StringIO()) == 2
        assert project.desk.n_labels == 2


def test_a_long_guide_is_shown_when_asked_for(tmp_path):
    guide = tmp_path / "guide.md"
    guide.write_text("\n".join(f"rule {i}\x07" for i in range(30)))
    with opened(table_of(tmp_path), guide=guide) as project:
        first, _ = played(project)
        whole, _ = played(project, "g")
    assert "rule 11" in first
    assert "rule 12" not in first
    assert "... and 18 more lines (g shows the whole guide)" in first
    assert r"rule 29\x07" in whole
    with opened(table_of(tmp_path)) as project:
        assert "There is no guide." in played(project, "g")[0]


def test_the_name_of_a_class_stays_on_a_line(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    with opened(table_of(tmp_path), classes=("ill", "well", "not sure about it")) as project:
        text, _ = played(project)
    assert "grade?  1 ill   2 well\n3 not sure about it\n> " in text


ODD = [
    *("", "=", ":", "=s", ":s", ": c so", "good", "bad", "1", "2", "99", "True", "nan", "1,5", "0"),
    *("s", "d", "u", "c", "c so", "w", "h", "a", "g", "?", "\ud800", "\x1b[A", "x" * 300, "\u0663"),
    *("c \x00", "c \ud800", "c " + "y" * 11_000, "  good  ", "Good", "a new class"),
]


@pytest.mark.parametrize(
    "options",
    [
        {"classes": ("s", "u"), "suggest": "key"},
        {"task": "regression", "low": 0.0, "suggest": "after"},
        {"overlap": 0.5, "budget": 9},
    ],
    ids=["classes called like keys", "values", "new classes"],
)
def test_whatever_is_typed_the_journal_says_the_same(tmp_path, options):
    rng = np.random.default_rng(0)
    with opened(table_of(tmp_path), **options) as project:
        text, _ = played(project, *rng.choice(np.array(ODD, dtype=object), 60))
        again = Desk(project.log, project.desk.n_rows, project.rules)
        assert dict(again.standing) == dict(project.desk.standing)
        assert again.n_given == project.desk.n_given > 5
        assert not project.trainer.status.problem
    assert text.count("> ") >= 61
    assert not set(text) & {"\x1b", "\x00", "\ud800"}
