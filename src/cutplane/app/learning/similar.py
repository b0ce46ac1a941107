"""Open rows that are alike, to be answered together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Index
from cutplane.active.asking import by_position
from cutplane.active.events import Label
from cutplane.active.ledger import Ledger
from cutplane.active.selection import diverse, nearest
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.uncertainty.prior import parts

#: Rows of a group, and how many of the nearest are looked at for each.
N_IN_GROUP, _LOOKED_AT = 12, 4
#: Open rows of a large table that groups are looked for in.
_MOST_ROWS = 2_000


class Group(NamedTuple):
    """Rows near each other for which the model predicts one class.

    Attributes
    ----------
    label : class or None
        None before there is a model, and of values.
    rows : tuple of int
        The middle one first, then by the distance from it.
    """

    label: Label | None
    rows: tuple[int, ...]


def similar(ledger: Ledger, row: int, n: int, closed: ArrayLike) -> tuple[int, ...]:
    """Up to n open rows near a row that are predicted alike, nearest first; not the row itself.

    Of values, and before there is a model, the nearest ones whatever is predicted.
    """
    others = _open(ledger, closed, row)
    near = _near(ledger, row, others, _LOOKED_AT * n)
    predicted = _predicted(ledger, np.concatenate([[row], near]))
    return tuple(near[predicted[1:] == predicted[0]][:n].tolist())


def groups(ledger: Ledger, n: int, closed: ArrayLike) -> tuple[Group, ...]:
    """Up to n groups of up to twelve open rows, apart from each other and from what has labels.

    The same as long as nothing is learnt or closed.
    """
    left, rng = _open(ledger, closed), np.random.default_rng(len(ledger.events))
    if left.size > _MOST_ROWS:
        left = np.sort(rng.choice(left, size=_MOST_ROWS, replace=False))
    if left.size == 0:
        return ()
    domain, found = ledger.domain, list[Group]()
    middles = left[diverse(domain.columns(left), domain.columns(ledger.book.told), n, rng)]
    for middle in middles.tolist():
        if middle not in left:
            continue  # in a group before
        near = _near(ledger, middle, left[left != middle], _LOOKED_AT * N_IN_GROUP)
        rows = np.concatenate([[middle], near])
        predicted = _predicted(ledger, rows)
        rows = rows[predicted == predicted[0]][:N_IN_GROUP]
        is_class = ledger.model.is_fitted and _is_class(ledger)
        found.append(Group(predicted[0].item() if is_class else None, tuple(rows.tolist())))
        left = np.setdiff1d(left, rows, assume_unique=True)
    return tuple(found)


def _open(ledger: Ledger, closed: ArrayLike, *others: int) -> Index:
    """Rows without an answer, and not among some others."""
    is_open = np.ones(ledger.book.n_pool, dtype=bool)
    is_open[np.asarray(closed, dtype=np.intp)] = False
    is_open[ledger.book.closed.astype(np.intp)] = False
    is_open[list(others)] = False
    return np.flatnonzero(is_open)


def _near(ledger: Ledger, row: int, others: Index, n: int) -> Index:
    """The n others nearest to a row in the columns that the model sees, in order."""
    columns, own = ledger.domain.columns, ledger.domain.columns(np.array([row]))
    blocks = [others[part] for part in parts(others.size, own.shape[1])]  # of a large table
    distance = [nearest(columns(block), own) for block in blocks]
    return others[np.argsort(np.concatenate([np.empty(0), *distance]), kind="stable")[:n]]


def _predicted(ledger: Ledger, rows: Index) -> NDArray:
    """Class of each row; the same for all where there are none."""
    if not ledger.model.is_fitted or not _is_class(ledger):
        return np.zeros(rows.size, dtype=int)
    return np.asarray(by_position(ledger.model.estimator).predict(ledger.domain.columns(rows)))


def _is_class(ledger: Ledger) -> bool:
    return isinstance(ledger.model.estimator, CuttingPlaneClassifier)
