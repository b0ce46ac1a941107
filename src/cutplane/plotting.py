"""The pictures of a run, drawn without pyplot and its global state."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cutplane.model_file import Model
from cutplane.simulation import Curve

_CLASS_COLORS = ("#3b6fb6", "#d1603d")
_CURVE_COLORS = ("#1b3a5c", "#9a9a9a", "#d1603d", "#3f8f5b")
_GRID_POINTS = 200


def curve_figure(curves: Sequence[Curve], title: str = "") -> Figure:
    """Test accuracy against labels asked.

    Parameters
    ----------
    curves : sequence of Curve
        The run first, then what it is compared with.
    title : str

    Returns
    -------
    Figure
    """
    figure, axes = _figure(7.0, 4.4)
    for curve, color in zip(curves, _CURVE_COLORS, strict=False):
        area = "" if curve.area is None else f" (area {curve.area:.3f})"
        label = f"{curve.query} query{area}"
        axes.plot(curve.n_labels, curve.accuracy, color=color, linewidth=1.8, label=label)
    axes.set_xlabel("labels asked")
    axes.set_ylabel("test accuracy")
    axes.set_title(title, loc="left")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def boundary_figure(
    model: Model, features: pd.DataFrame, asked: np.ndarray, labels: np.ndarray, title: str = ""
) -> Figure:
    """Regions a model of two numeric columns predicts, and the rows it asked about.

    Parameters
    ----------
    model : Model
        Of two classes.
    features : DataFrame of shape (n, n_columns)
        The pool's rows, in the table's own units.
    asked : int ndarray of shape (n_labels,)
        Positions in `features` of the rows asked about.
    labels : ndarray of shape (n_labels,)
        Their answers.
    title : str

    Returns
    -------
    Figure
    """
    names = model.preprocessing.numeric
    points = features[names].to_numpy(dtype=float)
    x1, x2 = (_axis(points[:, j]) for j in range(2))
    grid = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
    scores = model.decision_function(pd.DataFrame(grid, columns=names))
    scores = scores.reshape(_GRID_POINTS, _GRID_POINTS)

    figure, axes = _figure(6.0, 5.4)
    side = (scores > 0).astype(float)
    axes.contourf(x1, x2, side, levels=[-0.5, 0.5, 1.5], colors=_CLASS_COLORS, alpha=0.22)
    axes.scatter(*points.T, s=10, color="#777777", alpha=0.6, linewidths=0, label="not asked")
    for value, color in zip(model.classes, _CLASS_COLORS, strict=True):
        x, y = points[asked[labels == value]].T
        axes.scatter(x, y, s=42, color=color, edgecolors="black", linewidths=0.8, label=str(value))
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    axes.set_title(title, loc="left")
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG."""
    FigureCanvasAgg(figure).print_png(str(path))


def _figure(width: float, height: float):
    figure = Figure(figsize=(width, height), dpi=130, layout="constrained")
    return figure, figure.subplots()


def _axis(values: np.ndarray) -> np.ndarray:
    low, high = np.nanmin(values), np.nanmax(values)
    margin = 0.08 * (high - low)
    return np.linspace(low - margin, high + margin, _GRID_POINTS)
