"""Answers as they come from a caller, as an event holds them."""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike, NDArray

from cutplane.active.events import Label
from cutplane.active.labels import check_takes_names, checked_labels, checked_names
from cutplane.active.ledger import Ledger
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneRegressor


class Answers(NamedTuple):
    """Questions of the domain, their labels, and who gave them ("" for nobody)."""

    questions: NDArray
    labels: list[Label]
    names: list[str]


def read_answers(
    ledger: Ledger, rows: ArrayLike, labels: ArrayLike, annotator: ArrayLike | None
) -> Answers:
    """Answers, checked as far as they can be without learning from them.

    Raises
    ------
    InvalidInputError
        Rows, labels or names are none, or are not as many as each other.
    """
    model = ledger.model.estimator
    read = checked_labels(labels, is_regression=isinstance(model, CuttingPlaneRegressor))
    questions = ledger.checked(rows)
    if len(questions) != len(read):
        raise InvalidInputError(
            f"{len(questions)} rows and {len(read)} labels arrived; tell one label for each row"
        )
    names = checked_names(annotator, len(read))
    check_takes_names(names, model)
    return Answers(questions, read, names)
