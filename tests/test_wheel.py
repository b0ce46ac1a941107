"""The wheel and the sdist: what is in them, how large they are, and that all builds are alike."""

import hashlib
import re
import shutil
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import cutplane

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "src" / "cutplane" / "app" / "page"
LARGEST = 2_000_000
ALSO = ("pyproject.toml", ".gitignore")
NOT_OURS = shutil.ignore_patterns("__pycache__", "_build", "_generated", "auto_examples", "api")


def built(folder, kind, root=ROOT):
    """A wheel or an sdist of a checkout, built in a folder."""
    module = pytest.importorskip(f"hatchling.builders.{kind}")
    builder = getattr(module, f"{kind.capitalize()}Builder")(str(root))
    return Path(next(builder.build(directory=str(folder), versions=["standard"])))


def test_templates_script_and_style_are_in_the_wheel(tmp_path):
    wheel = built(tmp_path, "wheel")
    names = zipfile.ZipFile(wheel).namelist()
    beside = [path for kind in ("templates", "static") for path in (PAGE / kind).iterdir()]
    assert {path.suffix for path in beside} >= {".html", ".js", ".css"}
    missing = {f"cutplane/app/page/{path.parent.name}/{path.name}" for path in beside} - set(names)
    assert not missing
    assert "cutplane/py.typed" in names
    assert not [name for name in names if name.startswith("tests/") or "node_modules" in name]
    assert wheel.stat().st_size < LARGEST


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_another_copy_of_the_files_builds_the_same_bytes(tmp_path, monkeypatch, kind):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (*project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"], *ALSO):
        source = ROOT / name
        # with times of its own
        if source.is_dir():
            shutil.copytree(source, copy / name, copy_function=shutil.copy, ignore=NOT_OURS)
        else:
            shutil.copy(source, copy)
    first, second = built(tmp_path, kind), built(tmp_path / "again", kind, copy)
    assert first.name == second.name
    assert (
        hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()
    )


def test_the_sdist_holds_what_tests_and_pages_need(tmp_path):
    sdist = built(tmp_path, "sdist")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "Makefile", "LICENSE", "CITATION.cff", "CHANGELOG.md"} <= names
    assert {"tests/test_wheel.py", "docs/licences.py", "src/cutplane/py.typed"} <= names


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version, day = re.search(r"^## \[(\d[\d.]*)\] - ([\d-]+)$", changes, re.MULTILINE).groups()
    assert {version, cutplane.__version__} == {project["version"]}
    assert f"\nversion: {version}\ndate-released: {day}\n" in citation
