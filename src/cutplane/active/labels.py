"""Labels that may be told, and which of them cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.told import check_annotator
from cutplane.space.rows import rows_that_cut


def checked_labels(labels: ArrayLike, held: NDArray, *, is_regression: bool) -> NDArray:
    """Labels as an array of one kind, that of the labels held before.

    Raises
    ------
    InvalidInputError
        A label is missing, or of another kind than the others.
    """
    labels = np.atleast_1d(np.asarray(labels))
    if labels.dtype.kind == "O" and all(isinstance(label, str) for label in labels.ravel()):
        labels = labels.astype(str)  # a text column of pandas
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise InvalidInputError("a label is NaN or infinite; leave unanswered rows out")
    wanted = "iuf" if is_regression else "biufU"
    if labels.dtype.kind not in wanted:
        raise InvalidInputError(
            f"labels {labels.tolist()} arrived; expected "
            f"{'numbers' if is_regression else 'numbers or text, one kind for all'}"
        )
    if labels.ndim != 1:
        raise InvalidInputError(
            f"labels of shape {labels.shape} arrived; tell one label for each row, in a flat list"
        )
    if held.size and labels.size and (labels.dtype.kind == "U") != (held.dtype.kind == "U"):
        raise InvalidInputError(
            f"labels {labels.tolist()} arrived after {held[:3].tolist()}; give labels "
            "of one kind, text or numbers"
        )
    return labels


def checked_names(
    annotator: ArrayLike | None, n: int, model: CuttingPlaneClassifier | CuttingPlaneRegressor
) -> NDArray:
    """Who gave each of n labels, as text (n,); "" where nobody is named.

    Raises
    ------
    InvalidInputError
        Names are neither text nor whole numbers, not as many as labels, or the model has no
        flips of wrong labels, of which each annotator would have their own.
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
    made = np.array([str(name) for name in names], dtype=str)
    if made.any():
        if isinstance(model, CuttingPlaneRegressor):
            raise InvalidInputError(
                "annotator arrived, and numbers are not right or wrong; leave it out"
            )
        check_annotator(annotator, model.center_name)
    return made


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
