"""`cutplane query --journal`: the loop over days, as the library plays it in one go."""

import json

import numpy as np
import pandas as pd
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.tables.pool import pool_of
from cutplane.tables.table import read_table

FAST = ("--hidden", "10")
QUERY = ("query", "t.csv", "--target", "y", "--journal", "t.journal", *FAST)


@pytest.fixture(autouse=True)
def table(frame):
    """Twelve rows with a label, 28 without."""
    frame = frame.iloc[:40].copy()
    frame["y"] = frame["y"].where(np.arange(40) < 12)
    frame.to_csv("t.csv", index=False)
    return frame


@pytest.fixture
def asked(invoke):
    """Function (*arguments) -> rows that the command prints."""

    def ask(*arguments):
        result = invoke(*QUERY, *arguments)
        assert result.exit_code == 0, result.output
        return [int(row) for row in result.stdout.split()]

    return ask


def uninterrupted():
    data = read_table("t.csv", "y")
    estimator = CuttingPlaneClassifier(hidden=(10,), random_state=0)
    learner = ActiveLearner(estimator, pool_of(data).X, random_state=0)
    learner.tell(data.labelled_rows, data.labels)
    return learner


def test_days_are_one_run(asked, frame):
    twin = uninterrupted()
    rows = twin.ask(2).tolist()
    assert asked("-n", 2) == rows
    assert asked("-n", 2) == rows  # still open
    twin.tell(rows[:1], ["yes"])
    assert asked("--tell", f"{rows[0]}=yes", "-n", 2) == rows[1:]
    twin.skip(rows[1:])
    third = twin.ask(1).tolist()
    assert asked("--skip", rows[1]) == third
    twin.relabel(rows[:1], ["no"])
    twin.tell(third, ["no"])
    twin.forget(rows[1:])
    asked_in_one_call = (
        *("--relabel", f"{rows[0]}=no", "--tell", f"{third[0]}=no", "--forget", rows[1]),
        *("--annotator", "Ada"),
    )
    # The row that was skipped is open again: it belongs to an older question, so one asks on.
    assert asked(*asked_in_one_call) == twin.ask(1).tolist()


def test_labels_written_into_the_table_are_taken_over(asked, table):
    twin = uninterrupted()
    (row,) = asked()
    assert [row] == twin.ask(1).tolist()
    table.loc[row, "y"] = "yes"
    table.to_csv("t.csv", index=False)
    twin.tell([row], ["yes"])
    assert asked() == twin.ask(1).tolist()


def test_where_table_and_journal_differ_the_journal_counts(asked, invoke):
    asked()
    result = invoke(*QUERY, "--relabel", "3=yes", "--relabel", "4=no", "--forget", 5, "--json")
    assert result.exit_code == 0, result.output
    n_labels = json.loads(result.stdout)["n_labels"]
    again = invoke(*QUERY)
    assert "the journal counts" in again.stderr
    assert json.loads(invoke(*QUERY, "--json").stdout)["n_labels"] == n_labels


def test_everything_answered_is_said(asked, invoke):
    frame = pd.read_csv("t.csv")
    open_rows = [row for row in range(40) if pd.isna(frame["y"][row])]
    assert asked("--skip", ",".join(map(str, open_rows))) == []
    assert "skipped; there is nothing to ask" in invoke(*QUERY).stderr


def test_the_task_is_the_journals(asked, invoke):
    frame = pd.read_csv("t.csv").assign(y=np.nan)
    frame.to_csv("u.csv", index=False)
    query = ("query", "u.csv", "--target", "y", "--journal", "u.journal", *FAST)
    (first,) = invoke(*query, "--task", "regression").stdout.split()
    result = invoke(*query, "--tell", f"{first}=2.5", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["task"] == "regression"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tell", "20"), "give ROW=LABEL"),
        (("--tell", "=yes"), "give ROW=LABEL"),
        (("--tell", "20="), "give ROW=LABEL"),
        (("--tell", "-1=yes"), "give ROW=LABEL"),
        (("--tell", "20=yes", "--tell", "20=no"), "row 20 is answered twice"),
        (("--tell", "20=yes", "--skip", "3,20"), "row 20 is answered twice"),
        (("--skip", "-1"), "--skip is '-1'"),
        (("--skip", "1,,2"), "--skip is '1,,2'"),
        (("--skip", ""), "--skip is ''"),
        (("--skip", "9" * 30), "--skip is '999"),
        (("--skip", "4000"), "no row 4000"),
        (("--skip", "3"), "have labels"),
        (("--relabel", "20=no"), "have no label"),
        (("--forget", "20"), "neither told nor skipped"),
        (("--tell", "3=no"), "told before"),
        (("--query", "margin", "--seed", "1"), "it was begun with"),
    ],
)
def test_answers_that_cannot_be(arguments, message, asked, invoke, one_sentence):
    before = asked()
    assert message in one_sentence(invoke(*QUERY, *arguments), 2)
    assert asked() == before


