"""Divide a labelled table: what may be asked about, and what measures the result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Index, Rows
from cutplane.errors import InvalidInputError
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.table import Table


@dataclass(frozen=True)
class Split:
    """Pool and test set of a labelled table.

    Attributes
    ----------
    X_pool, X_test : ndarray or CSR matrix of shape (n_pool, d), (n_test, d)
        Encoded rows; the preprocessing is fitted to the pool alone.
    y_pool, y_test : ndarray of shape (n_pool,), (n_test,)
    pool_rows, test_rows : int ndarray
        Their positions in the table.
    preprocessing : Preprocessing
    report : TableReport
        The table's, and what the preprocessing made of its columns.
    """

    X_pool: Rows
    y_pool: NDArray
    X_test: Rows
    y_test: NDArray
    pool_rows: Index
    test_rows: Index
    preprocessing: Preprocessing
    report: TableReport

    def without(self, positions: Index) -> Split:
        """The split whose pool lacks these positions."""
        left = np.delete(np.arange(len(self.y_pool)), positions)
        return replace(
            self,
            X_pool=_taken(self.X_pool, left),
            y_pool=self.y_pool[left],
            pool_rows=self.pool_rows[left],
        )


def split_table(
    table: Table, test_size: float | None = None, seed: int = 0, *, keep: Iterable[str] = ()
) -> Split:
    """Divide the labelled rows at random, each class in proportion.

    Parameters
    ----------
    table : Table
        Rows without a label are left out: a simulated oracle has no answer for them.
    test_size : float, optional
        Share of rows kept for testing, between 0 and 1; the table's own by default.
    seed : int
        Decides the split.
    keep : iterable of str
        As for :meth:`Preprocessing.fit`.

    Raises
    ------
    InvalidInputError
        The target does not hold two classes (or numbers) with enough rows, or no column is
        usable.
    """
    from sklearn.model_selection import train_test_split  # a fit does not divide its table

    test_size = table.test_size if test_size is None else test_size
    if not 0 < test_size < 1:
        raise InvalidInputError(f"the test share is {test_size}; it must lie between 0 and 1")
    labels = learnable_labels(table)
    n_test = int(np.ceil(test_size * len(labels)))
    strata = _strata(table, labels, n_test)
    positions = train_test_split(
        np.arange(len(labels)), test_size=n_test, stratify=strata, random_state=seed
    )
    pool, test = (np.sort(part) for part in positions)
    rows = table.labelled_rows
    preprocessing = Preprocessing.fit(table.features.iloc[rows[pool]], keep=keep)
    encoded = preprocessing.encode(table.features.iloc[rows], table.lines[rows])
    return Split(
        X_pool=_taken(encoded.X, pool),
        y_pool=labels[pool],
        X_test=_taken(encoded.X, test),
        y_test=labels[test],
        pool_rows=rows[pool],
        test_rows=rows[test],
        preprocessing=preprocessing,
        report=table.report.with_remarks((*preprocessing.remarks, *encoded.remarks)),
    )


def _taken(X: Rows, rows: Index) -> Rows:
    """Rows of a matrix, stored as it is."""
    if sparse.issparse(X) or X.flags.c_contiguous:
        return X[rows]
    return np.asfortranarray(X[rows])


def learnable_labels(table: Table) -> NDArray:
    """Labels of the labelled rows, once it is clear that they can teach something.

    Raises
    ------
    InvalidInputError
        There is no target, no label, or one class or value only.
    """
    if table.target is None:
        columns = ", ".join(map(str, table.features.columns[:20]))
        raise InvalidInputError(
            f"{table.name!r} has no target; name it with --target, one of {columns}"
        )
    labels = table.labels
    values = np.unique(labels)
    if len(values) < 2:
        what = "value" if table.task == "regression" else "class"
        found = f"one {what} ({values[0]})" if len(values) else "no label"
        name = table.target.name or "y"
        raise InvalidInputError(f"the target {name!r} holds {found}; two are needed")
    return labels


def _strata(table: Table, labels: NDArray, n_test: int) -> NDArray | None:
    """Classes to keep in proportion; none for regression."""
    smaller_part = min(n_test, len(labels) - n_test)
    if table.task == "regression":
        if smaller_part < 2:
            raise InvalidInputError(
                f"{len(labels)} labelled rows leave {smaller_part} for the pool or the test set; "
                "both need two rows"
            )
        return None
    counts = np.unique(labels, return_counts=True)[1]
    if counts.min() < 2 or smaller_part < len(counts):
        raise InvalidInputError(
            f"{len(labels)} labelled rows, {counts.min()} of the rarest of {len(counts)} classes "
            f"and {n_test} of them for testing leave pool or test set without a class; both need "
            "a row of each class"
        )
    return labels
