"""RMSE on y = x^2 against labels asked, beside the published curves of CPAL.

    python benchmarks/quadratic.py [--reference published_curves.csv] [--seeds 5]

100 points on [-1, 1], 80 in the pool. Every label counts; the published curve counts only
labels that led to a cut.
"""

import argparse

import numpy as np
import pandas as pd

from cutplane import ActiveLearner, CuttingPlaneRegressor, EmptyVersionSpaceError
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run

AT = (10, 20, 50)
METHODS = {
    "variance reduction, hard": {"cost": float("inf")},
    "variance reduction, cost=1000": {"cost": 1000.0},
    "variance reduction, default": {},
    "variance reduction, hard, 400 gates": {"cost": float("inf"), "hidden": (400,)},
    "spread, hard": {"query": "spread", "cost": float("inf")},
    "extremes (Algorithm 6), default": {"query": "extremes"},
    "coverage, default": {"query": "coverage"},
    "random, default": {"query": "random"},
}


def rmse_curve(seed, *, query="variance_reduction", hidden=(100,), **options):
    """Test RMSE after 1, 2, ..., 50 labels; not a number once the version space is empty."""
    x = np.linspace(-1, 1, 100)[:, None]
    y = x[:, 0] ** 2
    order = np.random.default_rng(seed).permutation(100)
    pool, test = order[:80], order[80:]
    model = CuttingPlaneRegressor(hidden=hidden, random_state=seed, **options)
    learner = ActiveLearner(model, x[pool], query=query, random_state=seed)
    curve = []

    def measure(learner):
        error = learner.estimator_.predict(x[test]) - y[test]
        curve.append(float(np.sqrt(np.mean(error**2))))

    try:
        run(learner, ColumnOracle(y[pool]), max(AT), measure)
    except EmptyVersionSpaceError:
        curve += [np.nan] * (max(AT) - len(curve))
    return curve


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reference", help="published_curves.csv, to print beside")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    print(f"{'RMSE':<34}" + "".join(f"{f'{n} labels':>20}" for n in AT))
    for name, settings in METHODS.items():
        curves = np.array([rmse_curve(seed, **settings) for seed in range(options.seeds)])
        at = curves[:, [n - 1 for n in AT]]
        cells = [
            f"{m:.4f} +- {s:.4f}" for m, s in zip(at.mean(axis=0), at.std(axis=0), strict=True)
        ]
        print(f"{name:<34}" + "".join(f"{cell:>20}" for cell in cells), flush=True)
    if options.reference:
        table = pd.read_csv(options.reference)
        table = table[(table.experiment == "quadratic") & (table.split == "test")]
        for name, group in table.groupby("strategy"):
            mean = group.groupby("counted_queries").value.mean().reindex(AT)
            print(f"{'published ' + name:<34}" + "".join(f"{v:>20.4f}" for v in mean))


if __name__ == "__main__":
    main()
