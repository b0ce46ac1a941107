"""A pool's fingerprint: one hash for each row, the same however the rows are stored."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Array, Index, Rows
from cutplane.errors import InvalidInputError

Hashes = NDArray[np.uint64]

#: Numbers that are hashed at once.
_BLOCK = 2**20
#: Numbers shown of many.
_SHOWN = 5


def row_hashes(rows: Rows) -> Hashes:
    """Hash of every row: the sum of those of its (column, value) that are not zero.

    A sum has no order and zeros add nothing, so that dense rows in either precision and order,
    mapped files and CSR matrices of the same values have the same hashes.

    Parameters
    ----------
    rows : array or CSR matrix of shape (n, n_features)

    Returns
    -------
    ndarray of uint64 of shape (n,)

    References
    ----------
    Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014): the mixer.
    """
    blocks = [_hashes(block) for block in _blocks(rows)]
    return np.concatenate(blocks) if blocks else np.empty(0, dtype=np.uint64)


def _blocks(rows: Rows) -> Iterator[Rows]:
    step = max(1, _BLOCK // max(1, rows.shape[1]))
    for begin in range(0, rows.shape[0], step):
        yield rows[begin : begin + step]


def _hashes(rows: Rows) -> Hashes:
    if not sparse.issparse(rows):
        value = np.ascontiguousarray(rows, dtype=np.float64)
        entry = _entries(value, np.arange(rows.shape[1]))
        return entry.sum(axis=1, dtype=np.uint64)
    rows = rows.tocsr(copy=True)
    rows.sum_duplicates()
    entry = _entries(np.asarray(rows.data, dtype=np.float64), rows.indices)
    out = np.zeros(rows.shape[0], dtype=np.uint64)
    np.add.at(out, np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), entry)
    return out


def _entries(value: Array, column: Index) -> Hashes:
    """Hashes of numbers in their columns, 0 of zeros."""
    entry = _mixed(value.view(np.uint64) ^ _mixed(column.astype(np.uint64)))
    entry[value == 0] = 0
    return entry


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of SplitMix64: every bit of the result depends on every bit given."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def check_same_pool(expected: Hashes, given: Hashes, labelled: Index) -> None:
    """Refuse another pool than expected, saying which rows are still what they were.

    Parameters
    ----------
    expected, given : ndarray of uint64 of shape (n,) and (m,)
    labelled : ndarray of int
        Rows of the expected pool whose labels are held.

    Raises
    ------
    InvalidInputError
        The pools differ.
    """
    if np.array_equal(expected, given):
        return
    n, m = expected.size, given.size
    both = min(n, m)
    if m > n and np.array_equal(expected, given[:n]):
        raise InvalidInputError(
            f"X_pool of {m} rows arrived, the first {n} of which are the pool; pass those, then "
            "learner.add the others"
        )
    if m < n and np.array_equal(expected[:m], given):
        raise InvalidInputError(
            f"X_pool of {m} rows arrived, and the pool has {n}, which begin with these; pass the "
            "rows that were added later too, in their order"
        )
    other = np.flatnonzero(expected[:both] != given[:both])
    message = (
        f"X_pool is not the pool that the labels are about: of {n} rows, {m} arrived, and "
        f"{other.size} of the first {both} are others (the first at {_listed(other)})"
    )
    if labelled.size:
        message += f"; {_where(expected, given, labelled)}"
    raise InvalidInputError(f"{message}; pass the same rows in the same order")


def _where(expected: Hashes, given: Hashes, labelled: Index) -> str:
    """Where the labelled rows are now, in words."""
    inside = labelled[labelled < given.size]
    kept = int((expected[inside] == given[inside]).sum())
    order = np.argsort(given, kind="stable")
    at = np.searchsorted(given[order], expected[labelled])
    place = order[np.minimum(at, given.size - 1)]
    moved = (given[place] == expected[labelled]) & (place != labelled)
    words = f"{kept} of {labelled.size} labelled rows are where they were"
    if not moved.any():
        return words
    words += f", {int(moved.sum())} are found elsewhere"
    steps = np.unique(place[moved] - labelled[moved])
    if steps.size == 1:
        words += f", shifted by {int(steps[0]):+d}"
    return words


def _listed(rows: Index) -> str:
    shown = ", ".join(map(str, rows[:_SHOWN].tolist()))
    return f"{shown}, ..." if rows.size > _SHOWN else shown
