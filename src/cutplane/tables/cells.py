"""Cells of text as numbers, and as levels that compare as values."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array, Index
from cutplane.plain_text import visible
from cutplane.tables.conventions import PLAIN, Mask, spelled
from cutplane.tables.notes import shortened

_OF_ANY_COLUMN = """
? na n/a n.a. #n/a #na <na> nan -nan null none nat \\n (null) (blank)
#div/0! #value! #ref! #name? #num! #null! #error!
"""
_AMONG_NUMBERS = """
- -- --- – — . .. ... ?? * ** n.a n/d nd n.d. n/k nk n.k. nil unknown unk missing void undefined
error err tbd nodata (none) (missing) 1.#ind -1.#ind 1.#qnan -1.#qnan
"""
#: What a cell of any column may say instead of a value, in small letters or large.
MARKS = frozenset(_OF_ANY_COLUMN.split())
#: The same, and what a cell among numbers may say besides.
NUMBER_MARKS = MARKS | set(_AMONG_NUMBERS.split())
NUMBER_MARKS |= {"no data", "not available", "not applicable", "not known"}

#: White space as Python has it, and characters without a width.
BLANKS = "".join(map(chr, [*range(9, 14), 28, 29, 30, 31, 32, 133, 160, 173, 1564, 5760, 12288]))
BLANKS += "".join(map(chr, [*range(8192, 8208), *range(8232, 8240), *range(8287, 8304), 65279]))
# So many cells, and different ones, of a column of numbers may be something else.
_MOST_OTHER = 0.1
#: From here on floats cannot tell whole numbers apart.
LARGEST_WHOLE = 2.0**53
_INFINITE = frozenset({"inf", "-inf", "+inf", "infinity", "-infinity"})


@dataclass(frozen=True)
class Numbers:
    """A column of text read as numbers.

    Attributes
    ----------
    values : ndarray of shape (n,)
        NaN where a cell is empty or no number.
    missing : bool ndarray of shape (n,)
        Cells that are not empty and say that a value is missing: blanks, "n.a.", "#DIV/0!".
    other : bool ndarray of shape (n,)
        Cells that hold something else than a number.
    reread : bool ndarray of shape (n,)
        Numbers that are not written as programs write them.
    conventions : tuple of str
        How those were understood, in words.
    why_text : str
        Why the column is none of numbers; empty where it is one.
    """

    values: Array
    missing: Mask
    other: Mask
    reread: Mask
    conventions: tuple[str, ...] = ()
    why_text: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether the column as a whole is one of numbers."""
        return not self.why_text


