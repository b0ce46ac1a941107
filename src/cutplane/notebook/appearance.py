"""What people see of a row: cells, text of one's own, or a picture."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from numbers import Number

import pandas as pd
from scipy import sparse

from cutplane._types import Rows
from cutplane.app.page.cells import Cell, cells_of_row
from cutplane.errors import InvalidInputError
from cutplane.tables.table import Table

#: Columns beyond these are not sent; bytes of a picture.
MOST_COLUMNS, MOST_BYTES = 400, 5_000_000
#: How files of pictures begin.
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


@dataclass(frozen=True)
class Seen:
    """A row as it is seen.

    Attributes
    ----------
    cells : tuple of Cell
    picture : str
        Address that holds the picture itself; empty where there is none.
    """

    cells: tuple[Cell, ...]
    picture: str = ""


@dataclass(frozen=True, eq=False)
class Appearance:
    """How rows of a pool look.

    Attributes
    ----------
    table : Table
        What stands in the rows; no columns where only ``show`` knows.
    rows : DataFrame or sequence
        What ``show`` is given of them.
    show : callable or None
    """

    table: Table
    rows: pd.DataFrame | Sequence | Rows
    show: Callable[..., object] | None

    @classmethod
    def of(
        cls,
        pool: Rows,
        names: Sequence[str] | None,
        rows: pd.DataFrame | Sequence | None,
        show: Callable[..., object] | None,
    ) -> Appearance:
        """Rows as they were given, or the pool's own columns.

        Raises
        ------
        InvalidInputError
            There are not as many rows as in the pool, two columns have one name, or only a sparse
            pool is there to see.
        """
        if rows is None:
            features = _of_pool(pool, names, is_shown=show is not None)
            return cls(_table(features), pool, show)
        given = rows.to_pandas() if hasattr(rows, "to_pandas") else rows
        features = _frame(given, is_shown=show is not None)
        if len(features) != pool.shape[0]:
            raise InvalidInputError(
                f"{len(features)} rows arrived for a pool of {pool.shape[0]}; give what people see "
                "of every row of the pool, in its order"
            )
        return cls(_table(features), given, show)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that are sent."""
        return tuple(self.table.features.columns[:MOST_COLUMNS])

    def of_row(self, row: int) -> Seen:
        """What is seen of a row.

        Raises
        ------
        InvalidInputError
            ``show`` fails, or gives what cannot be shown.
        """
        if self.show is not None:
            return self._shown(row)
        cells = cells_of_row(self.table, row, self.columns)
        n_more = self.table.features.shape[1] - len(cells)
        if n_more:
            hint = f"{n_more:,} more are not sent; choose columns with rows="
            cells = (*cells, Cell("columns", "text", (hint,)))
        return Seen(cells)

    def _shown(self, row: int) -> Seen:
        given = self.rows.iloc[row] if isinstance(self.rows, pd.DataFrame) else self.rows[row]
        try:
            shown = self.show(given) if self.show is not None else None
            shown = shown if isinstance(shown, str | bytes) else _png(shown)
        except Exception as error:
            raise InvalidInputError(
                f"show failed for row {row} with {type(error).__name__}: {error}; correct the "
                "function and run the cell again"
            ) from error
        if isinstance(shown, str):
            one = _table(pd.DataFrame({"text": [shown]}))
            return Seen(cells_of_row(one, 0, ["text"]))
        return Seen((), _address(shown))


def _png(shown: object) -> bytes:
    """A figure, or anything that draws itself, as PNG."""
    if hasattr(shown, "savefig"):
        file = BytesIO()
        shown.savefig(file, format="png", bbox_inches="tight")
        return file.getvalue()
    drawn = shown._repr_png_() if hasattr(shown, "_repr_png_") else None
    if not isinstance(drawn, bytes):
        raise TypeError(
            f"it gave {type(shown).__name__}; give text, bytes of a picture or a figure"
        )
    return drawn


def _address(picture: bytes) -> str:
    kind = next((kind for start, kind in _PICTURES.items() if picture.startswith(start)), None)
    if kind is None:
        raise InvalidInputError(
            f"show gave {len(picture):,} bytes that begin with {picture[:8]!r}, no picture that is "
            "known; give PNG, JPEG, GIF or WebP"
        )
    if len(picture) > MOST_BYTES:
        raise InvalidInputError(
            f"show gave a picture of {len(picture):,} bytes; give at most {MOST_BYTES:,}"
        )
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"


def _of_pool(pool: Rows, names: Sequence[str] | None, *, is_shown: bool) -> pd.DataFrame:
    if not sparse.issparse(pool):
        return pd.DataFrame(
            pool, columns=list(names or (f"column {i}" for i in range(pool.shape[1])))
        )
    if is_shown:
        return pd.DataFrame(index=range(pool.shape[0]))
    raise InvalidInputError(
        f"the pool is sparse, with {pool.shape[1]} columns that nobody can read; give what people "
        "see of each row as rows=, or a function as show="
    )


def _frame(rows: pd.DataFrame | Sequence, *, is_shown: bool) -> pd.DataFrame:
    """Rows as columns with names; none where only ``show`` can read them."""
    if isinstance(rows, str | bytes | Mapping) or not hasattr(rows, "__getitem__"):
        raise _refused(rows)
    if isinstance(rows, pd.Series):
        features = rows.to_frame(rows.name or "text")
    elif isinstance(rows, pd.DataFrame):
        features = rows.copy(deep=False)
    elif len(rows) and isinstance(rows[0], Mapping):
        features = pd.DataFrame.from_records(list(rows))
    elif len(rows) and isinstance(rows[0], str | Number):
        features = pd.DataFrame({"text": list(rows)})
    elif is_shown:
        features = pd.DataFrame(index=range(len(rows)))
    else:
        features = _matrix(rows)
    features.columns = [str(name) for name in features.columns]
    if not features.columns.is_unique:
        twice = features.columns[features.columns.duplicated()][0]
        raise InvalidInputError(f"two columns of rows are called {twice!r}; give them other names")
    return features


def _matrix(rows: Sequence) -> pd.DataFrame:
    try:
        return pd.DataFrame(rows)
    except ValueError as error:
        raise _refused(rows, f" ({error})") from error


def _refused(rows: object, why: str = "") -> InvalidInputError:
    return InvalidInputError(
        f"rows of type {type(rows).__name__} arrived{why}; give a DataFrame, or a list of texts, "
        "numbers or dicts, or of anything that a function shows as show="
    )


def _table(features: pd.DataFrame) -> Table:
    """Rows counted as the learner counts them."""
    return Table("pool", features, first_line=0)
