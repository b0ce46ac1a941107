"""Where rows come from: arrays, files or batches, in fragments that are read block by block."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol, Self

import numpy as np

from cutplane._types import Index, Rows
from cutplane.scanning.block import Block
from cutplane.scanning.engine import Engine, serial
from cutplane.scanning.looked import Looked

#: Rows that stand for all.
N_REFERENCE = 256


class Fragment(Protocol):
    """Consecutive rows of a source that are gone through together; picklable."""

    @property
    def start(self) -> int:
        """Place of the first row."""

    @property
    def n_rows(self) -> int:
        """How many there are."""

    def blocks(self) -> Iterator[Block]:
        """The rows in order, some at a time."""
        ...


class Source(ABC):
    """Rows with numbers in their columns, which need not be in memory.

    Attributes
    ----------
    engine : Engine
        Goes through the fragments; this process by default.
    names : list of str or None
        Of the columns.
    looked : Looked
        What the last question looked at closely.
    """

    engine: Engine = staticmethod(serial)
    names: list[str] | None = None
    looked: Looked = Looked()

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Rows of all fragments."""

    @property
    @abstractmethod
    def n_features(self) -> int:
        """Columns of a row."""

    @abstractmethod
    def fragments(self) -> Sequence[Fragment]:
        """All rows, in order."""

    @abstractmethod
    def take(self, at: Index | slice) -> Rows:
        """Some of the rows in double precision, in the order of ``at``; (m, n_features)."""

    @property
    def room(self) -> int:
        """Labels whose products with all rows are kept from one pass to the next."""
        return 0

    def on(self, engine: Engine) -> Self:
        """The same rows, gone through by another engine."""
        other = copy.copy(self)
        other.engine = engine
        return other

    @cached_property
    def reference(self) -> Index:
        """Places of up to 256 rows that stand for all, the same for every question; (m,)."""
        size = min(self.n_rows, N_REFERENCE)
        chosen = np.random.default_rng(self.n_rows).choice(self.n_rows, size=size, replace=False)
        return np.sort(chosen)

    @cached_property
    def reference_rows(self) -> Rows:
        """These rows, in double precision; a pass that met them says so by setting it."""
        return self.take(self.reference)

    @property
    def knows_reference(self) -> bool:
        """Whether the reference rows are at hand."""
        return "reference_rows" in vars(self)
