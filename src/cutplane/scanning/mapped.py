"""Rows of a mapped file as their place in it, so that another process maps them too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Rows


@dataclass(frozen=True)
class MappedRows:
    """Consecutive rows of an array in a file.

    Attributes
    ----------
    path : str
    offset : int
        Bytes before the first row.
    shape : tuple of int
    dtype : str
    """

    path: str
    offset: int
    shape: tuple[int, ...]
    dtype: str

    @classmethod
    def of(cls, rows: Rows) -> Self | None:
        """Where rows stand; None for those in memory, and for others than consecutive ones."""
        file = rows
        while isinstance(file, np.ndarray) and isinstance(file.base, np.ndarray):
            file = file.base
        if not isinstance(file, np.memmap) or file.filename is None:
            return None
        if not rows.flags.c_contiguous:
            return None
        before = rows.__array_interface__["data"][0] - file.__array_interface__["data"][0]
        path = str(Path(file.filename).resolve())
        return cls(path, file.offset + before, rows.shape, rows.dtype.str)

    def open(self) -> NDArray:
        """The rows, mapped again."""
        return np.memmap(
            self.path, dtype=self.dtype, mode="r", offset=self.offset, shape=self.shape
        )
