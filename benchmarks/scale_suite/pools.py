"""Pools in files, and a network that labels their rows.

Columns have falling variances, as those of text embeddings do. A pool is made once in its folder
and mapped from there, so that no process holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: Rows that are made and scored at once.
BLOCK = 50_000
#: Units of the network that labels.
_UNITS = 8
#: Columns of the product that times are given in.
UNIT_COLUMNS = 200


def mapped(folder: Path, n_rows: int, n_columns: int) -> np.ndarray:
    """A pool of float32, mapped from ``folder``, which it is written to if it is not there."""
    path = folder / f"pool-{n_rows}-{n_columns}.npy"
    if not path.exists():
        part = path.with_suffix(".part")
        folder.mkdir(parents=True, exist_ok=True)
        whole = np.lib.format.open_memmap(
            part, mode="w+", dtype=np.float32, shape=(n_rows, n_columns)
        )
        rng = np.random.default_rng(0)
        scale = np.arange(1, n_columns + 1, dtype=np.float32) ** -0.5
        for begin in range(0, n_rows, BLOCK):
            block = whole[begin : begin + BLOCK]
            block[:] = rng.standard_normal(block.shape, dtype=np.float32) * scale
        whole.flush()
        del whole
        part.rename(path)
    return np.load(path, mmap_mode="r")


@dataclass(frozen=True)
class Teacher:
    """A random ReLU network; half of its units count against the other half.

    Attributes
    ----------
    directions : ndarray of shape (n_columns, 8)
    """

    directions: np.ndarray

    @classmethod
    def of(cls, n_columns: int) -> Teacher:
        """The same network for the same number of columns."""
        return cls(np.random.default_rng(1).standard_normal((n_columns, _UNITS)))

    def label(self, rows: np.ndarray) -> np.ndarray:
        """Labels -1 and 1 of rows."""
        hidden = np.maximum(rows @ self.directions, 0)
        return np.where(hidden[:, ::2].sum(axis=1) > hidden[:, 1::2].sum(axis=1), 1, -1)


def product(pool: np.ndarray) -> None:
    """What times are given in: all rows times 200 columns in single precision, none of it kept."""
    columns = np.random.default_rng(2).standard_normal((pool.shape[1], UNIT_COLUMNS))
    columns = columns.astype(np.float32)
    for begin in range(0, pool.shape[0], BLOCK):
        pool[begin : begin + BLOCK] @ columns
