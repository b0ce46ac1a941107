"""The columns of a frame as arrays: numbers, dates and text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutplane._types import Array, Index
from cutplane.errors import InvalidInputError

NUMBER, DATE, TEXT = "number", "date", "text"

#: Line in the file of each row, (n,), where that is known.
Lines = NDArray[np.integer] | None

#: The square of a larger number no longer fits a float, and a scale needs the variance.
LARGEST = 1e150
#: Cells that one step of a pass over many columns takes.
_BLOCK = 1 << 22
_SHOWN = 5


def kinds_of(features: pd.DataFrame) -> dict[str, str]:
    """What each column holds by its type: numbers (booleans too), dates, or else text.

    Raises
    ------
    InvalidInputError
        Two columns have the same name, or a name is no text.
    """
    names = features.columns
    odd = [name for name in names if not isinstance(name, str)]
    if odd:
        raise InvalidInputError(f"a column is called {odd[0]!r}; give every column a name of text")
    if names.has_duplicates:
        twice = names[names.duplicated()][0]
        raise InvalidInputError(f"two columns are called {twice!r}; give each a name of its own")
    known = {dtype: _kind(dtype) for dtype in set(features.dtypes)}
    return {name: known[dtype] for name, dtype in features.dtypes.items()}


def _kind(dtype: object) -> str:
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return NUMBER
    return DATE if pd.api.types.is_datetime64_any_dtype(dtype) else TEXT


def numbers_in(features: pd.DataFrame, names: Sequence[str]) -> Array:
    """Numeric columns as one array (n, n_names) in Fortran order; NaN is a missing cell."""
    return np.asfortranarray(features[list(names)].astype(np.float64).to_numpy())


def texts_in(column: pd.Series) -> NDArray[np.object_]:
    """A column as objects, dates as text; one without a time of day as a day alone."""
    if _kind(column.dtype) == DATE:
        is_day = (column.dropna() == column.dropna().dt.normalize()).all()
        column = column.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S")
    return column.to_numpy(dtype=object)


def cells_of(column: pd.Series) -> list[object]:
    """Cells as they stand in the table: whole numbers without a point, dates as text, or None."""
    if _kind(column.dtype) != NUMBER:
        cells: pd.Series = pd.Series(texts_in(column), dtype=object)
    elif (column.dropna() % 1 == 0).all():
        cells = column.astype("Int64").astype(object)
    else:
        cells = column.astype(object)
    return cells.where(column.notna().to_numpy(), None).tolist()


def require_finite(values: Array, names: Sequence[str], lines: Lines = None) -> None:
    """Refuse infinite cells, and those whose square is.

    Raises
    ------
    InvalidInputError
        Names the first such column, and where its first such cell is.
    """
    for block in column_blocks(values):
        extreme = np.abs(values[:, block]) > LARGEST
        if not extreme.any():
            continue
        own = int(np.flatnonzero(extreme.any(axis=0))[0])
        rows, column = np.flatnonzero(extreme[:, own]), block.start + own
        raise InvalidInputError(
            f"column {names[column]!r} holds {rows.size} infinite or huge cells "
            f"({place(int(rows[0]), lines)} says {values[rows[0], column]}); replace them or leave "
            "them empty"
        )


def require_columns(
    wanted: Sequence[str], given: Iterable[str], why: str, remedy: str = "pass the same columns"
) -> None:
    """Refuse a table that lacks columns, and name those that look like them.

    Parameters
    ----------
    wanted, given : sequence of str
        Names.
    why : str
        Goes on after "lacks so many of the columns".
    remedy : str, default="pass the same columns"

    Raises
    ------
    InvalidInputError
        A column is missing.
    """
    known, there = set(wanted), list(given)
    absent = known.difference(there)
    if not absent:
        return
    lost = [name for name in wanted if name in absent]
    free = [name for name in there if name not in known]
    hints = [f"{name!r}{_like(name, free)}" for name in lost[:_SHOWN]]
    raise InvalidInputError(
        f"the table lacks {len(lost)} of the columns {why} ({', '.join(hints)}"
        f"{', ...' if len(lost) > _SHOWN else ''}); {remedy}"
    )


def _like(name: str, free: list[str]) -> str:
    folded = {other.strip().casefold(): other for other in reversed(free)}
    close = difflib.get_close_matches(name.strip().casefold(), list(folded), n=1)
    return f"; it has {folded[close[0]]!r}" if close else ""


def column_blocks(values: Array) -> Iterator[slice]:
    """Slices of columns that are passed over together, a few million cells each."""
    n_rows, n_columns = values.shape
    width = max(1, _BLOCK // max(1, n_rows))
    return (slice(start, start + width) for start in range(0, n_columns, width))


def place(row: int, lines: Lines) -> str:
    """Where a row is: its line in the file where that is known, else its number from 0."""
    return f"row {row}" if lines is None else f"line {lines[row]}"


def line_of(row: int, lines: Lines) -> int | None:
    """Line of a row in its file, where that is known."""
    return None if lines is None else int(lines[row])


def listed(names: Sequence[str]) -> str:
    """The first few names of a list, quoted."""
    shown = ", ".join(map(repr, names[:_SHOWN]))
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def steps_of(index: pd.Index) -> Index:
    """How far each row is from the one before, (n - 1,); 1 where the index is no increasing one."""
    numbers = index.to_numpy()
    if numbers.dtype.kind in "iu":
        steps = np.diff(numbers.astype(np.intp))
        if (steps > 0).all():
            return steps
    return np.ones(max(0, len(index) - 1), dtype=np.intp)
