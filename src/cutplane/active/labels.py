"""Labels that may be told, as the values they are, and which of them cut."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Rows
from cutplane.active.events import Label
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.told import check_annotator
from cutplane.space.rows import rows_that_cut

#: What people call labels that do not mix, by their type and by the kind of their array.
_TYPES = {bool: "truth values", int: "numbers", float: "numbers", str: "text"}
_KINDS = {"b": "truth values", "i": "numbers", "u": "numbers", "f": "numbers", "U": "text"}


def checked_labels(labels: ArrayLike, *, is_regression: bool) -> list[Label]:
    """Labels as bool, int, float or str, from arrays, lists and columns of any kind.

    Objects are read as the values they are: NumPy's and pandas' scalars, decimals, fractions.

    Raises
    ------
    InvalidInputError
        A label is missing or infinite, no class (classification) or no number (regression),
        of another kind than the others, or not kept exactly by an array.
    """
    given = np.asarray(labels, dtype=object) if isinstance(labels, list | tuple) else labels
    values = np.atleast_1d(np.asarray(given))
    if values.ndim != 1:
        raise InvalidInputError(
            f"labels of shape {values.shape} arrived; tell one label for each row, in a flat list"
        )
    read = [_value(label) for label in values.tolist()]
    kept = kept_labels(read)
    if is_regression and kept.dtype.kind in "bU":
        raise InvalidInputError(
            f"labels {_shown(read)} arrived for a regressor; expected numbers, or use a "
            "CuttingPlaneClassifier"
        )
    if is_regression or not read:
        return read
    if kept.dtype.kind == "f" and (np.trunc(kept) != kept).any():
        raise InvalidInputError(
            f"labels {_shown(read)} arrived; classes are whole numbers, truth values or text: for "
            "values between them use a CuttingPlaneRegressor"
        )
    if kept.tolist() != read:
        raise InvalidInputError(
            f"labels {_shown(read)} arrived, which no array keeps apart: whole numbers beyond 64 "
            "bits, or text that ends with a zero character; give classes other names"
        )
    return read


def kept_labels(labels: Sequence[Label]) -> NDArray:
    """Labels as an array of truth values, whole numbers, numbers or text.

    Raises
    ------
    InvalidInputError
        They are of several kinds.
    """
    kinds = {_TYPES[type(label)] for label in labels}
    if len(kinds) > 1:
        first = _TYPES[type(labels[0])]
        other = next(label for label in labels if _TYPES[type(label)] != first)
        raise InvalidInputError(
            f"labels {labels[0]!r} and {other!r} arrived together, {' and '.join(sorted(kinds))}; "
            "give labels of one kind"
        )
    if not any(isinstance(label, int) and not -(2**63) <= label < 2**63 for label in labels):
        return np.array(labels) if labels else np.empty(0)
    is_unsigned = all(isinstance(label, int) and 0 <= label < 2**64 for label in labels)
    return np.array(labels, dtype=np.uint64 if is_unsigned else np.float64)


def check_one_kind(arrived: NDArray, held: NDArray) -> None:
    """Refuse labels of another kind than those held: truth values, numbers and text do not mix."""
    if arrived.size == 0 or held.size == 0:
        return
    new, old = _KINDS[arrived.dtype.kind], _KINDS[held.dtype.kind]
    if new != old:
        raise InvalidInputError(
            f"labels {_shown(arrived.tolist())} arrived, {new}, after {_shown(held.tolist())}, "
            f"{old}; give labels of one kind"
        )
    if {arrived.dtype.kind, held.dtype.kind} == {"i", "u"}:
        raise InvalidInputError(
            f"labels {_shown(arrived.tolist())} arrived after {_shown(held.tolist())}, and no "
            "array keeps apart whole numbers below 0 and beyond 2^63; give them as text"
        )


def is_missing(label: object) -> bool:
    """Whether a label says that there is none: None, NaN, masked, or the NA of pandas."""
    pandas = sys.modules.get("pandas")  # whoever has its NA has loaded it
    nothing = (None, np.ma.masked, *((pandas.NA, pandas.NaT) if pandas is not None else ()))
    if any(label is none for none in nothing):
        return True
    if isinstance(label, Decimal):
        return label.is_nan()
    return isinstance(label, Real) and bool(label != label)


def _value(label: object) -> Label:
    if isinstance(label, np.generic | np.ndarray) and np.ndim(label) == 0:
        label = label.item()
    if is_missing(label):
        raise InvalidInputError(
            f"label {label!r} arrived, NaN or missing; leave unanswered rows out, or skip them"
        )
    if isinstance(label, bool):
        return label
    if isinstance(label, str):
        return _checked_text(str(label))
    if isinstance(label, Integral):
        return _in_range(int(label))
    if isinstance(label, Decimal | Real):
        number = _in_range(float(label))
        return int(label) if isinstance(label, Decimal) and label == int(label) else number
    raise InvalidInputError(
        f"label {label!r} of type {type(label).__name__} arrived; expected truth values, numbers "
        "or text, one kind for all"
    )


def _in_range(number: int | float) -> int | float:
    """A number that double precision has a place for."""
    try:
        if np.isfinite(float(number)):
            return number
    except OverflowError:
        pass
    raise InvalidInputError("a label is infinite, or too large for double precision")


def _checked_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"{text!r} arrived, half of a character that no file can hold; repair the text"
        ) from error
    return text


def _shown(labels: Sequence[Label]) -> str:
    """The first labels of many."""
    return repr(list(labels[:3]))[:-1] + (", ...]" if len(labels) > 3 else "]")


def checked_names(annotator: ArrayLike | None, n: int) -> list[str]:
    """Who gave each of n answers, as text; "" where nobody is named.

    Raises
    ------
    InvalidInputError
        Names are neither text nor whole numbers, or not as many as answers.
    """
    given = np.asarray("" if annotator is None else annotator, dtype=object)
    if given.shape not in ((), (n,)):
        raise InvalidInputError(
            f"annotator of shape {given.shape} arrived; give one name, or {n}, one for each label"
        )
    names = ["" if name is None else name for name in np.broadcast_to(given, n).tolist()]
    odd = [name for name in names if not isinstance(name, str | int | np.integer)]
    if odd:
        raise InvalidInputError(f"annotator {odd[0]!r} arrived; give text or whole numbers")
    made = [_checked_text(str(name)) for name in names]
    if np.array(made, dtype=str).tolist() != made:
        raise InvalidInputError("an annotator's name ends with a zero character; leave it out")
    return made


def check_takes_names(
    names: Sequence[str], model: CuttingPlaneClassifier | CuttingPlaneRegressor
) -> None:
    """Refuse names for a model that has no flips of wrong labels, of which each has their own."""
    if any(names):
        if isinstance(model, CuttingPlaneRegressor):
            raise InvalidInputError(
                "annotator arrived, and numbers are not right or wrong; leave it out"
            )
        check_annotator(names, model.center_name)


def can_cut(X: Rows, *, fit_intercept: bool) -> NDArray[np.bool_]:
    """Rows that are not all zero, constant included: every network predicts 0 there; (n,)."""
    return np.ones(X.shape[0], dtype=bool) if fit_intercept else rows_that_cut(X)


def disagrees(
    model: CuttingPlaneClassifier | CuttingPlaneRegressor, X: Rows, labels: NDArray
) -> NDArray[np.bool_]:
    """Labels that the model gets wrong (regression: by more than epsilon); (n,)."""
    if isinstance(model, CuttingPlaneRegressor):
        scores = model.scores(X)
        low, high = (model.values(scores + miss) for miss in (-model.epsilon, model.epsilon))
        return np.asarray((labels < low) | (labels > high))
    return np.not_equal(model.predict(X), labels)
