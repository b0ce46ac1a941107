"""One picture for each method: what its model predicts, and the rows it asked about."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cutplane.errors import InvalidInputError
from cutplane.experiments.experiment import Experiment
from cutplane.experiments.referee import Picture, Problem

_CLASSES = ("#0072B2", "#D55E00")
_SHADES = ListedColormap(["#B9D6EA", "#F6D3B8"])
_ASKED, _TRUTH, _PREDICTED = "#D55E00", "#8A8A8A", "#0072B2"
_COLUMNS = (6, 5)
_TITLE_WIDTH = 32

Pictures = Mapping[str, tuple[list[int], Mapping[str, Picture]]]


def collage_figure(experiment: Experiment, pictures: Pictures, seed: int = 0) -> Figure:
    """Decision regions, or fitted curves, of all methods.

    Every method is pictured after ``experiment.picture_at`` labels. One that had read labels
    without counting them is pictured again at the end of its run, with both counts.

    Parameters
    ----------
    experiment : Experiment
        With a grid of two columns (a square mesh) or of one.
    pictures : dict
        Of :meth:`cutplane.experiments.study.Study.pictures`.
    seed : int
        Whose pictures these are.

    Returns
    -------
    Figure

    Raises
    ------
    InvalidInputError
        The experiment has no grid.
    """
    points = experiment.grid
    if points is None:
        raise InvalidInputError(f"experiment {experiment.name} has no grid to picture models on")
    panels = _panels(experiment, pictures)
    n_columns = min(_COLUMNS, key=lambda columns: -len(panels) % columns)
    n_rows = ceil(len(panels) / n_columns)
    figure = Figure(
        figsize=(13.0, (0.5 + 13.0 / n_columns) * n_rows), dpi=100, layout="constrained"
    )
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    problem = experiment.problem(seed)
    draw = _draw_fit if experiment.is_regression else _draw_regions
    for axes, (title, rows, picture) in zip(grid.flat[: len(panels)], panels, strict=True):
        draw(axes, points, picture.values, problem, rows[: picture.n_labels])
        axes.set_title(f"{fill(title, _TITLE_WIDTH)}\n{_counts(picture)}", fontsize=9)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    return figure


def _panels(experiment: Experiment, pictures: Pictures) -> list[tuple[str, list[int], Picture]]:
    """Title, rows asked and picture of every panel; second pictures come last."""
    early, last = [], []
    for method in experiment.methods:
        if method.name not in pictures:
            continue
        rows, taken = pictures[method.name]
        final = taken["last"]
        first = taken.get("early", final)
        early.append((method.label, rows, first))
        if final.n_counted < final.n_labels and final.n_labels > first.n_labels:
            last.append((method.label, rows, final))
    return early + last


def _counts(picture: Picture) -> str:
    asked = f"{picture.n_labels} labels asked"
    return asked + (
        "" if picture.n_counted == picture.n_labels else f", {picture.n_counted} counted"
    )


def _draw_regions(
    axes: Axes, grid: NDArray, values: NDArray, problem: Problem, rows: list[int]
) -> None:
    side = np.unique(grid[:, 0])
    classes = np.unique(problem.y_pool)
    regions = np.searchsorted(classes, values).reshape(len(side), len(side))
    axes.pcolormesh(side, side, regions, cmap=_SHADES, vmin=0, vmax=1, rasterized=True)
    for name, color in zip(classes, _CLASSES, strict=True):
        x, y = problem.X_pool[problem.y_pool == name].T
        axes.scatter(x, y, s=5, color=color, linewidths=0)
        asked = [row for row in rows if problem.y_pool[row] == name]
        x, y = problem.X_pool[asked].T
        axes.scatter(x, y, s=24, color=color, edgecolors="black", linewidths=0.8)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])


def _draw_fit(
    axes: Axes, grid: NDArray, values: NDArray, problem: Problem, rows: list[int]
) -> None:
    order = np.argsort(problem.X_pool[:, 0])
    x, y = problem.X_pool[:, 0], problem.y_pool
    axes.plot(x[order], y[order], color=_TRUTH, linewidth=3.5, alpha=0.6)
    axes.plot(grid[:, 0], values, color=_PREDICTED, linewidth=1.5)
    axes.scatter(x[rows], y[rows], s=22, color=_ASKED, edgecolors="black", linewidths=0.7, zorder=3)
    span = y.max() - y.min()
    axes.set_ylim(y.min() - 0.3 * span, y.max() + 0.35 * span)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7)
