"""Packages of the extras: imported when they are there, named with their extra when not."""

import json
import sys

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
