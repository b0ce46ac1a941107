"""Is the accuracy that a classifier expects of itself the accuracy that it has?

`accuracy_estimate_` comes from the labels held, each left out in turn. It stands beside the
accuracy on the test rows, whose labels stay right, after random questions and after questions
that seek the rows hard to tell. Bias is estimate less accuracy; coverage is the share of runs
whose interval holds the accuracy, which has the error of some hundred test rows itself.

    python benchmarks/leave_one_out.py [--data FOLDER] [--out DIR] [--only NAME ...] [--quick]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd

from cutplane import ActiveLearner, CuttingPlaneClassifier
from harness import one_thread, parser, write_record
from label_suite.comparison import flipped_name
from label_suite.data import available
from label_suite.problems import Problem, split

QUESTIONS = ("random", "variance_reduction", "margin")
#: From easy to noisy.
TABLES = ["digits odd", "breast cancer", "ionosphere", "german credit", "phoneme", "spambase"]


@one_thread
def main() -> None:
    options = _options()
    rows = []
    for data, table in available(options.data, options.only, openml=False).items():
        for flips in options.flips:
            for seed in range(options.seeds):
                problem = split(table, seed)
                problem = problem.flipped(flips, seed) if flips else problem
                head = {"data": flipped_name(data, flips), "flips": flips, "seed": seed}
                for query in options.queries:
                    run = {**head, "query": query}
                    rows += [run | row for row in one_run(problem, query, options.labels, seed)]
            print(f"{flipped_name(data, flips)}: {options.seeds} seeds", flush=True)
    table = pd.DataFrame(rows)
    print(f"\n{summary(table, ['query', 'flips', 'n_labels']).round(3).to_string()}")
    print(f"\n{summary(table, ['query', 'data']).round(3).to_string()}")
    write_record(options.out, "leave_one_out", rows)


def one_run(
    problem: Problem, query: str, counts: list[int], seed: int
) -> Iterator[dict[str, float]]:
    """Estimate, interval and test accuracy at every label count at which two classes are known."""
    model = CuttingPlaneClassifier(random_state=seed)
    learner = ActiveLearner(model, problem.X_pool, query=query, random_state=seed)
    order = np.random.default_rng([seed, 2]).permutation(len(problem.X_pool))
    for count in sorted(counts):
        while (held := learner.n_labels_) < count:
            rows = order[held:count] if query == "random" else learner.ask()
            learner.tell(rows, problem.y_pool[rows])
        if learner.is_fitted:
            yield {"n_labels": count} | told(learner.estimator_, problem)


def told(model: CuttingPlaneClassifier, problem: Problem) -> dict[str, float]:
    """What the model expects, beside what the test rows say."""
    expected = model.accuracy_estimate_
    accuracy = float(np.mean(model.predict(problem.X_test) == problem.y_test))
    return {
        "estimate": float(expected.accuracy),
        "low": float(expected.low),
        "high": float(expected.high),
        "accuracy": accuracy,
    }


def summary(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Bias, size of the error, coverage and width of the interval.

    Parameters
    ----------
    table : DataFrame
        Rows of :func:`one_run`.
    by : list of str
        Columns that make a group.

    Returns
    -------
    DataFrame
        One row per group: runs, accuracy, bias, error (mean of its size), coverage, width.
    """
    bias = table["estimate"] - table["accuracy"]
    inside = table["accuracy"].between(table["low"], table["high"])
    made = table.assign(
        bias=bias, error=bias.abs(), coverage=inside, width=table["high"] - table["low"]
    )
    groups = made.groupby(by, sort=False)
    means = groups[["accuracy", "bias", "error", "coverage", "width"]].mean()
    means.insert(0, "runs", groups.size())
    return means


def _options() -> argparse.Namespace:
    made = parser(__doc__, data=True, seeds=3, quick="two sets, two seeds, 20 labels")
    add = made.add_argument
    add("--only", nargs="+", metavar="NAME", default=TABLES, help="data sets")
    add("--queries", nargs="+", choices=QUESTIONS, default=list(QUESTIONS), help="questions")
    add("--labels", type=int, nargs="+", default=[20, 50], help="label counts")
    add("--flips", type=float, nargs="+", default=[0.0], help="shares of labels made wrong")
    options = made.parse_args()
    if options.quick:
        options.only, options.labels = options.only[:2], [20]
        options.seeds = min(options.seeds, 2)
    return options


if __name__ == "__main__":
    main()
