"""The pictures of a run, drawn without pyplot and its global state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from cutplane._types import Array, Index
from cutplane.certificate.theorem import BOUND
from cutplane.drawing import TWO_CLASSES, class_colors, open_axes, write, write_legend
from cutplane.runs.simulation import Curve
from cutplane.tables.model import TableModel

_CURVE_COLORS = ("#1b3a5c", "#9a9a9a", "#d1603d", "#3f8f5b")
_AXIS_LABELS = {"accuracy": "test accuracy", "rmse": "test RMSE", "r2": "test R²"}
_GRID_POINTS = 200
# A legend of more classes hides the picture.
_MAX_LEGEND = 12
#: Inches that names of axes, ticks and a scale of colors take of a width, and of a height.
_SIDES, _ENDS = 1.4, 1.6


def curve_figure(curves: Sequence[Curve], title: str = "") -> Figure:
    """Measures of the test rows against labels asked, one panel for each.

    Two more below show what the labels left of the networks, where the evidence is known, and
    the share that every cut of the run left, beside the bound of Theorem 6.3.

    Parameters
    ----------
    curves : sequence of Curve
        The run first, then what it is compared with.
    title : str

    Returns
    -------
    Figure
    """
    names = list(curves[0].measures) or ["accuracy"]
    has_volume = curves[0].has_volume
    size = (7.0 if len(names) == 1 else 10.0, 8.0 if has_volume else 4.4)
    figure = Figure(figsize=size, dpi=130, layout="constrained")
    heights = [1.6, 1, 1] if has_volume else [1]
    grid = figure.subplots(
        len(heights), len(names), squeeze=False, sharex=True, height_ratios=heights
    )
    for axes, name in zip(grid[0], names, strict=True):
        _draw_measure(axes, curves, name)
    if has_volume:
        _draw_volumes(grid[1, 0], curves)
        _draw_ratios(grid[2, 0], curves[0])
    for axes in grid[-1]:
        axes.set_xlabel("labels asked")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    write(grid[0, 0].set_title("", loc="left"), title, figure.get_figwidth() - _SIDES)
    write_legend(figure, grid[0, 0].lines, [_label(curve) for curve in curves])
    return figure


def _draw_measure(axes: Axes, curves: Sequence[Curve], name: str) -> None:
    for color, curve in zip(cycle(_CURVE_COLORS), curves, strict=False):
        values = curve.measures.get(name, [])
        axes.plot(curve.n_labels, values, color=color, linewidth=1.8)
    axes.set_ylabel(_AXIS_LABELS[name])
    open_axes(axes)
    if name == "rmse" and any(curve.measures.get(name) for curve in curves):
        axes.set_yscale("log")
    if name == "r2":  # the first labels may do far worse than the mean
        axes.set_ylim(bottom=max(axes.get_ylim()[0], -0.5), top=1.02)


def _draw_volumes(axes: Axes, curves: Sequence[Curve]) -> None:
    for color, curve in zip(cycle(_CURVE_COLORS), curves, strict=False):
        power = _known(curve.log_volume) / np.log(10)
        axes.plot(curve.n_labels, power, color=color, linewidth=1.8)
    axes.set_ylabel("log10 of what\nthe labels left")
    open_axes(axes)


def _draw_ratios(axes: Axes, curve: Curve) -> None:
    """Ratios as discs, hollow where several cuts came at once."""
    n_labels, ratio = np.array(curve.n_labels), _known(curve.ratio)
    is_single = np.diff(curve.n_cuts, prepend=0) == 1
    for chosen, face in ((is_single, _CURVE_COLORS[0]), (~is_single, "white")):
        axes.scatter(
            n_labels[chosen], ratio[chosen], s=16, color=face, edgecolors=_CURVE_COLORS[0], zorder=3
        )
    axes.axhline(BOUND, color=_CURVE_COLORS[2], linewidth=1.4, linestyle="--")
    axes.annotate(
        "1 - 1/e",
        (1.0, BOUND),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color=_CURVE_COLORS[2],
    )
    axes.set(ylabel="share that\na cut left", ylim=(0, 1.05))
    open_axes(axes)


def _known(values: Sequence[float | None]) -> Array:
    """With gaps where nothing is known."""
    return np.array([np.nan if value is None else value for value in values])


def model_figure(
    model: TableModel, features: pd.DataFrame, asked: Index, labels: NDArray, title: str = ""
) -> Figure:
    """What a model of one or two numeric columns predicts, and the rows it asked about.

    Parameters
    ----------
    model : TableModel
        Of two columns, or of one column and a regression; see :func:`can_be_drawn`.
    features : DataFrame of shape (n, n_columns)
        The pool's rows, in the table's own units.
    asked : int ndarray of shape (n_labels,)
        Positions in ``features`` of the rows asked about.
    labels : ndarray of shape (n_labels,)
        Their answers.
    title : str

    Returns
    -------
    Figure
        Regions of the classes, a map of the predicted value, or the fitted curve.
    """
    figure = Figure(figsize=(6.4, 5.4), dpi=130, layout="constrained")
    axes = figure.subplots()
    names = list(model.preprocessing.numeric)
    points = features[names].to_numpy(dtype=float)
    grids = [_grid(column) for column in points.T]
    mesh = np.stack(np.meshgrid(*grids), axis=-1)
    predicted = model.predict(pd.DataFrame(mesh.reshape(-1, len(names)), columns=names))
    width, height = figure.get_size_inches()
    if len(names) == 1:
        shown = _draw_curve(axes, grids[0], predicted, points[asked, 0], labels)
    else:
        predicted = predicted.reshape(mesh.shape[:2])
        x, y = points.T
        rest = axes.scatter(x, y, s=8, color="#666666", alpha=0.5, linewidths=0)
        shown = [("not asked", rest)]
        if model.classes is None:
            bar, discs = _draw_map(figure, axes, grids, predicted, points[asked], labels)
            write(bar.ax.set_ylabel(""), model.target, height - _ENDS)
            shown.append(("asked", discs))
        else:
            shown += _draw_regions(axes, grids, predicted, points[asked], labels, model.classes)
    write(axes.set_xlabel(""), names[0], width - _SIDES)
    write(axes.set_ylabel(""), [*names, model.target][1], height - _ENDS)
    write(axes.set_title("", loc="left"), title, width - _SIDES)
    if len(shown) <= _MAX_LEGEND:
        write_legend(figure, [artist for _, artist in shown], [name for name, _ in shown])
    return figure


def can_be_drawn(model: TableModel) -> bool:
    """Whether :func:`model_figure` has a picture of this model."""
    columns = model.preprocessing
    one_curve = len(columns.numeric) == 1 and model.classes is None
    is_numeric = not columns.categorical and not columns.dates
    return is_numeric and (len(columns.numeric) == 2 or one_curve)


def _label(curve: Curve) -> str:
    """Query and the mean height of its first measure."""
    if not curve.area:
        return f"{curve.query} query"
    name, area = next(iter(curve.area.items()))
    return f"{curve.query} query (mean {_AXIS_LABELS[name].removeprefix('test ')} {area:.3g})"


def _draw_regions(
    axes: Axes,
    grids: list[Array],
    predicted: NDArray,
    points: Array,
    labels: NDArray,
    classes: NDArray,
) -> list[tuple[str, Artist]]:
    """Regions and points of every class; its name and its points."""
    colors = class_colors(len(classes))
    position = np.searchsorted(classes, predicted)
    shades = ListedColormap([[1 - 0.25 * (1 - part) for part in color] for color in colors])
    axes.pcolormesh(
        *grids,
        position,
        cmap=shades,
        shading="nearest",
        zorder=0,
        vmin=-0.5,
        vmax=len(classes) - 0.5,
    )
    named: list[tuple[str, Artist]] = []
    for value, color in zip(classes, colors, strict=True):
        x, y = points[labels == value].T
        discs = axes.scatter(x, y, s=38, color=color, edgecolors="black", linewidths=0.8)
        named.append((str(value), discs))
    return named


def _draw_map(
    figure: Figure, axes: Axes, grids: list[Array], predicted: Array, points: Array, labels: Array
) -> tuple[Colorbar, Artist]:
    scale = Normalize(labels.min(), labels.max())
    shown = axes.pcolormesh(*grids, predicted, norm=scale, shading="nearest", zorder=0)
    bar = figure.colorbar(shown, ax=axes, extend="both")
    x, y = points.T
    return bar, axes.scatter(x, y, c=labels, norm=scale, s=38, edgecolors="white")


def _draw_curve(
    axes: Axes, grid: Array, predicted: Array, x: Array, labels: Array
) -> list[tuple[str, Artist]]:
    open_axes(axes)
    (line,) = axes.plot(grid, predicted, color=TWO_CLASSES[0], linewidth=1.8)
    discs = axes.scatter(x, labels, s=28, color=TWO_CLASSES[1], zorder=3)
    return [("predicted", line), ("asked", discs)]


def _grid(values: Array) -> Array:
    low, high = np.nanmin(values), np.nanmax(values)
    margin = 0.08 * (high - low)
    return np.linspace(low - margin, high + margin, _GRID_POINTS)
