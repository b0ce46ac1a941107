"""What is accepted at the desk: rows of the pool, somebody's name, and labels that can be."""

from __future__ import annotations

import operator
import unicodedata
from collections import Counter
from collections.abc import Sequence

from cutplane.active.events import Label
from cutplane.active.labels import check_one_kind, checked_labels, kept_labels
from cutplane.app.answers.rules import Rules
from cutplane.app.answers.tally import Tally
from cutplane.errors import InvalidInputError

#: Characters of a class that is new.
LONGEST_LABEL = 200
_BREAKS = ("Cc", "Zl", "Zp")


def accepted_rows(rows: Sequence[int], n_rows: int) -> list[int]:
    """Rows as whole numbers, each once.

    Raises
    ------
    InvalidInputError
        There are none, or one is outside the pool.
    """
    numbers = []
    for row in rows:
        try:
            number = -1 if isinstance(row, bool) else operator.index(row)
        except TypeError:
            number = -1
        if not 0 <= number < n_rows:
            raise InvalidInputError(
                f"row {row!r} arrived; rows are whole numbers from 0 to {n_rows - 1}"
            )
        numbers.append(number)
    if not numbers:
        raise InvalidInputError("no row arrived; give at least one")
    return list(dict.fromkeys(numbers))


def accepted_name(who: str) -> str:
    """Somebody's name; InvalidInputError for nobody's, and for text that is none."""
    if not isinstance(who, str) or not who.strip() or not who.isprintable():
        raise InvalidInputError(f"{who!r} arrived as a name; say who acts, in printable text")
    return who


def accepted_label(label: Label, rules: Rules) -> Label:
    """A label as the value it is, in the range that the rules allow.

    Raises
    ------
    InvalidInputError
        It is missing or infinite, no class or no number, or out of range.
    """
    (value,) = checked_labels([label], is_regression=rules.is_regression)
    if rules.is_regression:
        low = -float("inf") if rules.low is None else rules.low
        high = float("inf") if rules.high is None else rules.high
        if not low <= float(value) <= high:
            raise InvalidInputError(
                f"{value!r} arrived; values lie between {low:g} and {high:g}: check the number"
            )
    return value


def check_fits(label: Label, tally: Tally, rows: Sequence[int], who: str) -> None:
    """Refuse a label that does not go with those held, but for who's own of these rows.

    Raises
    ------
    InvalidInputError
        It is of another kind than they are, or a new class whose name cannot be shown in a line.
    """
    if tally.rules.is_regression:
        return
    said = (one for row in rows for one in tally.row(row).answers)
    own = Counter(one.label for one in said if one.who == who and one.label is not None)
    check_one_kind(kept_labels([label]), kept_labels(list(tally.labels - own)))
    if isinstance(label, str) and tally.labels[label] == 0:
        _check_new_class(label)


def _check_new_class(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_LABEL:
        raise InvalidInputError(
            f"a label of {len(name)} characters arrived; give 1 to {LONGEST_LABEL}, not all blank"
        )
    if any(unicodedata.category(character) in _BREAKS for character in name):
        raise InvalidInputError(
            f"{name!r} arrived as a label, with a control character or a line break; leave it out"
        )
