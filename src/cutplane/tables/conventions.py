"""How people write numbers: signs, units of money, shares, and marks between the digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_MONEY = r"R\$|\p{Sc}|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|Fr\.|kr|zł"

#: Where the ten digits begin: Arabic, Persian, Devanagari, Bengali, Thai, and those of full width.
_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10)
_DIGITS = (
    *(("".join(chr(zero + digit) for zero in _ZEROS), str(digit)) for digit in range(10)),
    ("٫．", "."),
    ("٬，", ","),
)

#: Names of what was read, with the pattern that is replaced; in this order.
_SIGNS = (
    ("characters that cannot be seen left out", r"\p{Cf}", ""),
    ("signs other than the hyphen", r"^([\p{Sc}\s]*)[‐‑‒–—−﹣－](\s*[\p{Sc}\d.,])", r"\1-\2"),
    ("limits as the numbers after < and >", r"^(?:[<>≤≥~≈]|&lt;|&gt;)=?\s*([+-]?[\d.,])", r"\1"),
    ("parentheses as a minus", r"^\(([^-()]*\d[^-()]*)\)$", r"-\1"),
    ("a minus at the end", r"^([\d.,]+)\s*-$", r"-\1"),
)
# Without another sign than these there is nothing to look for but commas and points.
_SIGNED = r"[^-+0-9.,eE]|-$"
_CURRENCY = (
    (rf"^([+-]?)\s*(?:{_MONEY})\s*([+-]?[\d.,])", r"\1\2"),
    (rf"([\d.,])\s*(?:{_MONEY})$", r"\1"),
)
_PERCENT = (r"([\d.,])\s*[%％]$", r"\1")
_GROUPS = r"^[+-]?\d{1,3}(?:[\p{Zs}'’]\d{3})+(?:[.,]\d*)?$"
_GAPS = r"[\p{Zs}'’]"

# Shapes of numbers with commas; 1,234 is of the first shape and may mean 1.234.
_COMMA_GROUPS = r"^[+-]?[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$"
_ONE_COMMA = r"^[+-]?[1-9]\d{0,2},\d{3}$"
_POINT_GROUPS = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?$"
_DECIMAL_COMMA = r"^[+-]?(?:\d*,\d+|\d+,|[1-9]\d{0,2}(?:\.\d{3})+,\d*)(?:[eE][+-]?\d+)?$"


@dataclass(frozen=True)
class Spelled:
    """Cells of text as numbers in the notation of programs, where they are numbers.

    Attributes
    ----------
    texts : StringArray of shape (n,)
        Null where a cell is no number.
    changed : bool ndarray of shape (n,)
        Cells that are written in another way.
    conventions : tuple of str
        What was understood, in words.
    """

    texts: pa.Array
    changed: Mask
    conventions: tuple[str, ...]


def spelled(cells: pa.Array, *, decimal_comma: bool = False) -> Spelled:
    """Read numbers as a column writes them.

    A sign of money, a sign of a share or a comma means something only in the light of the other
    cells: two currencies, or shares beside plain numbers, are no numbers of one column.

    Parameters
    ----------
    cells : StringArray of shape (n,)
        Without blanks around them; null where nothing is to be read.
    decimal_comma : bool
        What 1,234 means where the column itself does not tell.
    """
    texts, conventions = cells, list[str]()
    if pc.any(_matches(cells, _SIGNED)).as_py():
        texts, conventions = _digits(texts)
        for name, pattern, replacement in _SIGNS:
            before, texts = texts, _replace(texts, pattern, replacement)
            conventions += [name] * _differ(before, texts)
        for read in (_money, _shares, _gaps):
            texts, names = read(texts)
            conventions += names
    texts, names = _commas(texts, decimal_comma)
    conventions += names
    texts = pc.if_else(_matches(texts, PLAIN), texts, None)
    changed = pc.fill_null(pc.not_equal(texts, cells), False).to_numpy(zero_copy_only=False)
    return Spelled(texts, changed, tuple(conventions) if changed.any() else ())


def _digits(texts: pa.Array) -> tuple[pa.Array, list[str]]:
    if not pc.any(_matches(texts, rf"[{''.join(signs for signs, _ in _DIGITS)}]")).as_py():
        return texts, []
    for signs, own in _DIGITS:
        texts = _replace(texts, f"[{signs}]", own)
    return texts, ["digits of another script"]


def _money(texts: pa.Array) -> tuple[pa.Array, list[str]]:
    bare = texts
    for pattern, replacement in _CURRENCY:
        bare = _replace(bare, pattern, replacement)
    if not _differ(texts, bare):
        return texts, []
    priced = texts.filter(pc.not_equal(texts, bare))
    signs = pc.extract_regex(priced, rf"(?P<sign>{_MONEY})").field("sign").unique().to_pylist()
    if len(signs) > 1:
        return texts, []
    return bare, [f"{signs[0]} as a sign of money"]


def _shares(texts: pa.Array) -> tuple[pa.Array, list[str]]:
    bare = _replace(texts, *_PERCENT)
    if not _differ(texts, bare):
        return texts, []
    is_share = pc.not_equal(texts, bare)
    if pc.mean(is_share.cast("int8")).as_py() < 0.5:
        return texts, []
    return pc.if_else(is_share, bare, None), ["percent signs left out (12% is 12)"]


def _gaps(texts: pa.Array) -> tuple[pa.Array, list[str]]:
    grouped = _matches(texts, _GROUPS)
    if not pc.any(grouped).as_py():
        return texts, []
    return pc.if_else(grouped, _replace(texts, _GAPS, ""), texts), ["gaps between thousands"]


def _commas(texts: pa.Array, decimal_comma: bool) -> tuple[pa.Array, list[str]]:
    groups, one = _matches(texts, _COMMA_GROUPS), _matches(texts, _ONE_COMMA)
    decimal, points = _matches(texts, _DECIMAL_COMMA), _matches(texts, _POINT_GROUPS)
    if not pc.any(pc.or_(groups, decimal)).as_py():
        many = _replace(texts, r"^([+-]?[1-9]\d{0,2})((?:\.\d{3}){2,})$", r"\1,\2")
        if not _differ(texts, many):
            return texts, []
        return pc.if_else(points, _replace(texts, r"\.", ""), texts), ["points between thousands"]
    sure_groups = _count(pc.and_not(groups, one))
    sure_decimal = _count(pc.and_not(decimal, one))
    fractions = _count(pc.and_not(_matches(texts, r"^[+-]?\d*\.\d*$"), points))
    ambiguous = not (sure_groups or sure_decimal or fractions)
    if sure_decimal > sure_groups + fractions or (ambiguous and decimal_comma):
        without_points = pc.if_else(points, _replace(texts, r"\.", ""), texts)
        decimals = pc.if_else(decimal, _replace(without_points, ",", "."), without_points)
        return decimals, ["commas as decimal points" + _doubt(ambiguous, "thousands")]
    name = "commas between thousands" + _doubt(ambiguous, "decimals")
    return pc.if_else(groups, _replace(texts, ",", ""), texts), [name]


def _doubt(ambiguous: bool, other: str) -> str:
    return f" (nothing in the column tells them from {other})" if ambiguous else ""


def _replace(texts: pa.Array, pattern: str, replacement: str) -> pa.Array:
    return pc.replace_substring_regex(texts, pattern=pattern, replacement=replacement)


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(texts, pattern=pattern), False)


def _differ(before: pa.Array, after: pa.Array) -> bool:
    return bool(pc.any(pc.not_equal(before, after)).as_py())


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)
