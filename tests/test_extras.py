"""Packages of the extras: imported when they are there, named with their extra when not."""

import ast
import json
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from cutplane.errors import InvalidInputError
from cutplane.extras import locate, require

MISSING = (
    "^reading minds needs the package a_package_nobody_has, which is not installed; "
    r"run: pip install 'cutplane\[minds\]'"
)


def test_a_package_that_is_there_is_imported():
    assert require("json", "text", "reading") is json


def test_a_package_is_located_without_importing_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    assert locate("this", "text", "reading").name == "this.py"
    assert "this" not in sys.modules


@pytest.mark.parametrize("function", [require, locate])
def test_a_missing_package_names_its_extra(function):
    with pytest.raises(InvalidInputError, match=MISSING + "$"):
        function("a_package_nobody_has", "minds", "reading minds")


@pytest.mark.parametrize("function", [require, locate])
def test_a_missing_package_names_what_does_without_it(function):
    with pytest.raises(InvalidInputError, match=MISSING + ", or ask$"):
        function("a_package_nobody_has", "minds", "reading minds", instead="ask")


def test_a_package_whose_own_import_is_missing_names_that(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import a_package_nobody_has\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InvalidInputError, match=MISSING):
        require("half_installed", "minds", "reading minds")


ROOT = Path(find_spec("cutplane").origin).parent
#: Packages of the extras app, team and notebook, and the modules that import them at their top.
OF_THE_PAGE = {
    *("anywidget", "jinja2", "krippendorff", "markdown_it", "psycopg"),
    *("sqlalchemy", "starlette", "uvicorn", "cutplane.app"),
}


def at_the_top(path):
    """Modules that a file imports as soon as it is imported itself."""
    blocks = [ast.parse(path.read_text(encoding="utf-8")).body]
    while blocks:
        for node in blocks.pop():
            if isinstance(node, ast.ImportFrom):
                yield node.module
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                blocks.append(node.orelse)
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                blocks += [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]


def test_only_page_and_notebook_import_these_packages_at_the_top():
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] not in ("app", "notebook")
        for module in at_the_top(path)
        if {module, module.partition(".")[0], ".".join(module.split(".")[:2])} & OF_THE_PAGE
    ]
    assert not wrong


def test_extras_hold_each_other():
    pyproject = ROOT.parents[1] / "pyproject.toml"
    if not pyproject.is_file():
        pytest.skip("not in a checkout")
    extras = tomllib.loads(pyproject.read_text())["project"]["optional-dependencies"]
    assert "cutplane[app]" in extras["team"]
    (own,) = (one for one in extras["dev"] if one.startswith("cutplane["))
    assert {"app", "array-api", "dask", "index", "notebook", "team"} <= set(
        own[len("cutplane[") : -1].split(",")
    )
