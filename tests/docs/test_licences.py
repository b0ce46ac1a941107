"""The page on licences names every dependency, as pyproject.toml asks for it, with its licence."""

import importlib.util
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "licences.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def licences():
    spec = importlib.util.spec_from_file_location("licences", DOCS / "licences.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(heading):
    """Cells of the table below a heading, by the name in their first one."""
    text = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    table = re.findall(r"^\| (.+) \|$", text, re.MULTILINE)[1:]
    return {name: cells for name, *cells in (re.split(r" ?\| ?", row) for row in table)}


def test_every_dependency_has_its_version_licence_and_extras(licences):
    page, asked = rows("What cutplane asks for"), {}
    for extra, requirements in licences.dependencies().items():
        for own in requirements:
            version, _, said, extras = page[canonicalize_name(own.name)]
            assert version == str(own.specifier).replace(",", ", ")
            assert said
            assert (f"`{extra}`" if extra else "everybody") in extras
            asked[canonicalize_name(own.name)] = said
    assert set(page) == set(asked)
    for _, said in rows("What these bring").values():
        assert said


def test_what_obliges_is_named_first_and_the_core_has_none(licences):
    oblige = rows("Licences that oblige")
    both = {name: cells[2] for name, cells in rows("What cutplane asks for").items()}
    both |= {name: cells[1] for name, cells in rows("What these bring").items()}
    assert {name: cells[0] for name, cells in oblige.items()} == {
        name: said for name, said in both.items() if licences.COPYLEFT.search(said)
    }
    assert "everybody" not in str(oblige)
    assert {"psycopg", "krippendorff"} <= set(oblige)


def test_locked_versions_and_licences_are_those_of_the_packages(licences):
    locked = licences.locked()
    for name, (_, version, said, _) in rows("What cutplane asks for").items():
        assert version == locked[name]
        try:
            is_here = metadata.version(name).split("+")[0] == version
        except metadata.PackageNotFoundError:
            continue
        assert not is_here or licences.licence_of(name) == said, name


def test_a_package_without_a_licence_is_an_error(licences, monkeypatch):
    monkeypatch.setattr(metadata, "metadata", lambda name: metadata.PathDistribution(DOCS).metadata)
    monkeypatch.setattr(metadata, "files", lambda name: [])
    with pytest.raises(LookupError, match="states no licence"):
        licences.licence_of("nothing")
