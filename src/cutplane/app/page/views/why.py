"""Why a row is asked about, and what the model expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutplane.app.page.cells import excerpt, label_text

if TYPE_CHECKING:
    from cutplane.app.learning.why import Near, Suggestion, Why
    from cutplane.app.page.views.labelled import Labelled

#: Classes beyond these are not drawn.
MOST_BARS = 6


@dataclass(frozen=True)
class Neighbour:
    """A labelled row near the one asked about."""

    line: int
    label: str
    distance: str
    excerpt: str


@dataclass(frozen=True)
class Bar:
    """A probability with its name."""

    label: str
    share: float
    text: str


@dataclass(frozen=True)
class WhyView:
    """Why a row is asked about.

    Attributes
    ----------
    row, line : int
    unit : str
        What the line is called.
    expected : str
        What the answer is expected to settle, a sentence.
    bars : tuple of Bar
        Probabilities of classes, empty where suggestions may not be seen.
    value : str
        What the model expects of a value, or why that is not shown.
    neighbours : tuple of Neighbour
    """

    row: int
    line: int
    unit: str
    expected: str
    bars: tuple[Bar, ...]
    value: str
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class SuggestionView:
    """What the model expects of a row.

    Attributes
    ----------
    row : int
    label : str
        Empty where there is none yet.
    text : str
    """

    row: int
    label: str
    text: str


def why_view(project: Labelled, row: int, *, may_tell: bool) -> WhyView:
    """For the fragment ``why``.

    Parameters
    ----------
    project : Labelled
    row : int
        Position.
    may_tell : bool
        Whether what the model expects may be seen; not while suggestions are off, to come after
        the answer, or the question is blind. Which rows are near, and what people said of them,
        is always told, and how sure the model is.
    """
    why = project.trainer.why(row)
    return WhyView(
        row=row,
        line=int(project.table.lines[row]),
        unit=project.unit,
        expected=why.expected,
        bars=_bars(why) if may_tell else (),
        value=_expected(why, may_tell=may_tell),
        neighbours=tuple(_neighbour(project, near) for near in why.nearest),
    )


def suggestion_view(row: int, suggestion: Suggestion | None) -> SuggestionView:
    """For the fragment ``suggestion``; of what was recorded as seen."""
    if suggestion is None:
        return SuggestionView(row, "", "The model has no opinion yet; it needs more labels.")
    if suggestion.std is not None:
        text = f"The model expects {suggestion.label:.4g} ± {2 * suggestion.std:.2g}."
        return SuggestionView(row, f"{suggestion.label:.4g}", text)
    name, sure = label_text(suggestion.label), f"{suggestion.probability:.0%}"
    return SuggestionView(row, str(suggestion.label), f"The model expects {name}, with {sure}.")


def _bars(why: Why) -> tuple[Bar, ...]:
    likely = sorted(why.probabilities or (), key=lambda pair: -pair[1])
    return tuple(Bar(label_text(label), p, f"{p:.0%}") for label, p in likely[:MOST_BARS])


def _expected(why: Why, *, may_tell: bool) -> str:
    """What the model expects in words, or how sure it is where that alone may be told."""
    if why.std is not None:
        spread = f"{2 * why.std:.2g}"
        if may_tell and why.mean is not None:
            return f"The model expects {why.mean:.4g} ± {spread}."
        return f"The model is sure of the value to ± {spread}."
    if not why.probabilities:
        return "The model has no opinion yet; it needs more labels."
    if may_tell:
        return ""
    surest = max(p for _, p in why.probabilities)
    return f"The model is {surest:.0%} sure of the class it expects; which, it keeps to itself."


def _neighbour(project: Labelled, near: Near) -> Neighbour:
    return Neighbour(
        line=int(project.table.lines[near.row]),
        label=label_text(near.label),
        distance=f"{near.distance:.2g}",
        excerpt=excerpt(project.table, near.row, project.columns, 120),
    )
