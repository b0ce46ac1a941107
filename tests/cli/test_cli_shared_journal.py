"""`--journal postgresql://...`: the same run as in a file, and no password anywhere."""

import numpy as np
import pytest

from cutplane.active.address import name_of
from cutplane.active.journal_file import read_journal

FAST = ("--hidden", "10")
SECRETS = ("p/a:", "p%2Fa")


@pytest.fixture(autouse=True)
def table(frame):
    """Twelve rows with a label, 28 without."""
    frame = frame.iloc[:40].copy()
    frame["y"] = frame["y"].where(np.arange(40) < 12)
    frame.to_csv("t.csv", index=False)


@pytest.fixture
def done(invoke):
    """Function (*arguments) -> what a command that succeeds prints."""

    def call(*arguments):
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
        assert not any(secret in result.output for secret in SECRETS)
        return result.stdout

    return call


def test_days_in_a_database_are_one_run(done, team):
    def days(journal):
        query = ("query", "t.csv", "--target", "y", "--journal", journal, *FAST)
        first = [int(row) for row in done(*query, "-n", 2).split()]
        told = [f"{row}=yes" for row in first]
        return first, done(*query, "--tell", told[0], "--tell", told[1], "--annotator", "Ada")

    assert days(team) == days("t.journal")
    kinds = [event.kind for event in read_journal(team).events]
    assert kinds == [event.kind for event in read_journal("t.journal").events]
    fitted = [
        done("fit", "t.csv", "--target", "y", "--journal", own, *FAST, "--out", f"m{number}")
        for number, own in enumerate((team, "t.journal"))
    ]
    assert fitted[0].replace("m0", "m1") == fitted[1]


def test_journals_go_to_files_and_back(done, team, invoke, one_sentence):
    query = ("query", "t.csv", "--target", "y", *FAST)
    done(*query, "--journal", "t.journal")
    done("journal", "export", "t.journal", "out.jsonl")
    assert done("journal", "import", "out.jsonl", team).startswith(f"{name_of(team)}: 2 events")
    done("journal", "export", team, "back.jsonl")
    with open("out.jsonl", "rb") as own, open("back.jsonl", "rb") as back:
        assert own.read() == back.read()
    message = one_sentence(invoke("journal", "import", "out.jsonl", team), 2)
    assert "has a journal" in message


def test_a_database_that_fails_is_a_failure_in_one_sentence(invoke, one_sentence, postgres):
    query = ("query", "t.csv", "--target", "y", *FAST, "--journal")
    for address, code, words in (
        (postgres.address(schema="none"), 2, "names no schema"),
        (postgres.address(password="sec/ret"), 1, "check user and password"),
        ("postgresql://ada:sec@ret@host/db", 2, "write / as %2F"),
        ("postgres+x://ada:secret@host/db", 2, "give the path of a file"),
    ):
        message = one_sentence(invoke(*query, address), code)
        assert words in message
        assert "sec" not in message.replace("second", "")
