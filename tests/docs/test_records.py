"""Decision records keep their form, and no page or comment names a file that is not there."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
MOST_LINES, MOST_CHARACTERS = 60, 4_500

LINK = re.compile(r"\[(\d{4})\]\((\d{4}-[\w-]+\.md)\)")
STATUS = re.compile(
    r"^Status: (?P<status>accepted|(?:amended|replaced) by LINKS)"
    r"(?P<others>(?: · (?:amends|replaces) LINKS)*)$".replace("LINKS", r"\[[^·\n]+"),
    re.M,
)
#: What a record may say of another one, and what that one says in return.
RETURNS = {"amends": "amended by", "replaces": "replaced by"}

FOLDERS = ("src", "tests", "docs", "benchmarks", "examples")
BUILT = {"_build", "_generated", "api", "auto_examples", "results", "__pycache__"}
#: Paths in backticks, those of commands too, and what only a file of the project can be.
PATHS = re.compile(rf"(?<![\w/.-])((?:{'|'.join(FOLDERS)})/[\w./-]*\w)")
SCRIPTS = re.compile(r"(?<![\w/.-])([\w./-]+\.(?:py|md|toml))\b")
#: Files that a reader writes, or that belong to another project.
NOT_OURS = {"learner.py", "page.md"}


def name(path):
    return path.relative_to(ROOT).as_posix()


def number(path):
    return path.name[:4]


def pages():
    """Text files of the project in which names of files are looked for."""
    found = list(ROOT.glob("*.md"))
    for folder in (*FOLDERS, ".github"):
        for pattern in ("*.md", "*.py"):
            found += (ROOT / folder).rglob(pattern)
    return sorted(path for path in found if not BUILT & set(path.relative_to(ROOT).parts))


def relations(record):
    """Pairs (relation, number) of a record's status line, "amended by" and the like."""
    line = STATUS.search(record.read_text(encoding="utf-8"))[0].removeprefix("Status: ")
    for part in line.split(" · "):
        relation = part.split(" [")[0]
        yield from ((relation, other) for other, _ in LINK.findall(part))


def test_numbers_have_no_holes():
    assert [int(number(record)) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=number)
def test_a_record_has_a_title_a_status_and_a_page_at_most(record):
    text = record.read_text(encoding="utf-8")
    title, empty, status, *_ = text.splitlines()
    assert re.fullmatch(rf"# {number(record)}: .+", title)
    assert empty == ""
    assert STATUS.fullmatch(status), status
    assert len(text.splitlines()) <= MOST_LINES
    assert len(text) <= MOST_CHARACTERS
    assert "**Decision" in text


def test_records_that_change_each_other_say_so_both_ways():
    said = {(number(r), relation, other) for r in RECORDS for relation, other in relations(r)}
    back = {**RETURNS, **{answer: relation for relation, answer in RETURNS.items()}}
    assert said
    assert {(other, back[relation], own) for own, relation, other in said} == said
    assert all(own > other for own, relation, other in said if relation in RETURNS)


@pytest.mark.parametrize("page", DOCUMENTS, ids=name)
def test_numbers_of_records_lead_to_them(page):
    text = page.read_text(encoding="utf-8")
    numbers = {number(record): record.name for record in RECORDS}
    for shown, target in re.findall(r"\[(?:record )?(\d{4})\]\(([^)]+)\)", text):
        assert Path(target).name == numbers[shown], f"{shown} leads to {target}"
        assert (page.parent / target).is_file(), target


def test_bare_numbers_of_records_exist():
    for page in pages():
        for shown in re.findall(r"\b(?:record|decision) (\d{4})\b", page.read_text("utf-8")):
            assert 1 <= int(shown) <= len(RECORDS), f"{name(page)}: record {shown}"


def missing(page, files):
    """Names of files in backticks, and paths anywhere, that lead nowhere."""
    text = page.read_text(encoding="utf-8")
    for code in re.findall(r"`([^`\n]+)`", text):
        for path in PATHS.findall(code):
            if not BUILT & set(path.split("/")) and not (ROOT / path).exists():
                yield path
        for script in SCRIPTS.findall(code):
            last = script.rpartition("/")[2]
            known = any(file == script or file.endswith(f"/{script}") for file in files)
            if not known and last not in NOT_OURS and not re.search(r"[A-Z]{4}|000", script):
                yield script


def test_nothing_names_a_file_that_is_not_there():
    everything = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.is_file()]
    files = [name(path) for path in (*everything, *ROOT.glob("*.*"))]
    wrong = {
        name(page): sorted(set(missing(page, files))) for page in pages() if page != Path(__file__)
    }
    assert not {page: names for page, names in wrong.items() if names}


def test_comments_cite_the_mathematics_of_the_repository():
    """``mathematics 3`` is a section, ``mathematics (3.7)`` an equation; both exist."""
    text = (ROOT / "docs" / "mathematics.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\d+) ", text, re.M)
    equations = re.findall(r"\\tag\{(\d+\.\d+)\}", text)
    assert sections == [str(i + 1) for i in range(len(sections))]
    assert len(set(equations)) == len(equations)
    for first, second in pairwise(tuple(map(int, e.split("."))) for e in equations):
        assert second in {(first[0], first[1] + 1), (first[0] + 1, 1)}
    for page in pages():
        if page == Path(__file__):
            continue
        source = page.read_text(encoding="utf-8")
        assert not re.search(r"design(?:\.md| 3\.\d)", source), name(page)
        for cited in re.findall(r"mathematics \(([\d.]+)\)", source):
            assert cited in equations, f"{name(page)}: equation {cited}"
        for cited in re.findall(r"mathematics (\d+)\b", source):
            assert cited in sections, f"{name(page)}: section {cited}"
