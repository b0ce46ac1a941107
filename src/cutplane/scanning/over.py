"""A function of all rows of a source, block by block."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cutplane._types import Floats
from cutplane.scanning.block import Block
from cutplane.scanning.source import Fragment, Source

#: From a block of n rows to results for them, (n or fewer, ...).
OfBlock = Callable[[Block], Floats]


def over(source: Source, function: OfBlock) -> Floats:
    """Results for all rows, in their order, by the engine of the source."""
    found = source.engine(of_fragment, function, source.fragments())
    return np.concatenate([own for _, own in sorted(found, key=lambda each: each[0])])


def of_fragment(function: OfBlock, fragment: Fragment) -> tuple[int, Floats]:
    """Where a fragment starts, and the results for its rows."""
    return fragment.start, np.concatenate([function(block) for block in fragment.blocks()])