def as_cells(column: ArrayLike | pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as an Arrow array of strings, null where a cell is missing."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not isinstance(column, pa.Array):
        column = _strings(np.asarray(column))
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _strings(values: NDArray) -> pa.Array:
    try:
        return pa.array(values, pa.string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # objects of other types among them
        return pa.array(pd.Series(values, dtype=object).map(str, na_action="ignore"), pa.string())


def stripped(cells: pa.Array) -> pa.Array:
    """Cells without white space around them; null where nothing is left."""
    bare = pc.utf8_trim(cells, characters=BLANKS)
    return pc.if_else(pc.equal(bare, ""), None, bare)


def marked(bare: pa.Array, marks: frozenset[str]) -> pa.Array:
    """Whether stripped cells are among the marks, in small letters or large; boolean."""
    return pc.is_in(pc.utf8_lower(bare), value_set=pa.array(sorted(marks)))


def numbers_of(
    column: ArrayLike | pa.Array | pa.ChunkedArray, *, decimal_comma: bool = False
) -> Numbers:
    """Read text as numbers.

    A column is one of numbers when at most a tenth of its cells, and of its different cells, are
    neither numbers nor marks of missing values. One with codes such as 007, or with whole
    numbers that floats cannot tell apart, is not.

    Parameters
    ----------
    column : array-like of shape (n,)
        str, and NaN or None where a cell is missing.
    decimal_comma : bool
        What 1,234 means where the column itself does not tell.

    Returns
    -------
    Numbers
    """
    cells = as_cells(column)
    return plain_numbers(cells) or _odd_numbers(cells, decimal_comma)


def plain_numbers(cells: pa.Array) -> Numbers | None:
    """The numbers of a column that a program wrote; None for any other."""
    try:
        values = pc.if_else(pc.equal(cells, ""), None, cells).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    found = values.drop_null().to_numpy()
    if len(found) and not np.abs(found).max() < LARGEST_WHOLE:  # NaN and infinity as well
        return None
    no_codes = pc.or_(pc.starts_with(cells, pattern="0."), pc.equal(cells, "0"))
    if pc.any(pc.and_not(pc.starts_with(cells, pattern="0"), no_codes)).as_py():
        return None
    nothing = np.zeros(len(cells), dtype=bool)
    return Numbers(_floats(values), nothing, nothing, nothing)


def _odd_numbers(cells: pa.Array, decimal_comma: bool) -> Numbers:
    """The numbers of any column, by its different cells."""
    encoded = cells.dictionary_encode()
    codes = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    kinds = pa.concat_arrays([encoded.dictionary, pa.nulls(1, pa.string())])
    bare = stripped(kinds)
    is_mark, is_infinite = marked(bare, NUMBER_MARKS), marked(bare, _INFINITE)
    is_blank = pc.and_(pc.is_null(bare), pc.fill_null(pc.not_equal(kinds, ""), False))
    left = pc.if_else(pc.or_(is_mark, is_infinite), None, bare)
    binary, names = _truths(left)
    found = spelled(binary, decimal_comma=decimal_comma)
    other = pc.and_(pc.is_valid(left), pc.is_null(found.texts))
    counts = np.bincount(codes, minlength=len(kinds))
    return Numbers(
        values=_floats(pc.if_else(is_infinite, bare, found.texts).cast(pa.float64()))[codes],
        missing=_bools(pc.or_(is_mark, is_blank))[codes],
        other=_bools(other)[codes],
        reread=(found.changed | _bools(pc.not_equal(binary, left)))[codes],
        conventions=(*names, *found.conventions),
        why_text=_why_text(left, found.texts, _bools(other), counts),
    )


def _truths(bare: pa.Array) -> tuple[pa.Array, tuple[str, ...]]:
    """Truth values as 1 and 0, where the column holds nothing else."""
    lower = pc.utf8_lower(bare)
    words = pc.is_in(lower, value_set=pa.array(["true", "false"]))
    binary = pc.or_(words, pc.is_in(lower, value_set=pa.array(["1", "0", None])))
    if not pc.any(words).as_py() or not pc.all(binary).as_py():
        return bare, ()
    ones = pc.if_else(pc.equal(lower, "true"), "1", "0")
    return pc.if_else(words, ones, bare), ("true and false as 1 and 0",)


def _why_text(left: pa.Array, texts: pa.Array, other: Mask, counts: Index) -> str:
    """Why different cells that are neither empty nor marks make no column of numbers."""
    codes = left.filter(pc.match_substring_regex(left, pattern=r"^0\d+$"))
    if len(codes):
        return f"codes with zeros in front, such as {codes[0].as_py()!r}"
    whole = texts.filter(pc.match_substring_regex(texts, pattern=r"^[+-]?\d{16,300}$"))
    rounded = [text for text in whole.to_pylist() if int(float(text)) != int(text)]
    if rounded:
        return f"whole numbers that floats cannot tell apart, such as {rounded[0]}"
    if not other.any():
        return ""
    valid = _bools(left.is_valid())
    n_cells, n_other = counts[valid].sum(), counts[other].sum()
    different = len(left.filter(pa.array(other)).unique()) / len(left.drop_null().unique())
    if n_other <= _MOST_OTHER * n_cells and different <= _MOST_OTHER:
        return ""
    first = left.filter(pa.array(other))[0].as_py()
    return f"{n_other} of its {n_cells} cells are no numbers, such as {shortened(first)!r}"


def level_of(column: ArrayLike) -> NDArray:
    """Cells as levels that are equal where the values are.

    1, "1" and "1.0" are one level, so are True, "TRUE" and 1, and texts that differ in case or in
    blanks: "RED" and " red". Codes with zeros in front are themselves: "001" is not "1".

    Parameters
    ----------
    column : array-like of shape (n,)
        str, numbers or bools; NaN or None where a cell is missing.

    Returns
    -------
    ndarray of shape (n,), dtype object
        str, and NaN where a cell is missing or blank.
    """
    codes, values = pd.factorize(np.asarray(column))
    levels = np.array([*map(level, values), np.nan], dtype=object)
    return levels[codes]


def level(value: object) -> str | float:
    """One cell as :func:`level_of` has it."""
    text = visible(str(value)).casefold()
    if text in ("true", "false"):
        return "1" if text == "true" else "0"
    if not re.match(PLAIN, text) or re.match(r"[+-]?0\d", text):
        return text or np.nan
    number = float(text)
    if not number.is_integer() or abs(number) >= LARGEST_WHOLE:
        return repr(number) if abs(number) < LARGEST_WHOLE else text
    return str(int(number))


def _floats(values: pa.Array) -> Array:
    return values.to_numpy(zero_copy_only=False).astype(float, copy=False)


def _bools(mask: pa.Array) -> Mask:
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
