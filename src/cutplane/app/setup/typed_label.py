"""A label from what somebody typed or clicked: the name of a class, or a number."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from cutplane.active.events import Label
from cutplane.active.labels import checked_labels
from cutplane.app.answers.rules import Rules
from cutplane.errors import InvalidInputError
from cutplane.tables.labelling import labels_like

#: Characters that the name of a class may have.
LONGEST = 200
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
#: 1,234 may be a thousand or one; 0,234 and 1234,567 cannot.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
#: Groups of three digits, with the mark of decimals behind them.
_GROUPS = {
    "": re.compile(r"[+-]?\d{1,3}([ ' \u00a0\u2009\u202f]\d{3})+([.,]\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}", re.ASCII),
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}", re.ASCII),
}


def label_of(text: str, rules: Rules, classes: Sequence[Label], *, is_open: bool) -> Label:
    """A label under the rules of a project: a value within its limits, or a class.

    Parameters and errors as for :func:`typed_number` and :func:`typed_class`.
    """
    if rules.is_regression:
        return typed_number(text, rules.low, rules.high)
    return typed_class(text, classes, is_open=is_open)


def typed_number(text: str, low: float | None = None, high: float | None = None) -> float:
    """A number as people write it.

    A comma is the mark of decimals where it cannot part thousands: 0,5 and 1.234,5 are read so,
    and 1,234 is refused.

    Parameters
    ----------
    text : str
    low, high : float, optional
        Limits; none by default.

    Raises
    ------
    InvalidInputError
        It is no finite number, may be two, or is outside the limits.
    """
    bare = text.strip().replace("\u2212", "-")
    if _EITHER.fullmatch(bare):
        decimal, whole = bare.replace(",", "."), bare.replace(",", "")
        raise InvalidInputError(f"{text!r} may be {decimal} or {whole}; write one of these two")
    written = _as_python(bare)
    if written is None:
        raise InvalidInputError(f"{text!r} is no number; give one such as 3, -0.5 or 1e-3")
    number = float(written)
    if not math.isfinite(number):
        raise InvalidInputError(f"{text!r} is too large for a number; check its digits")
    if (low is not None and number < low) or (high is not None and number > high):
        raise InvalidInputError(
            f"{number:g} is outside the limits; give a number {_within(low, high)}"
        )
    return number


def _as_python(bare: str) -> str | None:
    """The number in Python's own spelling; None for what is no number."""
    if _PLAIN.fullmatch(bare):
        return bare
    if _COMMA.fullmatch(bare):
        return bare.replace(",", ".")
    for decimal, groups in _GROUPS.items():
        if groups.fullmatch(bare):
            if not decimal:
                return re.sub(r"[^\d.,+-]", "", bare).replace(",", ".")
            other = "." if decimal == "," else ","
            return bare.replace(other, "").replace(decimal, ".")
    return None


def _within(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {high:g}"
    return f"from {low:g}" if high is None else f"from {low:g} to {high:g}"


def typed_class(text: str, known: Sequence[Label], *, is_open: bool) -> Label:
    """A class by its name.

    Parameters
    ----------
    text : str
    known : sequence of bool, int or str
        Classes there are; whatever is new gets their type.
    is_open : bool
        Whether a new one may be named.

    Raises
    ------
    InvalidInputError
        There is no such class, or no class can be called so.
    """
    names = {str(label): label for label in known}
    bare = text.strip()
    for name in (text, bare):
        if name in names:
            return names[name]
    if not bare:
        raise InvalidInputError("an empty label arrived; name a class, or skip the row")
    alike = [name for name in names if _folded(name) == _folded(bare)]
    if alike:
        raise InvalidInputError(f"there is no class {bare!r}; did you mean {alike[0]!r}?")
    if not is_open:
        shown = ", ".join(map(repr, list(names)[:20])) + (", ..." if len(names) > 20 else "")
        raise InvalidInputError(f"there is no class {bare!r}; choose one of {shown}")
    if len(bare) > LONGEST or not bare.isprintable():
        raise InvalidInputError(
            f"{bare[:20]!r} cannot be the name of a class; give at most {LONGEST} characters that "
            "can be seen"
        )
    (label,) = checked_labels(labels_like([bare], known, is_regression=False), is_regression=False)
    return label


def _folded(name: str) -> str:
    """A name without what hardly tells it from another."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
