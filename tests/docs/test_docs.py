"""Every block of code of the README and of docs/ runs, and prints what the page says it prints.

The blocks of a page run in order in one namespace and one empty folder:

- ``python`` blocks are executed;
- the ``cutplane`` commands of ``bash`` and ``console`` blocks go through the real command line and
  must exit with 0; lines of ``pip install`` are read past, any other command is an error;
- an ``output`` block is what the block before it printed.

A block that cannot run says so in the line above it, with the reason: ``<!-- not run: ... -->``.
One that shows a package which not every environment of the tests has names it,
``<!-- needs: name<2 -->``, and is passed over where it is missing; the blocks after it run.
"""

import contextlib
import io
import re
import shlex
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from packaging.requirements import Requirement
from sklearn.datasets import load_breast_cancer
from typer.testing import CliRunner

from cutplane.cli.main import app

ROOT = Path(__file__).parents[2]
BUILT = {"_build", "_generated", "api", "auto_examples"}
PAGES = [
    ROOT / "README.md",
    *(
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if not BUILT & set(page.relative_to(ROOT).parts)
    ),
]
SHELLS = ("bash", "console", "sh", "shell")
BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>not run|needs): (?P<why>[^\n]+) -->\n+)?"
    r"```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.M | re.S,
)
MOST_NOT_RUN = 21


def blocks(page):
    """(language, code, line number, marked) of the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        (m["language"], m["code"], text.count("\n", 0, m.start("code")) + 1, is_marked(m))
        for m in BLOCK.finditer(text)
    ]


def is_marked(block):
    """Whether a block does not run here."""
    if block["mark"] == "needs":
        return not all(is_installed(Requirement(need)) for need in block["why"].split(", "))
    return block["mark"] == "not run"


def is_installed(need):
    try:
        return version(need.name) in need.specifier
    except PackageNotFoundError:
        return False


def name(page):
    return page.relative_to(ROOT).as_posix()


def write_tables_of_the_readme():
    """The README talks about tables of the reader's own."""
    cancer = load_breast_cancer(as_frame=True)
    cancer.data[:20].to_csv("new_patients.csv", index=False)
    diagnosis = cancer.target.map({0: "malignant", 1: "benign"}).where(cancer.target.index < 40)
    cancer.data.assign(diagnosis=diagnosis).to_csv("patients.csv", index=False)
    size = np.linspace(20, 200, 150)
    pd.DataFrame({"size": size, "price": 1500.5 * size}).to_csv("prices.csv", index=False)


def run_python(code, where, namespace):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, where, "exec"), namespace)
    return printed.getvalue()


def run_commands(code, where):
    printed = ""
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if not words or words[:2] == ["pip", "install"]:
            continue
        assert words[0] == "cutplane", f"{where}: {words[0]!r} is not run; mark the block"
        result = CliRunner().invoke(app, words[1:], prog_name="cutplane")
        assert result.exit_code == 0, f"{where}: {line}\n{result.output}"
        printed += result.stdout
    return printed


@pytest.mark.parametrize("page", PAGES, ids=name)
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning")
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if page.name == "README.md":
        write_tables_of_the_readme()
    namespace, printed = {"__name__": "__main__"}, ""
    for language, code, line, marked in blocks(page):
        where = f"{name(page)}, line {line}"
        if marked:
            continue
        if language == "output":
            assert printed.strip() == code.strip(), where
        elif language == "python":
            try:
                printed = run_python(code, where, namespace)
            except ModuleNotFoundError as error:
                if str(error.name).startswith("cutplane"):
                    raise
                pytest.skip(f"{where} needs the optional package {error.name}")
        elif language in SHELLS:
            printed = run_commands(code, where)


def test_few_blocks_are_not_run():
    marked = [
        name(page)
        for page in PAGES
        for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if block["mark"] == "not run"
    ]
    assert len(marked) <= MOST_NOT_RUN, marked


def test_a_failing_block_fails(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- not run: no such tool -->\n```bash\nmake nothing\n```\n"
        "```bash\ncutplane fit missing.csv --target y\n```\n```python\n1 / 0\n```\n"
    )
    (_, _, _, first), (_, command, _, second), (_, code, _, _) = blocks(page)
    assert first
    assert not second
    with pytest.raises(AssertionError, match=r"missing\.csv"):
        run_commands(command, "page")
    with pytest.raises(ZeroDivisionError):
        run_python(code, "page", {})


def test_a_block_waits_for_the_package_that_it_needs(tmp_path):
    page = tmp_path / "page.md"
    needs = ["numpy", "numpy>=1.0, pytest", "no-such-package", "numpy, no-such-package", "numpy<1"]
    page.write_text("".join(f"<!-- needs: {need} -->\n```python\n1\n```\n" for need in needs))
    assert [marked for *_, marked in blocks(page)] == [False, False, True, True, True]


def test_the_readme_tables_are_complete_enough(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_tables_of_the_readme()
    assert pd.read_csv("patients.csv")["diagnosis"].notna().sum() == 40
