"""What the evidence finds of people who are wrong 2, 10 and 30 % of the time.

    python benchmarks/annotators.py [--seeds 12] [--out DIR]

Each labels random rows of one pool, so that some rows have labels of several; wrong labels are any
other class. All labels are learnt at once, each with its name, as the team page does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutplane import CuttingPlaneClassifier
from harness import parser, write_record

SHARES = {"al": 0.02, "bo": 0.1, "cy": 0.3}
N_ROWS, N_FEATURES = 400, 5


def right_labels(X: NDArray, n_classes: int) -> NDArray:
    """Classes that a linear and a bent part of the columns say."""
    score = X[:, 0] + 0.8 * X[:, 1] * X[:, 2] + 0.5 * X[:, 3]
    return np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))


def found(n_classes: int, n_labels: int, seed: int) -> tuple[NDArray, NDArray]:
    """Quantiles (3, 3) of each one's share of wrong labels, and the shares that were wrong."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N_ROWS, N_FEATURES))
    right = right_labels(X, n_classes)
    rows = np.concatenate([rng.permutation(N_ROWS)[:n_labels] for _ in SHARES])
    names = np.repeat(list(SHARES), n_labels)
    is_wrong = rng.random(rows.size) < np.repeat(list(SHARES.values()), n_labels)
    other = (right[rows] + rng.integers(1, n_classes, rows.size)) % n_classes
    model = CuttingPlaneClassifier(random_state=0)
    model.fit(X[rows], np.where(is_wrong, other, right[rows]), X_pool=X, annotator=names)
    quantiles = model.flip_quantiles((0.05, 0.5, 0.95))
    wrong = is_wrong.reshape(len(SHARES), n_labels).mean(axis=1)
    return np.array([quantiles[name] for name in SHARES]), wrong


def main() -> None:
    """Print one line for each number of classes and of labels."""
    options = parser(__doc__, seeds=12).parse_args()
    record = {}
    print("classes  labels each  found of 2, 10 and 30 %   in order  in the 90 % range")
    for n_classes in (2, 3):
        for n_labels in (30, 60, 120, 200):
            runs = [found(n_classes, n_labels, seed) for seed in range(options.seeds)]
            quantiles, wrong = (np.array(part) for part in zip(*runs, strict=True))
            middle = quantiles[:, :, 1]
            means = middle.mean(axis=0)
            in_order = (np.diff(middle, axis=1) > 0).all(axis=1).mean()
            step = 0.005  # of the shares that are tried
            is_in = (quantiles[:, :, 0] <= wrong + step) & (wrong - step <= quantiles[:, :, 2])
            shown = "  ".join(f"{mean:5.1%}" for mean in means)
            print(f"{n_classes:7}  {n_labels:11}  {shown:24} {in_order:9.0%} {is_in.mean():18.0%}")
            record[f"{n_classes} classes, {n_labels} labels"] = {
                "found": means.tolist(),
                "in order": in_order,
                "in the range": is_in.mean(),
            }
    write_record(options.out, "annotators", record)


if __name__ == "__main__":
    main()
