"""What flipped labels cost: cost="auto" against an RBF SVM with cross-validated C.

    python benchmarks/label_noise.py [--data FOLDER] [--seeds 10] [--quick]

Random training rows, some labels flipped, accuracy on clean test rows. Prints mean and
standard deviation over seeds, the accuracy lost to the flips by each method, and how much
less that is than the SVM loses, with the standard error of this difference over seeds.
Spambase is read from ``spambase_4601.npz`` in --data and left out without it.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from cutplane import CuttingPlaneClassifier

NOISE = (0.0, 0.1, 0.2)


def data_sets(folder):
    """Name, rows and 0/1 labels."""
    X, y = load_digits(return_X_y=True)
    yield "digits odd/even", X, y % 2
    path = Path(folder or ".") / "spambase_4601.npz"
    if path.exists():
        table = np.load(path)
        yield "spambase", table["X"].astype(float), np.unique(table["y"], return_inverse=True)[1]
    else:
        print("spambase left out: give --data FOLDER with spambase_4601.npz")


def methods(seed):
    """Classifiers by name."""
    grid = {"C": [0.1, 0.3, 1, 3, 10, 30, 100]}
    return {
        "relu, auto": CuttingPlaneClassifier(cost="auto", random_state=seed),
        "gated, auto": CuttingPlaneClassifier(
            cost="auto", activation="gated_relu", random_state=seed
        ),
        "gated, hard-like (1e4)": CuttingPlaneClassifier(
            cost=1e4, activation="gated_relu", random_state=seed
        ),
        "SVM, CV": GridSearchCV(SVC(), grid, cv=5),
    }


def accuracies(X, y, n, noise, seed):
    """Test accuracy of every method after one draw of rows and flips."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    train, test = order[:n], order[n : n + 2000]
    scaler = StandardScaler().fit(X[order[:1000]])
    flipped = rng.random(n) < noise
    labels = np.where(flipped, 1 - y[train], y[train])
    return {
        name: model.fit(scaler.transform(X[train]), labels).score(
            scaler.transform(X[test]), y[test]
        )
        for name, model in methods(seed).items()
    }


def report(accuracy):
    """Print a table of accuracies; an array (levels of noise, seeds) for each method."""
    print(f"{'flipped':>24}" + "".join(f"{noise:>15.0%}" for noise in NOISE), end="")
    print(f"{'lost':>16}{'less than the SVM':>33}")
    losses = {method: values[0] - values[1:] for method, values in accuracy.items()}
    for method, values in accuracy.items():
        cells = "".join(f"{v.mean():>8.3f} +-{v.std():.3f}" for v in values)
        lost = " / ".join(f"{v.mean():.3f}" for v in losses[method])
        less = losses["SVM, CV"] - losses[method]
        errors = less.std(axis=1, ddof=1) / np.sqrt(less.shape[1])
        gain = " / ".join(f"{v.mean():+.3f} +-{e:.3f}" for v, e in zip(less, errors, strict=True))
        print(f"{method:>24}{cells}   {lost}   {gain}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder of data sets")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--labels", type=int, nargs="+", default=[60, 200])
    parser.add_argument("--quick", action="store_true", help="3 seeds, 60 labels only")
    options = parser.parse_args()
    seeds = range(3 if options.quick else options.seeds)
    for name, X, y in data_sets(options.data):
        for n in (60,) if options.quick else options.labels:
            print(f"\n{name}, {n} labels, {len(seeds)} seeds", flush=True)
            runs = [[accuracies(X, y, n, noise, seed) for seed in seeds] for noise in NOISE]
            report(
                {
                    method: np.array([[run[method] for run in level] for level in runs])
                    for method in methods(0)
                }
            )


if __name__ == "__main__":
    main()
