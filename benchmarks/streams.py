"""Accuracy on streams of which a share is labelled, beside the strategies of scikit-activeml.

    python benchmarks/streams.py [--only NAME ...] [--budgets B ...] [--seeds 5] [--out DIR]

Every row is predicted before it may be bought; one that is bought is learnt at once. Four streams:
two tables in random order, and two of a hyperplane whose normal turns, at once or slowly. Their
strategies ask with a Parzen window on the last 200 labels, and with `cutplane` as the classifier;
all have the same rows and budgets, and no label to begin with. Prints the share of rows that were
predicted right (mean and deviation over the seeds), the share that was bought, and the median
milliseconds of a decision and of a label.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from skactiveml.classifier import ParzenWindowClassifier
from skactiveml.stream import (
    Split,
    StreamProbabilisticAL,
    StreamRandomSampling,
)
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import StandardScaler

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.integrations.skactiveml import ActiveCuttingPlaneClassifier
from harness import one_thread, parser, write_record

BUDGETS = (0.05, 0.1)
N_ROWS, N_FIRST, N_HELD = 1_000, 100, 200


class Rows(NamedTuple):
    """A stream; the first rows are seen before it begins, and their labels are not."""

    X: np.ndarray
    y: np.ndarray


def shuffled(load: Callable, rng: np.random.Generator) -> Rows:
    """A table in random order, as often as it takes."""
    X, y = load(return_X_y=True)
    order = np.concatenate([rng.permutation(len(y)) for _ in range(-(-N_ROWS // len(y)))])[:N_ROWS]
    if y.max() > 1:
        y = y % 2
    return Rows(StandardScaler().fit(X).transform(X)[order], y[order])


def hyperplane(rng: np.random.Generator, angle: np.ndarray) -> Rows:
    """Ten normal columns; the normal of the boundary turns in the plane of the first two."""
    X = rng.normal(size=(N_ROWS, 10))
    score = np.cos(angle) * X[:, 0] + np.sin(angle) * X[:, 1] + 0.5 * X[:, 2]
    y = (score > 0).astype(int)
    return Rows(X, np.where(rng.random(N_ROWS) < 0.05, 1 - y, y))


STREAMS: dict[str, Callable[[np.random.Generator], Rows]] = {
    "digits odd": lambda rng: shuffled(load_digits, rng),
    "breast cancer": lambda rng: shuffled(load_breast_cancer, rng),
    "sudden change": lambda rng: hyperplane(
        rng, np.where(np.arange(N_ROWS) < N_ROWS // 2, 0.0, 0.7 * np.pi)
    ),
    "slow change": lambda rng: hyperplane(rng, np.linspace(0, np.pi, N_ROWS)),
}


class Result(NamedTuple):
    """Of one stream: shares right and bought, and milliseconds of a decision and of a label."""

    accuracy: float
    bought: float
    decision_ms: float
    label_ms: float


class Ours:
    """A learner of cutplane, whichever strategy asks."""

    def __init__(self, first: np.ndarray, seed: int, **options: Any):
        self.learner = ActiveLearner(
            CuttingPlaneClassifier(random_state=seed),
            first,
            stream=True,
            random_state=seed,
            **options,
        )
        model = ActiveCuttingPlaneClassifier(classes=[0, 1], random_state=seed)
        self.model = model.fit(first, np.full(len(first), np.nan))

    def predicts(self, x: np.ndarray) -> float:
        held = self.learner.n_labels_
        return float(self.learner.scorer_.predict(x[None])[0]) if held else 0.0

    def learn(self, x: np.ndarray, label: int) -> None:
        self.learner.tell(x, label)
        self.model._counts = np.bincount(self.learner.labels_, minlength=2).astype(float)
        self.model.estimator_ = self.learner.scorer_ if self.learner.is_fitted else None

    def offer(self, x: np.ndarray) -> bool:
        return bool(self.learner.offer(x))


class Parzen:
    """Their classifier of choice for streams, on the labels held last."""

    def __init__(self, first: np.ndarray, seed: int):
        self.held: deque = deque(maxlen=N_HELD)
        self.model = ParzenWindowClassifier(classes=[0, 1], random_state=seed)
        self.model.fit(first[:1], [np.nan])

    def predicts(self, x: np.ndarray) -> float:
        return float(self.model.predict(x[None])[0])

    def learn(self, x: np.ndarray, label: int) -> None:
        self.held.append((x, label))
        X, y = zip(*self.held, strict=True)
        self.model.fit(np.array(X), np.array(y))


class Asking:
    """One of their strategies, over either classifier."""

    def __init__(self, strategy: Any, learner: Ours | Parzen):
        self.strategy, self.learner = strategy, learner
        self.predicts, self.learn = learner.predicts, learner.learn

    def offer(self, x: np.ndarray) -> bool:
        row, strategy = x[None], self.strategy
        if isinstance(strategy, StreamRandomSampling):
            at, more = strategy.query(row), {}
        elif isinstance(strategy, StreamProbabilisticAL):
            at, utilities = strategy.query(row, self.learner.model, return_utilities=True)
            more = {"budget_manager_param_dict": {"utilities": utilities}}
        else:
            at, more = strategy.query(row, self.learner.model), {}
        strategy.update(row, at, **more)
        return len(at) > 0


THEIRS: dict[str, Callable[..., Any]] = {
    "random": StreamRandomSampling,
    "split": Split,
    "probabilistic": StreamProbabilisticAL,
}
#: Those that ask with ours as the classifier too, which takes longer.
WITH_OURS = ("random", "probabilistic")


def methods(first: np.ndarray, budget: float, seed: int) -> Iterator[tuple[str, Any]]:
    """Every learner with its name, one after the other."""
    yield "cutplane", Ours(first, seed, budget=budget)
    yield "cutplane, 50 labels held", Ours(first, seed, budget=budget, max_labels=50)
    for name, kind in THEIRS.items():
        strategy = {"budget": budget, "random_state": seed}
        yield f"Parzen, {name}", Asking(kind(**strategy), Parzen(first, seed))
        if name in WITH_OURS:
            yield f"cutplane, {name}", Asking(kind(**strategy), Ours(first, seed))


def played(learner: Any, rows: Rows) -> Result:
    """Predict, offer and learn row after row."""
    hits, decided, learnt = [], [], []
    for x, label in zip(rows.X, rows.y, strict=True):
        hits.append(learner.predicts(x) == label)
        begin = time.perf_counter()
        is_bought = learner.offer(x)
        decided.append(time.perf_counter() - begin)
        if is_bought:
            begin = time.perf_counter()
            learner.learn(x, label)
            learnt.append(time.perf_counter() - begin)
    bought = len(learnt) / len(hits)
    ms = 1e3 * np.median(decided), 1e3 * np.median(learnt)
    return Result(float(np.mean(hits)), bought, *map(float, ms))


def compared(stream: str, budget: float, seeds: int, n_rows: int) -> dict[str, list[Result]]:
    """Results of every method on one stream, one for each seed."""
    found: dict[str, list[Result]] = {}
    for seed in range(seeds):
        rows = Rows(*(part[:n_rows] for part in STREAMS[stream](np.random.default_rng(seed))))
        for name, learner in methods(rows.X[:N_FIRST], budget, seed):
            found.setdefault(name, []).append(played(learner, rows))
    return dict(sorted(found.items(), key=lambda own: -np.mean([one.accuracy for one in own[1]])))


def line(name: str, results: list[Result]) -> str:
    """Means over the seeds, and the deviation of the accuracy."""
    right, bought, decision, label = np.mean(results, axis=0)
    spread = np.std([one.accuracy for one in results])
    return f"{name:>26} {right:.4f} +- {spread:.4f} {bought:.4f} {decision:6.2f} {label:6.1f}"


@one_thread
def main() -> None:
    made = parser(__doc__, seeds=5, quick="one seed, one budget, 300 rows")
    made.add_argument("--only", nargs="*", default=list(STREAMS), choices=list(STREAMS))
    made.add_argument("--budgets", nargs="*", type=float, default=BUDGETS)
    options = made.parse_args()
    size = (1, 300) if options.quick else (options.seeds, N_ROWS)
    record = []
    for stream in options.only:
        for budget in options.budgets[:1] if options.quick else options.budgets:
            print(f"\n{stream}, budget {budget}: right, bought, ms a decision, ms a label")
            for name, results in compared(stream, budget, *size).items():
                print(line(name, results), flush=True)
                about = {"stream": stream, "budget": budget, "method": name}
                record += [about | one._asdict() for one in results]
    write_record(options.out, "streams", record)


if __name__ == "__main__":
    main()
