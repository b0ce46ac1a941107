"""Pictures that lie in the checkout: drawn today, and nothing of them is cut off."""

import io
import runpy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
DRAWN = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("docs/images", "docs/results/*")
    for path in ROOT.glob(f"{folder}/*.png")
)
#: Greys of 256 by which letters and lines of another version of a library may differ, in the mean.
ALIKE = 4.0


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_of_a_figure_touches_its_border(name):
    pixels = np.asarray(Image.open(ROOT / name).convert("RGB"))
    for side in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (side == 255).all(), "something is cut off"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["multiclass", "cut_depth"])
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive:UserWarning")
def test_a_picture_is_what_its_example_draws_today(name):
    matplotlib.use("Agg")
    plt.close("all")
    try:
        runpy.run_path(str(ROOT / "examples" / f"plot_{name}.py"), run_name="__main__")
        stored = Image.open(ROOT / "docs" / "images" / f"{name}.png")
        drawn = io.BytesIO()
        plt.gcf().savefig(drawn, dpi=stored.width / plt.gcf().get_figwidth())
    finally:
        plt.close("all")
    grey = [np.asarray(own.convert("L"), dtype=float) for own in (stored, Image.open(drawn))]
    assert np.abs(grey[0] - grey[1]).mean() < ALIKE, "run python benchmarks/example_pictures.py"
