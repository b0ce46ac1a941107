"""Binary data sets of `label_efficiency.py`, split and standardised on the pool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import StandardScaler

POOL_ROWS = 3_000
TEST_ROWS = 5_000
POOL_SHARE = 0.7


@dataclass(frozen=True)
class Problem:
    """Pool and test rows; labels 0 and 1.

    `y_pool` is for the oracle only.
    """

    X_pool: np.ndarray
    y_pool: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def load_sets(folder: Path | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Rows and labels by name; says which sets it leaves out for want of a file."""
    digits, cancer = load_digits(), load_breast_cancer()
    sets = {
        "digits odd/even": (digits.data, digits.target % 2),
        "breast cancer": (cancer.data, cancer.target),
    }
    files = {
        "spambase": ("spambase_4601.npz", lambda y: y == "spam"),
        "magic": ("magic_19020.npz", lambda y: y == "g"),
        "letter A-M v N-Z": ("letter_20000.npz", lambda y: y <= "M"),
    }
    for name, (file, is_positive) in files.items():
        path = folder / file if folder else None
        if path is None or not path.exists():
            print(f"{name}: left out, {file} is not there (give its folder with --data)")
            continue
        with np.load(path, allow_pickle=False) as table:
            sets[name] = table["X"].astype(float), is_positive(table["y"]).astype(int)
    return sets


def split(X: np.ndarray, y: np.ndarray, seed: int) -> Problem:
    """Random pool and test rows, standardised with the pool's mean and deviation."""
    order = np.random.default_rng(seed).permutation(len(y))
    n_pool = min(POOL_ROWS, int(POOL_SHARE * len(y)))
    pool, test = order[:n_pool], order[n_pool : n_pool + TEST_ROWS]
    scaler = StandardScaler().fit(X[pool])
    return Problem(scaler.transform(X[pool]), y[pool], scaler.transform(X[test]), y[test])
