"""Which columns of a table are features, and as what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import pandas as pd

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.tables import remarks, roles
from cutplane.tables.categorical import Cells
from cutplane.tables.date_numbers import PARTS, date_numbers
from cutplane.tables.frames import (
    DATE,
    NUMBER,
    TEXT,
    kinds_of,
    numbers_in,
    require_columns,
    require_finite,
    steps_of,
)
from cutplane.tables.report import Remark

_REMEDY = "name columns as the table does"


@dataclass(frozen=True)
class Choice:
    """Columns by what they enter as.

    Attributes
    ----------
    numeric : tuple of str
    dates : dict of str to tuple of str
        Columns of dates, and which of their parts differ between rows.
    texts : dict of str to Cells
    values : ndarray of shape (n, k)
        The numbers, then the parts of the dates; NaN is a missing cell.
    left_out : tuple of str
        All others, in the order of the table.
    remarks : tuple of Remark
        Why, and that dates are numbers.
    """

    numeric: tuple[str, ...]
    dates: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, Cells]
    values: Array
    left_out: tuple[str, ...]
    remarks: tuple[Remark, ...]


@dataclass
class _Sorting:
    """Columns of no use so far, by the role that says why."""

    keep: frozenset[str]
    found: dict[str, str] = field(default_factory=dict)

    def is_feature(self, name: str, role: str | None) -> bool:
        """Whether a column of this role is read; an empty one never is."""
        if role is None or (name in self.keep and role != roles.EMPTY):
            return True
        self.found[name] = role
        return False


def choose_columns(features: pd.DataFrame, keep: Iterable[str] = ()) -> Choice:
    """Sort the columns of a table by what they hold and what they look like.

    Parameters
    ----------
    features : DataFrame of shape (n, n_columns)
    keep : iterable of str
        Columns to read whatever they look like, unless they are empty.

    Raises
    ------
    InvalidInputError
        A cell is infinite, no column is usable, or a column to keep is not there.
    """
    kinds = kinds_of(features)
    sorting = _Sorting(frozenset(keep))
    require_columns(sorted(sorting.keep), list(kinds), "that are to be kept", _REMEDY)
    of_kind = {
        kind: [name for name, own in kinds.items() if own == kind] for kind in (NUMBER, DATE, TEXT)
    }
    numeric, numbers = _numbers(features, of_kind[NUMBER], sorting)
    dates, parts = _dates(features, of_kind[DATE], sorting)
    texts = _texts(features, of_kind[TEXT], sorting)
    left_out = tuple(name for name in kinds if name in sorting.found)
    said = _remarks(sorting.found, left_out, dates)
    if not (numeric or dates or texts):
        reasons = " ".join(remark.message for remark in said[:3])
        raise InvalidInputError(
            "no usable feature column; at least one with two different values is needed. "
            + (reasons or "The table has none beside the target.")
        )
    values = np.asfortranarray(np.hstack([numbers, *parts]))
    return Choice(numeric, dates, texts, values, left_out, said)


def _numbers(
    features: pd.DataFrame, names: Sequence[str], sorting: _Sorting
) -> tuple[tuple[str, ...], Array]:
    """Names and numbers of the columns of numbers that are read."""
    values = numbers_in(features, names)
    require_finite(values, names)
    found = roles.number_roles(names, values, steps_of(features.index))
    used = [sorting.is_feature(name, role) for name, role in zip(names, found, strict=True)]
    chosen = np.array(used, dtype=bool)
    return tuple(compress(names, used)), values[:, chosen]


def _dates(
    features: pd.DataFrame, names: Iterable[str], sorting: _Sorting
) -> tuple[dict[str, tuple[str, ...]], list[Array]]:
    """Parts of dates that differ between rows: their names, and their numbers side by side."""
    dates: dict[str, tuple[str, ...]] = {}
    numbers: list[Array] = []
    for name in names:
        values = date_numbers(features[name])
        low, high = (end.reduce(values, axis=0, initial=np.nan) for end in (np.fmin, np.fmax))
        role = roles.EMPTY if np.isnan(low).all() else None
        if role is None and (low == high).all():
            role = roles.CONSTANT
        if sorting.is_feature(name, role):
            differs = (low < high) | (role is not None)
            dates[name] = tuple(compress(PARTS, differs))
            numbers.append(values[:, differs])
    return dates, numbers


def _texts(features: pd.DataFrame, names: Sequence[str], sorting: _Sorting) -> dict[str, Cells]:
    """Columns of text that are categories."""
    texts = {}
    for name in names:
        cells = Cells.of(features[name])
        if sorting.is_feature(name, roles.text_role(name, cells)):
            texts[name] = cells
    return texts


def _remarks(
    found: Mapping[str, str],
    left_out: Iterable[str],
    dates: Mapping[str, tuple[str, ...]],
) -> tuple[Remark, ...]:
    by_role: dict[str, list[str]] = {}
    for name in left_out:
        by_role.setdefault(found[name], []).append(name)
    said = [remarks.left_out(role, names) for role, names in by_role.items()]
    if dates:
        said.append(remarks.dates(list(dates)))
    return tuple(said)
