"""What starting loads: no heavy package before something needs it."""

import json
import subprocess
import sys

import pytest

import cutplane

HEAVY = {"matplotlib", "pandas", "pyarrow", "torch", "sklearn", "scipy", "numpy", "rich"}


def loaded_by(code):
    """Names of the modules a fresh interpreter holds after the code, whatever it printed."""
    report = "import json, sys; print(); print(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def help_of(*arguments):
    return f"""
import sys
sys.argv = ["cutplane", *{arguments!r}, "--help"]
from cutplane.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code
"""


def test_importing_the_package_loads_nothing_heavy():
    modules = loaded_by("import cutplane; cutplane.CutplaneError, cutplane.__version__")
    assert not modules & HEAVY
    assert len([name for name in modules if name.startswith("cutplane")]) <= 3


@pytest.mark.slow
@pytest.mark.parametrize("command", [(), ("query",), ("run",), ("certify",), ("experiment",)])
def test_help_loads_nothing_heavy(command):
    by_typer = loaded_by("import typer")  # old releases load rich
    assert not loaded_by(help_of(*command)) & HEAVY - by_typer


@pytest.mark.slow
def test_a_learner_loads_neither_pictures_nor_torch():
    modules = loaded_by("from cutplane import ActiveLearner, CuttingPlaneClassifier")
    assert "sklearn" in modules
    assert not modules & {"matplotlib", "torch", "cutplane.tables", "cutplane.cli"}


def test_public_names_are_there_and_listed():
    assert set(cutplane.__all__) <= set(dir(cutplane))
    for name in cutplane.__all__:
        assert getattr(cutplane, name) is not None
    assert cutplane.ReluNetwork.__module__.startswith("cutplane.network")
    with pytest.raises(AttributeError, match="has no attribute 'Typo'"):
        cutplane.Typo  # noqa: B018
