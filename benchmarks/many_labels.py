"""Thousands of labels without sign rows: what they cost, and what the approximation changes.

    python benchmarks/many_labels.py error [--table FILE.npz] [--labels 1500]
    python benchmarks/many_labels.py fit [--table FILE.npz] [--labels 10000]
    python benchmarks/many_labels.py run [--table FILE.npz] [--labels 2000] [--from 30]
    python benchmarks/many_labels.py question [--table FILE.npz] [--labels 1000] [--exact 1000]

"error" compares the default classifier with the one whose kernel is solved as it is: scores,
probabilities, log Z and accuracy on 2,500 other rows, for several shares that the columns leave.
"fit" learns all labels at once. "question" tells all labels at once, and says the medians of six
questions and of as many labels more; --exact is up to how many labels the kernel is solved as it
is. "run" asks and tells one label at a time, and says the seconds of
every tenth of the run. FILE.npz holds X (n, d) and y (n,), whose classes are split into two halves
in their order; without it rows are normal and labels those of a random network. The seed is 0
everywhere. Seconds are of the wall and, in brackets, of the processors.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np

from center_suite.problems import teacher_pool
from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.space import operator
from harness import Stopwatch, parser

TEST = 2_500
#: Labels by default, and questions of which the median counts.
LABELS = {"error": 1_500, "fit": 10_000, "run": 2_000, "question": 1_000}
QUESTIONS = 6
#: Shares of the rows' variance that the columns may leave.
LEFT = (0.1, 0.05, 0.02)


def table(options: Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Rows in random order, columns standardised, and labels of two classes."""
    rng = np.random.default_rng(0)
    if options.table is None:
        X, y = teacher_pool(max(25_000, options.labels + TEST), options.columns, rng)
        return X, y > 0
    with np.load(options.table) as held:
        X, y = held["X"].astype(float), held["y"]
    order = rng.permutation(len(X))
    names = np.unique(y)
    deviation = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    return X[order], (y < names[names.size // 2])[order]


@contextmanager
def seconds(name: str) -> Iterator[None]:
    """Say how long what is inside took."""
    wall, own = time.perf_counter(), time.process_time()
    yield
    print(f"{name}: {time.perf_counter() - wall:.1f} s ({time.process_time() - own:.1f})")


def learnt(X: np.ndarray, y: np.ndarray, k: int) -> CuttingPlaneClassifier:
    """The default classifier on the first k labels, gates sampled on all but the test rows."""
    return CuttingPlaneClassifier(random_state=0).fit(X[:k], y[:k], X_pool=X[:-TEST])


def error(X: np.ndarray, y: np.ndarray, k: int) -> None:
    """What the approximation changes."""
    test, truth = X[-TEST:], y[-TEST:]
    few, operator.EXACT = operator.EXACT, len(X)
    with seconds(f"exact, {k} labels"):
        exact = learnt(X, y, k)
    score, probability = exact.decision_function(test), exact.predict_proba(test)[:, 1]
    print(f"  accuracy {np.mean(exact.predict(test) == truth):.4f}")
    operator.EXACT = min(few, k - 1)
    for operator.LEFT in LEFT:
        with seconds(f"share left {operator.LEFT:g}"):
            near = learnt(X, y, k)
        moved = near.decision_function(test) - score
        changed = near.predict_proba(test)[:, 1] - probability
        common = [own for own in near.evidence_.hypotheses if exact.evidence_.log_z_of(own)]
        log_z = [
            near.evidence_.log_z_of(own) - exact.evidence_.log_z_of(own)
            for own in common
            if own == near.evidence_.hypotheses[near.evidence_.kept[0]]
        ]
        print(
            f"  accuracy {np.mean(near.predict(test) == truth):.4f}, "
            f"other class {np.mean(np.sign(score) != np.sign(score + moved)):.2%}, "
            f"score {np.sqrt(np.mean(moved**2)) / score.std():.4f} deviations, "
            f"probability {np.sqrt(np.mean(changed**2)):.4f}, log Z {log_z[0]:+.1f}"
        )
        print(f"  {near.approximation_}")


def fit(X: np.ndarray, y: np.ndarray, k: int) -> None:
    """All labels at once."""
    k = min(k, len(X) - TEST)
    with seconds(f"fit, {k} labels x {X.shape[1]} columns"):
        model = learnt(X, y, k)
    with seconds("one label more"):
        model.partial_fit(X[k : k + 1], y[k : k + 1])
    with seconds(f"probabilities of {TEST} rows"):
        probability = model.predict_proba(X[-TEST:])[:, 1]
    print(f"accuracy {np.mean((probability > 0.5) == y[-TEST:]):.4f}; {model.approximation_}")


def run(X: np.ndarray, y: np.ndarray, k: int, begin: int) -> None:
    """Every question asked and learnt, one at a time."""
    X, y = X[:-TEST], y[:-TEST]
    learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
    learner.tell(np.arange(begin), y[:begin])
    ends = np.linspace(begin, k, 11).astype(int)
    with seconds(f"run to {k} labels, {X.shape[0]} rows x {X.shape[1]} columns"):
        for first, last in pairwise(ends):
            with seconds(f"  {first} to {last}"):
                for _ in range(first, last):
                    rows = learner.ask()
                    learner.tell(rows, y[rows])


def question(X: np.ndarray, y: np.ndarray, k: int) -> None:
    """Questions and their answers at one number of labels; the first looks at the pool anew."""
    X, y = X[:-TEST].astype(np.float32), y[:-TEST]
    model = CuttingPlaneClassifier(hidden=(200,), random_state=0)
    learner = ActiveLearner(model, X, random_state=0)
    learner.tell(np.arange(k), y[:k])
    asking, learning = Stopwatch(), Stopwatch()
    rows = learner.ask()
    for _ in range(QUESTIONS):
        learning.time(lambda: learner.tell(rows, y[rows]))  # noqa: B023
        rows = asking.time(learner.ask)
    print(f"{k} labels, {X.shape[0]} rows x {X.shape[1]} columns; the last row asked is {rows[0]}")
    for name, watch in (("question", asking), ("one label more", learning)):
        print(f"  {name}: {watch.median:.3f} s ({watch.median_cpu:.3f})")


def main() -> None:
    """Read the command line."""
    made = parser(__doc__, out=False)
    made.add_argument("what", choices=("error", "fit", "run", "question"))
    made.add_argument("--table", metavar="FILE.npz", help="X and y; made up by default")
    made.add_argument("--labels", type=int, help="1,500, 10,000, 2,000 or 1,000 by default")
    made.add_argument("--columns", type=int, default=20, help="of rows that are made up")
    made.add_argument("--from", dest="begin", type=int, default=30, help="labels told at once")
    made.add_argument("--exact", type=int, default=operator.EXACT, help="labels solved exactly")
    options = made.parse_args()
    options.labels = options.labels or LABELS[options.what]
    operator.EXACT = options.exact
    X, y = table(options)
    if options.what == "run":
        run(X, y, options.labels, options.begin)
    else:
        {"error": error, "fit": fit, "question": question}[options.what](X, y, options.labels)


if __name__ == "__main__":
    main()
