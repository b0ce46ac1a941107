"""Many columns of text as numbers, at once: a call for each of them is slow in wide tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cutplane.tables.cells import (
    LARGEST_WHOLE,
    NUMBER_MARKS,
    Numbers,
    marked,
    numbers_of,
    plain_numbers,
    stripped,
)
from cutplane.tables.conventions import PLAIN, Mask

_CELLS_AT_ONCE = 4_000_000
# Longer columns are worth calls of their own.
_FEW_ROWS = 10_000


def numbers_of_many(columns: Sequence[pa.Array], *, decimal_comma: bool = False) -> list[Numbers]:
    """Read columns of text as numbers, each as :func:`numbers_of` does.

    Parameters
    ----------
    columns : sequence of StringArray of shape (n,)
    decimal_comma : bool
        What 1,234 means where a column itself does not tell.
    """
    found: list[Numbers] = []
    for some in _pieces(columns):
        for column, numbers in zip(some, _together(some), strict=True):
            found.append(numbers or numbers_of(column, decimal_comma=decimal_comma))
    return found


def _pieces(columns: Sequence[pa.Array]) -> Iterator[Sequence[pa.Array]]:
    n = len(columns[0]) if columns else 0
    at_once = max(1, _CELLS_AT_ONCE // max(1, n))
    for start in range(0, len(columns), at_once):
        yield columns[start : start + at_once]


def _together(columns: Sequence[pa.Array]) -> Iterator[Numbers | None]:
    """Columns that a program wrote, but for marks of missing values, and those without a digit.

    None for any other.
    """
    n = len(columns[0])
    if n == 0 or n > _FEW_ROWS or len(columns) == 1:
        return iter([None] * len(columns))
    cells = pa.concat_arrays(columns)
    clean = plain_numbers(cells)
    if clean is not None:
        nothing = np.zeros(n, dtype=bool)
        return (Numbers(own, nothing, nothing, nothing) for own in clean.values.reshape(-1, n))
    bare = stripped(cells)
    is_mark = marked(bare, NUMBER_MARKS)
    is_blank = pc.and_(pc.is_null(bare), pc.fill_null(pc.not_equal(cells, ""), False))
    left = pc.if_else(is_mark, None, bare)
    is_plain = pc.match_substring_regex(left, pattern=PLAIN)
    values = pc.if_else(is_plain, left, None).cast(pa.float64())
    numbers = _table(values, n)
    with np.errstate(invalid="ignore"):
        small = ~(np.abs(numbers) >= LARGEST_WHOLE)
    codes = pc.match_substring_regex(pc.if_else(is_plain, left, None), pattern=r"^0\d")
    is_number = _table(pc.fill_null(is_plain, True), n) & small & ~_table(_no(codes), n)
    words = pc.match_substring_regex(left, pattern=r"\p{Nd}|^(?i:true|false|[+-]?inf(?:inity)?)$")
    is_word = _table(_no(pc.invert(words)), n)
    return _sorted(
        numbers,
        _table(pc.or_(_no(is_mark), is_blank), n),
        is_word,
        is_number.all(axis=1),
        (is_word | _table(pc.is_null(left), n)).all(axis=1),
    )


def _sorted(
    values: NDArray, missing: Mask, is_word: Mask, all_numbers: Mask, all_words: Mask
) -> Iterator[Numbers | None]:
    nothing = np.zeros(values.shape[1], dtype=bool)
    for j in range(len(values)):
        if all_numbers[j]:
            yield Numbers(values[j], missing[j], nothing, nothing)
        elif all_words[j]:
            n_words = int(np.count_nonzero(is_word[j]))
            why = f"{n_words} of its {n_words} cells are no numbers"
            yield Numbers(values[j], missing[j], is_word[j], nothing, why_text=why)
        else:
            yield None


def _no(mask: pa.Array) -> pa.Array:
    return pc.fill_null(mask, False)


def _table(cells: pa.Array, n: int) -> NDArray:
    return cells.to_numpy(zero_copy_only=False).reshape(-1, n)
