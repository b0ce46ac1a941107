"""Tables and figures from the runs that are there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from label_suite import figures
from label_suite.statistics import BESIDE, against, against_best, areas, matrix, overall
from label_suite.store import RunStore

GROUPS = {"classification": ("binary", "multiclass"), "regression": ("regression",)}
CURVES = 5


def write_report(store: RunStore, out: Path) -> None:
    """Write Parquet, CSV and PNG files into `out`, and print the summary.

    ``curves.parquet`` (every metric at every label count), ``questions.parquet`` (rows asked),
    and for each group of tasks ``GROUP_summary.csv``, ``GROUP_areas.csv``, ``GROUP_best.csv``,
    ``GROUP_tests.csv``, ``GROUP_ranks.png`` and ``GROUP_curves.png``.
    """
    curves = store.curves()
    if curves.empty:
        print("no runs to report")
        return
    _say_what_is_old(curves)
    curves.to_parquet(out / "curves.parquet", index=False)
    store.questions().to_parquet(out / "questions.parquet", index=False)
    report_groups(curves, out)


def report_groups(curves: pd.DataFrame, out: Path) -> None:
    """Write the CSV and PNG files of every group of tasks, and print the summary."""
    table = areas(curves)
    for group, tasks in GROUPS.items():
        runs = table[table["task"].isin(tasks)]
        if len(runs):
            _report_group(group, runs, curves, out)


def _say_what_is_old(curves: pd.DataFrame) -> None:
    """Name the metrics that runs were played before, and how many of them."""
    classes = curves[curves["task"] != "regression"]
    last = classes.groupby(["data", "method", "seed"]).tail(1)
    # every new run has the recall; probabilities some methods do not have
    old = last.reindex(columns=["rare_recall"])["rare_recall"].isna().sum()
    if old:
        print(
            f"{old} of {len(last)} runs are of before {', '.join(BESIDE[2:])} were measured and "
            "lack them; play them again with another --out"
        )


def _report_group(group: str, runs: pd.DataFrame, curves: pd.DataFrame, out: Path) -> None:
    means = matrix(runs).dropna(axis=1)
    summary = overall(runs, curves)
    seeds = runs.groupby("data")["seed"].nunique()
    print(f"\n{group}: {len(means)} data sets, {seeds.min()} to {seeds.max()} seeds")
    print(summary.round(3).to_string())
    summary.round(4).to_csv(out / f"{group}_summary.csv")
    means.round(4).to_csv(out / f"{group}_areas.csv")
    mine = [name for name in means if name.startswith("ours") and not name.endswith("random")]
    best = {name: against_best(runs, name) for name in mine}
    tests = {name: against(means, name) for name in mine}
    if mine:
        pd.concat(best, names=["ours"]).round(4).to_csv(out / f"{group}_best.csv")
        pd.concat(tests, names=["ours"]).round(4).to_csv(out / f"{group}_tests.csv")
        leader = means[mine].mean().idxmax()
        print(f"\n{leader} against the best rival of each set\n{best[leader].round(3).to_string()}")
        print(f"\n{leader} against every method\n{tests[leader].round(4).to_string()}")
    figures.draw_ranks(means, out / f"{group}_ranks.png")
    rivals = [name for name in summary.index if not name.startswith("ours")]
    shown = curves[curves["data"].isin(means.index)]
    figures.draw_curves(shown, mine + rivals[:CURVES], out / f"{group}_curves.png")
