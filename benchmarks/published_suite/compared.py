"""Every run beside theirs of the same seed, and the means of a set beside what is published."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from published_suite.protocol import N_FIRST, after_each_answer, area
from published_suite.store import OURS, THEIRS, Runs
from published_suite.theirs import US_C, Strategy, Theirs, accuracy_at

#: Our two columns: what is tested on the labels of our questions.
COLUMNS = ("whole", "svm")
#: Label counts at which accuracies are shown.
AT = (30, 50, 100)


def by_seed(runs: Runs, theirs: Theirs, data: str) -> pd.DataFrame:
    """Our runs on a set, beside US-C of the same seeds.

    Returns
    -------
    DataFrame
        One row a seed: data, pool, seed, revision, cpu_seconds, is_interpolated; areas "whole",
        "svm" and "us_c"; accuracies "whole at 30" and so on, NaN beyond the pool; and
        "replayed", the area of US-C as we played it, "first" and "published first", what the
        SVM gets right by the first labels.
    """
    return pd.DataFrame([_row(run, runs, theirs) for run in runs.of(data, OURS)])


def _row(run: dict, runs: Runs, theirs: Theirs) -> dict:
    data, seed = run["data"], run["seed"]
    n_pool = run["n_labels"][-1]
    row = {"data": data, "pool": n_pool, "seed": seed, "revision": run["revision"]}
    row["cpu_seconds"] = round(sum(run["seconds"]), 1)
    row["is_interpolated"] = len(run["n_labels"]) < n_pool - N_FIRST + 1
    for name in COLUMNS:
        curve = np.append(run[name][0], after_each_answer(run["n_labels"], run[name]))
        row[name] = area(curve[1:])
        row |= _at(name, curve)
    row |= {"us_c": theirs.area(data, seed), "first": run["svm"][0]}
    published = theirs.accuracies(data, seed)
    if published is not None:
        return row | _at("us_c", published) | {"published first": published[0]}
    replayed = runs.find(data, THEIRS, seed)
    if replayed is None:
        return row
    curve = np.array(replayed["accuracies"])
    return row | _at("us_c", curve) | {"replayed": area(curve[1:])}


def _at(name: str, curve: NDArray) -> dict[str, float]:
    return {f"{name} at {n}": accuracy_at(curve, n) for n in AT}


def by_set(table: pd.DataFrame, theirs: Theirs) -> dict:
    """Means over the seeds of one set, and differences with their standard errors.

    Those from US-C are paired by seed, those from the best strategy are of :func:`to_best`.
    """
    data = table["data"].iloc[0]
    best = theirs.best(data)
    found = {"data": data, "pool": table["pool"].iloc[0], "seeds": len(table)}
    found |= {"is_interpolated": bool(table["is_interpolated"].any())}
    found |= {"us_c": table["us_c"].mean(), "best": best.mean, "best method": best.method}
    for name in COLUMNS:
        gap = table[name] - table["us_c"]
        found |= {name: table[name].mean(), f"{name} sd": table[name].std()}
        found |= {f"{name} to us_c": gap.mean(), f"{name} to us_c error": gap.sem()}
        ahead, error = to_best(table[name], gap, best, theirs.of(data, US_C))
        found |= {f"{name} to best": ahead, f"{name} to best error": error}
    for name in (*COLUMNS, "us_c"):
        found |= {f"{name} at {n}": table.get(f"{name} at {n}", _NOTHING).mean() for n in AT}
    return found


def to_best(own: pd.Series, gap: pd.Series, best: Strategy, us_c: Strategy) -> tuple[float, float]:
    """How far areas are ahead of the best strategy.

    If that is US-C, it is their difference by seed. Of others only means are published, and the
    answer with the smaller standard error counts: the mean against the published mean, whose
    seeds are others too; or the differences from US-C, less what the best is ahead of it.

    Parameters
    ----------
    own, gap : Series
        Areas by seed, and their differences from US-C.
    best, us_c : Strategy

    Returns
    -------
    ahead, error : float
        Mean and standard error; NaN of a single seed.
    """
    if best == us_c:
        return gap.mean(), gap.sem()
    error = np.sqrt(gap.sem() ** 2 + best.error**2 + us_c.error**2)
    through = (gap.mean() - (best.mean - us_c.mean), error)
    direct = (own.mean() - best.mean, np.hypot(own.sem(), best.error))
    return direct if direct[1] < through[1] else through


_NOTHING = pd.Series(dtype=float)
