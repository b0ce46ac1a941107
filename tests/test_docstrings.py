"""Every example in a docstring runs and says what the code does."""

import doctest
import importlib
import pkgutil

import pytest

import cutplane

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(cutplane.__path__, "cutplane.", onerror=lambda _: None)
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", ["cutplane", *MODULES])
def test_examples_run(name):
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("cutplane"):
            raise
        pytest.skip(f"needs the optional package {error.name}")
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    results = doctest.testmod(module, optionflags=flags)
    assert results.failed == 0


def test_the_main_names_have_an_example():
    for name in ("CuttingPlaneClassifier", "CuttingPlaneRegressor", "ActiveLearner"):
        assert ">>> " in getattr(cutplane, name).__doc__


def test_everything_public_is_documented():
    for name in cutplane.__all__:
        if name != "__version__":
            assert getattr(cutplane, name).__doc__
    for name in MODULES:
        if not name.startswith("cutplane.app"):
            spec = importlib.util.find_spec(name)
            assert spec is not None
