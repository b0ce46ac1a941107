"""One pass over the rows of a source: the best of every block, and the best of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple, Protocol

import numpy as np
from scipy import sparse

from cutplane._types import Floats, Index, Rows
from cutplane.scanning.block import Block
from cutplane.scanning.source import Fragment, Source
from cutplane.uncertainty.link import gap

#: Blocks' best are held until they are so many times more than wanted.
_HELD = 4


class Model(Protocol):
    """What scores rows in single precision; picklable."""

    def scores(self, block: Block) -> Floats:
        """Scores of the rows of a block; (n, q)."""
        ...

    def deviation(self, block: Block) -> Floats:
        """Deviation of the first score before any label, up to a factor; (n,)."""
        ...


@dataclass(frozen=True)
class Scan:
    """What is looked for; picklable, and small beside the rows.

    Attributes
    ----------
    model : Model
    n : int
        Rows wanted that are nearest to a decision; 0 looks at no score.
    closed : ndarray of int
        Sorted places of rows that are not on offer.
    wanted : ndarray of int
        Sorted places of rows whose columns come back too, on offer or not.
    in_deviations : bool, default=False
        Whether distances are in units of the row's deviation before any label.
    """

    model: Model
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


def score_block(scan: Scan, block: Block, limit: float = np.inf) -> Top:
    """The best of one block, of those that are no farther than a limit."""
    at, distances = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
    if scan.n:
        every = _distances(scan, block)
        at = np.flatnonzero(every <= limit)
        at = at[_nearest(at, every[at], scan.n)]
        distances = every[at]
    wanted = _inside(scan.wanted, block)
    return Top(
        block.start + at, distances, block.rows[at], block.start + wanted, block.rows[wanted]
    )


def score_fragment(scan: Scan, fragment: Fragment) -> Top:
    """The best of all blocks of a fragment."""
    held, n_held, limit = list[Top](), 0, np.inf
    for block in fragment.blocks():
        held.append(score_block(scan, block, limit))
        n_held += held[-1].places.size
        if n_held > _HELD * scan.n:
            held = [merged(held, scan.n)]
            n_held, limit = held[0].places.size, float(held[0].distances[-1])
    return merged(held, scan.n)


def merged(tops: Iterable[Top], n: int) -> Top:
    """The best of several (at least one), whatever their order and grouping."""
    places, distances, rows, found, found_rows = zip(*tops, strict=True)
    all_places, all_distances, all_found = map(np.concatenate, (places, distances, found))
    best, in_order = _nearest(all_places, all_distances, n), np.argsort(all_found)
    return Top(
        all_places[best],
        all_distances[best],
        stacked(rows)[best],
        all_found[in_order],
        stacked(found_rows)[in_order],
    )


def scanned(scan: Scan, source: Source) -> Top:
    """The best of all rows of a source, by its engine, merged as fragments come back."""
    tops = source.engine(score_fragment, scan, source.fragments())
    return reduce(lambda best, top: merged((best, top), scan.n), tops)


def _distances(scan: Scan, block: Block) -> Floats:
    """How far each row is from a decision; NaN for those that are not on offer."""
    scores = scan.model.scores(block)
    distances = gap(scores[:, 0] if scores.shape[1] == 1 else scores)
    if scan.in_deviations:
        distances = distances / scan.model.deviation(block)
    distances[_inside(scan.closed, block)] = np.nan
    return distances


def _inside(places: Index, block: Block) -> Index:
    """Those of sorted places that are in a block, counted from its start."""
    begin, end = np.searchsorted(places, (block.start, block.stop))
    return places[begin:end] - block.start


def _nearest(places: Index, distances: Floats, n: int) -> Index:
    """Positions of the n least distances, in order, of equal ones by place."""
    at = np.arange(places.size)
    if n < at.size:
        at = np.flatnonzero(distances <= np.partition(distances, n - 1)[n - 1])
    return at[np.lexsort((places[at], distances[at]))[:n]]


def stacked(rows: tuple[Rows, ...]) -> Rows:
    """Rows after each other."""
    if len(rows) == 1:
        return rows[0]
    return sparse.vstack(rows, format="csr") if sparse.issparse(rows[0]) else np.vstack(rows)
