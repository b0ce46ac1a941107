"""Decision records keep their form, and point at each other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
MOST_LINES, MOST_CHARACTERS = 60, 4_500

LINKS = r"\[\d{4}\]\([\w.-]+\)(?:, \[\d{4}\]\([\w.-]+\))*"
STATUS = re.compile(
    rf"Status: (?:accepted|amended by {LINKS}|replaced by {LINKS})"
    rf"(?: · amends {LINKS})?(?: · replaces {LINKS})?"
)
#: What a record says of an older one, and what that one says of it.
ANSWERS = {"amends": "amended by", "replaces": "replaced by"}


def number(record):
    return record.name[:4]


def status(record):
    return record.read_text(encoding="utf-8").splitlines()[2]


def relations():
    """Triples (number, relation, number) of all status lines."""
    for record in RECORDS:
        for part in status(record).removeprefix("Status: ").split(" · "):
            for other in re.findall(r"\[(\d{4})\]", part):
                yield number(record), part.split(" [")[0], other


def test_numbers_have_no_holes():
    assert [int(number(record)) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=number)
def test_a_record_has_a_title_a_status_and_a_page_at_most(record):
    text = record.read_text(encoding="utf-8")
    title, empty, state, *_ = text.splitlines()
    assert re.fullmatch(rf"# {number(record)}: .+", title)
    assert empty == ""
    assert STATUS.fullmatch(state), state
    assert len(text.splitlines()) <= MOST_LINES
    assert len(text) <= MOST_CHARACTERS
    assert "**Decision" in text


def test_records_that_change_each_other_say_so_both_ways():
    said = set(relations())
    forth = {(own, ANSWERS[how], other) for own, how, other in said if how in ANSWERS}
    back = {(other, how, own) for own, how, other in said if how in ANSWERS.values()}
    assert forth == back
    assert forth
    assert all(newer > older for newer, _, older in forth)


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_numbers_of_records_lead_to_them(page):
    names = {number(record): record.name for record in RECORDS}
    links = re.findall(r"\[(?:record )?(\d{4})\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    for shown, target in links:
        assert Path(target).name == names[shown], f"{shown} leads to {target}"
        assert (page.parent / target).is_file(), target
