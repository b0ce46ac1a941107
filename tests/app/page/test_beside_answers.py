"""What comes with an answer where suggestions are off, told after it, or on a key."""

from types import SimpleNamespace

import pytest

from cutplane.app.answers.given import Seen
from cutplane.app.answers.rules import Rules
from cutplane.app.learning.why import Suggestion
from cutplane.app.page.beside_answers import expected_of, seen_with

BEE = Suggestion("bee", probability=0.75)


def project_of(**rules):
    trainer = SimpleNamespace(suggestion=lambda row: BEE)
    return SimpleNamespace(rules=Rules(**rules), trainer=trainer)


@pytest.mark.parametrize(("suggest", "expected"), [("off", None), ("after", BEE), ("key", BEE)])
def test_nothing_is_expected_where_suggestions_are_off(suggest, expected):
    assert expected_of(project_of(suggest=suggest), 3) == expected


@pytest.mark.parametrize(
    ("suggest", "blind", "shown"),
    [("after", 0.0, "after"), ("after", 1.0, "no"), ("key", 0.0, "no")],
)
def test_what_was_expected_is_kept_whether_or_not_it_is_told(suggest, blind, shown):
    seen = seen_with(project_of(suggest=suggest, blind=blind), 3, BEE, comment="hm", seconds=2.0)
    assert seen == Seen("hm", 2.0, blind == 1.0, "bee", 0.75, shown)


def test_an_answer_may_come_with_nothing():
    assert seen_with(project_of(blind=0.0), 3) == Seen()
