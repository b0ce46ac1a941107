"""The side column: accuracy, learning curve, classes, volume and the stop rule's advice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutplane.app.page.cells import label_text
from cutplane.app.page.views.curve import Curve, curve_of

if TYPE_CHECKING:
    from cutplane.app.learning.figures import ErrorEstimate, Figures
    from cutplane.app.page.views.labelled import Labelled
    from cutplane.estimators.leave_one_out import AccuracyEstimate

#: Classes beyond these are shown as one.
MOST_CLASSES = 8


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, as text and as shares of a line from 0 to 1."""

    text: str
    range_text: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassShare:
    """How many labels of a class are held, and its expected share of all rows."""

    label: str
    n: int
    share: float
    expected: float | None


@dataclass(frozen=True)
class FiguresView:
    """What is known about the model now.

    Attributes
    ----------
    n_labels, n_skipped, n_left : int
        Rows with a label, skipped rows, and rows that are open.
    accuracy : Interval or None
    error : str
        Leave-one-out error of values with its interval; empty where there is none.
    curve : Curve or None
    classes : tuple of ClassShare
    volume : str
        A sentence; empty where there is none.
    advice : str
    should_stop : bool
    caution : str
        What the estimate may not be taken for.
    status : str
        What the model is doing; empty where it is up to date.
    problem : str
        Empty where there is none.
    is_behind : bool
        Whether figures of more answers will follow.
    """

    n_labels: int
    n_skipped: int
    n_left: int
    accuracy: Interval | None
    error: str
    curve: Curve | None
    classes: tuple[ClassShare, ...]
    volume: str
    advice: str
    should_stop: bool
    caution: str
    status: str
    problem: str
    is_behind: bool


def figures_view(project: Labelled) -> FiguresView:
    """For the fragment ``figures``; quick, from what the trainer has computed."""
    desk, status, figures = project.desk, project.trainer.status, project.trainer.figures
    n_skipped = len(desk.skipped)
    return FiguresView(
        n_labels=desk.n_labels,
        n_skipped=n_skipped,
        n_left=len(project.table.features) - desk.n_labels - n_skipped,
        accuracy=None if figures is None else _accuracy(figures.accuracy),
        error="" if figures is None else _error(figures.error),
        curve=None if figures is None else _curve(figures),
        classes=() if figures is None else _shares(figures),
        volume="" if figures is None else _volume(figures),
        advice="" if figures is None else figures.advice,
        should_stop=figures is not None and figures.should_stop,
        caution="" if figures is None else figures.caution,
        status=status.sentence,
        problem=status.problem,
        is_behind=status.is_learning or status.n_behind > 0,
    )


def _accuracy(estimate: AccuracyEstimate | None) -> Interval | None:
    if estimate is None:
        return None
    ends = f"{estimate.low:.0%} to {estimate.high:.0%}"
    return Interval(
        f"{estimate.accuracy:.0%}", ends, estimate.accuracy, estimate.low, estimate.high
    )


def _error(estimate: ErrorEstimate | None) -> str:
    if estimate is None:
        return ""
    return f"{estimate.rmse:.3g}, from {estimate.low:.3g} to {estimate.high:.3g}"


def _curve(figures: Figures) -> Curve | None:
    """Of accuracy up to 1, or of the error of values from 0."""
    if figures.error is None:
        return curve_of(figures.curve, name="Accuracy", show=lambda value: f"{value:.0%}", top=1.0)
    return curve_of(figures.curve, name="Error", show=lambda value: f"{value:.3g}", bottom=0.0)


def _shares(figures: Figures) -> tuple[ClassShare, ...]:
    """The most frequent classes first; the rest as one."""
    total = sum(figures.classes.values()) or 1
    ordered = sorted(figures.classes.items(), key=lambda pair: -pair[1])
    shares = tuple(
        ClassShare(label_text(label), n, n / total, figures.expected.get(label))
        for label, n in ordered[:MOST_CLASSES]
    )
    rest = ordered[MOST_CLASSES:]
    if not rest:
        return shares
    n = sum(n for _, n in rest)
    expected = sum(figures.expected.get(label, 0.0) for label, _ in rest)
    return (*shares, ClassShare(f"{len(rest)} more classes", n, n / total, expected))


def _volume(figures: Figures) -> str:
    """What is left of the networks, where the center knows."""
    if figures.log_volume_left is None:
        return ""
    halvings = -figures.log_volume_left / math.log(2)
    last = figures.volume_ratio
    cut = "" if last is None else f"; the last answer left {last:.0%}"
    return f"The networks that fit were halved {halvings:.1f} times{cut}."
