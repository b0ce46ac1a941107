"""Critical-difference plot and learning curves."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from cutplane.drawing import save_phone_form
from label_suite.metrics import MAIN
from label_suite.statistics import critical_difference, mean_ranks


def draw_ranks(means: pd.DataFrame, path: Path) -> None:
    """Mean ranks, each with a line one critical difference long: two methods whose ranks lie
    within one are not told apart by Nemenyi's test."""
    ranks = mean_ranks(means)
    difference = critical_difference(len(ranks), len(means))
    figure, axes = plt.subplots(figsize=(8, 0.34 * len(ranks) + 1.2), layout="constrained")
    height = np.arange(len(ranks))
    colors = ["tab:red" if name.startswith("ours") else "0.35" for name in ranks.index]
    axes.hlines(height, ranks, ranks + difference, color=colors, lw=1, alpha=0.5)
    axes.scatter(ranks, height, c=colors, zorder=3)
    axes.set_yticks(height, ranks.index)
    axes.invert_yaxis()
    axes.axvspan(ranks.iloc[0], ranks.iloc[0] + difference, color="tab:red", alpha=0.08)
    axes.set_title(f"Mean rank over {len(means)} data sets, 1 is best", fontsize=10)
    axes.set_xlabel(f"line and shade: critical difference {difference:.2f} (Nemenyi, 5%)")
    figure.savefig(path, dpi=150)
    save_phone_form(figure, path)
    plt.close(figure)


def draw_curves(curves: pd.DataFrame, shown: list[str], path: Path) -> None:
    """Mean of the main metric against labels asked, one panel for each data set."""
    sets = list(curves["data"].unique())
    n_columns = min(4, len(sets))
    n_rows = -(-len(sets) // n_columns)
    size = (max(10.0, 3.25 * n_columns), 2.6 * n_rows + 1.0)
    figure, grid = plt.subplots(
        n_rows, n_columns, figsize=size, layout="constrained", squeeze=False
    )
    for axes, data in zip(grid.flat[: len(sets)], sets, strict=True):
        mine = curves[curves["data"] == data]
        metric = MAIN[mine["task"].iloc[0]]
        for name in shown:
            runs = mine[mine["method"] == name]
            if len(runs):
                mean = runs.groupby("n_labels")[metric].mean()
                axes.plot(mean.index, mean, label=name, lw=2 if name.startswith("ours") else 1)
        axes.set_title(f"{data} ({metric})", fontsize=9)
        if metric == "r2":
            axes.set_ylim(bottom=max(-0.5, axes.get_ylim()[0]))
    for axes in grid.flat[max(0, len(sets) - n_columns) : len(sets)]:
        axes.set_xlabel("labels asked", fontsize=9)
    for axes in grid.flat[len(sets) :]:
        axes.axis("off")
    handles = {
        label: handle
        for axes in grid.flat
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=110)
    save_phone_form(figure, path)
    plt.close(figure)
