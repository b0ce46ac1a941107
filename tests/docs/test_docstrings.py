"""Every public name has a docstring, its parameters are complete, and its examples run."""

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re
from functools import cached_property

import pytest

import cutplane

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(cutplane.__path__, "cutplane.", onerror=lambda _: None)
    if not module.name.endswith("__main__")
)
every_module = pytest.mark.parametrize("name", ["cutplane", *MODULES])


def imported(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("cutplane"):
            raise
        return pytest.skip(f"needs the optional package {error.name}")


def function(member):
    """The function behind a method, property, or class or static method; else None."""
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    member = getattr(member, "__func__", member)
    return member if inspect.isfunction(member) else None


def members(kind):
    """Public methods and properties that a class defines itself."""
    pairs = ((name, function(member)) for name, member in vars(kind).items())
    return {name: found for name, found in pairs if found and not name.startswith("_")}


def public(module):
    """Public classes and functions that a module defines."""
    return {
        name: item
        for name, item in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(item) or inspect.isfunction(item))
        and item.__module__ == module.__name__
    }


def roles():
    """Names that a protocol or an abstract base documents for every class that plays it."""
    names = set()
    for module in MODULES:
        try:
            items = public(importlib.import_module(module)).values()
        except ModuleNotFoundError:
            continue
        for item in items:
            if inspect.isclass(item) and (
                getattr(item, "_is_protocol", False) or inspect.isabstract(item)
            ):
                names |= {name for name, found in members(item).items() if found.__doc__}
    return names


@every_module
def test_examples_run(name):
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(imported(name), optionflags=flags).failed == 0


def test_the_main_names_have_an_example():
    for name in ("CuttingPlaneClassifier", "CuttingPlaneRegressor", "ActiveLearner"):
        assert ">>> " in getattr(cutplane, name).__doc__


@every_module
def test_everything_public_is_documented(name):
    module, known = imported(name), roles()
    bare = [] if module.__doc__ else [name]
    for own, item in public(module).items():
        bare += [] if item.__doc__ else [own]
        if inspect.isclass(item):
            bare += [
                f"{own}.{method}"
                for method, found in members(item).items()
                if not found.__doc__ and method not in known
            ]
    assert not bare


def described(lines):
    """Parameters that a numpydoc section names."""
    return {part.lstrip("*") for entry in lines for part in re.split(", ?", entry.name)}


def expected(item):
    """Parameters of a signature that a user may pass."""
    names = inspect.signature(item).parameters
    return {name for name in names if name not in ("self", "cls") and name[0] != "_"}


def undescribed(item, docscrape):
    """Parameters that a docstring with a list of them forgets, or makes up."""
    if not inspect.isclass(item):
        found = described(docscrape.FunctionDoc(item)["Parameters"])
        return found ^ expected(item) if found else set()
    document = docscrape.ClassDoc(item, config={"show_class_members": False})
    if dataclasses.is_dataclass(item):
        found = described(document["Parameters"]) | described(document["Attributes"])
        return expected(item) - found if found else set()
    found = described(document["Parameters"])
    return found ^ expected(item) if found else set()


@every_module
def test_a_list_of_parameters_is_complete(name):
    docscrape = pytest.importorskip("numpydoc.docscrape")
    wrong = {}
    for own, item in public(imported(name)).items():
        methods = members(item) if inspect.isclass(item) else {}
        parts = {own: item} | {f"{own}.{method}": found for method, found in methods.items()}
        wrong |= {label: undescribed(part, docscrape) for label, part in parts.items()}
    assert not {label: names for label, names in wrong.items() if names}


def test_the_main_names_describe_every_parameter():
    docscrape = pytest.importorskip("numpydoc.docscrape")
    for name in cutplane.__all__:
        item = getattr(cutplane, name)
        if not inspect.isclass(item) or issubclass(item, Exception):
            continue
        document = docscrape.ClassDoc(item, config={"show_class_members": False})
        found = described(document["Parameters"]) | described(document["Attributes"])
        assert expected(item) <= found, name
