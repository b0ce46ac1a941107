"""What tells one pool from another, however its rows are stored; and numbers of its rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cutplane._types import Index, Metadata
from cutplane.active.row_hashes import Hashes, check_same_pool
from cutplane.errors import InvalidInputError

#: Rows of a pool that stand for more of them.
PROBE_ROWS = 20_000


def probe_rows(n_rows: int) -> slice:
    """Up to 20,000 rows, evenly spaced."""
    return slice(0, n_rows, -(-n_rows // PROBE_ROWS))


def checked_rows(questions: ArrayLike, n_rows: int) -> Index:
    """Numbers of rows as an array; InvalidInputError for those that a pool of n_rows has not."""
    rows = np.atleast_1d(np.asarray(questions))
    if rows.size == 0:
        return np.empty(0, dtype=np.intp)
    if rows.ndim > 1:
        raise InvalidInputError(
            f"rows of shape {rows.shape} arrived; give a flat list, one label for each row"
        )
    if rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_rows:
        raise InvalidInputError(
            f"rows {rows.tolist()} arrived; expected whole numbers from 0 to {n_rows - 1}"
        )
    return rows.astype(np.intp)


def described_pool(n_features: int, names: Sequence[str] | None, hashes: Hashes) -> Metadata:
    """A pool in types that JSON knows, as a journal keeps it."""
    return {
        "kind": "pool",
        "n_rows": hashes.size,
        "n_features": n_features,
        "names": names,
        "hashes": as_text(hashes),
    }


def check_pool(
    described: Metadata, added: Sequence[str], labelled: Index, n_features: int, hashes: Hashes
) -> None:
    """Refuse another pool than one described, to which rows were added.

    Parameters
    ----------
    described : dict
        As of :func:`described_pool`, or of another domain.
    added : sequence of str
        Hashes of these rows.
    labelled : ndarray of int
        Rows whose labels are held.
    n_features, hashes
        Of the pool that is here.
    """
    if described["kind"] != "pool":
        raise InvalidInputError(
            "X_pool arrived, and the labels are about points; pass their domain (low, high)"
        )
    if described["n_features"] != n_features:
        raise InvalidInputError(
            f"X_pool has {n_features} columns, the pool that the labels are about "
            f"{described['n_features']}; pass the same columns"
        )
    expected = np.concatenate([_of_text(text) for text in (described["hashes"], *added)])
    check_same_pool(expected, hashes, labelled)


def as_text(hashes: Hashes) -> str:
    """Hashes in 16 characters for each row."""
    return hashes.astype("<u8").tobytes().hex()


def _of_text(text: str) -> Hashes:
    return np.frombuffer(bytes.fromhex(text), dtype="<u8").astype(np.uint64)
