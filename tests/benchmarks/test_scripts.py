"""Every benchmark explains itself, and the README of the folder has its line."""

import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if "__main__" in path.read_text())
#: Packages of the extra `bench` that a script imports at its top.
NEEDS = {
    "dask_pool.py": "distributed",
    "streams.py": "skactiveml",
    "suite.py": "skactiveml",
    "numbers_suite.py": "skactiveml",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_is_the_docstring(script, monkeypatch, capsys):
    if script in NEEDS:
        pytest.importorskip(NEEDS[script])
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(FOLDER / script), run_name="__main__")
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert f"python benchmarks/{script}" in told


@pytest.mark.parametrize("script", SCRIPTS)
def test_readme_has_a_line_with_its_command(script):
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    mine = [line for line in lines if line.startswith(f"| `{script}`")]
    assert mine, f"{script} is not in the table of benchmarks/README.md"
    assert f"python benchmarks/{script}" in mine[0]
