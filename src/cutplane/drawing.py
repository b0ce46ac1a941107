"""What every picture shares: colors of classes, names that stay on the canvas, a file."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from cutplane.atomic import replacing

#: Colors of two classes.
TWO_CLASSES = ("#3b6fb6", "#d1603d")
#: Points of an inch.
_POINTS = 72.0
#: Pixels are whole, so that a drawn line is a little longer than a measured one.
_HINTING = 1.04
_ELLIPSIS = " …"
_MOST_COLUMNS = 4
#: What an entry of a legend has beside its name, and its height, in font sizes.
_HANDLE, _ENTRY = 5.0, 1.5


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG; a letter that no font has becomes a box."""
    with replacing(path) as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        FigureCanvasAgg(figure).print_png(file)


def write(text: Text, words: str, room: float, most: int | None = 3) -> None:
    """Have a text say words as they are, which are no mathematics, in lines that fit.

    Parameters
    ----------
    text : Text
        Of a title, an axis or a legend; its font is measured.
    words : str
    room : float
        Length of a line, in inches.
    most : int or None, default=3
        Lines; what is longer ends in an ellipsis. None for all of them.
    """
    text.set_parse_math(False)
    text.set_text("\n".join(lines(words, text.get_fontproperties(), room, most)))


def lines(words: str, font: FontProperties, room: float, most: int | None = None) -> list[str]:
    """Words in lines of at most ``room`` inches, broken between them where that goes."""
    length = max(len(words), 1)
    while True:
        found = wrap(words, length, max_lines=most, placeholder=_ELLIPSIS) or [""]
        widest = _HINTING * max(_width(line, font) for line in found) / _POINTS
        if widest <= room or length <= len(_ELLIPSIS):
            return found
        length = max(len(_ELLIPSIS), min(length - 1, int(length * room / widest)))


def write_legend(figure: Figure, handles: Sequence[Artist], names: Sequence[str]) -> None:
    """Name handles below all panels, in as many columns as hold every name whole.

    In a single column a longer name ends in an ellipsis. The figure grows by every row of names
    after the first, and the panels stay as they are.
    """
    width, first = figure.get_figwidth(), min(_MOST_COLUMNS, len(handles))
    for columns in range(first, 0, -1):
        legend = figure.legend(
            handles,
            [str(number) for number in range(len(names))],  # names may begin with an underscore
            loc="outside lower center",
            ncols=columns,
            frameon=False,
        )
        texts = legend.get_texts()
        height = float(texts[0].get_fontsize()) / _POINTS
        room = width / columns - _HANDLE * height
        for text, name in zip(texts, names, strict=True):
            write(text, name, room, 1)
        if all(text.get_text() == name for text, name in zip(texts, names, strict=True)):
            break
        if columns > 1:
            legend.remove()
    rows = -(-len(names) // columns)
    figure.set_figheight(figure.get_figheight() + (rows - 1) * _ENTRY * height)


def _width(line: str, font: FontProperties) -> float:
    """Points that a line takes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        return float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0])


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
