"""The published numbers, read from a folder and never copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from published_suite.protocol import N_FIRST

#: Looks at the test rows, so it is no strategy.
_ORACLE = "BSO"
#: Uncertainty sampling in their table, and the model that asks and is tested.
US_C, _SVM = "US-C", "RBFSVM"


@dataclass(frozen=True)
class Strategy:
    """A published strategy on one data set: mean area over all seeds, and its standard error."""

    method: str
    mean: float
    error: float


class Theirs:
    """What is published of every set.

    Parameters
    ----------
    folder : Path
        With ``published/aubc_mean_sd.csv``, ``aubc_per_seed.csv`` and ``us_c_svm_curves.npz``.
    """

    def __init__(self, folder: Path):
        table = pd.read_csv(folder / "published" / "aubc_mean_sd.csv")
        table = table[table["method"] != _ORACLE]
        table["mean"] = pd.to_numeric(table["mean"], errors="coerce")  # "TLE", "error"
        self.table = table.dropna(subset="mean")
        seeds = pd.read_csv(folder / "published" / "aubc_per_seed.csv")
        is_us_c = (seeds["query_model"] == _SVM) & (seeds["task_model"] == _SVM)
        self.areas = seeds[is_us_c].set_index(["data", "seed"])["aubc_test"]
        self.curves = _curves(folder / "published" / "us_c_svm_curves.npz")

    def of(self, data: str, method: str) -> Strategy:
        """A strategy of the table."""
        is_own = (self.table["data"] == data) & (self.table["method"] == method)
        own = self.table[is_own].iloc[0]
        return Strategy(method, own["mean"], own["sd"] / np.sqrt(self.areas[data].size))

    def best(self, data: str) -> Strategy:
        """The strategy with the largest mean area; of equal ones US-C, then the first."""
        own = self.table[self.table["data"] == data].sort_values(
            "method", key=lambda names: names != US_C, kind="stable"
        )
        return self.of(data, own["method"].loc[own["mean"].idxmax()])

    def area(self, data: str, seed: int) -> float:
        """Area of US-C; NaN where it is not published."""
        return float(self.areas.get((data, seed), np.nan))

    def has_curves(self, data: str) -> bool:
        """Whether the accuracies of US-C are published."""
        return any(name == data for name, _ in self.curves)

    def accuracies(self, data: str, seed: int) -> NDArray | None:
        """Accuracies of US-C at 20, 21, ... labels, NaN where the file lacks them."""
        return self.curves.get((data, seed))


def accuracy_at(accuracies: NDArray, n_labels: int) -> float:
    """Of accuracies at 20, 21, ... labels the one at ``n_labels``; NaN where there is none."""
    place = n_labels - N_FIRST
    return float(accuracies[place]) if place < len(accuracies) else np.nan


def _curves(path: Path) -> dict[tuple[str, int], NDArray]:
    with np.load(path) as arrays:
        names = [name for name in arrays if f"{name}_seeds" in arrays]
        return {
            (name, int(seed)): curve
            for name in names
            for seed, curve in zip(arrays[f"{name}_seeds"], arrays[name], strict=True)
        }
