"""Figures of a run: how good, how balanced, how much is left, and whether to stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutplane.active.asking import by_position
from cutplane.active.ledger import Ledger
from cutplane.active.stopping import SmallVersionSpace, StablePredictions
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.leave_one_out import AccuracyEstimate, ErrorEstimate
from cutplane.scanning.over import over

#: What an estimate from the labels held may not be taken for, of classes and of values.
_CAUTION = (
    "It is the accuracy on rows like those labelled. Rows that a question chose are harder than "
    "the table's, so it is low after questions of the model.",
    "It is the error on rows like those labelled. Rows that a question chose are less known than "
    "the table's, so it is high after questions of the model.",
)
_NO_ADVICE = "It is too early for advice."
_ANSWERS, _TIMES = "Of the last {} answers", "The last {} times that answers were learnt,"
_CHANGED = "changed more than {} of the predictions"
_MOVED = "moved the predictions by more than {} of the labels' deviation, in the mean"


class Point(NamedTuple):
    """Accuracy, or error of values, by leave-one-out after so many labels; 95% interval."""

    n_labels: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """What is known of a run, at one moment.

    Attributes
    ----------
    n_labels, n_asked : int
        Labels held, and answers paid for.
    accuracy : AccuracyEstimate or None
        Of classes, by leave-one-out; None without a model, and for centers without a law.
    error : ErrorEstimate or None
        Of values, the same.
    curve : tuple of Point
        Accuracy, or error, as it was estimated when there were so many labels.
    classes : mapping of str to int
        Labels held of each class, the most frequent first; empty of values.
    expected : mapping of str to float
        Share of the pool's rows that the model predicts for each; empty of values.
    log_volume_left : float or None
        Natural logarithm of the share of the networks that the labels leave.
    volume_ratio : float or None
        Share of those there were that the last answer left.
    advice : str
        Of the stopping rules, in one sentence.
    should_stop : bool
        Whether one of them holds.
    caution : str
        What ``accuracy`` and ``error`` may not be taken for; empty without them.
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


class Observer:
    """Looks at every model that is learnt, and makes figures of what it saw.

    Parameters
    ----------
    curve : tuple of Point
        What was seen before.
    """

    def __init__(self, curve: tuple[Point, ...] = ()):
        self._points = {point.n_labels: point for point in curve}
        self._stable, self._small = StablePredictions(), SmallVersionSpace()
        self._is_stable, self._predicted = False, np.empty(0)
        self._n_asked = deque[int](maxlen=self._stable.patience + 1)

    @property
    def curve(self) -> tuple[Point, ...]:
        """The points so far, in order."""
        return tuple(self._points[n] for n in sorted(self._points))

    def see(self, ledger: Ledger) -> None:
        """Look at the model after an answer; milliseconds."""
        n_labels = ledger.model.n_labels
        self._points = {n: point for n, point in self._points.items() if n < n_labels}
        if not ledger.model.is_fitted:
            return
        estimator = by_position(ledger.model.estimator)
        if (known := _estimate(estimator)) is not None:
            value = known.accuracy if isinstance(known, AccuracyEstimate) else known.rmse
            self._points[n_labels] = Point(n_labels, value, known.low, known.high)
        self._n_asked.append(ledger.book.n_asked)
        source = ledger.domain.source
        scores = over(source, estimator.passing(room=source.room).scores)
        if isinstance(estimator, CuttingPlaneClassifier):
            one = scores.shape[1] == 1
            self._predicted = (scores[:, 0] > 0).astype(int) if one else scores.argmax(axis=1)
            self._is_stable = self._stable.seen(self._predicted)
        else:
            unit = float(np.std(ledger.book.labels))
            self._is_stable = self._stable.seen(estimator.values(scores[:, 0]), unit)

    def figures(self, ledger: Ledger) -> Figures:
        """Of the model that was seen last; tens of milliseconds."""
        model, is_small = ledger.model, self._holds_small(ledger)
        known = _estimate(by_position(model.estimator)) if model.is_fitted else None
        is_class = isinstance(model.estimator, CuttingPlaneClassifier)
        last = model.history[-1] if model.history else {}
        return Figures(
            n_labels=len(ledger.book.told),
            n_asked=ledger.book.n_asked,
            accuracy=known if isinstance(known, AccuracyEstimate) else None,
            error=known if isinstance(known, ErrorEstimate) else None,
            curve=self.curve,
            classes=_counts(ledger.book.labels) if is_class else {},
            expected=self._expected(ledger) if is_class else {},
            log_volume_left=last.get("log_volume"),
            volume_ratio=last.get("ratio"),
            advice=self._advice(ledger, is_small),
            should_stop=self._is_stable or is_small,
            caution="" if known is None else _CAUTION[0 if is_class else 1],
        )

    def _expected(self, ledger: Ledger) -> dict[str, float]:
        if not ledger.model.is_fitted:
            return {}
        classes = ledger.model.estimator.labelled_classes_.tolist()
        counts = np.bincount(self._predicted, minlength=len(classes)) / self._predicted.size
        return dict(zip(map(str, classes), counts.tolist(), strict=True))

    def _holds_small(self, ledger: Ledger) -> bool:
        """Whether the networks left agree, on the rows that stand for the pool."""
        if not ledger.model.is_fitted:
            return False
        X, estimator = ledger.domain.source.reference_rows, by_position(ledger.model.estimator)
        return self._small.is_small(estimator.spread(X), estimator.scores(X))

    def _advice(self, ledger: Ledger, is_small: bool) -> str:
        """What the rules that hold say, and no more."""
        if self._is_stable:
            n, share = self._stable.patience, f"{self._stable.tol:.1%}"
            is_each = self._n_asked[-1] - self._n_asked[0] == n
            when = _ANSWERS.format(n) if is_each else _TIMES.format(n)
            is_class = isinstance(ledger.model.estimator, CuttingPlaneClassifier)
            what = _CHANGED if is_class else _MOVED
            return f"{when} none {what.format(share)}: more labels change little."
        if is_small:
            return (
                f"The networks left differ by at most {self._small.ratio:.0%} of the size of their "
                "predictions, on rows drawn from the table: more labels change little."
            )
        if not ledger.model.is_fitted:
            return _NO_ADVICE
        return "Answers still change the predictions: go on."


def _estimate(
    estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
) -> AccuracyEstimate | ErrorEstimate | None:
    """Of the labels held; None where the center has no law, and of a single value."""
    if not estimator.scores_have_laws:
        return None
    if isinstance(estimator, CuttingPlaneClassifier):
        return estimator.accuracy_estimate_
    known = estimator.error_estimate_
    return known if np.isfinite(known.high) else None


def _counts(labels: NDArray) -> dict[str, int]:
    classes, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(classes[i]): int(counts[i]) for i in order.tolist()}
