"""Labels as they arrive, as arrays of classes or of numbers that can be learnt."""

from __future__ import annotations

from decimal import Decimal
from numbers import Number

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import MAX_NUMBER

#: Names of the types of pandas' missing values, which compare to nothing.
_MISSING = ("NoneType", "NAType", "NaTType")


def told_labels(y: ArrayLike) -> NDArray:
    """Labels as an array of text, numbers or dates, whatever objects they arrive as.

    Python's, NumPy's and pandas' integers, booleans, decimals and texts are the values they are.

    Raises
    ------
    InvalidInputError
        One is missing, is of another kind than the others, or of a type that is no label.
    """
    labels = np.asarray(y, dtype=None if hasattr(y, "dtype") else object)
    keeps_objects = labels.dtype.kind == "O" and hasattr(y, "dtype")
    if labels.dtype.kind in "OT":
        labels = _of_objects(labels.astype(object).ravel().tolist()).reshape(labels.shape)
    if labels.dtype.kind == "O" and not keeps_objects:
        labels = labels.astype(str)
    if labels.dtype.kind == "c":
        raise InvalidInputError(f"y={_shown(labels)} arrived. Complex data not supported")
    if labels.dtype.kind not in "biufUOM":
        raise InvalidInputError(
            f"labels of type {labels.dtype} arrived; give text or numbers (bytes: decode them)"
        )
    return labels


def class_labels(y: ArrayLike, held: NDArray) -> NDArray:
    """Labels of classes.

    Raises
    ------
    InvalidInputError
        As :func:`told_labels`; numbers that are not whole; text after numbers were held, or
        numbers after text.
    """
    labels = told_labels(y)
    if held.size and is_text(labels) != is_text(held):
        raise InvalidInputError(
            f"y holds {labels.ravel()[:1].tolist()}, the model was fitted on labels such as "
            f"{held[0]!r}; pass labels of the same type"
        )
    _check_finite(labels)
    if labels.dtype.kind == "f" and np.any(labels % 1):
        raise InvalidInputError(
            f"y={_shown(labels)} arrived, which is continuous; classes are text or whole numbers"
        )
    if labels.dtype.kind == "f" and np.any(labels != np.asarray(y, dtype=object)):
        raise InvalidInputError(
            f"y={_shown(np.asarray(y))} arrived, which floats cannot tell apart; give text"
        )
    return labels


def number_labels(y: ArrayLike) -> Array:
    """Labels of numbers, as 64-bit floats.

    Raises
    ------
    InvalidInputError
        As :func:`told_labels`; text or dates; numbers that are not finite, or whose squares
        overflow or vanish in double precision.
    """
    labels = told_labels(y)
    if labels.dtype.kind not in "biuf":
        raise InvalidInputError(
            f"y={_shown(labels)} arrived; expected numbers, as a regressor does"
        )
    _check_finite(labels)
    numbers = labels.astype(np.float64)
    largest = float(np.abs(numbers).max(initial=0))
    if not (largest == 0 or 1 / MAX_NUMBER <= largest <= MAX_NUMBER):
        raise InvalidInputError(
            f"the largest number of y is {largest:.3g}, expected 1e-151 to 1e151; choose another "
            "unit"
        )
    return numbers


def is_text(labels: NDArray) -> bool:
    """Whether labels are text rather than numbers, dates or booleans."""
    return labels.dtype.kind in "OU"


def _of_objects(labels: list[object]) -> NDArray:
    """Labels that arrived as Python objects: text as objects, numbers as numbers."""
    for place, label in enumerate(labels):
        if type(label).__name__ in _MISSING or _is_nan(label):
            raise InvalidInputError(
                f"label {place} of y is missing ({label!r}); leave out rows without a label"
            )
    kinds = sorted({type(label).__name__ for label in labels})
    if all(isinstance(label, str) for label in labels):
        return np.array([str(label) for label in labels], dtype=object)
    if not all(isinstance(label, Number | np.generic) for label in labels):
        raise InvalidInputError(
            f"y holds labels of type {', '.join(kinds)}; give numbers alone, or text alone"
        )
    made = np.array(labels)
    return made if made.dtype.kind in "biufcM" else _floats(labels)


def _floats(labels: list[object]) -> Array:
    """Numbers that NumPy has no type for, decimals and large integers, where floats hold them."""
    try:
        return np.array([float(label) for label in labels])  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"y={_shown(np.array(labels, dtype=object))} arrived, of which no 64-bit numbers can "
            f"be made ({error}); choose another unit, or give text"
        ) from None


def _is_nan(label: object) -> bool:
    return isinstance(label, float | np.floating | Decimal) and bool(label != label)


def _check_finite(labels: NDArray) -> None:
    if labels.dtype.kind in "fM" and not np.isfinite(labels).all():
        problem = "infinity" if labels.dtype.kind == "f" and np.isinf(labels).any() else "NaN"
        raise InvalidInputError(f"y contains {problem}; leave out rows without a label")


def _shown(labels: NDArray) -> str:
    """The first labels, for a message."""
    some = ", ".join(map(repr, labels.ravel()[:3].tolist()))
    return f"[{some}, ...]" if labels.size > 3 else f"[{some}]"
