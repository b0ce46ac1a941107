"""What starting loads: no heavy package before something needs it."""

import json
import subprocess
import sys

import pytest

import cutplane

HEAVY = {"matplotlib", "pandas", "pyarrow", "torch", "sklearn", "scipy", "numpy", "rich"}
HEAVY |= {"starlette", "uvicorn", "sqlalchemy", "jinja2", "psycopg", "cutplane.app"}


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
@pytest.mark.parametrize(
    "command",
    [(), ("query",), ("label",), ("team", "invite"), ("run",), ("certify",), ("experiment",)],
)
def test_help_loads_nothing_heavy(command):
    by_typer = loaded_by("import typer")  # old releases load rich
    assert not loaded_by(help_of(*command)) & HEAVY - by_typer


QUESTION = """
import sys
sys.argv = ["cutplane", "query", "small.csv", "--target", "label", "--hidden", "10"]
from cutplane.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code
"""

#: What a question about a small table has no use for, and what takes longest to load.
UNUSED = {
    "cutplane.certificate.certify",
    "cutplane.final",
    "matplotlib",
    "numpy.f2py.crackfortran",
    "openpyxl",
    "pyarrow.fs",
    "rich",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.optimize",
    "scipy.stats._stats_py",
    "sklearn.compose",
    "sklearn.datasets",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.preprocessing",
    "torch",
    "unittest",
}


def test_a_question_about_a_table_loads_what_it_uses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{i % 7},{i % 5},{'pq'[i % 2] if i < 8 else ''}" for i in range(30)]
    (tmp_path / "small.csv").write_text("\n".join(["a,b,label", *rows]))
    modules = loaded_by(QUESTION)
    assert "scipy.stats" in modules  # scikit-learn has its name, and nothing behind it yet
    by_others = loaded_by(
        "import pandas, pyarrow.csv, sklearn.base, typer"
    )  # old releases load more
    assert not modules & UNUSED - by_others


def test_a_postponed_module_loads_at_its_first_use():
    code = """
from cutplane.cli import startup
startup.postpone()
import scipy.stats, sys
assert "scipy.stats._stats_py" not in sys.modules
from scipy import stats
assert stats is scipy.stats and stats.norm.cdf(0.0) == 0.5
from scipy.stats import qmc
from scipy.stats.distributions import rv_frozen
assert isinstance(stats.norm(), rv_frozen)
try:
    stats.Typo
except AttributeError as error:
    assert "Typo" in str(error)
else:
    raise AssertionError
"""
    assert "scipy.stats._stats_py" in loaded_by(code)


def test_threads_wait_for_a_postponed_module():
    code = """
from concurrent.futures import ThreadPoolExecutor
from cutplane.cli import startup
startup.postpone()
import scipy.stats
with ThreadPoolExecutor(4) as threads:
    names = ("norm", "qmc", "mode", "beta", "norm", "t", "qmc", "gamma")
    assert all(threads.map(lambda name: getattr(scipy.stats, name), names))
"""
    loaded_by(code)


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
