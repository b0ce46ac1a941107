"""Pools, test rows and oracles of the suite: one split and one preprocessing for all methods.

Test rows are the same for every seed of a data set, and no tuning run ever sees them: with
``validation=True`` the rows that are left are split once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cutplane.tables.preprocessing import Preprocessing

POOL_ROWS = 2_000
TEST_ROWS = 2_000
TEST_SHARE = 0.3
POOL_SHARE = 0.8
TUNING_SHARE = 0.6


@dataclass(frozen=True)
class Table:
    """A data set before it is split.

    Attributes
    ----------
    features : DataFrame of shape (n, n_columns)
    target : ndarray of shape (n,)
    task : {"binary", "multiclass", "regression"}
    test_share, pool_share : float
        Share of the rows that test, and share of the others that a seed's pool holds.
    """

    features: pd.DataFrame
    target: np.ndarray
    task: str
    test_share: float = TEST_SHARE
    pool_share: float = POOL_SHARE


@dataclass(frozen=True)
class Problem:
    """Encoded pool and test rows.

    `y_pool` is for the oracle only, `y_test` for the metrics only. Classes are 0, 1, ...
    """

    X_pool: np.ndarray
    y_pool: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    task: str

    def flipped(self, share: float, seed: int) -> Problem:
        """The problem whose oracle is wrong on a share of the pool; test labels stay right.

        Which rows those are the seed decides. A wrong answer is any other class, all alike.
        """
        if self.is_regression:
            raise ValueError("numbers cannot be flipped; choose data sets with classes")
        rng = np.random.default_rng([seed, 3])
        wrong = rng.random(self.y_pool.size) < share
        n_classes = int(max(self.y_pool.max(), self.y_test.max())) + 1
        other = (self.y_pool + rng.integers(1, n_classes, self.y_pool.size)) % n_classes
        return replace(self, y_pool=np.where(wrong, other, self.y_pool))

    @property
    def is_regression(self) -> bool:
        """Whether labels are numbers to predict."""
        return self.task == "regression"


def split(table: Table, seed: int, *, validation: bool = False) -> Problem:
    """Test rows of the data set, and a pool drawn by the seed from the others.

    Parameters
    ----------
    table : Table
    seed : int
        Decides the pool.
    validation : bool, default=False
        Take the "test" rows from outside the test set, for tuning.

    Returns
    -------
    Problem
        Columns are encoded by what the pool's features say: imputed, standardised, one-hot.
    """
    n = len(table.target)
    fixed = np.random.default_rng(0).permutation(n)
    n_test = min(TEST_ROWS, int(table.test_share * n))
    test, rest = fixed[:n_test], fixed[n_test:]
    rest = np.random.default_rng([seed, 1]).permutation(rest)
    n_pool = min(POOL_ROWS, int((TUNING_SHARE if validation else table.pool_share) * len(rest)))
    pool = rest[:n_pool]
    if validation:
        test = rest[n_pool : n_pool + TEST_ROWS]
    features = table.features.set_axis(table.features.columns.map(str), axis=1)
    encoder = Preprocessing.fit(features.iloc[pool])
    target = table.target
    if table.task != "regression":
        target = np.unique(target, return_inverse=True)[1]
    return Problem(
        encoder.transform(features.iloc[pool]),
        target[pool],
        encoder.transform(features.iloc[test]),
        target[test],
        table.task,
    )
