"""What every picture shares: colors of classes, names that stay on the canvas, a file."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import chain
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
from matplotlib.transforms import ScaledTranslation

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
#: Two pixels of a phone's screen are one of its page.
_PHONE_DPI = 185
#: Panels that stand in one column; inches that names and ticks take around each, and below it.
_MOST_STACKED, _AROUND, _BELOW = 6, 0.8, 0.5
#: Inches by which a name may be longer than its panel.
_OVERHANG = 0.05


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
    after the first, and the panels stay as they are. Without names there is no legend.
    """
    if not names:
        return
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


def phone_form(path: str | Path) -> Path:
    """Where the narrow form of a picture lies: ``NAME.phone.png`` beside ``NAME.png``."""
    return Path(path).with_suffix(".phone.png")


def save_phone_form(figure: Figure, path: str | Path) -> None:
    """Stack a figure's panels, and write it beside the picture of it at ``path``."""
    stack_panels(figure)
    figure.set_dpi(_PHONE_DPI)
    save_figure(figure, phone_form(path))


def stack_panels(figure: Figure, width: float = 3.9) -> None:
    """Lay panels out below each other, for a page as narrow as a phone's.

    Parameters
    ----------
    figure : Figure
        With constrained layout. It is changed in place: more than six panels stand in two
        columns, each has the names of its axes, and a legend beside a panel goes below it.
    width : float, default=3.9
        Inches.
    """
    figure.draw_without_rendering()
    panels = [axes for axes in figure.axes if axes.get_subplotspec() is not None]
    columns = 2 if len(panels) > _MOST_STACKED else 1
    rows = -(-len(panels) // columns)
    room = width / columns - _AROUND
    shapes = [axes.bbox.height / axes.bbox.width for axes in panels]
    _name_axes(panels)
    grid = figure.add_gridspec(rows, columns)
    for place, axes in enumerate(panels):
        axes.set_subplotspec(grid[place])
        axes.tick_params(labelleft=True, labelbottom=True)
    for text in figure.texts:
        font = text.get_fontproperties()
        each = [lines(line, font, width - 0.2) for line in text.get_text().splitlines()]
        text.set_text("\n".join(chain.from_iterable(each)))
    figure.set_size_inches(width, rows * (sorted(shapes)[len(shapes) // 2] * room + _AROUND))
    _move_legends(figure, panels)
    for _ in range(3):  # names in more lines leave smaller panels
        figure.draw_without_rendering()
        for axes in panels:
            _break_names(axes, figure.dpi)


def _break_names(axes: Axes, dpi: float) -> None:
    """Title and names of the axes in lines as long as their panel came to be."""
    width, height = axes.bbox.width / dpi + _OVERHANG, 0.8 * axes.bbox.height / dpi
    for text in axes.get_children():
        if isinstance(text, Text) and text not in axes.texts:
            write(text, text.get_text(), width, None)
    write(axes.xaxis.label, axes.get_xlabel(), width, None)
    write(axes.yaxis.label, axes.get_ylabel(), height, None)


def _name_axes(panels: Sequence[Axes]) -> None:
    """Names that a row or a column of panels shares are written at each of them."""
    rows: dict[int, str] = {}
    columns: dict[int, str] = {}
    places = [axes.get_subplotspec() for axes in panels]
    starts = [(place.rowspan.start, place.colspan.start) for place in places if place]
    for (row, column), axes in zip(starts, panels, strict=True):
        rows[row] = rows.get(row) or axes.get_ylabel()
        columns[column] = columns.get(column) or axes.get_xlabel()
    for (row, column), axes in zip(starts, panels, strict=True):
        axes.set(xlabel=axes.get_xlabel() or columns[column], ylabel=axes.get_ylabel() or rows[row])


def _move_legends(figure: Figure, panels: Sequence[Axes]) -> None:
    """Legends below all panels get columns that fit; those beside a panel go below it."""
    if figure.legends:
        named = {
            name: handle
            for axes in panels
            for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        figure.legends[0].remove()
        write_legend(figure, [named[name] for name in names], names)
    for axes in panels:
        legend = axes.get_legend()
        if legend is not None and legend.get_bbox_to_anchor() is not axes.bbox:
            below = ScaledTranslation(0.0, -_BELOW, figure.dpi_scale_trans)
            legend.set_loc("upper left")
            legend.set_bbox_to_anchor((0.0, 0.0), axes.transAxes + below)
            more = legend.get_window_extent().height / figure.dpi
            figure.set_figheight(figure.get_figheight() + more)
