"""Areas, ranks and paired tests over runs; pure functions of tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata, studentized_range, wilcoxon

from label_suite.metrics import MAIN

#: Metrics of classes shown beside the main one; runs of before some were measured lack them.
BESIDE = (
    *("balanced_accuracy", "roc_auc", "rare_recall"),
    *("log_loss", "calibration_error"),
)
_KEYS = ["data", "task", "method", "seed"]


def areas(curves: pd.DataFrame) -> pd.DataFrame:
    """Mean of the main metric over the label counts tested, for each run.

    Returns
    -------
    DataFrame
        Columns data, task, method, seed, area. Only seeds that every method of a data set has.
    """
    main = curves["task"].map(MAIN)
    value = np.select([main == name for name in main.unique()], [curves[n] for n in main.unique()])
    table = curves[_KEYS].assign(area=value).groupby(_KEYS, as_index=False)["area"].mean()
    present = table.groupby(["data", "seed"])["method"].transform("nunique")
    wanted = table.groupby("data")["method"].transform("nunique")
    return table[present == wanted].reset_index(drop=True)


def matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Mean area over the seeds; data sets in rows, methods in columns."""
    return table.pivot_table(index="data", columns="method", values="area", sort=False)


def overall(runs: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """What every method does over all data sets, best rank first.

    Parameters
    ----------
    runs : DataFrame
        Of :func:`areas`, one kind of task.
    curves : DataFrame
        All metrics at all label counts.

    Returns
    -------
    DataFrame
        Index method; columns rank, area, spread (standard deviation of the area between seeds,
        mean over the data sets), first (data sets won), and the areas of the other metrics:
        means over the data sets, but for the RMSE, whose units differ, one column for each.
        A metric that some run of a method lacks is left empty for it.
    """
    means = matrix(runs).dropna(axis=1)
    between = runs.groupby(["method", "data"])["area"].std(ddof=0)
    table = pd.DataFrame(
        {
            "rank": mean_ranks(means),
            "area": means.mean(),
            "spread": between.groupby("method").mean(),
            "first": means.eq(means.max(axis=1), axis=0).sum(),
        }
    ).rename_axis("method")
    kept = curves.merge(runs[_KEYS])
    if (kept["task"] == "regression").all():
        other = kept.pivot_table(index="method", columns="data", values="rmse").add_prefix("rmse ")
    else:
        names = [name for name in BESIDE if name in kept]
        means_of = kept.groupby(["method", "data"])[names].mean().groupby("method").mean()
        other = means_of.mask(kept[names].isna().groupby(kept["method"]).any())
    return table.join(other, how="left").loc[means.columns].sort_values("rank")


def mean_ranks(means: pd.DataFrame) -> pd.Series:
    """Mean rank of every method over the data sets; 1 is best, ties share."""
    ranks = rankdata(-means.to_numpy(), axis=1)
    return pd.Series(ranks.mean(axis=0), index=means.columns).sort_values()


def critical_difference(n_methods: int, n_sets: int, alpha: float = 0.05) -> float:
    """Nemenyi's critical difference of mean ranks.

    References
    ----------
    Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets" (2006), 3.2.2.
    """
    q = studentized_range.ppf(1 - alpha, n_methods, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_methods * (n_methods + 1) / (6 * n_sets)))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's step-down adjustment of p-values (m,)."""
    order = np.argsort(p_values)
    stepped = p_values[order] * np.arange(p_values.size, 0, -1)
    adjusted = np.empty(p_values.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def paired_p(first: np.ndarray, second: np.ndarray) -> float:
    """Two-sided Wilcoxon signed-rank p-value; 1 when nothing differs."""
    gap = np.asarray(first) - np.asarray(second)
    return float(wilcoxon(gap).pvalue) if np.any(gap != 0) else 1.0


def against(means: pd.DataFrame, ours: str) -> pd.DataFrame:
    """`ours` against every other method over the data sets.

    Returns
    -------
    DataFrame
        Index method; columns gap (mean), wins, losses, p (Wilcoxon over data sets), p_holm.
    """
    others = [name for name in means.columns if name != ours]
    gaps = {name: (means[ours] - means[name]).to_numpy() for name in others}
    table = pd.DataFrame(
        {
            "gap": [gaps[name].mean() for name in others],
            "wins": [int((gaps[name] > 0).sum()) for name in others],
            "losses": [int((gaps[name] < 0).sum()) for name in others],
            "p": [paired_p(means[ours], means[name]) for name in others],
        },
        index=pd.Index(others, name="method"),
    )
    return table.assign(p_holm=holm(table["p"].to_numpy())).sort_values("gap")


def against_best(table: pd.DataFrame, ours: str) -> pd.DataFrame:
    """`ours` against the best rival of each data set, which is chosen by the same runs.

    Choosing the rival afterwards favours the rivals. Returns one row per data set: area, best
    rival, its area, gap, Wilcoxon p over the seeds and p_holm over the data sets.
    """
    rows = []
    for data, runs in table.groupby("data", sort=False):
        wide = runs.pivot(index="seed", columns="method", values="area")
        rivals = wide[[name for name in wide if not name.startswith("ours")]]
        if ours not in wide or rivals.empty:
            continue
        best = rivals.mean().idxmax()
        rows.append(
            {
                "data": data, "seeds": len(wide), "area": wide[ours].mean(),
                "spread": wide[ours].std(ddof=0), "best rival": best,
                "rival area": wide[best].mean(), "gap": (wide[ours] - wide[best]).mean(),
                "p": paired_p(wide[ours], wide[best]),
            }
        )  # fmt: skip
    out = pd.DataFrame(rows)
    return out.assign(p_holm=holm(out["p"].to_numpy())) if len(out) else out
