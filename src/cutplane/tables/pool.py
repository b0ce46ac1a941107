"""All rows of a table as a pool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cutplane._types import Rows
from cutplane.tables.likely_label import without_likely_label
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.stored_table import StoredTable
from cutplane.tables.table import Table


@dataclass(frozen=True)
class TablePool:
    """The rows of a table as a network reads them.

    Attributes
    ----------
    X : ndarray, CSR matrix or Source of shape (n, d)
    preprocessing : Preprocessing
        Fitted to all rows.
    report : TableReport
        The table's, and what the preprocessing made of its columns.
    """

    X: Rows
    preprocessing: Preprocessing
    report: TableReport


def pool_of(table: Table | StoredTable, keep: Iterable[str] = ()) -> TablePool:
    """Encode all rows of a table, with a label or without; a stored one is, as it is read.

    Parameters
    ----------
    table : Table or StoredTable
    keep : iterable of str
        As for :meth:`Preprocessing.fit`.

    Raises
    ------
    InvalidInputError
        No column is usable, or a cell is infinite.
    """
    if isinstance(table, StoredTable):
        return TablePool(table.rows, table.preprocessing, table.report)
    features, unlike = without_likely_label(table.features, table.report, keep)
    preprocessing = Preprocessing.fit(features, keep=keep)
    encoded = preprocessing.encode(features, table.lines)
    said = (*unlike, *preprocessing.remarks, *encoded.remarks)
    return TablePool(encoded.X, preprocessing, table.report.with_remarks(said))
