"""What every picture shares: colors of classes, and a file written without pyplot's state."""

from __future__ import annotations

import warnings
from pathlib import Path

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cutplane.atomic import replacing

#: Colors of two classes.
TWO_CLASSES = ("#3b6fb6", "#d1603d")


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG; a letter that no font has becomes a box."""
    with replacing(path) as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        FigureCanvasAgg(figure).print_png(file)


def open_axes(axes: Axes) -> None:
    """A pale grid, and no frame above and to the right."""
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def class_colors(n_classes: int) -> list[tuple[float, float, float]]:
    """Colors that tell classes apart, as far as there are any."""
    if n_classes == 2:
        return [to_rgb(color) for color in TWO_CLASSES]
    palette = colormaps["tab10" if n_classes <= 10 else "turbo"]
    if n_classes <= 10:
        return [palette(i)[:3] for i in range(n_classes)]
    return [palette(i / (n_classes - 1))[:3] for i in range(n_classes)]
