"""Every example runs, quietly and without a screen, and draws something."""

import runpy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

from canvas import leaving
from cutplane.drawing import stack_panels

FOLDER = Path(__file__).parents[2] / "examples"
README = FOLDER.parent / "README.md"
EXAMPLES = sorted(FOLDER.glob("plot_*.py"))


def test_there_are_examples():
    assert len(EXAMPLES) >= 10


def test_the_lines_of_the_readme_run(capsys):
    code = README.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    exec(code, {})
    accuracy, n_labels, n_cuts = capsys.readouterr().out.split()
    assert float(accuracy) > 0.9
    assert n_labels == n_cuts == "40"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning")
def test_an_example_runs_and_draws(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    plt.close("all")
    try:
        try:
            runpy.run_path(str(path), run_name="__main__")
        except ModuleNotFoundError as error:
            if str(error.name).startswith("cutplane"):
                raise
            pytest.skip(f"needs the optional package {error.name}")
        figures = [plt.figure(number) for number in plt.get_fignums()]
        assert figures
        assert all(axes.has_data() for figure in figures for axes in figure.axes)
        for figure in figures:
            assert leaving(figure) == {}
            stack_panels(figure)
            assert leaving(figure) == {}, "as a phone has it"
    finally:
        plt.close("all")
    assert list(tmp_path.iterdir()) == []
