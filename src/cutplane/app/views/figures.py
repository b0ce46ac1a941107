"""The side column: accuracy, learning curve, classes, volume and the stop rule's advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.app.project import Project


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, as text and as shares of a line from 0 to 1."""

    text: str
    range_text: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """A learning curve as a drawing of 240 by 96 units.

    Attributes
    ----------
    line, band : str
        Points of a polyline and of the polygon of its interval.
    first, last : str
        What stands at the ends of the axis of labels.
    top, bottom : str
        What stands at the ends of the axis of accuracy.
    text : str
        The curve in words.
    """

    line: str
    band: str
    first: str
    last: str
    top: str
    bottom: str
    text: str


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
        Leave-one-out error of values; empty where there is none.
    curve : Curve or None
    classes : tuple of ClassShare
    volume : str
        A sentence; empty where there is none.
    advice : str
    should_stop : bool
    status : str
        What the model is doing, in a few words; empty where it is up to date.
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
    status: str
    problem: str
    is_behind: bool


def figures_view(project: Project) -> FiguresView:
    """For the fragment ``figures``; quick, from what the trainer has computed."""
    raise NotImplementedError
