"""A group of methods: each against the first one, set by set and over the sets at every share of
flipped labels, and what these cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from label_suite.statistics import areas
from label_suite.store import RunStore

#: Between the name of a data set and the share of its labels that are wrong.
FLIPPED = ", flipped "
#: A set where the first method is behind by more than this area is named.
BEHIND = 0.015


def flipped_name(data: str, share: float) -> str:
    """Name of a data set some of whose labels are wrong."""
    return f"{data}{FLIPPED}{share:.0%}" if share else data


def write_comparison(store: RunStore, out: Path, methods: list[str], at: list[int]) -> None:
    """Write the curves and the tables, and print the tables.

    ``comparison.csv`` is set by set, ``levels.csv`` over the sets of classes; with flips there
    is ``flips.csv``.

    Parameters
    ----------
    store : RunStore
    out : Path
    methods : list of str
        The methods in their order; the others are compared with the first one.
    at : list of int
        Label counts whose scores are shown beside the area.
    """
    curves = store.curves()
    if curves.empty:
        print("no runs to report")
        return
    curves.to_parquet(out / "curves.parquet", index=False)
    questions = store.questions()
    questions.to_parquet(out / "questions.parquet", index=False)
    table = compared(curves, questions, methods, at)
    table.round(5).to_csv(out / "comparison.csv", index=False)
    for data, rows in table.groupby("data", sort=False):
        shown = rows.drop(columns="data").dropna(axis=1, how="all")
        print(f"\n{data}\n{shown.round(4).to_string(index=False)}")
    over_sets = levels(areas(curves), methods)
    if len(over_sets):
        over_sets.round(4).to_csv(out / "levels.csv", index=False)
        print(f"\nover the sets of classes\n{over_sets.round(4).to_string(index=False)}")
    losses = lost(areas(curves), methods)
    if len(losses):
        losses.round(4).to_csv(out / "flips.csv", index=False)
        print(f"\nlost to flipped labels\n{losses.round(4).to_string(index=False)}")


def compared(
    curves: pd.DataFrame, questions: pd.DataFrame, methods: list[str], at: list[int]
) -> pd.DataFrame:
    """Every method against the first one, over the seeds that all of them have.

    Returns
    -------
    DataFrame
        One row per data set and method: area and its spread between seeds, gap to the first
        method of the list and its standard error over the seeds, CPU seconds per label, and
        the score (accuracy or RMSE) at some label counts with its spread.
    """
    wide = areas(curves).pivot(index=["data", "seed"], columns="method", values="area")
    seconds = questions.assign(each=questions["cpu_seconds"] / questions["rows"].map(len))
    seconds = seconds.groupby(["data", "method"])["each"].mean()
    rows = []
    for data, area in wide.groupby("data", sort=False):
        here = [name for name in methods if name in area and area[name].notna().all()]
        for name in here:
            gap = area[name] - area[here[0]]
            rows.append(
                {"data": data, "method": name, "area": area[name].mean()}
                | {"spread": area[name].std(ddof=0), "gap": gap.mean(), "error": gap.sem()}
                | {"s/label": seconds[data, name]}
                | _scores_at(curves[(curves.data == data) & (curves.method == name)], at)
            )
    return pd.DataFrame(rows)


def _scores_at(runs: pd.DataFrame, at: list[int]) -> dict[str, float]:
    """Mean and spread of the accuracy, or the RMSE, at some label counts."""
    metric = "rmse" if runs["task"].iloc[0] == "regression" else "accuracy"
    scores = {n: runs.loc[runs["n_labels"] == n, metric] for n in at}
    means = {f"{metric} at {n}": values.mean() for n, values in scores.items()}
    return means | {f"spread at {n}": values.std(ddof=0) for n, values in scores.items()}


def levels(table: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Means over the data sets at every share of wrong labels, and where the first method loses.

    Parameters
    ----------
    table : DataFrame
        Of :func:`label_suite.statistics.areas`; only sets of classes count.
    methods : list of str

    Returns
    -------
    DataFrame
        One row per share and method: sets (those that all methods played), area, gap to the
        first method, and the sets on which that one is more than `BEHIND` behind, the worst first.
    """
    classes = table[table["task"] != "regression"]
    names = [name.partition(FLIPPED) for name in classes["data"]]
    classes = classes.assign(
        data=[clean for clean, _, _ in names], share=[share or "0%" for _, _, share in names]
    )
    wide = classes.pivot_table(index=["share", "data"], columns="method", values="area")
    here = [name for name in methods if name in wide]
    rows = []
    for share in sorted(wide.index.unique("share"), key=lambda text: float(text.rstrip("%"))):
        area = wide.loc[share, here].dropna()
        for name in here:
            gap = area[name] - area[here[0]]
            behind = gap[gap > BEHIND].sort_values(ascending=False)
            lost_on = [f"{data} {-value:.3f}" for data, value in behind.items()]
            rows.append(
                {"flipped": share, "method": name, "sets": len(area), "area": area[name].mean()}
                | {"gap": gap.mean(), f"{here[0]} loses on": ", ".join(lost_on)}
            )
    return pd.DataFrame(rows)


def lost(table: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """What flipped labels cost in area, and how much less than they cost the first method.

    Parameters
    ----------
    table : DataFrame
        Of :func:`label_suite.statistics.areas`.
    methods : list of str

    Returns
    -------
    DataFrame
        One row per flipped data set and method: lost, and less with its standard error over
        the seeds.
    """
    wide = table.pivot(index=["data", "seed"], columns="method", values="area")
    rows = []
    for data in wide.index.unique("data"):
        clean, _, share = data.partition(FLIPPED)
        if not share or clean not in wide.index:
            continue
        losses = wide.loc[clean] - wide.loc[data]
        here = [name for name in methods if name in losses and losses[name].notna().any()]
        for name in here:
            less = losses[here[0]] - losses[name]
            rows.append(
                {"data": data, "method": name, "lost": np.mean(losses[name])}
                | {"less": less.mean(), "error": less.sem()}
            )
    return pd.DataFrame(rows)
