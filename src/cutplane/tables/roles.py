"""What a column of numbers or text is for: a feature, or something that only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Index
from cutplane.tables.categorical import Cells
from cutplane.tables.frames import column_blocks

#: Roles that are no features. What each means is said by :mod:`cutplane.tables.remarks`.
EMPTY, CONSTANT, INDEX, ID, PROSE, MANY_LEVELS = (
    "empty",
    "constant",
    "index",
    "id",
    "prose",
    "many levels",
)

# Of fewer rows, chance or a small experiment can make any column a counter, or all different.
_FEWEST_ROWS = 10
# An index has gaps where rows were deleted, and starts again where files were joined.
_UNIT_STEPS, _UNIT_STEPS_OF_NAMED = 0.9, 0.5
# A few records come twice.
_DIFFERENT = 0.9
# Text with more levels is a name, a number of a record or a sentence, not a category.
_MAX_LEVELS, _FEW_LEVELS, _LEVELS_PER_ROW = 200, 20, 0.5
# An identifier has no words, a sentence has some.
_WORDS, _LETTERS, _LOOKED_AT = 3, 20, 1000

_INDEX_NAMES = re.compile(
    r"|unnamed: ?\d+|(row)?[ _.-]?(index|idx)|level_\d|row([ _.-]?(id|names?|no|nr|num|number))?"
)
_ID_FIRST = {"id", "uid", "uuid", "guid", "pk"}
_ID_LAST = _ID_FIRST | {
    *("ids", "key", "no", "nr", "num", "number", "code", "serial", "phone", "ssn", "isbn", "ean"),
    *("identifier", "reference", "hash", "email"),
}
_OWNERS = (
    "case|client|customer|employee|invoice|item|loan|member|object|order|passenger|patient|person|"
    "product|record|row|sample|student|subject|transaction|user"
)
_RUN_TOGETHER = re.compile(rf"({_OWNERS})(id|no|nr|key|code|number)")
_IDENTIFIER = re.compile(r"[\w.:/@#+-]+", re.ASCII)


def number_roles(names: Sequence[str], values: Array, steps: Index) -> list[str | None]:
    """Role of each numeric column; None is a feature.

    Parameters
    ----------
    names : sequence of str, length k
    values : ndarray of shape (n, k)
        NaN is a missing cell.
    steps : int ndarray of shape (n - 1,)
        How far each row of the table is from the one before.

    Returns
    -------
    list of str or None, length k
        An index is a strict counter of the rows in their order, a few gaps aside, or whole numbers
        under the name of one; an id is a different whole number in (nearly) every row, under the
        name of one.
    """
    roles: list[str | None] = []
    for block in column_blocks(values):
        own = values[:, block]
        low, high = (extreme.reduce(own, axis=0, initial=np.nan) for extreme in (np.fmin, np.fmax))
        is_whole = ((own == np.rint(own)) | np.isnan(own)).all(axis=0)
        is_counter, is_joined = _counters(own, steps)
        for j, name in enumerate(names[block]):
            if np.isnan(low[j]):
                roles.append(EMPTY)
            elif low[j] == high[j]:
                roles.append(CONSTANT)
            elif not is_whole[j]:
                roles.append(None)
            else:
                roles.append(_whole_role(name, own[:, j], is_counter[j], is_joined[j]))
    return roles


def _counters(values: Array, steps: Index) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Columns that count the rows up or down, and those that do so for most of the way."""
    n, k = values.shape
    if n < 2:
        return np.zeros(k, dtype=bool), np.zeros(k, dtype=bool)
    rises = np.diff(values, axis=0)
    share = np.array([(sign * rises == steps[:, None]).mean(axis=0) for sign in (1, -1)])
    is_strict = np.array([(sign * rises > 0).all(axis=0) for sign in (1, -1)])
    is_counter = np.any(is_strict & (share >= _UNIT_STEPS), axis=0) & (n >= _FEWEST_ROWS)
    return np.asarray(is_counter), np.asarray(np.any(share >= _UNIT_STEPS_OF_NAMED, axis=0))


def _whole_role(name: str, column: Array, is_counter: bool, is_joined: bool) -> str | None:
    """Index, id or neither, for a column of different whole numbers."""
    if is_counter:
        return INDEX
    if is_index_name(name):
        return INDEX if is_joined or _are_different(column) else None
    is_id = is_id_name(name) and len(column) >= _FEWEST_ROWS and _are_different(column)
    return ID if is_id else None


def text_role(name: str, cells: Cells) -> str | None:
    """Role of a column of text; None is a category."""
    n, n_levels = len(cells.which), len(cells.levels)
    if n_levels == 0:
        return EMPTY
    if n_levels == 1 and not cells.has_missing:
        return CONSTANT
    n_cells = int((cells.which >= 0).sum())
    is_named = is_id_name(name) or is_index_name(name)
    needed = _DIFFERENT * n_cells if is_named else n_cells
    is_different = n_levels >= needed and n >= _FEWEST_ROWS and n_levels > 1
    is_wide = n_levels > _MAX_LEVELS or n_levels > max(_FEW_LEVELS, _LEVELS_PER_ROW * n)
    if not (is_different or is_wide):
        return None
    if _are_prose(cells.spelled):
        return PROSE
    return ID if is_different else MANY_LEVELS


def is_index_name(name: str) -> bool:
    """Whether a column is called what writers call the numbers of rows."""
    return _INDEX_NAMES.fullmatch(name.strip().casefold()) is not None


def is_id_name(name: str) -> bool:
    """Whether a column is called what people call the numbers of records, in words of any case."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+", name)
    folded = [word.casefold() for word in words]
    if not folded:
        return False
    is_together = _RUN_TOGETHER.fullmatch(folded[-1]) is not None
    return folded[0] in _ID_FIRST or folded[-1] in _ID_LAST or is_together


def _are_different(column: Array) -> bool:
    cells = column[~np.isnan(column)]
    return bool(np.unique(cells).size >= max(2.0, _DIFFERENT * cells.size))


def _are_prose(texts: Iterable[str]) -> bool:
    """Whether texts are sentences, by their words, or by long ones that are no identifiers."""
    shown = [str(text) for text in islice(texts, _LOOKED_AT)]
    words = np.mean([len(text.split()) for text in shown])
    letters = np.mean([len(text) for text in shown])
    plain = np.mean([_IDENTIFIER.fullmatch(text) is not None for text in shown])
    return bool(words >= _WORDS or (letters >= _LETTERS and plain < 0.5))
