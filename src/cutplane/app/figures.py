"""Figures of a run: how good, how balanced, how much is left, and whether to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cutplane.estimators.leave_one_out import AccuracyEstimate

#: What an estimate from the labels held may not be taken for.
CAUTION = (
    "Rows that a question chose are harder than the others, so the estimate is low: the model is "
    "expected to be better on the table as a whole."
)


class Point(NamedTuple):
    """Leave-one-out accuracy, or error of values, after so many labels, with a 95% interval."""

    n_labels: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ErrorEstimate:
    """Root mean square error of values, each predicted by the other labels; in their units.

    Attributes
    ----------
    rmse : float
    low, high : float
        Ends of a 95% interval.
    n_labels : int
    """

    rmse: float
    low: float
    high: float
    n_labels: int


@dataclass(frozen=True)
class Figures:
    """What is known of a run, at one moment.

    Attributes
    ----------
    n_labels, n_asked : int
        Labels held, and answers paid for.
    accuracy : AccuracyEstimate or None
        Of classes, by leave-one-out; None without a model or without a law.
    error : ErrorEstimate or None
        Of values.
    curve : tuple of Point
        Accuracy, or error of values, as it was estimated at the time; one for each number of
        labels at which it was.
    classes : mapping of str to int
        Labels held of each class.
    expected : mapping of str to float
        Share of the pool's rows that the model predicts for each.
    log_volume_left : float or None
        Natural logarithm of the share of networks that the labels leave.
    volume_ratio : float or None
        What the last label left of what was there.
    advice : str
        Of the stopping rules, a sentence.
    should_stop : bool
    caution : str
        What the estimate may not be taken for; empty where there is none.
    """

    n_labels: int
    n_asked: int
    accuracy: AccuracyEstimate | None
    error: ErrorEstimate | None
    curve: tuple[Point, ...]
    classes: Mapping[str, int]
    expected: Mapping[str, float]
    log_volume_left: float | None
    volume_ratio: float | None
    advice: str
    should_stop: bool
    caution: str
