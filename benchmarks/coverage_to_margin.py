"""From covering the pool to refining the boundary: queries on the spiral, every label counted.

    python benchmarks/coverage_to_margin.py [--seeds 20] [--solve ridge --patterns 600]

80 rows are the pool and 20 the test set, drawn anew for each seed. Every question is asked
of the network of the final solve on the labels bought so far: the sparse one, or with
``--solve ridge`` the one of the units' sizes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cutplane.final.final_solve import final_solve
from cutplane.final.ridge_solve import ridge_solve
from cutplane.network import ReluNetwork
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace
from cutplane.tables.datasets import load_dataset
from harness import one_thread, parser, write_record

BUDGETS = (10, 15, 20, 25, 30)
#: Answers that the model's own error rate is taken over.
RECENT = 10


@dataclass(frozen=True)
class State:
    """What a query may look at; arrays over the pool."""

    f: np.ndarray
    distance: np.ndarray  # to the nearest labelled row
    same: np.ndarray  # to the nearest row labelled as predicted
    hits: list[bool]  # whether each answer was what the model had guessed
    rng: np.random.Generator

    @property
    def error(self) -> float:
        """Share of wrong guesses lately; 1 guesses no better than a coin."""
        return min(1.0, 2 * (1 - float(np.mean(self.hits[-RECENT:])))) if self.hits else 1.0


def mixture(s: State) -> np.ndarray:
    return s.distance if s.rng.random() < s.error else -np.abs(s.f)


def blend(s: State) -> np.ndarray:
    log_distance = np.log(s.distance + 1e-9)
    return s.error * log_distance - (1 - s.error) * np.log(np.abs(s.f) + 0.05)


QUERIES: dict[str, Callable[[State], np.ndarray]] = {
    "margin": lambda s: -np.abs(s.f),
    "coverage": lambda s: s.distance,
    "distance * exp(-|f|)": lambda s: s.distance * np.exp(-np.abs(s.f)),
    "distance, doubled where |f| < 1/2": lambda s: s.distance * (1 + (np.abs(s.f) < 0.5)),
    "distance to the predicted class": lambda s: s.same,
    "mixture by own error": mixture,
    "blend by own error": blend,
}


def solved(space: VersionSpace, options: argparse.Namespace) -> ReluNetwork:
    """Network of the final solve on the labels of a version space."""
    if options.solve == "ridge":
        return ridge_solve(space, space.y, beta=options.beta)
    weights = final_solve(space, space.y, beta=options.beta or 1e-4, tol=1e-4).class_weights
    return ReluNetwork.from_tree(space.tree, weights, space.arrangement.inputs)


def run(
    query: Callable[[State], np.ndarray], seed: int, options: argparse.Namespace
) -> list[float]:
    """Test accuracy at each budget."""
    rng = np.random.default_rng(seed)
    data = load_dataset("spiral")
    order = rng.permutation(100)
    X, y = data.X[order[:80]], data.y[order[:80]].astype(float)
    test, truth = data.X[order[80:]], data.y[order[80:]]
    arrangement = sample_arrangement(X, (options.patterns,), rng)
    gaps = np.linalg.norm(X[:, None] - X[None], axis=2)
    # The first row is the one farthest from the mean, as if the mean were covered.
    rows = [int(np.argmax(np.linalg.norm(X - X.mean(axis=0), axis=1)))]
    accuracies: list[float] = []
    hits: list[bool] = []
    while True:
        space = VersionSpace.classification(arrangement, X[rows], y[rows])
        network = solved(space, options)
        if len(rows) in BUDGETS:
            accuracies.append(float(np.mean(np.sign(network(test)) == truth)))
        if len(rows) == BUDGETS[-1]:
            return accuracies
        f = network(X)
        agree = np.sign(f)[:, None] == y[rows]
        same = np.where(agree, gaps[:, rows], 3.0).min(axis=1)
        scores = query(State(f, gaps[:, rows].min(axis=1), same, hits, rng))
        scores[rows] = -np.inf
        rows.append(int(np.argmax(scores)))
        hits.append(bool(np.sign(f[rows[-1]]) == y[rows[-1]]))


@one_thread
def main() -> None:
    made = parser(__doc__, seeds=20)
    made.add_argument("--solve", choices=("sparse", "ridge"), default="sparse")
    made.add_argument("--beta", type=float, help="default: 1e-4 sparse, ridge chooses")
    made.add_argument("--patterns", type=int, default=200)
    options = made.parse_args()
    record = {}
    print(f"{'test accuracy at labels':36s}" + "".join(f"{n:7d}" for n in BUDGETS))
    for name, query in QUERIES.items():
        record[name] = [run(query, seed, options) for seed in range(options.seeds)]
        mean = np.mean(record[name], axis=0)
        print(f"{name:36s}" + "".join(f"{a:7.3f}" for a in mean), flush=True)
    write_record(options.out, "coverage_to_margin", record)


if __name__ == "__main__":
    main()
