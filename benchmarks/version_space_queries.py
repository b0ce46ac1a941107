"""Do questions from samples of the version space beat the margin, and are its shares calibrated?

Every query asks the same first rows, learns with the same model on the same split, and pays for
every label. The area is the mean test accuracy over 1, 2, ..., N labels; a difference is paired
over the seeds. Brier score and log loss are of the test rows, models that asked by margin.

    python benchmarks/version_space_queries.py --data FOLDER --out runs.json
    python benchmarks/version_space_queries.py --activation relu --hidden 5 --labels 20 \
        --sets moons --seeds 3
    python benchmarks/version_space_queries.py --sets diabetes --labels 30 --seeds 3

With numbers to predict the measure is R2 from label 10 on, and "spread" stands in for the margin.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes, load_digits, make_moons

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES, Question
from label_data import Problem, load_sets, split

QUERIES = ("margin", "volume_split", "disagreement")
METHODS = ("link", "version_space")
TEN_CLASSES = "digits, ten classes"
NUMBERS = "diabetes"
#: Labels after which R2 counts.
FIRST = 10


def worst_answer(question: Question) -> np.ndarray:
    """Several classes: logarithm of the share that the least informative answer removes.

    An answer cuts the version spaces of all classes, which are kept apart. The largest share
    of networks is left by the class whose odds are highest.
    """
    positive = question.model.ensemble().over(question.X, lambda law: law.positive)
    positive = np.clip(positive, 1e-3, 1 - 1e-3)
    odds = np.log(positive) - np.log1p(-positive)
    return -np.log1p(-positive).sum(axis=1) - odds.max(axis=1)


def main() -> None:
    options = _options()
    sets = load_sets(options.data)
    digits = load_digits()
    sets[TEN_CLASSES] = digits.data, digits.target
    sets["moons"] = make_moons(n_samples=1000, noise=0.2, random_state=0)
    sets[NUMBERS] = load_diabetes(return_X_y=True)
    if options.sets:
        sets = {name: sets[name] for name in options.sets.split(";")}
    STRATEGIES["worst answer"] = worst_answer
    runs = []
    for data, (X, y) in sets.items():
        queries = (*QUERIES, "worst answer") if data == TEN_CLASSES else QUERIES
        queries = ("spread", "volume_split", "random") if data == NUMBERS else queries
        for seed in range(options.seeds):
            problem = split(X, y, seed)
            runs += [
                {"data": data, "query": query, "seed": seed}
                | play(query, problem, learner_of(data, options, seed), options.labels, seed)
                for query in queries
            ]
        print_set(data, [run for run in runs if run["data"] == data])
    if options.out:
        options.out.write_text(json.dumps({"activation": options.activation, "runs": runs}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the .npz tables")
    parser.add_argument("--out", type=Path, help="JSON file for every run")
    parser.add_argument("--activation", default="gated_relu", choices=["gated_relu", "relu"])
    parser.add_argument("--hidden", type=int, default=200, help="gates of the one hidden layer")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--labels", type=int, default=60)
    parser.add_argument("--sets", help="only these data sets, separated by semicolons")
    return parser.parse_args()


def learner_of(data: str, options: argparse.Namespace, seed: int):
    """The estimator of a data set."""
    kind = CuttingPlaneRegressor if data == NUMBERS else CuttingPlaneClassifier
    return kind(hidden=(options.hidden,), activation=options.activation, random_state=seed)


def play(query: str, problem: Problem, model, n_labels: int, seed: int) -> dict:
    """One run: accuracy after every label, CPU seconds per question, calibration at the end."""
    oracle = ColumnOracle(problem.y_pool)
    learner = ActiveLearner(model, problem.X_pool, query=query, random_state=seed)
    accuracy, seconds = [], []
    while len(accuracy) < n_labels:
        begin = time.process_time()
        rows = learner.ask()
        seconds.append(time.process_time() - begin)
        learner.tell(rows, oracle(rows))
        if learner.is_fitted:
            accuracy.append(float(learner.estimator_.score(problem.X_test, problem.y_test)))
        else:
            accuracy.append(float(np.mean(problem.y_test == learner.labels_[0])))
    if oracle.n_asked != len(accuracy):
        raise RuntimeError(f"{oracle.n_asked} labels were read for {len(accuracy)} points")
    calibration = losses(learner.estimator_, problem) if query == "margin" else {}
    first = 0 if isinstance(model, CuttingPlaneClassifier) else FIRST
    return {
        "area": float(np.mean(accuracy[first:])),
        "seconds": float(np.mean(seconds)),
        "accuracy": accuracy,
    } | calibration


def losses(model: CuttingPlaneClassifier, problem: Problem) -> dict[str, float]:
    """Brier score and log loss (probabilities kept 1e-3 from 0) of both kinds of probability."""
    known = np.isin(problem.y_test, model.classes_)
    truth = problem.y_test[known, None] == model.classes_
    out = {}
    for method in METHODS:
        probability = model.predict_proba(problem.X_test[known], method=method)
        out[f"brier {method}"] = float(((probability - truth) ** 2).sum(axis=1).mean() / 2)
        out[f"log loss {method}"] = float(-np.log(np.maximum(probability[truth], 1e-3)).mean())
    return out


def print_set(data: str, runs: list[dict]) -> None:
    """Areas, their paired difference from margin with its standard error, and calibration."""

    def column(name: str, query: str) -> np.ndarray:
        return np.array([run[name] for run in runs if run["query"] == query])

    print(
        f"\n{data}\n{'query':<16}{'area':>8}{'sd':>7}{'- first':>10}{'s.e.':>7}{'s/question':>12}"
    )
    margin = column("area", runs[0]["query"])
    for query in dict.fromkeys(run["query"] for run in runs):
        area = column("area", query)
        gap = area - margin
        error = gap.std(ddof=1) / np.sqrt(gap.size) if gap.size > 1 else np.nan
        cells = f"{area.mean():8.3f}{area.std():7.3f}{gap.mean():+10.3f}{error:7.3f}"
        print(f"{query:<16}{cells}{column('seconds', query).mean():12.3f}")
    for loss in ("brier", "log loss") if "brier link" in runs[0] else ():
        values = [f"{m} {column(f'{loss} {m}', 'margin').mean():.3f}" for m in METHODS]
        print(f"{loss}: {', '.join(values)}", flush=True)


if __name__ == "__main__":
    main()
