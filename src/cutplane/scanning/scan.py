"""One pass over the rows of a source: the best of every block, and the best of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cutplane._types import Floats, Index, Rows
from cutplane.scanning.block import Block
from cutplane.scanning.passing import Passing
from cutplane.scanning.source import Fragment, Source


@dataclass(frozen=True)
class Scan:
    """What is looked for; picklable, and small beside the rows.

    Attributes
    ----------
    model : Passing
        Scores rows in single precision.
    n : int
        Rows wanted that are nearest to a decision; 0 looks at no score.
    closed : ndarray of int
        Sorted places of rows that are not on offer.
    wanted : ndarray of int
        Sorted places of rows whose columns come back too, on offer or not.
    in_deviations : bool, default=False
        Whether distances are in units of the row's deviation before any label.
    """

    model: Passing
    n: int
    closed: Index
    wanted: Index
    in_deviations: bool = False


class Top(NamedTuple):
    """The rows nearest to a decision, and those that were wanted.

    Attributes
    ----------
    places : ndarray of int of shape (m,)
        Up to n of them, nearest first; of those equally near the one that comes first.
    distances : ndarray of shape (m,)
        Their gaps between the two best scores, in single precision.
    rows : array or CSR matrix of shape (m, n_features)
        As the source stores them.
    found : ndarray of int of shape (w,)
        Places of the wanted rows among those looked at, in order.
    found_rows : array or CSR matrix of shape (w, n_features)
    """

    places: Index
    distances: Floats
    rows: Rows
    found: Index
    found_rows: Rows


def score_block(scan: Scan, block: Block) -> Top:
    """The best of one block."""
    raise NotImplementedError


def score_fragment(scan: Scan, fragment: Fragment) -> Top:
    """The best of all blocks of a fragment."""
    raise NotImplementedError


def merged(tops: Sequence[Top], n: int) -> Top:
    """The best of several (at least one), whatever their order and grouping."""
    raise NotImplementedError


def scanned(scan: Scan, source: Source) -> Top:
    """The best of all rows of a source, by its engine."""
    found = source.engine(score_fragment, scan, source.fragments())
    return merged(list(found), scan.n)