def test_answers_need_a_journal(invoke, one_sentence):
    without = ("query", "t.csv", "--target", "y", *FAST)
    for option in ("--tell", "--relabel"):
        assert "without a journal" in one_sentence(invoke(*without, option, "20=no"), 2)
    box = (*without, "--domain", "0,1")
    assert "--domain asks about points" in one_sentence(invoke(*box, "--skip", 3), 2)


def test_a_skip_without_a_journal_is_for_this_call(invoke):
    without = ("query", "t.csv", "--target", "y", *FAST)
    first = invoke(*without)
    second = invoke(*without, "--skip", first.stdout.strip())
    assert second.stdout != first.stdout
    assert "in this call only" in second.stderr
    assert invoke(*without).stdout == first.stdout


def test_a_journal_goes_out_and_comes_back(asked, invoke, one_sentence):
    rows = asked("-n", 2)
    asked("--tell", f"{rows[0]}==1+1", "--skip", rows[1], "--annotator", "Ada")
    for suffix in ("csv", "jsonl"):
        out = invoke("journal", "export", "t.journal", f"e.{suffix}", "--json")
        assert out.exit_code == 0, out.output
        back = invoke("journal", "import", f"e.{suffix}", f"{suffix}.journal", "--json")
        assert back.exit_code == 0, back.output
        counts = json.loads(back.stdout)
        assert counts["n_events"] == json.loads(out.stdout)["n_events"]
        assert counts["n_labels"] == 11
    expected = asked()
    for suffix in ("csv", "jsonl"):
        arguments = [f"{suffix}.journal" if word == "t.journal" else word for word in QUERY]
        assert [int(row) for row in invoke(*arguments).stdout.split()] == expected
    export = ("journal", "export", "t.journal")
    assert "exists already" in one_sentence(invoke(*export, "e.csv"), 2)
    assert "a file that is read" in one_sentence(invoke(*export, "t.journal", "--overwrite"), 2)
    assert "suffix" in one_sentence(invoke(*export, "e.xls"), 2)
    assert "exists" in one_sentence(invoke("journal", "import", "e.csv", "t.journal"), 2)
    assert "no" in one_sentence(invoke("journal", "import", "no.csv", "new.journal"), 2)
    assert "no.journal" in one_sentence(invoke("journal", "export", "no.journal", "o.csv"), 2)


def test_a_model_is_fitted_to_the_labels_of_a_journal(asked, invoke, one_sentence):
    rows = asked("-n", 4)
    asked("--tell", f"{rows[0]}=yes", "--tell", f"{rows[1]}=no", "--skip", rows[2], "--forget", 0)
    fit = ("fit", "t.csv", "--target", "y", "--journal", "t.journal", *FAST)
    result = invoke(*fit, "--out", "m", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["n_labels"] == 10 - 1 + 2
    assert "Labels of the journal 't.journal': 11 rows, and 1 skipped" in result.stderr
    learner = uninterrupted()
    learner.forget([0])
    learner.tell(rows[:1], ["yes"])
    assert answer["classes"] == learner.estimator_.classes_.tolist()
    without = [word for word in fit if word not in ("--target", "y")]
    result = invoke(*without, "--json")  # a column that looks like labels is no feature
    assert json.loads(result.stdout)["n_labels"] == 11
    pd.read_csv("t.csv").iloc[1:].to_csv("u.csv", index=False)
    other = ["u.csv" if word == "t.csv" else word for word in fit]
    assert "the journal 't.journal'" in one_sentence(invoke(*other), 2)
    nothing = ["no.journal" if word == "t.journal" else word for word in fit]
    assert "no.journal" in one_sentence(invoke(*nothing), 2)


def test_an_answer_is_the_class_that_it_looks_like_and_capitals_are_said(invoke):
    first = invoke(*QUERY, "--tell", "20=y\u200bes", "--tell", "21=yes\u00a0", "--tell", "22=YES")
    alike = "differ in spelling alone: 'yes', 'YES'; --relabel makes them one."
    assert sum(alike in line for line in first.stderr.splitlines()) == 1, first.stderr
    fitted = invoke("fit", "t.csv", "--target", "y", "--journal", "t.journal", "--out", "m", *FAST)
    assert "Classes of 'y' that differ in spelling alone: 'yes', 'YES'." in fitted.stderr
    assert "spelling" not in invoke(*QUERY, "--relabel", "22=yes").stderr
