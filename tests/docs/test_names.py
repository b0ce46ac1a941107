"""Pages, comments and docstrings name nothing that is not in the repository."""

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "docs", "benchmarks", "examples")
BUILT = {"_build", "_generated", "api", "auto_examples", "results", "__pycache__"}

#: Paths from the root, and names that only a file of the project can have.
PATH = re.compile(rf"(?<![\w/.-])((?:{'|'.join(FOLDERS)})/[\w./-]*\w)")
SCRIPT = re.compile(r"(?<![\w/.-])([\w./-]+\.(?:py|md|toml))\b")
#: Placeholders, and a file that a reader writes.
PLACEHOLDERS = ("NAME", "0001-short-title", "page.md")


def pages():
    """Text files of the project, but this one and what is built."""
    found = list(ROOT.glob("*.md"))
    for folder in (*FOLDERS, ".github"):
        for pattern in ("*.md", "*.py"):
            found += (ROOT / folder).rglob(pattern)
    ours = (path for path in found if not BUILT & set(path.relative_to(ROOT).parts))
    return [path for path in sorted(ours) if path != Path(__file__)]


TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages()}


def lost_files(text, files):
    """Files named in backticks that are not there."""
    for code in re.findall(r"`([^`\n]+)`", text):
        for path in PATH.findall(code):
            if not (BUILT & set(path.split("/")) or (ROOT / path).exists()):
                yield path
        for script in SCRIPT.findall(code):
            if not any(file == script or file.endswith(f"/{script}") for file in files):
                yield script


def test_nothing_names_a_file_that_is_not_there():
    everything = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*"))
    files = [path.relative_to(ROOT).as_posix() for path in (*everything, *ROOT.glob("*.*"))]
    lost = {
        f"{page}: {file}"
        for page, text in TEXTS.items()
        for file in lost_files(text, files)
        if not any(word in file for word in PLACEHOLDERS)
    }
    assert not lost


def module_of(dotted):
    """File of the longest part of a dotted name that is a module, and the names after it."""
    first, *rest = dotted.split(".")
    path = ROOT / "src" / first
    while rest and (path / rest[0]).is_dir():
        path /= rest.pop(0)
    if rest and (path / f"{rest[0]}.py").is_file():
        return path / f"{rest[0]}.py", rest[1:]
    return path / "__init__.py", rest


def test_dotted_names_lead_somewhere():
    lost = set()
    for page, text in TEXTS.items():
        if page.startswith("tests/"):  # they ask for what is not there, on purpose
            continue
        for dotted in re.findall(r"(?<![\w./@-])cutplane(?:\.[a-zA-Z]\w*)+", text):
            module, names = module_of(dotted)
            source = module.read_text(encoding="utf-8")
            if not all(re.search(rf"\b{own}\b", source) for own in names[:1]):
                lost.add(f"{page}: {dotted}")
    assert not lost


def test_the_mathematics_names_modules_that_exist():
    named = re.findall(r"^Modules: [^\n]+(?:\n[^\n]+)*", TEXTS["docs/mathematics.md"], re.M)
    assert len(named) == 14
    for module in re.findall(r"`(\w+\.\w+)`", "".join(named)):
        assert (ROOT / "src" / "cutplane" / f"{module.replace('.', '/')}.py").is_file(), module


def test_comments_cite_what_the_repository_has():
    """``mathematics 3`` is a section, ``mathematics (3.7)`` an equation; both exist."""
    text = TEXTS["docs/mathematics.md"]
    sections = re.findall(r"^## (\d+) ", text, re.M)
    equations = re.findall(r"\\tag\{(\d+\.\d+)\}", text)
    records = len(list((ROOT / "docs" / "decisions").glob("[0-9]*.md")))
    for page, source in TEXTS.items():
        assert not re.search(r"design(?:\.md| 3\.\d)", source), page
        for cited in re.findall(r"mathematics \((\d+\.\d+)\)", source):
            assert cited in equations, f"{page}: equation {cited}"
        for cited in re.findall(r"mathematics (\d+)\b", source):
            assert cited in sections, f"{page}: section {cited}"
        for cited in re.findall(r"\b(?:record|decision) (\d{4})\b", source):
            assert 1 <= int(cited) <= records, f"{page}: record {cited}"


def test_sections_and_equations_are_numbered_in_order():
    text = TEXTS["docs/mathematics.md"]
    sections = re.findall(r"^## (\d+) ", text, re.M)
    assert sections == [str(i + 1) for i in range(len(sections))]
    equations = [tuple(map(int, tag.split("."))) for tag in re.findall(r"\\tag\{(.+?)\}", text)]
    assert equations[0] == (1, 1)
    for (section, last), following in pairwise(equations):
        assert following in {(section, last + 1), (section + 1, 1)}


def test_what_pages_and_examples_import_is_in_the_reference():
    """The reference says that what it does not list may change without notice."""
    listed = re.findall(r"^   (cutplane[\w.]*)$", TEXTS["docs/reference.md"], flags=re.MULTILINE)
    shown = {
        module
        for page, text in TEXTS.items()
        if page == "README.md" or page.startswith(("docs/", "examples/"))
        if not page.startswith(("docs/decisions/", "docs/_extensions/", "docs/pictures/"))
        for module in re.findall(r"^from (cutplane\.[\w.]+) import", text, flags=re.MULTILINE)
    }
    assert "cutplane.active.run" in shown
    assert shown - {"cutplane.errors"} <= set(listed)  # errors are listed one by one
