"""The column of labels: text as it is written, or numbers where nothing is lost by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.tables.cells import NUMBER_MARKS, Numbers, marked, numbers_of, stripped
from cutplane.tables.conventions import Mask
from cutplane.tables.dates import dates_of
from cutplane.tables.no_labels import unmarked
from cutplane.tables.notes import note_cells, remarks_of
from cutplane.tables.report import Remark
from cutplane.tables.sheet import Sheet
from cutplane.tables.target_remarks import about_classes, about_points

TASKS = ("classification", "regression")
# A column of more different whole numbers counts or measures something.
MAX_INTEGER_CLASSES = 100
_LARGEST = 2.0**63
_WHOLE = r"^(?:0|-?[1-9]\d*)$"
# 1 and 2 beside an empty cell become 1.0 and 2.0 in a program that has no other missing number.
_WHOLE_FLOAT = r"^(?:0|-?[1-9]\d*)\.0$"


@dataclass(frozen=True)
class Labels:
    """What the label column says.

    Attributes
    ----------
    values : ndarray of shape (n,)
        float64 for regression; otherwise objects, int, bool or str. NaN where there is no label.
    task : {"classification", "regression"}
    remarks : tuple of Remark
        Cells that were recoded, and classes that look odd.
    are_numbers : bool
        Whether every label is a number, whatever the task.
    """

    values: NDArray
    task: str
    remarks: tuple[Remark, ...]
    are_numbers: bool


@dataclass(frozen=True)
class _Cells:
    """The cells of the column, and the numbers in them if all of them are."""

    name: str
    first_line: int
    bare: pa.Array
    numbers: Array | None
    is_exact: bool


def labels_of(sheet: Sheet, task: str | None = None, missing: tuple[str, ...] = ()) -> Labels:
    """Read the labels of a sheet that has a target.

    Parameters
    ----------
    sheet : Sheet
    task : {"classification", "regression"}, optional
        By default numbers with a fraction, or more than 100 different whole numbers, are values
        to predict, and everything else names classes.
    missing : tuple of str
        Cells that mean "no label", besides empty ones; among numbers, "NA" and its like do.

    Raises
    ------
    InvalidInputError
        A cell is infinite, is text where numbers are needed, or nearly one that means no label;
        or the labels are dates.
    """
    cells, remarks = _read(sheet, task, missing)
    given = task is not None
    task = task or _task(cells)
    if task == "regression":
        values: NDArray = _values(cells)
    else:
        _refuse_dates(cells, given)
        values = _classes(cells)
        remarks += about_classes(cells.name, cells.bare)
        if _have_points(cells):
            remarks.append(about_points(cells.name, cells.bare))
    return Labels(values, task, tuple(remarks), cells.numbers is not None)


def _read(sheet: Sheet, task: str | None, missing: tuple[str, ...]) -> tuple[_Cells, list[Remark]]:
    """Cells without blanks and marks, and what was said about them."""
    name, first = str(sheet.target), sheet.first_line
    assert sheet.labels is not None
    written = _texts(sheet.labels)
    bare = stripped(written)
    blanks = _bools(pc.not_equal(written, bare))
    notes = note_cells("labels", name, "read without blanks around", written, blanks, first)
    without = unmarked(name, written, bare, missing, first)
    bare, remarks = without.bare, without.remarks
    notes += without.notes
    found_numbers = _numbers(bare, sheet.decimal_comma, task)
    if found_numbers is None:
        return _Cells(name, first, bare, None, False), [*remarks, *remarks_of(notes)]
    verb = "read as no label, since the others are numbers"
    notes += note_cells("labels", name, verb, written, found_numbers.missing, first)
    verb = "read as numbers, with " + ", ".join(found_numbers.conventions)
    if task != "classification":
        notes += note_cells("labels", name, verb, written, found_numbers.reread, first)
    bare = pc.if_else(pa.array(found_numbers.missing), None, bare)
    is_exact = not found_numbers.reread.any()
    cells = _Cells(name, first, bare, found_numbers.values, is_exact)
    return cells, [*remarks, *remarks_of(notes)]


def _texts(labels: pa.Array) -> pa.Array:
    """Labels of any type as text that leads back to them."""
    if pa.types.is_string(labels.type):
        return labels
    if pa.types.is_boolean(labels.type):
        return pc.if_else(labels, "True", "False")
    if pa.types.is_floating(labels.type):
        values = labels.cast(pa.float64())
        values = pc.if_else(pc.is_nan(values), None, values)
        whole = values.drop_null()
        fits = pc.all(pc.and_(pc.equal(pc.round(whole), whole), pc.less(pc.abs(whole), 2.0**53)))
        return values.cast(pa.int64() if fits.as_py() is not False else pa.float64()).cast(
            pa.string()
        )
    return labels.cast(pa.string())


def _numbers(bare: pa.Array, decimal_comma: bool, task: str | None) -> Numbers | None:
    """All labels as numbers; None if some are none."""
    found = numbers_of(bare, decimal_comma=decimal_comma)
    if found.other.any() or np.isnan(found.values).all():
        return None
    left = pc.if_else(marked(bare, NUMBER_MARKS), None, bare)
    codes = pc.any(pc.match_substring_regex(left, pattern=r"^[+-]?0\d")).as_py()
    words = pc.any(marked(left, frozenset({"true", "false"}))).as_py()
    # "<50" and ">50" are classes.
    limits = any("limits" in convention for convention in found.conventions)
    return None if (codes or words or limits) and task != "regression" else found


def _task(cells: _Cells) -> str:
    if cells.numbers is None:
        return "classification"
    values = cells.numbers[~np.isnan(cells.numbers)]
    powers = pc.any(pc.match_substring_regex(cells.bare, pattern=r"[eE]")).as_py()
    fractions = powers or (np.abs(values) >= _LARGEST).any() or (values != np.round(values)).any()
    different = len(cells.bare.unique().drop_null())
    return "regression" if fractions or different > MAX_INTEGER_CLASSES else "classification"


def _values(cells: _Cells) -> Array:
    if cells.numbers is None:
        found = numbers_of(cells.bare)
        text = np.isnan(found.values) & _bools(pc.is_valid(cells.bare))
        if not text.any():
            return found.values
        first = int(text.argmax())
        raise InvalidInputError(
            f"the target {cells.name!r} holds text, and --task regression needs numbers: line "
            f"{cells.first_line + first} says {cells.bare[first].as_py()!r}; name what means "
            "no label with --missing, or choose another target or --task classification"
        )
    infinite = np.isinf(cells.numbers)
    if infinite.any():
        first = int(infinite.argmax())
        raise InvalidInputError(
            f"the target {cells.name!r} holds {infinite.sum()} infinite cells, the first "
            f"{cells.bare[first].as_py()!r} in line {cells.first_line + first}; leave them empty"
        )
    return cells.numbers


def _classes(cells: _Cells) -> NDArray:
    """Names of classes as int or bool where every one of them is written so, otherwise as str."""
    names = cells.bare
    values = names.to_numpy(zero_copy_only=False).astype(object)
    kinds = names.unique().drop_null()
    if len(kinds) and cells.numbers is not None and cells.is_exact:
        if _have_points(cells):
            names = pc.utf8_slice_codeunits(names, 0, -2)
            kinds = pc.utf8_slice_codeunits(kinds, 0, -2)
        if _all_match(kinds, _WHOLE) and all(-(2**63) <= int(k) < 2**63 for k in kinds.to_pylist()):
            values = np.array(names.cast(pa.int64()).to_pylist(), dtype=object)
    elif len(kinds) and set(kinds.to_pylist()) <= {"True", "False"}:
        values = np.array(pc.equal(names, "True").to_pylist(), dtype=object)
    values[names.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return values


def _have_points(cells: _Cells) -> bool:
    """Whether all classes are whole numbers with a point and a zero behind."""
    kinds = cells.bare.unique().drop_null()
    is_number = len(kinds) > 0 and cells.numbers is not None and cells.is_exact
    return is_number and _all_match(kinds, _WHOLE_FLOAT)


def _refuse_dates(cells: _Cells, given: bool) -> None:
    if given or cells.numbers is not None:
        return
    dates = dates_of(cells.bare.unique())
    if dates is not None and not dates.missing.any():
        first = cells.bare.drop_null()[0].as_py()
        raise InvalidInputError(
            f"the target {cells.name!r} holds dates such as {first!r}; predict them as numbers, "
            "such as days, or pass --task classification to make every date a class"
        )


def _all_match(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern=pattern)).as_py())


def _bools(mask: pa.Array) -> Mask:
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
