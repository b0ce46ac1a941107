"""The pictures of a run, drawn without pyplot and its global state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from cutplane._types import Array, Index
from cutplane.certificate.theorem import BOUND
from cutplane.drawing import TWO_CLASSES, class_colors, open_axes
from cutplane.runs.simulation import Curve
from cutplane.tables.model import TableModel

_CURVE_COLORS = ("#1b3a5c", "#9a9a9a", "#d1603d", "#3f8f5b")
_AXIS_LABELS = {"accuracy": "test accuracy", "rmse": "test RMSE", "r2": "test R²"}
_GRID_POINTS = 200
# A legend of more classes hides the picture.
_MAX_LEGEND = 12


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
    grid[0, 0].set_title(title, loc="left")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(names), frameon=False)
    return figure


def _draw_measure(axes: Axes, curves: Sequence[Curve], name: str) -> None:
    for color, curve in zip(cycle(_CURVE_COLORS), curves, strict=False):
        values = curve.measures.get(name, [])
        axes.plot(curve.n_labels, values, color=color, linewidth=1.8, label=_label(curve))
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
        xytext=(-4, 3),
        textcoords="offset points",
        ha="right",
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
    if len(names) == 1:
        _draw_curve(axes, grids[0], predicted, points[asked, 0], labels)
        axes.set_ylabel(model.target)
    else:
        predicted = predicted.reshape(mesh.shape[:2])
        x, y = points.T
        axes.scatter(x, y, s=8, color="#666666", alpha=0.5, linewidths=0, label="not asked")
        if model.classes is None:
            _draw_map(figure, axes, grids, predicted, points[asked], labels, model.target)
        else:
            _draw_regions(axes, grids, predicted, points[asked], labels, model.classes)
        axes.set_ylabel(names[1])
    axes.set_xlabel(names[0])
    axes.set_title(title, loc="left")
    handles, entries = axes.get_legend_handles_labels()
    if len(handles) <= _MAX_LEGEND:
        figure.legend(handles, entries, loc="outside lower center", ncols=4, frameon=False)
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
) -> None:
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
    for value, color in zip(classes, colors, strict=True):
        x, y = points[labels == value].T
        axes.scatter(x, y, s=38, color=color, edgecolors="black", linewidths=0.8, label=str(value))


def _draw_map(
    figure: Figure,
    axes: Axes,
    grids: list[Array],
    predicted: Array,
    points: Array,
    labels: Array,
    name: str,
) -> None:
    scale = Normalize(labels.min(), labels.max())
    shown = axes.pcolormesh(*grids, predicted, norm=scale, shading="nearest", zorder=0)
    figure.colorbar(shown, ax=axes, label=name, extend="both")
    x, y = points.T
    axes.scatter(x, y, c=labels, norm=scale, s=38, edgecolors="white", label="asked")


def _draw_curve(axes: Axes, grid: Array, predicted: Array, x: Array, labels: Array) -> None:
    axes.plot(grid, predicted, color=TWO_CLASSES[0], linewidth=1.8, label="predicted")
    axes.scatter(x, labels, s=28, color=TWO_CLASSES[1], zorder=3, label="asked")
    open_axes(axes)


def _grid(values: Array) -> Array:
    low, high = np.nanmin(values), np.nanmax(values)
    margin = 0.08 * (high - low)
    return np.linspace(low - margin, high + margin, _GRID_POINTS)
