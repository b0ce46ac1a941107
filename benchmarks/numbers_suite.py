"""Sixteen tables of numbers: our questions against random rows and a Gaussian process.

The area is the mean R2 of the test rows at 10, 20, ... 60 labels. The process has an isotropic
RBF kernel with noise, fitted again to every label, and asks where its standard deviation is
largest. The coverage is the share of test labels that our intervals for 90% hold at the end.

    python benchmarks/numbers_suite.py [--data FOLDER] [--out DIR] [--only NAME ...] [--validation]
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from cutplane import CuttingPlaneRegressor
from harness import one_thread, parser, write_record
from label_suite.data import NUMBERS, available
from label_suite.learners import OurLearner
from label_suite.methods import REGRESSORS, ours
from label_suite.play import Schedule, play
from label_suite.problems import Problem, Table, split

METHODS = {
    "ours": ours()(CuttingPlaneRegressor),
    "ours, no transform": ours(target_transform=None)(CuttingPlaneRegressor),
    "ours, random": ours("random")(CuttingPlaneRegressor),
    "Gaussian process": REGRESSORS["Gaussian process, deviation"],
}
#: First seed of runs that defaults are chosen by.
TUNING_SEED = 100


@one_thread
def main() -> None:
    options = _options()
    first = TUNING_SEED if options.validation else 0
    rows = []
    for data, table in available(options.data, options.only, openml=False).items():
        for seed in range(first, first + options.seeds):
            rows += [{"data": data, "seed": seed} | row for row in one_run(table, seed, options)]
        print(f"{data}: {options.seeds} seeds", flush=True)
    report(pd.DataFrame(rows))
    write_record(options.out, "numbers", rows)


def one_run(
    table: Table, seed: int, options: argparse.Namespace
) -> Iterator[dict[str, str | float]]:
    """Every method with its area, and the coverage of ours."""
    problem = split(table, seed, validation=options.validation)
    schedule = Schedule(budget=options.labels, batch=1, every=10, first=4)
    for name in options.methods:
        learner = METHODS[name](problem.X_pool, seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the metrics show its cost
            area = float(np.mean(play(learner, problem, schedule, seed)["r2"]))
        yield {"method": name, "area": area, "coverage": coverage(learner, problem)}


def coverage(learner: object, problem: Problem) -> float:
    """Share of the test labels in our intervals for 90%; NaN for others."""
    if not isinstance(learner, OurLearner):
        return np.nan
    low, high = learner.learner.estimator_.predict_interval(problem.X_test)
    return float(np.mean((low <= problem.y_test) & (problem.y_test <= high)))


def report(table: pd.DataFrame) -> None:
    """Print area and coverage, a line for each set, and the gaps to ours."""
    for measure in ("area", "coverage"):
        wide = table.pivot_table(index="data", columns="method", values=measure, sort=False)
        wide.loc["mean"] = wide.mean()
        print(f"\n{measure}\n{wide.round(3).to_string()}")
        if measure == "area" and "ours" in wide:
            gap = wide.drop(columns="ours").rsub(wide["ours"], axis=0)
            print(f"\narea of ours, less that of\n{gap.round(3).to_string()}")


def _options() -> argparse.Namespace:
    made = parser(__doc__, data=True, seeds=3)
    add = made.add_argument
    add("--only", nargs="+", metavar="NAME", default=NUMBERS, help="data sets")
    add("--methods", nargs="+", choices=METHODS, default=list(METHODS), help="who plays")
    add("--labels", type=int, default=60)
    add("--validation", action="store_true", help="rows outside the test set and other seeds")
    return made.parse_args()


if __name__ == "__main__":
    main()
