"""Curves of an experiment: means with bands, against both counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from cutplane.drawing import open_axes
from cutplane.experiments.curves import band
from cutplane.experiments.experiment import Experiment, Method

#: Okabe and Ito's palette, which colour-blind readers tell apart, with brown for its yellow.
_COLORS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"),
    *("#56B4E9", "#000000", "#8A8A8A", "#6B4C00"),
)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<")
_PUBLISHED_DASH = (0, (1, 1.2))
_AXES = {"n_labels": "labels asked", "n_counted": "queries as the paper counts them"}
_MARK_EVERY = 8


def curves_figure(
    experiment: Experiment, frame: pd.DataFrame, published: pd.DataFrame, budget: int
) -> Figure:
    """Scores against labels asked (left) and against the paper's count (right).

    Parameters
    ----------
    experiment : Experiment
        Cutting planes are drawn in the upper panels, deep baselines below, with the cutting
        plane of the best mean once more in grey.
    frame : DataFrame
        Records of :func:`cutplane.experiments.curves.to_frame`.
    published : DataFrame
        Of :func:`cutplane.experiments.published.published_curves`; dotted, in the colour of
        our run of the method.
    budget : int
        Where the axes end.

    Returns
    -------
    Figure
        Lines are means over seeds. Bands are one standard deviation to either side, and from
        the best seed to the worst where the axis is logarithmic. A line ends where the first of
        its seeds ends.
    """
    families = _families(experiment)
    figure = Figure(figsize=(12.5, 0.6 + 3.6 * len(families)), dpi=110, layout="constrained")
    panels = figure.subplots(len(families), 2, squeeze=False, sharex=True, sharey=True)
    bands = {count: _complete(band(frame, count)) for count in _AXES}
    by_labels = bands["n_labels"]
    rivals = by_labels[
        by_labels.method.isin([m.name for m in families[0]]) & (by_labels.n_labels <= budget)
    ]
    for row, methods in zip(panels, families, strict=True):
        for axes, count in zip(row, _AXES, strict=True):
            if methods is not families[0]:
                _draw_best(axes, families[0], rivals, experiment.is_regression)
            _draw_methods(axes, methods, bands[count], count, experiment.is_regression)
        _draw_published(row[1], methods, published)
        _legend(row[1])
    _dress(panels, experiment.is_regression, budget)
    n_seeds = frame.seed.nunique()
    width = "from best to worst" if experiment.is_regression else "of one deviation"
    spread = f"mean of {n_seeds} seeds, band {width}" if n_seeds > 1 else "one seed"
    title = f"{experiment.title}: {spread}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def _families(experiment: Experiment) -> list[list[Method]]:
    """Methods by family, families without any left out."""
    names = ("cutting planes", "deep")
    groups = [[m for m in experiment.methods if m.family == name] for name in names]
    return [group for group in groups if group]


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """The part of a band that every seed of its method reached: a mean of fewer would jump."""
    most = table.groupby("method").n_seeds.transform("max")
    return table[table.n_seeds == most]


def _draw_methods(
    axes: Axes, methods: list[Method], table: pd.DataFrame, count: str, is_regression: bool
) -> None:
    for i, method in enumerate(methods):
        curve = table[table.method == method.name].sort_values(count)
        x, mean, sd = curve[count], curve["mean"], curve["sd"]
        # the logarithm knows no mean - sd, which may be negative
        low, high = (curve["least"], curve["most"]) if is_regression else (mean - sd, mean + sd)
        color = _COLORS[i % len(_COLORS)]
        axes.plot(
            x,
            mean,
            color=color,
            linewidth=1.7,
            marker=_MARKERS[i % len(_MARKERS)],
            markersize=4,
            markevery=(i % _MARK_EVERY, _MARK_EVERY),
            label=method.label,
        )
        axes.fill_between(x, low, high, color=color, alpha=0.10, linewidth=0)


def _draw_published(axes: Axes, methods: list[Method], published: pd.DataFrame) -> None:
    for i, method in enumerate(methods):
        curve = published[published.strategy == method.published]
        if method.published is not None and len(curve):
            axes.plot(
                curve.n_counted,
                curve["mean"],
                color=_COLORS[i % len(_COLORS)],
                linestyle=_PUBLISHED_DASH,
                linewidth=1.7,
                label=f"published: {method.published}",
            )


def _draw_best(axes: Axes, methods: list[Method], table: pd.DataFrame, is_regression: bool) -> None:
    """The method whose labels buy most on the scale of the axis, in grey, to compare with."""
    if table.empty:
        return
    scores = table.assign(score=np.log(table["mean"]) if is_regression else -table["mean"])
    areas = scores.groupby("method").score.mean().reindex([m.name for m in methods])
    name = areas.idxmin()
    curve = table[table.method == name].sort_values("n_labels")
    label = next(method.label for method in methods if method.name == name)
    axes.plot(curve.n_labels, curve["mean"], color="#B8B8B8", linewidth=3.5, label=label, zorder=1)


def _legend(axes: Axes) -> None:
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)


def _dress(panels: NDArray, is_regression: bool, budget: int) -> None:
    """Axes, their names and the scale of the score."""
    for axes in panels.flat:
        axes.set_xlim(0, budget)
        open_axes(axes)
        axes.tick_params(labelbottom=True, labelleft=True)
        if is_regression:
            axes.set_yscale("log")
        else:
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axes.set_ylim(top=min(1.02, axes.get_ylim()[1]))
    for axes, name in zip(panels[-1], _AXES.values(), strict=True):
        axes.set_xlabel(name)
    for axes in panels[:, 0]:
        axes.set_ylabel("test RMSE" if is_regression else "test accuracy")
