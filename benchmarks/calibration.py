"""Are the probabilities right? Ours against a calibrated SVM and a Gaussian process.

Every model learns the same labels, random rows of the pool or, with `--train asked`, those that
our margin question chose; some of them are wrong (`--flips`). Brier score, log loss and the
expected calibration error of the test rows, whose labels stay right, are taken of each one's
probabilities: those that a classifier of ours gives as it comes, the shares of its version
space, `CalibratedClassifierCV` of an RBF machine, and an RBF Gaussian process. Smaller is better.

    python benchmarks/calibration.py [--data FOLDER] [--out DIR] [--only NAME ...] [--seeds 5]
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC

from cutplane import ActiveLearner, CuttingPlaneClassifier
from harness import one_thread, parser, write_record
from label_suite.comparison import flipped_name
from label_suite.data import TEN_TABLES, available
from label_suite.learners import OurLearner
from label_suite.metrics import PROBABILITY, probability_metrics
from label_suite.models import gaussian_process
from label_suite.play import SCHEDULES, play
from label_suite.problems import Problem, Table, split

OURS = ("ours", "ours, version space")
RIVALS = ("SVM, calibrated", "Gaussian process")


@one_thread
def main() -> None:
    options = _options()
    rows = []
    for data, table in available(options.data, options.only, openml=False).items():
        for flips in options.flips:
            for seed in range(options.seeds):
                head = {"data": flipped_name(data, flips), "flips": flips, "seed": seed}
                rows += [head | row for row in one_run(table, flips, seed, options)]
            print(f"{flipped_name(data, flips)}: {options.seeds} seeds", flush=True)
    report(pd.DataFrame(rows))
    write_record(options.out, "calibration", rows)


def one_run(
    table: Table, flips: float, seed: int, options: argparse.Namespace
) -> Iterator[dict[str, str | float]]:
    """Every model on the same labels: its name and the metrics of its probabilities."""
    problem = split(table, seed)
    problem = problem.flipped(flips, seed) if flips else problem
    schedule = SCHEDULES[table.task].changed(options.labels, options.labels, options.train)
    model = CuttingPlaneClassifier(random_state=seed)
    learner = ActiveLearner(model, problem.X_pool, query="margin", random_state=seed)
    rows = play(OurLearner(learner), problem, schedule, seed)["rows"]
    known = np.isin(problem.y_test, learner.estimator_.classes_)
    problem = replace(problem, X_test=problem.X_test[known], y_test=problem.y_test[known])
    truth = problem.y_test[:, None] == learner.estimator_.classes_
    for name, probability in probabilities(learner.estimator_, problem, rows, seed).items():
        yield {"method": name} | probability_metrics(truth, probability)


def probabilities(
    ours: CuttingPlaneClassifier, problem: Problem, rows: list[int], seed: int
) -> dict[str, np.ndarray]:
    """Of every model, for the classes that the labelled pool rows have; (n_test, n_classes)."""
    X, y = problem.X_pool[rows], problem.y_pool[rows]
    folds = min(5, np.unique(y, return_counts=True)[1].min())
    rivals = (CalibratedClassifierCV(SVC(), cv=folds), gaussian_process(X.shape[1], seed))
    shares = (
        ours.predict_proba(problem.X_test),
        ours.predict_proba(problem.X_test, method="version_space"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the metrics show its cost
        shares += tuple(model.fit(X, y).predict_proba(problem.X_test) for model in rivals)
    return dict(zip(OURS + RIVALS, shares, strict=True))


def report(table: pd.DataFrame) -> None:
    """Print every metric set by set and over the sets, and where ours loses."""
    for metric in PROBABILITY:
        print(f"\n{metric}, mean ± standard deviation between seeds")
        print(by_set(table, metric).to_string())
        means = table.pivot_table(index="flips", columns="method", values=metric, sort=False)
        print(f"\n{metric}, mean over the sets\n{means.round(4).to_string()}")
        for line in losses(table, metric):
            print(line)


def by_set(table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Mean and spread of every method; one row a data set."""
    found = table.groupby(["data", "method"], sort=False)[metric]
    mean, spread = found.mean(), found.std(ddof=0)
    text = [f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, spread, strict=True)]
    return pd.Series(text, mean.index).unstack(sort=False)


def losses(table: pd.DataFrame, metric: str) -> list[str]:
    """On which sets a rival's mean is better: the gap and its standard error over the seeds."""
    wide = table.pivot(index=["data", "seed"], columns="method", values=metric)
    lines = []
    for rival in RIVALS:
        gap = (wide["ours"] - wide[rival]).groupby("data", sort=False).agg(["mean", "sem"])
        lost = gap[gap["mean"] > 0].sort_values("mean", ascending=False)
        named = [f"{data} {mean:.3f} ± {error:.3f}" for data, mean, error in lost.itertuples()]
        sets = "; ".join(named) or "none"
        lines.append(f"{metric}: {rival} is better on {len(lost)} of {len(gap)}: {sets}")
    return lines


def _options() -> argparse.Namespace:
    made = parser(__doc__, data=True, seeds=5)
    add = made.add_argument
    add("--only", nargs="+", metavar="NAME", default=TEN_TABLES, help="data sets")
    add("--labels", type=int, default=100)
    add("--flips", type=float, nargs="+", default=[0.0, 0.1], help="shares of labels made wrong")
    add("--train", choices=["asked", "random"], default="random", help="rows that are labelled")
    return made.parse_args()


if __name__ == "__main__":
    main()
