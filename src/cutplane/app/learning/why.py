"""Why a row is asked: what is known near it, and what its answer is expected to settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cutplane._types import Rows
from cutplane.active.asking import by_position
from cutplane.active.events import Label
from cutplane.active.ledger import Ledger
from cutplane.active.selection import nearest
from cutplane.blas import one_thread
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.uncertainty.gain import settled_share

_N_NEAREST = 5
_COVER = "There is no model yet, as it takes labels of two classes: the first rows cover the table."
_DECISIONS = "The answer is expected to settle {} of what is open about the decisions on the table."
_VALUES = "The answer is expected to settle {} of what is open about the values of the table."
_CLOSE = "It is a close call: {} has {}, {} has {}."


class Near(NamedTuple):
    """A labelled row, and how far it is in the model's columns."""

    row: int
    label: Label
    distance: float


@dataclass(frozen=True)
class Why:
    """What stands behind a question.

    Attributes
    ----------
    nearest : tuple of Near
        Up to five labelled rows, nearest first.
    probabilities : tuple of (label, float), or None
        Of each class, most probable first; None of values and before a model.
    mean, std : float or None
        Prediction of a value and what the labels leave open about it; None of classes.
    expected : str
        What the answer is expected to settle, in a sentence.
    """

    nearest: tuple[Near, ...]
    probabilities: tuple[tuple[Label, float], ...] | None
    mean: float | None
    std: float | None
    expected: str


@dataclass(frozen=True)
class Suggestion:
    """What the model would answer.

    Attributes
    ----------
    label : class, or float
    probability : float or None
        Of the class.
    std : float or None
        Of the value.
    """

    label: Label
    probability: float | None = None
    std: float | None = None


def why(ledger: Ledger, row: int) -> Why:
    """What stands behind a question about a row, by what is learnt; milliseconds."""
    nearest_rows = _nearest(ledger, row)
    if not ledger.model.is_fitted:
        return Why(nearest_rows, None, None, None, _COVER)
    estimator, X = by_position(ledger.model.estimator), ledger.domain.columns(np.array([row]))
    share = _settled(ledger, row)
    if isinstance(estimator, CuttingPlaneClassifier):
        probabilities = _ranked(estimator, X)
        expected = _DECISIONS.format(_percent(share))
        if ledger.settings.query == "margin":
            (best, p), (second, q) = probabilities[:2]
            expected = _CLOSE.format(best, _percent(p), second, _percent(q)) + " " + expected
        return Why(nearest_rows, probabilities, None, None, expected)
    mean, std = _value(estimator, X)
    return Why(nearest_rows, None, mean, std, _VALUES.format(_percent(share)))


def suggestion(ledger: Ledger, row: int) -> Suggestion | None:
    """What the model would answer; None before there is one."""
    if not ledger.model.is_fitted:
        return None
    estimator, X = by_position(ledger.model.estimator), ledger.domain.columns(np.array([row]))
    if isinstance(estimator, CuttingPlaneClassifier):
        label = estimator.predict(X).tolist()[0]
        return Suggestion(label, probability=dict(_ranked(estimator, X))[label])
    mean, std = _value(estimator, X)
    return Suggestion(mean, std=std)


def _nearest(ledger: Ledger, row: int) -> tuple[Near, ...]:
    """The nearest labelled rows, by the distance of the columns that the model sees."""
    told, domain = ledger.book.told, ledger.domain
    if told.size == 0:
        return ()
    distance = np.sqrt(nearest(domain.columns(told), domain.columns(np.array([row]))))
    order = np.argsort(distance, kind="stable")[:_N_NEAREST]
    found = zip(
        told[order].tolist(),
        ledger.book.labels[order].tolist(),
        distance[order].tolist(),
        strict=True,
    )
    return tuple(Near(*each) for each in found)


def _ranked(estimator: CuttingPlaneClassifier, X: Rows) -> tuple[tuple[Label, float], ...]:
    """Probability of each class, the most probable first."""
    probability = estimator.predict_proba(X)[0]
    order = np.argsort(-probability, kind="stable")
    classes = estimator.classes_[order].tolist()
    return tuple(zip(classes, probability[order].tolist(), strict=True))


def _value(estimator: CuttingPlaneRegressor, X: Rows) -> tuple[float, float | None]:
    """Prediction, and its deviation where the center has a law."""
    if not estimator.scores_have_laws:
        return float(estimator.predict(X)[0]), None
    mean, std = estimator.predict(X, return_std=True)
    return float(mean[0]), float(std[0])


def _settled(ledger: Ledger, row: int) -> float:
    """Share of what is open that the answer is expected to settle, on rows of the table."""
    source, X = ledger.domain.source, ledger.domain.columns(np.array([row]))
    is_class = isinstance(ledger.model.estimator, CuttingPlaneClassifier)
    estimator = by_position(ledger.model.estimator)
    with one_thread():
        laws = estimator.joint_laws(
            estimator.closely(X),
            lambda: estimator.closely(source.reference_rows),
            decides=is_class,
            sharp=True,
        )
        return float(settled_share(laws)[0])


def _percent(share: float) -> str:
    """For people: a share that is not 0 does not read 0."""
    return "less than 0.1%" if 0 < share < 0.0005 else f"{share:.1%}"
