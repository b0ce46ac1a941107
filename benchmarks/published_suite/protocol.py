"""Rows, split and area of the published benchmark, written anew from its description.

Lu, Cheng, Li and Lin, "An Expanded Benchmark that Rediscovers and Affirms the Edge of Uncertainty
Sampling for Active Learning in Tabular Datasets", TMLR 2025, arXiv:2306.08954.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import load_svmlight_file
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

#: Rows of the pool that are labelled at the beginning.
N_FIRST = 20
POOL_SHARE = 0.6
_ENDING = "-svmstyle.txt"


@dataclass(frozen=True)
class Problem:
    """Scaled rows, the first ``N_FIRST`` of the pool labelled at the beginning."""

    X_pool: NDArray
    y_pool: NDArray
    X_test: NDArray
    y_test: NDArray

    def svm(self, held: ArrayLike) -> SVC:
        """Their task model, taught the labels of some rows of the pool.

        It is fitted in the order of the pool, as theirs is: another order rounds differently, and
        then asks for other rows.
        """
        rows = np.sort(held)
        return SVC(gamma="auto").fit(self.X_pool[rows], self.y_pool[rows])


def sets(folder: Path) -> dict[str, Path]:
    """Files of the data sets by name, the smallest first."""
    paths = sorted((folder / "data").glob(f"*{_ENDING}"), key=lambda path: path.stat().st_size)
    if not paths:
        raise SystemExit(f"{folder} has no data/NAME{_ENDING}; --data is a folder that has")
    return {path.name.removesuffix(_ENDING): path for path in paths}


def read(path: Path) -> tuple[NDArray, NDArray]:
    """X and y of a file in svmlight's format."""
    X, y = load_svmlight_file(str(path))
    return X.toarray(), y


def divide(X: NDArray, y: NDArray, seed: int) -> Problem | None:
    """Pool and test rows of a seed; None where the first labels miss a class.

    The rows are shuffled, the last 40% are test; a fresh generator of the same seed shuffles the
    pool once more. Columns are scaled by the whole pool.
    """
    rows = np.arange(len(y))
    np.random.default_rng(seed).shuffle(rows)
    pool, test = np.split(rows, [int(len(y) * POOL_SHARE)])
    np.random.default_rng(seed).shuffle(pool)
    if len(np.unique(y[pool[:N_FIRST]])) < len(np.unique(y)):
        return None
    scaler = StandardScaler().fit(X[pool])
    return Problem(scaler.transform(X[pool]), y[pool], scaler.transform(X[test]), y[test])


def after_each_answer(n_labels: ArrayLike, accuracies: ArrayLike) -> NDArray:
    """Accuracies after answers 1 to q, between two tests on the straight line.

    Parameters
    ----------
    n_labels : array-like of int
        Labels held at each test, from ``N_FIRST`` to the size of the pool.
    accuracies : array-like
    """
    counts = np.arange(N_FIRST + 1, np.max(n_labels) + 1)
    return np.interp(counts, n_labels, accuracies)


def area(accuracies: NDArray) -> float:
    """AUBC as published: the trapezoids of the accuracies after answers 1 to q, divided by q.

    There are q - 1 trapezoids, so a constant accuracy a has the area a (q - 1) / q.
    """
    return float(np.trapezoid(accuracies) / len(accuracies))
