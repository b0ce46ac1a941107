"""Scores of blocks of rows in passing, in single precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cutplane._types import Floats
from cutplane.scanning.block import Block


class Form(Protocol):
    """A way to compute the scores of one model; picklable."""

    def __call__(self, block: Block) -> Floats:
        """Scores (n, q) of the n rows of a block."""
        ...


@dataclass(frozen=True)
class Passing:
    """What a pass needs of a fitted estimator; picklable, and as small as its networks.

    Attributes
    ----------
    form : Form
        Its scores.
    """

    form: Form

    def scores(self, block: Block) -> Floats:
        """Scores of the rows of a block; (n, q)."""
        return self.form(block)

    def deviation(self, block: Block) -> Floats:
        """Deviation of the first score before any label, up to a factor; (n,)."""
        raise NotImplementedError
